"""The mean-field twin of a model, differentiable: mechanisms and Kendall's law from the parameters to what is seen.

The rates are the mechanisms' own (:meth:`metastasome.mechanisms.Model.evaluate` on JAX). Slow states are integrated
with a
stiff Rosenbrock method at fixed steps (Rodas4 of :mod:`metastasome.numerics`); over each cell of time the rates of
lesions are the mean of its two ends; founders are a Poisson process whose clones follow Kendall's law, as in
:mod:`metastasome.engine.meanfield`, which is its witness in the tests. Exact while lesions do not feed back on the
body; dormancy included (sleepers are Poisson, and so are those who wake).
Patients differ in the parameters that have a `spread`; the mean over patients is taken at quasi-random normal points.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..mechanisms import Model
from .jax_setup import jax
from .namespace import JaxNamespace
from .observation import Array, Floats, Theta

_NODES = (0.5 * (1 - 0.6**0.5), 0.5, 0.5 * (1 + 0.6**0.5))
_WEIGHTS = (5 / 18, 8 / 18, 5 / 18)
_RESECTED = "diameter_at_resection"


@dataclass(frozen=True)
class Course:
    """What the twin expects; t days (ends of cells), o organs, k origins, m patients.

    Attributes:
        days: ``(t,)``. diameter: ``(m, t)`` cm, of the primary as if it were never taken out.
        detected: ``(m, k, o, t)`` expected lesions that have reached the detectable size.
        founded: ``(m, k, o, t)`` expected founders so far.
    """

    days: Floats
    diameter: Array
    detected: Array
    founded: Array

    def p_any(self, xp: Any = np) -> Array:
        """Return the chance that a patient has any detectable lesion by each day, ``(m, t)``."""
        return 1.0 - xp.exp(-xp.sum(self.detected, axis=(1, 2)))


@dataclass(frozen=True, eq=False)
class Twin:
    """A model with its inputs, ready to be asked for what it expects.

    Attributes:
        model: composed mechanisms. inputs: from :func:`metastasome.mechanisms.provide.inputs`.
        detectable: cells at which a lesion is seen, ``(o,)``. horizon_days: how long.
        cells: stretches of time. steps: integration steps per stretch.
        patients: points of the mean over patients; 1 takes the typical patient only.
        resected_at: diameter in cm at which the primary is taken out (None: never); its median where it differs between
            patients by `resected_spread`, the standard deviation of its logarithm. levers: input -> factor throughout.
    """

    model: Model
    inputs: Mapping[str, Floats]
    detectable: Floats
    horizon_days: float
    cells: int = 60
    steps: int = 4
    patients: int = 1
    resected_at: float | None = None
    resected_spread: float = 0.0
    levers: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.levers:
            if name not in self.inputs:
                raise InputError("no mechanism that is on takes this lever", field=name)

    @functools.cached_property
    def days(self) -> Floats:
        """Ends of the cells of time, ``(cells + 1,)``."""
        return np.linspace(0.0, self.horizon_days, self.cells + 1)

    @functools.cached_property
    def people(self) -> Floats:
        """Standard normal points of what differs between patients, ``(patients, spreads)``: parameters, then the
        diameter at resection."""
        from scipy.special import ndtri
        from scipy.stats import qmc

        n = len(self._spreads) + (self.resected_spread > 0)
        if self.patients == 1:
            return np.zeros((1, n))
        u = qmc.Sobol(n, scramble=True, rng=np.random.default_rng(12345)).random(self.patients)
        z = np.asarray(ndtri(u))
        return np.asarray((z - z.mean(axis=0)) / z.std(axis=0))

    @functools.cached_property
    def _sleep(self) -> tuple[str, ...]:
        """Rates of dormancy, where the model has it."""
        asleep = any(d.name == "dormancy_enter" for d in self.model.derived)
        return ("dormancy_enter", "dormancy_wake") if asleep else ()

    @functools.cached_property
    def _spreads(self) -> tuple[str, ...]:
        return tuple(name for name, p in self.model.parameters.items() if p.spread > 0)

    def __call__(self, theta: Theta) -> Course:
        """Return the expected course at parameter values `theta` (others keep their defaults)."""
        j = jax()
        diameter, detected, founded = j.vmap(lambda z: self._one(theta, z))(j.numpy.asarray(self.people))
        return Course(self.days, diameter, detected, founded)

    def _values(self, theta: Theta, z: Array) -> dict[str, Array]:
        xp = jax().numpy
        made: dict[str, Array] = {k: xp.asarray(v) for k, v in self.inputs.items()}
        made |= {k: made[k] * f for k, f in self.levers.items()}
        for name, p in self.model.parameters.items():
            value = xp.atleast_1d(xp.asarray(theta.get(name, p.default), dtype=float))
            if name in self._spreads:
                at = self._spreads.index(name)
                value = xp.clip(value * xp.exp(p.spread * z[at]), p.low, p.high)
            made[name] = value
        return made

    def _one(self, theta: Theta, z: Array) -> tuple[Array, Array, Array]:
        """Return diameter ``(t,)``, detected and founded ``(k, o, t)`` of one patient."""
        j, values = jax(), self._values(theta, z)
        xp, ns = j.numpy, JaxNamespace()
        names = [s.name for s in self.model.states]
        sizes = [self.model.size(s) for s in self.model.states]
        cuts = np.cumsum(sizes)[:-1]

        def unpack(y: Array) -> dict[str, Array]:
            return dict(zip(names, xp.split(y, cuts), strict=True))

        def evaluate(y: Array, present: Array) -> Any:
            state = unpack(y)
            return self.model.evaluate(ns, state, {**values, "primary_present": xp.atleast_1d(present)})

        def rates(y: Array, present: Array) -> Array:
            found = evaluate(y, present).rates
            parts = [xp.broadcast_to(found[n], (k,)) for n, k in zip(names, sizes, strict=True)]
            return xp.concatenate(parts) if parts else y

        def seen(y: Array, present: Array) -> Array:
            found, o = evaluate(y, present), len(self.model.organs)
            rows = [found.derived[n] for n in ("birth", "death", "saturation", *self._sleep)]
            rows += [found.intensity[k] for k in self.model.origins]
            return xp.stack([xp.broadcast_to(r, (o,)) for r in rows])

        def diameter(y: Array) -> Array:
            return evaluate(y, 1.0).derived["primary_diameter"][0]

        h = self.horizon_days / self.cells / self.steps
        out_at: Any = self.resected_at
        if out_at is not None and self.resected_spread > 0:
            out_at = out_at * xp.exp(self.resected_spread * z[-1])

        def cell(carry: Array, _: Any) -> tuple[Array, Any]:
            y, present = carry
            before = diameter(y)
            step = lambda v, _: (rodas_step(lambda u: rates(u, present), v, h, xp), None)  # noqa: E731
            after_y, _ = j.lax.scan(step, y, None, length=self.steps)
            after = diameter(after_y)
            here, left = present, present
            if out_at is not None:
                share = xp.clip((out_at - before) / xp.maximum(after - before, 1e-12), 0.0, 1.0)
                here, left = present * share, present * (after < out_at)
            mean = 0.5 * (seen(y, here) + seen(after_y, here))
            return (after_y, left), (mean, after)

        y0 = xp.concatenate([self._start(s, values, xp) for s in self.model.states])
        first = diameter(y0)
        _, (means, sizes_) = j.lax.scan(cell, (y0, xp.asarray(1.0)), None, length=self.cells)
        means = xp.moveaxis(means, 0, -1)  # (3 + k, o, cells)
        dt = xp.full(self.cells, self.horizon_days / self.cells)
        nu = means[3 + len(self._sleep) :]
        asleep = (means[3], means[4]) if self._sleep else None
        detected = expected_detected(means[0], means[1], means[2], nu, dt, self.detectable, asleep=asleep)
        founded = xp.concatenate([xp.zeros_like(detected[..., :1]), xp.cumsum(nu * dt, axis=-1)], axis=-1)
        return xp.concatenate([first[None], sizes_]), detected, founded

    def _start(self, state: Any, values: Mapping[str, Array], xp: Any) -> Array:
        owner = next(m for m in self.model.mechanisms if state in m.states)
        at = values[f"{owner.key}.{state.initial}"] if isinstance(state.initial, str) else xp.asarray([state.initial])
        return xp.broadcast_to(xp.asarray(at, dtype=float), (self.model.size(state),))


def expected_detected(
    birth: Array, death: Array, saturation: Array, intensity: Array, dt: Array, size: Floats,
    *, asleep: tuple[Array, Array] | None = None,
) -> Array:  # fmt: skip
    """Return the lesions ``(k, o, c + 1)`` expected to have reached `size` ``(o,)`` by each end of a cell.

    As :func:`metastasome.engine.meanfield.expected`, with the loop over cells as a scan: birth, death and saturation
    ``(o, c)``, intensity ``(k, o, c)``, dt ``(c,)``; `asleep` are the rates of falling asleep and waking, ``(o, c)``.
    """
    from ..engine.meanfield import _stretch, at_least, awake, dormancy, share_to_reach

    j = jax()
    xp = j.numpy
    n = dt.shape[0]
    reach = share_to_reach(size, saturation, xp)
    whole_m, whole_q = _stretch(birth, death, dt, xp)

    def from_node(node: Array) -> Array:
        started = intensity
        if asleep is not None:
            started = awake(intensity, *dormancy(birth, death, *asleep), dt, node, xp=xp)
        m0, q0 = _stretch(birth, death, (1.0 - node) * dt, xp)

        def step(carry: Any, i: Array) -> tuple[Any, Array]:
            m, q, best = carry
            earlier, there = xp.arange(n) < i, xp.arange(n) <= i
            q = xp.where(earlier, q + whole_q[:, i][:, None] / m, q)
            m = xp.where(earlier, m * whole_m[:, i][:, None], m)
            chance = xp.where(there, at_least(reach[:, i][:, None], m, q, xp), 0.0)
            best = xp.maximum(best, chance)
            return (m, q, best), xp.sum(started * dt * best, axis=-1)

        _, rows = j.lax.scan(step, (m0, q0, xp.zeros_like(m0)), xp.arange(n))
        return xp.moveaxis(rows, 0, -1)

    total = xp.tensordot(xp.asarray(_WEIGHTS), j.vmap(from_node)(xp.asarray(_NODES)), axes=1)
    return xp.concatenate([xp.zeros_like(total[..., :1]), total], axis=-1)


def rodas_step(rates: Any, y: Array, h: float, xp: Any) -> Array:
    """Return y after one step of Rodas4 for ``dy/dt = rates(y)``."""
    from ..numerics.tableaus import RODAS4

    j = jax()
    a, c, _, _ = RODAS4.arrays
    stages = RODAS4.stages
    matrix = xp.eye(y.shape[0]) / (h * RODAS4.gamma) - j.jacfwd(rates)(y)
    factor = j.scipy.linalg.lu_factor(matrix)
    ks: list[Array] = []
    for s in range(stages):
        at, right = y, 0.0
        for i, k in enumerate(ks):
            if a[s, i] != 0:
                at = at + a[s, i] * k
            if c[s, i] != 0:
                right = right + (c[s, i] / h) * k
        ks.append(j.scipy.linalg.lu_solve(factor, rates(at) + right))
    return at + ks[-1]
