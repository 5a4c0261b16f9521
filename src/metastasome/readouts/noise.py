"""Random variates from given uniforms, so that a draw of blood is a pure function of (seed, assay, patient, draw).

:func:`uniforms` gives every patient a row of its own in a stream of the draw; the inverse distribution functions turn
them into variates. A larger cohort, another order or fewer assays change no number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.streams import stream

Floats = NDArray[np.float64]
# Beyond it a count is a normal deviate with its skewness (Cornish & Fisher 1938), right to a thousandth of its spread.
_NORMAL_ABOVE = 1e4
_EDGE = 1e-15


def uniforms(seed: int, decision: str, n: int, width: int, *key: int) -> Floats:
    """Return uniforms in (0, 1), ``(n, width)``: row i belongs to patient i whatever `n` is."""
    return np.clip(stream(seed, decision, *key).random((n, width)), _EDGE, 1 - _EDGE)


def normal(u: ArrayLike) -> Floats:
    """Return standard normal deviates."""
    from scipy.special import ndtri

    return np.asarray(ndtri(u), dtype=np.float64)


def gamma(u: ArrayLike, shape: ArrayLike, scale: ArrayLike) -> Floats:
    """Return gamma variates (mean shape x scale)."""
    from scipy.special import gammaincinv

    return np.asarray(gammaincinv(shape, u) * np.asarray(scale), dtype=np.float64)


def poisson(u: ArrayLike, mean: ArrayLike) -> Floats:
    """Return Poisson counts; above 1e4 the Cornish-Fisher expansion to the first term, rounded."""
    from scipy.special import pdtrik

    p, m = np.broadcast_arrays(np.asarray(u, dtype=np.float64), np.asarray(mean, dtype=np.float64))
    few = np.where((m > 0) & (m <= _NORMAL_ABOVE), m, 1.0)
    # pdtrik solves for a continuous k; the count is the next whole number, and 0 where the mass at 0 suffices.
    inner = np.maximum(p, np.exp(-few))
    counted = np.where(p <= np.exp(-few), 0.0, np.ceil(pdtrik(inner, few) - 1e-9))
    z = normal(p)
    many = np.maximum(np.rint(m + np.sqrt(np.maximum(m, 0.0)) * z + (z**2 - 1) / 6), 0.0)
    return np.asarray(np.where(m <= 0, 0.0, np.where(m > _NORMAL_ABOVE, many, counted)))


def largest_poisson(u: ArrayLike, mean: ArrayLike, n: ArrayLike) -> Floats:
    """Return the largest of `n` independent Poisson counts: the quantile at ``u^(1/n)``; 0 where n is 0."""
    count = np.maximum(np.asarray(n, dtype=np.float64), 1e-12)
    shared = np.clip(np.exp(np.log(np.asarray(u, dtype=np.float64)) / count), _EDGE, 1 - 1e-16)
    return np.asarray(np.where(np.asarray(n) < 0.5, 0.0, poisson(shared, mean)))


def negative_binomial(u: ArrayLike, v: ArrayLike, mean: ArrayLike, dispersion: float) -> Floats:
    """Return counts of variance ``mean + dispersion mean^2``: a gamma rate from `u`, a Poisson count from `v`."""
    m = np.asarray(mean, dtype=np.float64)
    if dispersion <= 0:
        return poisson(v, m)
    return poisson(v, gamma(u, 1 / dispersion, dispersion * m))
