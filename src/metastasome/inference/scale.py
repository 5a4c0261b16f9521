"""One scale for every parameter: z, on which each prior is a standard normal.

``theta = F^-1(Phi(z))`` with F the prior's distribution, cut to the parameter's range. On this scale nothing can
leave its
range, every sampler meets a well-scaled problem, and the prior's density is known without its constants. Parameters
whose
prior is fixed are no dimension: they keep their value.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.parameters import Parameter
from .observation import Array, Floats, special

_CUT = 1e-9  # a prior with less than this mass outside the range is not cut
_Z_MAX = 8.0


@dataclass(frozen=True)
class Scale:
    """The free parameters of an explanation, in order, and the fixed ones."""

    parameters: tuple[Parameter, ...]
    fixed: Mapping[str, float]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the free parameters, ``d`` of them."""
        return tuple(p.name for p in self.parameters)

    def theta(self, z: Array, xp: Any = np) -> dict[str, Array]:
        """Return name -> value at `z` ``(d,)`` (or ``(d, n)``, for n values each)."""
        made = {p.name: _value(p, z[i], xp) for i, p in enumerate(self.parameters)}
        return {**made, **self.fixed}

    def z(self, theta: Mapping[str, float]) -> Floats:
        """Return the point ``(d,)`` at which the free parameters take the values of `theta`."""
        return np.array([_z(p, float(theta[p.name])) for p in self.parameters])

    def rows(self, z: Floats) -> Floats:
        """Return values ``(n, d)`` of points ``(n, d)``."""
        return np.stack([np.asarray(_value(p, z[:, i], np)) for i, p in enumerate(self.parameters)], axis=1)


def scale_of(parameters: Sequence[Parameter]) -> Scale:
    """Return the scale of `parameters`, each name once.

    Raises:
        InputError: one name is declared twice with different priors, or a prior lies outside its parameter's range.
    """
    known: dict[str, Parameter] = {}
    for p in parameters:
        if p.name in known and known[p.name].prior != p.prior:
            raise InputError("declared twice with different priors", field=p.name, value=p.prior.describe())
        known.setdefault(p.name, p)
    for p in known.values():
        low, high = _edges(p) if p.prior.kind != "fixed" else (0.0, 1.0)
        if not high > low:
            expected = f"{p.low:g} to {p.high:g} {p.unit}"
            raise InputError(
                "the prior has no mass in its range", field=p.name, value=p.prior.describe(), expected=expected
            )
    free = tuple(p for p in known.values() if p.prior.kind != "fixed")
    return Scale(free, {p.name: p.prior.a for p in known.values() if p.prior.kind == "fixed"})


def log_normal(z: Array, xp: Any = np) -> Array:
    """Return the log-density of the standard normal at `z` ``(d,)``."""
    return -0.5 * xp.sum(z * z) - 0.5 * z.shape[0] * math.log(2 * math.pi)


def _value(p: Parameter, z: Array, xp: Any) -> Array:
    prior = p.prior
    low, high = _edges(p)
    if prior.kind in ("lognormal", "normal"):
        if low > _CUT or high < 1 - _CUT:
            functions = special(xp)
            z = functions.ndtri(xp.clip(low + (high - low) * functions.ndtr(z), 1e-300, 1 - 1e-16))
        made = prior.a * xp.exp(prior.b * z) if prior.kind == "lognormal" else prior.a + prior.b * z
        return xp.clip(made, p.low, p.high)  # a posterior far in the tail of its prior stays in the range too
    u = low + (high - low) * special(xp).ndtr(z)
    if prior.kind == "uniform":
        return prior.a + (prior.b - prior.a) * u
    return prior.a * xp.exp(math.log(prior.b / prior.a) * u)


def _z(p: Parameter, value: float) -> float:
    from scipy.special import ndtri

    low, high = _edges(p)
    u = (_mass_below(p, value) - low) / (high - low)
    return float(np.clip(ndtri(np.clip(u, 0.0, 1.0)), -_Z_MAX, _Z_MAX))


@functools.cache
def _edges(p: Parameter) -> tuple[float, float]:
    return _mass_below(p, p.low), _mass_below(p, p.high)


def _mass_below(p: Parameter, value: float) -> float:
    from scipy.special import ndtr

    a, b = p.prior.a, p.prior.b
    match p.prior.kind:
        case "lognormal":
            return float(ndtr(math.log(value / a) / b)) if value > 0 else 0.0
        case "normal":
            return float(ndtr((value - a) / b))
        case "uniform":
            return min(max((value - a) / (b - a), 0.0), 1.0)
        case _:
            return min(max(math.log(value / a) / math.log(b / a), 0.0), 1.0) if value > 0 else 0.0
