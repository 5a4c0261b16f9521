"""Cox regression of two arms on the same patients, in time and memory that suit large trials.

One covariate, arm or control, with Efron's ties (1977, doi:10.1080/01621459.1977.10480613) and the variance of Lin and
Wei (1989, doi:10.1080/01621459.1989.10478874) over clusters of two, a patient and itself under control. It is what
``lifelines.CoxPHFitter(cluster_col=...)`` computes, whose time grows with the square of the patients; the tests hold
the two together.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .trial_endpoints import Times

Floats = NDArray[np.float64]
_Z = 1.959963984540054
_STEPS = 60
_SHORTEST = 1e-3  # days: an event on day 0 would leave its patient out of every risk set
_STEEPEST = 20.0  # |log hazard ratio| from which on it is called infinite


def hazard_ratio(arm: Times, control: Times) -> tuple[float, float, float] | None:
    """Return the hazard ratio of `arm` against `control` with its 95% interval; None where it is not finite."""
    time = np.maximum(np.concatenate([arm.time, control.time]), _SHORTEST)
    event = np.concatenate([arm.event, control.event])
    treated = np.repeat([1.0, 0.0], [arm.n, control.n])
    order = np.lexsort((event, time))
    time, event, treated = time[order], event[order], treated[order]
    found = _coefficient(time, event, treated)
    if found is None:
        return None
    slope, information = found
    score = np.empty(len(time))
    score[order] = _score_residuals(slope, event, treated)
    patients, row = np.unique(np.concatenate([arm.patients, control.patients]), return_inverse=True)
    each = np.bincount(row, weights=score, minlength=len(patients)) / information
    error = math.sqrt(float(np.sum(each**2)))
    return math.exp(slope), math.exp(slope - _Z * error), math.exp(slope + _Z * error)


def _coefficient(time: Floats, event: NDArray[np.bool_], treated: Floats) -> tuple[float, float] | None:
    """Return the log hazard ratio and its information by Newton's method; rows are sorted by time."""
    start = np.flatnonzero(np.r_[True, time[1:] != time[:-1]])
    d, d1 = (np.add.reduceat(x, start) for x in (event.astype(np.float64), event * treated))
    n1 = np.cumsum(treated[::-1])[::-1][start]
    n0 = len(time) - start - n1
    met = d > 0
    d, d1, n0, n1 = d[met], d1[met], n0[met], n1[met]
    many = d.astype(np.int64)
    # the l-th of d tied events meets a risk set without l/d of those who have the event then
    share = (np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)) / np.repeat(d, many)
    at0, at1 = np.repeat(n0, many) - share * np.repeat(d - d1, many), np.repeat(n1, many) - share * np.repeat(d1, many)
    slope = 0.0
    for _ in range(_STEPS):
        p = at1 * math.exp(slope)
        p /= at0 + p
        information = float(np.sum(p * (1.0 - p)))
        if information <= 0.0 or abs(slope) > _STEEPEST:
            return None
        step = float(d1.sum() - p.sum()) / information
        slope += max(-1.0, min(1.0, step))
        if abs(step) < 1e-12:
            return slope, information
    return None


def _score_residuals(slope: float, event: NDArray[np.bool_], treated: Floats) -> Floats:
    """Return what each row adds to the score; ties are taken in the order of the rows."""
    risk = np.exp(slope * treated)
    total = np.cumsum(risk[::-1])[::-1]
    mean = np.cumsum((risk * treated)[::-1])[::-1] / total
    hazard = np.cumsum(event / total)
    weighted = np.cumsum(event * mean / total)
    return np.asarray(event * (treated - mean) - risk * (treated * hazard - weighted))
