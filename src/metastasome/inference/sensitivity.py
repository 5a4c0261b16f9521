"""What a readout depends on, and what the data pin down: Sobol indices, tornado, profile likelihoods."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import InputError, ModelError
from ..core.parameters import Parameter
from ..core.streams import stream
from .compiled import Compiled, compiled
from .explanation import Explanation
from .observation import Data, Floats
from .optimum import optimum
from .scale import Scale, scale_of

if TYPE_CHECKING:
    import pandas as pd

_EDGE = 4.0
Readout = Callable[[dict[str, float]], float]


@dataclass(frozen=True)
class Sensitivity:
    """How far a readout moves with each parameter.

    Attributes:
        parameters: names. first, total: Sobol indices with 95% intervals ``(d, 3)``: value, low, high.
        tornado: readout at the 5% and 95% points of each parameter's prior, others at their medians, ``(d, 2)``.
        centre: readout at the medians.
    """

    parameters: tuple[str, ...]
    first: Floats
    total: Floats
    tornado: Floats
    centre: float

    def table(self) -> pd.DataFrame:
        """Return one row per parameter, the most influential first."""
        import pandas as pd

        made = pd.DataFrame({
            "parameter": self.parameters, "first": self.first[:, 0], "total": self.total[:, 0],
            "total_low": self.total[:, 1], "total_high": self.total[:, 2], "at_5": self.tornado[:, 0],
            "at_95": self.tornado[:, 1],
        })  # fmt: skip
        return made.sort_values("total", ascending=False, ignore_index=True)


def sensitivity(readout: Readout, parameters: Sequence[Parameter], *, n: int = 256, seed: int = 0) -> Sensitivity:
    """Return how `readout` depends on `parameters`, over their priors.

    Sobol indices by Saltelli's scheme (Saltelli 2010, doi:10.1016/j.cpc.2009.09.018) through
    ``scipy.stats.sobol_indices``, with bootstrap intervals; it costs ``n (d + 2)`` readouts.

    Raises:
        InputError: no free parameter, or `n` is not a power of two. ModelError: the readout is not finite somewhere.
    """
    from scipy.stats import bootstrap, sobol_indices, uniform

    scale = scale_of(parameters)
    d = len(scale.names)
    if d == 0:
        raise InputError("no free parameter", field="parameters", expected="one parameter or more")
    if n < 2 or n & (n - 1):
        raise InputError("not a power of two", field="n", value=n, expected="64, 128, 256 ...")

    def values(u: Floats) -> Floats:
        return np.array([_finite(readout, _at(scale, column)) for column in u.T])

    seen: list[tuple[Floats, Floats, Floats]] = []

    def indices(f_A: Floats, f_B: Floats, f_AB: Floats) -> tuple[Floats, Floats]:
        seen.append((f_A, f_B, f_AB))
        return _saltelli(f_A, f_B, f_AB)

    rng = stream(seed, "inference/sobol")
    dists = [uniform(loc=1e-6, scale=1 - 2e-6)] * d
    found = sobol_indices(func=values, n=n, dists=dists, method=indices, rng=rng)
    whole = seen[0]
    with warnings.catch_warnings():  # a readout that does not vary has no interval: reported as it is
        warnings.simplefilter("ignore")
        # SciPy's own bootstrap of these indices takes no seed.
        ends_ = bootstrap(
            (np.arange(n),), lambda at: np.stack(_saltelli(*(f[..., at] for f in whole))), vectorized=False,
            n_resamples=200, rng=rng,
        ).confidence_interval  # fmt: skip
    first, total = (
        np.stack([np.atleast_1d(v), low.ravel(), high.ravel()], axis=1)
        for v, low, high in zip((found.first_order, found.total_order), ends_.low, ends_.high, strict=True)
    )
    middle = np.full(d, 0.5)
    ends = np.array([[_finite(readout, _at(scale, _with(middle, k, u))) for u in (0.05, 0.95)] for k in range(d)])
    return Sensitivity(scale.names, first, total, ends, _finite(readout, _at(scale, middle)))


def _saltelli(f_A: Floats, f_B: Floats, f_AB: Floats) -> tuple[Floats, Floats]:
    """Return first-order and total indices ``(1, d)`` of values ``(1, n)``, ``(1, n)`` and ``(d, 1, n)``: table 2, b
    and f, of Saltelli 2010."""
    variance = np.var([f_A, f_B], axis=(0, -1))
    first = np.mean(f_B * (f_AB - f_A), axis=-1) / variance
    return first.T, (0.5 * np.mean((f_A - f_AB) ** 2, axis=-1) / variance).T


@dataclass(frozen=True)
class Profile:
    """The greatest log-likelihood at each fixed value of one parameter; its 95% interval is where it stays within 1.92.

    `low` or `high` is None where the data set no bound on that side within the prior's range (not identified).
    """

    parameter: str
    values: Floats
    log_likelihood: Floats
    low: float | None
    high: float | None

    @property
    def words(self) -> str:
        """What the data say about the parameter, without any prior."""
        if self.low is None and self.high is None:
            return f"{self.parameter} cannot be identified from these data."
        if self.low is None:
            return f"{self.parameter} is bounded above only, at {self.high:.3g}."
        if self.high is None:
            return f"{self.parameter} is bounded below only, at {self.low:.3g}."
        return f"{self.parameter} is identified: {self.low:.3g} to {self.high:.3g}."


def profile(explanation: Explanation, name: str, *, points: int = 31) -> Profile:
    """Return the profile likelihood of `name` (Raue 2009, doi:10.1093/bioinformatics/btp358).

    The other parameters are optimised within +-4 prior standard deviations, without their priors.

    Raises:
        InputError: no such free parameter.
    """
    if name not in explanation.names:
        raise InputError("no such free parameter", field=name, expected=" or ".join(explanation.names))
    machine, k = compiled(explanation), explanation.names.index(name)
    best = optimum(machine)
    spread = float(np.sqrt(best.covariance[k, k]))
    near = best.z[k] + spread * np.linspace(-6.0, 6.0, points)
    z = np.unique(np.concatenate([near[np.abs(near) < _EDGE], [-_EDGE, best.z[k], _EDGE]]))
    found = np.full(len(z), -np.inf)
    middle = int(np.argmin(np.abs(z - best.z[k])))
    for order in (range(middle, len(z)), range(middle, -1, -1)):
        at = best.z.copy()
        for i in order:
            at = _others(machine, at, k, float(z[i]), explanation.data)
            found[i] = _likelihood(machine, at, explanation.data)
    low, high = _crossing(z[::-1], found[::-1]), _crossing(z, found)
    grid = np.zeros((len(z) + 2, len(explanation.names)))
    grid[:, k] = [*z, low or 0.0, high or 0.0]
    values = explanation.scale.rows(grid)[:, k]
    ends = [None if x is None else float(v) for x, v in zip((low, high), values[-2:], strict=True)]
    return Profile(name, values[:-2], found, ends[0], ends[1])


def _crossing(z: Floats, found: Floats) -> float | None:
    """Return where the profile, followed from its top onwards, falls 1.92 below it; None where it never does."""
    top = int(np.argmax(found))
    level = found[top] - 1.920729
    for i in range(top + 1, len(z)):
        if found[i] < level:
            share = (found[i - 1] - level) / (found[i - 1] - found[i]) if np.isfinite(found[i]) else 1.0
            return float(z[i - 1] + share * (z[i] - z[i - 1]))
    return None


def _others(machine: Compiled, at: Floats, k: int, value: float, data: tuple[Data, ...]) -> Floats:
    from scipy.optimize import minimize

    free = [i for i in range(len(at)) if i != k]
    point = at.copy()
    point[k] = value
    if not free:
        return point

    def loss(x: Floats) -> tuple[float, Floats]:
        point[free] = x
        value_, gradient = machine.value_and_gradient(point, data)
        # Take the prior out again: the posterior's potential is -log-likelihood + z^2/2 + constant.
        return float(value_) - 0.5 * float(point @ point), (np.asarray(gradient) - point)[free]

    found = minimize(
        loss, at[free], jac=True, method="L-BFGS-B", bounds=[(-_EDGE, _EDGE)] * len(free), options={"maxiter": 60}
    )
    point[free] = found.x
    return point.copy()


def _likelihood(machine: Compiled, z: Floats, data: tuple[Data, ...]) -> float:
    return float(machine.pointwise(z[None], data).sum())


def _at(scale: Scale, u: Floats) -> dict[str, float]:
    from scipy.special import ndtri

    return {name: float(v) for name, v in scale.theta(np.asarray(ndtri(u))).items()}


def _with(u: Floats, k: int, value: float) -> Floats:
    made = u.copy()
    made[k] = value
    return made


def _finite(readout: Readout, theta: dict[str, float]) -> float:
    value = float(readout(theta))
    if not np.isfinite(value):
        raise ModelError(f"the readout is not finite at {', '.join(f'{k} = {v:.3g}' for k, v in theta.items())}")
    return value
