"""Survival statistics of two arms: Kaplan-Meier, log-rank, Cox, restricted mean, number needed to treat.

The arms hold the same patients, so differences are paired: shares by Newcombe's method 10 (:mod:`.contrast`),
restricted means by the differences of each patient, and Cox with a variance that is robust to the pairing (clusters of
two, Lin and Wei 1989, doi:10.1080/01621459.1989.10478874). The log-rank p is that of a trial of two separate groups.
"""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .contrast import paired_difference
from .trial_cox import hazard_ratio
from .trial_endpoints import Times
from .trial_power import logrank_z

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
_Z = 1.959964
#: Fewest events in both arms together for a hazard ratio.
FEWEST = 5
#: Gain of event-free time, as a share of the follow-up, below which a clear difference is still called none.
WORTH = 0.005


@dataclass(frozen=True)
class Interval:
    """A value with its 95% interval."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """True where the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Compared:
    """One arm against control, on one endpoint.

    Attributes:
        risk, risk_control: share of patients with the event by the end of follow-up.
        risk_difference: arm less control (below zero: the arm is better), paired.
        rmst_gain: days of follow-up that the event takes less, arm against control, paired.
        hazard_ratio: Cox, arm against control; NaN where there are fewer than :data:`FEWEST` events or an arm has none.
        p_logrank: of two separate groups of this size.
        nnt: patients to treat for one event fewer, with its interval; infinite ends where no benefit is in it.
        median, median_control: days by which half have the event; infinite where not reached.
        horizon_days: mean length of follow-up.
    """

    n: int
    risk: float
    risk_control: float
    risk_difference: Interval
    rmst_gain: Interval
    hazard_ratio: Interval
    p_logrank: float
    nnt: Interval
    median: float
    median_control: float
    horizon_days: float

    @property
    def verdict(self) -> str:
        """``"helps"``, ``"harms"``, ``"unclear"``, or ``"little"``: clear, yet less than :data:`WORTH` of follow-up."""
        if not (self.rmst_gain.clear or self.risk_difference.clear):
            return "unclear"
        better = self.rmst_gain.value > 0 if self.rmst_gain.clear else self.risk_difference.value < 0
        small = abs(self.rmst_gain.value) < WORTH * self.horizon_days and not self.risk_difference.clear
        return "little" if small else "helps" if better else "harms"


def compared(arm: Times, control: Times) -> Compared:
    """Return `arm` against `control`, whose patients are the same in the same order."""
    risk = Interval(*paired_difference(arm.event, control.event))
    tau = np.minimum(arm.horizon, control.horizon)
    gain = paired_mean(event_free(arm, tau) - event_free(control, tau))
    return Compared(
        n=arm.n,
        risk=float(arm.event.mean()),
        risk_control=float(control.event.mean()),
        risk_difference=risk,
        rmst_gain=gain,
        hazard_ratio=_cox(arm, control),
        p_logrank=_logrank(arm, control),
        nnt=number_needed(risk),
        median=_median(arm),
        median_control=_median(control),
        horizon_days=float(tau.mean()),
    )


def event_free(found: Times, tau: Floats) -> Floats:
    """Return days up to `tau` that the event did not take, by patient.

    Where death is not the event, who dies without it loses nothing to it: the difference of two arms is that of their
    restricted mean times lost to the event (Andersen 2013, doi:10.1002/sim.5903).
    """
    return np.where(found.event, np.minimum(found.time, tau), tau)


def paired_mean(differences: Floats) -> Interval:
    """Return the mean of paired differences with its 95% normal interval."""
    mean = float(differences.mean())
    error = float(differences.std(ddof=1) / math.sqrt(len(differences))) if len(differences) > 1 else math.inf
    return Interval(mean, mean - _Z * error, mean + _Z * error)


def number_needed(difference: Interval) -> Interval:
    """Return the number needed to treat: -1 over the risk difference, its interval by turning the ends over.

    Where the interval of the difference holds zero no finite upper end exists (Altman 1998, doi:10.1136/bmj.317.7168.
    1309): it is infinite. A harm gives a number below zero (patients treated for one event more).
    """
    if difference.value == 0.0:
        return Interval(math.inf, math.nan, math.nan)
    ends = [math.inf if d == 0.0 else -1.0 / d for d in (difference.low, difference.value, difference.high)]
    if not difference.clear:
        return Interval(ends[1], ends[0] if difference.value < 0 else ends[2], math.inf)
    return Interval(ends[1], min(ends[0], ends[2]), max(ends[0], ends[2]))


def kaplan_meier(found: Times, days: Floats) -> pd.DataFrame:
    """Return day, share free of the event with its 95% interval, and numbers at risk, on `days`."""
    import pandas as pd

    fit = _lifelines().KaplanMeierFitter().fit(found.time, found.event)
    share = fit.survival_function_at_times(days).to_numpy()
    ends = fit.confidence_interval_survival_function_
    at = np.searchsorted(ends.index.to_numpy(), days, side="right") - 1
    low, high = (ends.iloc[:, k].to_numpy()[np.maximum(at, 0)] for k in (0, 1))
    at_risk = found.n - np.searchsorted(np.sort(found.time), days, side="left")
    return pd.DataFrame({
        "day": days, "fraction": share, "low": np.nan_to_num(low, nan=1.0), "high": np.nan_to_num(high, nan=1.0),
        "at_risk": at_risk,
    })  # fmt: skip


def _lifelines(part: str = "") -> Any:
    """Return lifelines, or a module of it; slow to import, hence only when asked for."""
    return importlib.import_module(f"lifelines.{part}".rstrip("."))


def _median(found: Times) -> float:
    return float(_lifelines().KaplanMeierFitter().fit(found.time, found.event).median_survival_time_)


def _logrank(arm: Times, control: Times) -> float:
    """Return the p-value of two separate groups."""
    if not (arm.event.any() or control.event.any()):
        return 1.0
    z = logrank_z(arm.time, arm.event, control.time, control.event)
    return math.erfc(abs(z) / math.sqrt(2.0))


def _cox(arm: Times, control: Times) -> Interval:
    nothing = Interval(math.nan, math.nan, math.nan)
    events = (int(arm.event.sum()), int(control.event.sum()))
    if min(events) == 0 or sum(events) < FEWEST:
        return nothing
    if np.array_equal(arm.time, control.time) and np.array_equal(arm.event, control.event):
        return Interval(1.0, 1.0, 1.0)
    found = hazard_ratio(arm, control)
    return nothing if found is None else Interval(*found)
