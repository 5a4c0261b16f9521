"""Posterior by adaptive importance sampling: quick, independent draws for a handful of parameters, with its own check.

Draws come from a multivariate t around the likeliest point; its centre and spread are refitted twice to the weighted
draws. Weights are smoothed by Pareto's law (Vehtari 2024, JMLR 25:72); k-hat above 0.7 says that they cannot be
trusted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp

from .compiled import Compiled
from .observation import Data, Floats
from .optimum import Optimum, optimum

_FREEDOM = 5.0


@dataclass(frozen=True)
class Weighted:
    """Draws ``(n, d)`` with normalised weights; log-evidence with its standard error; Pareto's k-hat."""

    z: Floats
    weights: Floats
    log_evidence: float
    error: float
    k_hat: float

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        """Return `n` draws of equal weight (resampled)."""
        return self.z[rng.choice(len(self.weights), size=n, p=self.weights)]


def importance(
    compiled: Compiled,
    rng: np.random.Generator,
    data: tuple[Data, ...] | None = None,
    *,
    n: int = 4096,
    starts: int = 2,
    best: Optimum | None = None,
) -> Weighted:
    """Return weighted draws of the posterior.

    Args:
        n: draws; rounds that only shape the proposal take a quarter of them.
        starts: points to seek the optimum from. best: the optimum, where it is known already.

    Raises:
        ModelError: the data are impossible at every start.
    """
    best = best or optimum(compiled, data, starts=starts)
    centre, spread = best.z, best.covariance * 1.2
    for last in (False, False, True):
        z, log_q = _draw(rng, centre, spread, n if last else max(n // 4, 256))
        log_p = compiled.log_posterior(z, data)
        log_w = log_p - log_q
        if not last:
            w = np.exp(log_w - logsumexp(log_w))
            if 1 / np.sum(w**2) > 20 * (len(centre) + 1):
                centre = w @ z
                spread = (w[:, None] * (z - centre)).T @ (z - centre) + 1e-6 * np.eye(len(centre))
    smooth, k_hat = _smoothed(log_w)
    evidence = float(logsumexp(log_w) - np.log(n))
    error = float(np.std(np.exp(log_w - log_w.max())) / np.mean(np.exp(log_w - log_w.max())) / np.sqrt(n))
    return Weighted(z, np.exp(smooth - logsumexp(smooth)), evidence, error, k_hat)


def _draw(rng: np.random.Generator, centre: Floats, spread: Floats, n: int) -> tuple[Floats, Floats]:
    d = len(centre)
    root = np.linalg.cholesky(spread)
    u = rng.standard_normal((n, d)) / np.sqrt(rng.chisquare(_FREEDOM, size=(n, 1)) / _FREEDOM)
    const = gammaln((_FREEDOM + d) / 2) - gammaln(_FREEDOM / 2) - 0.5 * d * np.log(_FREEDOM * np.pi)
    density = const - np.log(np.diag(root)).sum() - 0.5 * (_FREEDOM + d) * np.log1p((u**2).sum(axis=1) / _FREEDOM)
    return centre + u @ root.T, density


def _smoothed(log_w: Floats) -> tuple[Floats, float]:
    from .jax_setup import arviz

    finite = np.where(np.isfinite(log_w), log_w, -1e300)
    smooth, k_hat = arviz().psislw(finite.copy())
    return np.asarray(smooth), float(k_hat)
