"""A hypothesis put to the data: its observations, the parameters they share, and the chance of everything seen."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..core.errors import InputError, ModelError, nearest
from ..core.parameters import Parameter, Prior
from .observation import Array, Data, Floats, Observation, Theta
from .scale import Scale, log_normal, scale_of


@dataclass(frozen=True)
class Explanation:
    """One hypothesis with everything that was seen.

    Attributes:
        key: short name of the hypothesis. title: in words.
        observations: what was seen, each with its likelihood under this hypothesis.
        priors: parameter -> prior that replaces the declared one.
        belief: weight of the hypothesis before the data.
    """

    key: str
    title: str
    observations: tuple[Observation, ...]
    priors: Mapping[str, Prior] = field(default_factory=dict)
    belief: float = 1.0

    def __post_init__(self) -> None:
        names = [o.name for o in self.observations]
        if not names:
            raise InputError("a hypothesis explains nothing", field=self.key, expected="one observation or more")
        if len(set(names)) < len(names):
            raise InputError("two observations have the same name", field=self.key, value=names)
        known = [p.name for o in self.observations for p in o.parameters]
        for name in self.priors:
            if name not in known:
                raise InputError(f"'{self.key}' has no such parameter", field=name, hint=nearest(name, known))

    @functools.cached_property
    def scale(self) -> Scale:
        """Its parameters, on the scale where every prior is a standard normal."""
        return scale_of([self._changed(p) for o in self.observations for p in o.parameters])

    def _changed(self, p: Parameter) -> Parameter:
        return replace(p, prior=self.priors[p.name]) if p.name in self.priors else p

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the free parameters."""
        return self.scale.names

    @property
    def data(self) -> tuple[Data, ...]:
        """What was seen, one mapping per observation."""
        return tuple(o.data for o in self.observations)

    @property
    def labels(self) -> tuple[str, ...]:
        """``observation: datum`` for every independent datum that counts (weight above 0)."""
        return tuple(f"{o.name}: {label}" for o in self.observations if o.weight > 0 for label in o.labels)

    def pointwise(self, z: Array, data: Sequence[Data], xp: Any = np) -> Array:
        """Return the weighted ln p of every datum, ``(n,)``, at the point `z` ``(d,)``."""
        theta = self.scale.theta(z, xp)
        return xp.concatenate([
            o.weight * xp.broadcast_to(o.pointwise(theta, d, xp), (len(o.labels),))
            for o, d in zip(self.observations, data, strict=True)
            if o.weight > 0
        ])  # fmt: skip

    def log_posterior(self, z: Array, data: Sequence[Data], xp: Any = np) -> Array:
        """Return ln prior + ln likelihood at `z`, on the scale of z."""
        return log_normal(z, xp) + xp.sum(self.pointwise(z, data, xp))

    def simulate(self, theta: Theta, rng: np.random.Generator) -> tuple[Data, ...]:
        """Return data drawn under `theta`, one mapping per observation."""
        return tuple(o.simulate(theta, rng) for o in self.observations)

    def draw_prior(self, rng: np.random.Generator, n: int) -> Floats:
        """Return `n` points ``(n, d)`` from the prior."""
        return rng.standard_normal((n, len(self.names)))

    def check_possible(self, *, draws: int = 64) -> None:
        """Raise :class:`ModelError` when the hypothesis gives zero probability to something that was seen.

        The sentence names the hypothesis, the observation and the datum. Judged at the prior's centre and `draws`
        further
        points that cover it evenly.
        """
        from scipy.stats import qmc

        d = len(self.names)
        points = (
            np.vstack([np.zeros((1, d)), _normal(qmc.Sobol(d, scramble=False).random(draws))])
            if d
            else np.zeros((1, 0))
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.array([np.asarray(self.pointwise(z, self.data)) for z in points])
        dead = ~np.isfinite(values).any(axis=0)
        if dead.any():
            names = [label for label, gone in zip(self.labels, dead, strict=True) if gone]
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            why = self._why(names[0], points)
            raise ModelError(f"hypothesis '{self.key}' ({self.title}) gives zero probability to {names[0]}{more}{why}")

    def _why(self, name: str, points: Floats) -> str:
        """Return what was seen of a datum and what the hypothesis expects of it over `points`, in brackets."""
        for o in self.observations:
            known = [f"{o.name}: {label}" for label in o.labels]
            predict: Any = getattr(o, "predict", None)
            if name not in known or predict is None:
                continue
            at = known.index(name)
            seen = [f"{k} {v[at]:.4g}" for k, v in o.data.items() if np.shape(v) == (len(known),)]
            with np.errstate(all="ignore"):
                found = [np.asarray(predict(self.scale.theta(z), o.data, np), dtype=float) for z in points]
            values = [f[at] for f in found if f.shape == (len(known),)]
            if values and seen:
                low, high = min(values), max(values)
                expects = f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
                return f" (seen: {', '.join(seen)}; whatever its parameters, it expects {expects})"
        return ""


def _normal(u: Floats) -> Floats:
    from scipy.special import ndtri

    return np.asarray(ndtri(np.clip(u, 1e-3, 1 - 1e-3)))
