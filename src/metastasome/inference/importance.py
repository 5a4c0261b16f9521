"""Posterior by adaptive importance sampling: quick, independent draws for a handful of parameters, with its own check.

Draws come from a multivariate t around the likeliest point, or around every maximum that was met; centre and spread
are refitted twice to the weighted draws. Weights are smoothed by Pareto's law (Vehtari 2024, JMLR 25:72); k-hat above
0.7 says that they cannot be trusted. Then, or where they are worth fewer than 400, the posterior has no such shape, and
a mixture of t laws is fitted to it round by round (population Monte Carlo, Cappé 2008, doi:10.1007/s11222-008-9059-x).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from .compiled import Compiled
from .observation import Data, Floats
from .optimum import Optimum, optimum
from .proposal import Proposal
from .words import ESS_LEAST, K_HAT

_FINE = 0.5
_STAGES = ((8, 6, 4), (24, 12, 16))  # components, rounds, and how many times the draws asked for at most


@dataclass(frozen=True)
class Weighted:
    """Draws ``(n, d)`` with normalised weights; log-evidence with its standard error; Pareto's k-hat.

    `raw` are the weights before they were smoothed.
    """

    z: Floats
    weights: Floats
    log_evidence: float
    error: float
    k_hat: float
    raw: Floats

    @property
    def effective(self) -> float:
        """Draws of equal weight that these are worth (Kong 1994)."""
        return float(1 / np.sum(self.weights**2))

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        """Return `n` draws of equal weight, resampled at even steps (Kitagawa 1996): one of weight w comes n w times,
        rounded up or down."""
        ends = np.cumsum(self.weights)
        at = np.searchsorted(ends, (rng.random() + np.arange(n)) / n * ends[-1])
        return self.z[rng.permutation(np.minimum(at, len(ends) - 1))]


def importance(
    compiled: Compiled,
    rng: np.random.Generator,
    data: tuple[Data, ...] | None = None,
    *,
    n: int = 4096,
    starts: int = 4,
    best: Optimum | None = None,
) -> Weighted:
    """Return weighted draws of the posterior.

    Args:
        n: draws; rounds that only shape the proposal take a quarter of them.
        starts: points to seek the optimum from. best: the optimum, where it is known already.

    Raises:
        ModelError: the data are impossible at every start.
    """
    best = best or optimum(compiled, data, starts=starts, several=True)
    proposal = _first(best)
    for _ in range(2):
        made = _weighed(compiled, proposal, rng, data, max(n // 4, 256))
        if 1 / np.sum(made.raw**2) > 20 * (len(best.z) + 1):
            proposal = proposal.refitted(made.z, made.raw) if best.rivals else Proposal.of(made.z, made.raw)
    made = _weighed(compiled, proposal, rng, data, n)
    return made if _enough(made, K_HAT) else _mixed(compiled, made, rng, data, n)


def _first(best: Optimum) -> Proposal:
    """Return a t around every maximum, a little wider than its curvature, by evidence but none below a tenth."""
    tops = (best, *best.rivals)
    ln = np.array([t.log_evidence for t in tops])
    shares = np.maximum(np.exp(ln - logsumexp(ln)), 0.1)
    spreads = 1.2 * np.stack([t.covariance for t in tops])
    return Proposal(shares / shares.sum(), np.stack([t.z for t in tops]), spreads)


def _enough(made: Weighted, k_hat: float) -> bool:
    return made.k_hat < k_hat and made.effective >= ESS_LEAST


def _worth(made: Weighted) -> tuple[bool, float]:
    """Draws that can be trusted come first; how many they are worth says nothing of others."""
    fine = made.k_hat < K_HAT
    return fine, made.effective if fine else -made.k_hat


def _mixed(
    compiled: Compiled, first: Weighted, rng: np.random.Generator, data: tuple[Data, ...] | None, n: int
) -> Weighted:
    """Return the draws of the mixture that are worth most; later rounds draw more."""
    found = first
    for components, rounds, most in _STAGES:
        proposal = Proposal.split(rng, found.z, found.weights, components)
        for i in range(rounds):
            last = _weighed(compiled, proposal, rng, data, min(2 + 2 * (i // 2), most) * n)
            found = max(found, last, key=_worth)
            if _enough(found, _FINE):
                return found
            proposal = proposal.refitted(last.z, last.weights, steps=2)
        if _enough(found, K_HAT):
            break
    return found


def _weighed(
    compiled: Compiled, proposal: Proposal, rng: np.random.Generator, data: tuple[Data, ...] | None, n: int
) -> Weighted:
    z, log_q = proposal.draw(rng, n)
    log_w = compiled.log_posterior(z, data) - log_q
    smooth, k_hat = _smoothed(log_w)
    evidence = float(logsumexp(log_w) - np.log(n))
    raw = np.exp(log_w - logsumexp(log_w))
    error = float(np.std(raw) / np.mean(raw) / np.sqrt(n))
    return Weighted(z, np.exp(smooth - logsumexp(smooth)), evidence, error, k_hat, raw)


def _smoothed(log_w: Floats) -> tuple[Floats, float]:
    from .jax_setup import arviz

    finite = np.where(np.isfinite(log_w), log_w, -1e300)
    with np.errstate(over="ignore"):  # a weight of 1 / exp(a lot) is 0, as it should be
        smooth, k_hat = arviz().psislw(finite.copy())
    return np.asarray(smooth), float(k_hat)
