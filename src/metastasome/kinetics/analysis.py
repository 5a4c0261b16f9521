"""Non-compartmental analysis of a plasma curve after a bolus.

Gabrielsson & Weiner 2012, doi:10.1007/978-1-62703-050-2_16: AUC and AUMC by the linear-up log-down rule, extrapolated
with the terminal slope; CL = D/AUC, MRT = AUMC/AUC, Vss = CL MRT.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError, ModelError

Float = NDArray[np.float64]


@dataclass(frozen=True)
class NCA:
    """Results, in days and mL.

    Attributes:
        auc: area under the curve to infinity, dose unit x day/mL.
        auc_extrapolated: share of it beyond the last point.
        clearance: mL/day.
        volume: steady-state volume of distribution, mL.
        mean_residence: days.
        half_life: terminal, days.
        initial_half_life: of the first two points, days.
        peak: highest concentration.
        peak_time: when, days.
    """

    auc: float
    auc_extrapolated: float
    clearance: float
    volume: float
    mean_residence: float
    half_life: float
    initial_half_life: float
    peak: float
    peak_time: float


def nca(times: ArrayLike, concentration: ArrayLike, dose: float, *, terminal: int = 3) -> NCA:
    """Return the analysis of `concentration` at `times` (days, increasing) after a bolus of `dose` at the first time.

    Args:
        times, concentration: ``(n,)``, n > `terminal`; concentrations not negative.
        dose: amount in the unit whose concentration is given.
        terminal: number of last positive points that give the terminal slope.

    Raises:
        InputError: shapes, order or signs make no sense.
        ModelError: the curve does not fall at its end.
    """
    t, c = np.asarray(times, dtype=np.float64), np.asarray(concentration, dtype=np.float64)
    if t.ndim != 1 or t.shape != c.shape or len(t) <= terminal or (np.diff(t) <= 0).any():
        raise InputError("times out of order, or too few", field="times", expected=f"more than {terminal}, increasing")
    if not (np.isfinite(c).all() and (c >= 0).all() and dose > 0):
        raise InputError("concentrations and dose must not be negative", field="concentration")
    last = int(np.flatnonzero(c > 0)[-1]) + 1
    t, c = t[:last], c[:last]
    slope = -float(np.polyfit(t[-terminal:], np.log(c[-terminal:]), 1)[0])
    if not slope > 0:
        raise ModelError("the plasma curve does not fall at its end; follow it for longer")
    since = t - t[0]
    area, moment = _areas(since, c)
    tail = c[-1] / slope
    tail_moment = c[-1] * since[-1] / slope + c[-1] / slope**2
    auc, residence = area + tail, (moment + tail_moment) / (area + tail)
    early = math.log(c[0] / c[1]) / (t[1] - t[0]) if c[1] < c[0] and c[1] > 0 else math.nan
    return NCA(
        auc=auc,
        auc_extrapolated=tail / auc,
        clearance=dose / auc,
        volume=dose / auc * residence,
        mean_residence=residence,
        half_life=math.log(2.0) / slope,
        initial_half_life=math.log(2.0) / early,
        peak=float(c.max()),
        peak_time=float(t[np.argmax(c)]),
    )


def _areas(t: Float, c: Float) -> tuple[float, float]:
    """Return area and first moment: log-linear between falling points, linear otherwise."""
    area = moment = 0.0
    for t0, t1, c0, c1 in zip(t[:-1], t[1:], c[:-1], c[1:], strict=True):
        dt = t1 - t0
        if 0 < c1 < c0 * (1.0 - 1e-9):
            k = math.log(c0 / c1) / dt
            area += (c0 - c1) / k
            moment += (t0 * c0 - t1 * c1) / k + (c0 - c1) / k**2
        else:
            area += 0.5 * dt * (c0 + c1)
            moment += dt * ((2 * t0 + t1) * c0 + (t0 + 2 * t1) * c1) / 6.0
    return float(area), float(moment)
