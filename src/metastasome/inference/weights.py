"""Weights of rival hypotheses: by evidence (how likely each made the data) and by stacking (how mixtures predict)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import logsumexp, softmax

from .observation import Floats


def evidence_weights(log_evidence: Sequence[float], belief: Sequence[float]) -> Floats:
    """Return posterior probabilities of hypotheses; one with evidence ``-inf`` gets 0."""
    value = np.asarray(log_evidence, float) + np.log(np.asarray(belief, float))
    if not np.isfinite(value).any():
        return np.full(len(value), np.nan)
    return np.asarray(np.exp(value - logsumexp(value)))


def stacking_weights(elpd: Floats) -> Floats:
    """Return the weights ``(k,)`` that maximise ``sum_i ln sum_k w_k exp(elpd_ik)`` for ``elpd`` ``(n, k)``.

    Yao et al. 2018, doi:10.1214/17-BA1091, eq. 4. The problem is concave; solved by expectation-maximisation, whose
    fixed
    point is the maximum.
    """
    density = np.exp(elpd - elpd.max(axis=1, keepdims=True))
    w = np.full(elpd.shape[1], 1.0 / elpd.shape[1])
    for _ in range(5000):
        share = density * w
        share /= share.sum(axis=1, keepdims=True)
        new = share.mean(axis=0)
        if np.abs(new - w).max() < 1e-9:
            break
        w = new
    return np.asarray(new)


def pseudo_weights(elpd: Sequence[float]) -> Floats:
    """Return Akaike-like weights of total elpd, for the table."""
    return np.asarray(softmax(np.asarray(elpd, float)))
