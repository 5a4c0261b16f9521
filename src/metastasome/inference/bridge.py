"""Marginal likelihood by bridge sampling (Meng & Wong 1996; Gronau 2017, doi:10.1016/j.jmp.2017.09.005).

Half of the draws shape a normal proposal, the other half and as many proposals are weighed against each other by the
optimal bridge function, iterated to its fixed point. On the scale of z posteriors are close to normal, which is where
the method is at its best; :mod:`.grid` is its witness in one to three dimensions.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

from .compiled import Compiled
from .observation import Data, Floats


def log_evidence(
    compiled: Compiled, chains: Floats, rng: np.random.Generator, *, data: tuple[Data, ...] | None = None
) -> tuple[float, float]:
    """Return ln p(data) and its standard error from draws ``(chains, n, d)``.

    The error is that of eq. 14 of Frühwirth-Schnatter 2004 with draws taken as independent after thinning by their
    auto-correlation (approximated by the effective sample size).
    """
    half = chains.shape[1] // 2
    fit, use = chains[:, :half].reshape(-1, chains.shape[2]), chains[:, half:].reshape(-1, chains.shape[2])
    d = fit.shape[1]
    centre = fit.mean(axis=0)
    root = np.asarray(np.linalg.cholesky(np.cov(fit.T, ddof=1).reshape(d, d) + 1e-10 * np.eye(d)), dtype=np.float64)
    proposed = centre + rng.standard_normal(use.shape) @ root.T
    at_use = compiled.log_posterior(use, data) - _density(use, centre, root)
    at_proposed = compiled.log_posterior(proposed, data) - _density(proposed, centre, root)
    n1 = _effective(chains[:, half:])
    n2 = float(len(proposed))
    found = _fixed_point(at_use, at_proposed, n1 / (n1 + n2), n2 / (n1 + n2))
    return found, _error(at_use, at_proposed, found, n1, n2)


def _fixed_point(use: Floats, proposed: Floats, s1: float, s2: float) -> float:
    value = float(np.median(use))
    for _ in range(1000):
        top = logsumexp(proposed - np.logaddexp(np.log(s1) + proposed, np.log(s2) + value)) - np.log(len(proposed))
        bottom = logsumexp(-np.logaddexp(np.log(s1) + use, np.log(s2) + value)) - np.log(len(use))
        last, value = value, float(top - bottom)
        if abs(value - last) < 1e-10 * max(1.0, abs(value)):
            break
    return value


def _error(use: Floats, proposed: Floats, value: float, n1: float, n2: float) -> float:
    s1, s2 = n1 / (n1 + n2), n2 / (n1 + n2)
    f1 = np.exp(proposed - value - np.logaddexp(np.log(s1) + proposed - value, np.log(s2)))
    f2 = np.exp(-np.logaddexp(np.log(s1) + use - value, np.log(s2)))
    return float(np.sqrt(np.var(f1) / np.mean(f1) ** 2 / n2 + np.var(f2) / np.mean(f2) ** 2 / n1))


def _density(z: Floats, centre: Floats, root: Floats) -> Floats:
    u = np.linalg.solve(root, (z - centre).T)
    const = np.log(np.diag(root)).sum() + 0.5 * len(centre) * np.log(2 * np.pi)
    return np.asarray(-0.5 * (u**2).sum(axis=0) - const)


def _effective(chains: Floats) -> float:
    """Return the smallest effective number of draws over parameters."""
    from .jax_setup import arviz

    total = chains.shape[0] * chains.shape[1]
    found = [float(arviz().ess(chains[:, :, k])) for k in range(chains.shape[2])]
    return float(np.clip(np.nanmin(found), 4.0, total))
