"""The likeliest point: a trust-region Newton method with exact derivatives from several starts, and the curvature."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import ModelError
from .compiled import Compiled
from .observation import Data, Floats

Loss = Callable[[Floats], tuple[float, Floats]]
_APART = 3.0  # standard deviations, by the sharper of two maxima
_NEGLIGIBLE = 6.0  # nats of evidence
_SAME = 0.2  # prior standard deviations: ends of climbs so near to each other are one maximum
_BELOW = 30.0  # nats of the posterior density: a maximum so much lower is not looked at
_NEWTON = 8  # parameters up to which a curvature (two gradients for each) is worth its price at every step


@dataclass(frozen=True)
class Optimum:
    """The best of several starts.

    Attributes:
        z: the point ``(d,)``. value: log-posterior there. covariance: inverse curvature ``(d, d)``.
        agree: share of the starts that ended within 0.1 of the best value; well below 1 means several optima.
        log_evidence: Laplace's approximation.
        rivals: other maxima around which, by that approximation, more than e^-6 of the posterior may lie.
    """

    z: Floats
    value: float
    covariance: Floats
    agree: float
    log_evidence: float
    rivals: tuple[Optimum, ...] = ()


def at_maximum(z: Floats, value: float, curvature: Floats, agree: float = 1.0) -> Optimum:
    """Return the maximum at `z` ``(d,)`` of log-posterior `value` and negative Hessian `curvature` ``(d, d)``."""
    covariance = covariance_of(curvature)
    evidence = value + 0.5 * float(np.linalg.slogdet(covariance)[1]) + 0.5 * len(z) * float(np.log(2 * np.pi))
    return Optimum(z, value, covariance, agree, evidence)


def with_rivals(best: Optimum, others: Iterable[Optimum]) -> Optimum:
    """Return `best` with those of `others` that are maxima of their own and hold a share worth looking at."""
    found = [best]
    for other in sorted(others, key=lambda o: -o.value):
        if all(_apart(one, other) > _APART for one in found):
            found.append(other)
    least = max(o.log_evidence for o in found) - _NEGLIGIBLE
    return dataclasses.replace(best, rivals=tuple(o for o in found[1:] if o.log_evidence > least))


def _apart(a: Optimum, b: Optimum) -> float:
    gap = a.z - b.z
    return max(float(np.sqrt(gap @ np.linalg.solve(o.covariance, gap))) for o in (a, b))


def optimum(
    compiled: Compiled,
    data: tuple[Data, ...] | None = None,
    *,
    starts: int = 8,
    seed: int = 0,
    near: Floats | None = None,
    several: bool = False,
) -> Optimum:
    """Return the maximum of the posterior (on the scale of z), from the prior's centre and points drawn from it.

    Args:
        near: one more point to start from.
        several: also look at the other maxima that were met (a curvature each); without it there are no rivals.

    Raises:
        ModelError: no start reaches a point of finite probability.
    """
    from ..core.streams import stream

    given = compiled.explanation.data if data is None else data
    d = len(compiled.explanation.names)
    points = np.vstack([np.zeros((1, d)), 0.8 * stream(seed, "inference/starts").standard_normal((starts - 1, d))])
    points = points if near is None else np.vstack([near[None], points])[:starts]
    loss = functools.partial(_safe, compiled, data=given)
    found = [_climb(compiled, loss, z0, given) for z0 in points]
    values = [float(f.fun) for f in found]
    finite = [f for f in found if np.isfinite(f.fun) and f.fun < 1e29]
    best = min(finite, key=lambda f: float(f.fun)) if finite else None
    if best is None:
        raise ModelError(f"hypothesis '{compiled.explanation.key}' gives zero probability to the data")
    if d > _NEWTON:
        best = min(best, _newton(compiled, loss, np.asarray(best.x), given, 30), key=lambda f: float(f.fun))
    agree = float(np.mean(np.array(values) < best.fun + 0.1))
    made: list[Optimum] = []
    for f in [best, *(sorted(finite, key=lambda f: float(f.fun)) if several else ())]:
        z = np.asarray(f.x)
        if f.fun < best.fun + _BELOW and all(np.linalg.norm(z - o.z) > _SAME for o in made):
            made.append(at_maximum(z, float(-f.fun), np.asarray(compiled.curvature(z, given)), agree))
    return with_rivals(made[0], made[1:])


def _climb(compiled: Compiled, loss: Loss, z0: Floats, data: tuple[Data, ...]) -> Any:
    """Return SciPy's result from one start: Newton steps where a curvature costs few gradients, else quasi-Newton."""
    from scipy.optimize import minimize

    if len(z0) <= _NEWTON:
        return _newton(compiled, loss, z0, data, 200)
    return minimize(loss, z0, jac=True, method="L-BFGS-B", options={"maxiter": 500, "maxcor": 20})


def _newton(compiled: Compiled, loss: Loss, z0: Floats, data: tuple[Data, ...], most: int) -> Any:
    from scipy.optimize import minimize

    return minimize(
        loss, z0, jac=True, hess=lambda z: np.nan_to_num(np.asarray(compiled.curvature(z, data), dtype=float)),
        method="trust-exact", options={"maxiter": most, "initial_trust_radius": 1.0, "max_trust_radius": 4.0},
    )  # fmt: skip


def _safe(compiled: Compiled, z: Floats, data: tuple[Data, ...]) -> tuple[float, Floats]:
    value, gradient = compiled.value_and_gradient(z, data)
    if not np.isfinite(value):
        return 1e30, np.zeros_like(z)
    return float(value), np.nan_to_num(np.asarray(gradient, dtype=float), posinf=0.0, neginf=0.0)


def covariance_of(curvature: Floats) -> Floats:
    """Return the inverse curvature; directions without curvature keep the prior's variance of 1."""
    values, vectors = np.linalg.eigh(0.5 * (curvature + curvature.T))
    values = np.where(np.isfinite(values) & (values > 1e-2), values, 1.0)
    return np.asarray((vectors / values) @ vectors.T)
