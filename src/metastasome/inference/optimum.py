"""The likeliest point: a trust-region Newton method with exact derivatives from several starts, and the curvature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import ModelError
from .compiled import Compiled
from .observation import Data, Floats


@dataclass(frozen=True)
class Optimum:
    """The best of several starts.

    Attributes:
        z: the point ``(d,)``. value: log-posterior there. covariance: inverse curvature ``(d, d)``.
        agree: share of the starts that ended within 0.1 of the best value; well below 1 means several optima.
        log_evidence: Laplace's approximation.
    """

    z: Floats
    value: float
    covariance: Floats
    agree: float
    log_evidence: float


def optimum(compiled: Compiled, data: tuple[Data, ...] | None = None, *, starts: int = 8, seed: int = 0) -> Optimum:
    """Return the maximum of the posterior (on the scale of z), from the prior's centre and points drawn from it.

    Raises:
        ModelError: no start reaches a point of finite probability.
    """
    from scipy.optimize import minimize

    from ..core.streams import stream

    given = compiled.explanation.data if data is None else data
    d = len(compiled.explanation.names)
    points = np.vstack([np.zeros((1, d)), 0.8 * stream(seed, "inference/starts").standard_normal((starts - 1, d))])
    best, values = None, []
    for z0 in points:
        found = minimize(
            lambda z: _safe(compiled, z, given)[0],
            z0,
            jac=lambda z: _safe(compiled, z, given)[1],
            hess=lambda z: np.nan_to_num(np.asarray(compiled.curvature(z, given), dtype=float)),
            method="trust-exact",
            options={"maxiter": 200, "initial_trust_radius": 1.0, "max_trust_radius": 4.0},
        )
        values.append(float(found.fun))
        if np.isfinite(found.fun) and found.fun < 1e29 and (best is None or found.fun < best.fun):
            best = found
    if best is None:
        raise ModelError(f"hypothesis '{compiled.explanation.key}' gives zero probability to the data")
    covariance = _covariance(np.asarray(compiled.curvature(np.asarray(best.x), given)))
    agree = float(np.mean(np.array(values) < best.fun + 0.1))
    _, logdet = np.linalg.slogdet(covariance)
    evidence = float(-best.fun + 0.5 * logdet + 0.5 * d * np.log(2 * np.pi))
    return Optimum(np.asarray(best.x), float(-best.fun), covariance, agree, evidence)


def _safe(compiled: Compiled, z: Floats, data: tuple[Data, ...]) -> tuple[float, Floats]:
    value, gradient = compiled.value_and_gradient(z, data)
    if not np.isfinite(value):
        return 1e30, np.zeros_like(z)
    return float(value), np.nan_to_num(np.asarray(gradient, dtype=float), posinf=0.0, neginf=0.0)


def _covariance(curvature: Floats) -> Floats:
    """Return the inverse curvature; directions without curvature keep the prior's variance of 1."""
    values, vectors = np.linalg.eigh(0.5 * (curvature + curvature.T))
    values = np.where(np.isfinite(values) & (values > 1e-2), values, 1.0)
    return np.asarray((vectors / values) @ vectors.T)
