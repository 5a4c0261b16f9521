"""One intervention tried over starts and lengths: benefit against start day, and the trade-off with dose."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .arms import Arm
from .trial_survival import Compared

if TYPE_CHECKING:
    import pandas as pd

    from ..interventions import Intervention

MOST_SCHEDULES = 200
_STARTS = 7


@dataclass(frozen=True)
class Schedules:
    """The schedules of a scan.

    Attributes:
        intervention: what is tried; its own start and stop are not used.
        starts: days to start on; seven over the follow-up when empty.
        lasts: lengths in days; to the end when empty.
        sizes: diameters of the primary (cm) to start at, instead of days; ``"resection"`` is one.
    """

    intervention: Intervention
    starts: tuple[float, ...] = ()
    lasts: tuple[float, ...] = ()
    sizes: tuple[float | str, ...] = ()

    def arms(self, horizon_days: float) -> tuple[Arm, ...]:
        """Return one arm per schedule, first starts first.

        Raises:
            InputError: days and sizes at once, a start past the follow-up, or too many schedules.
        """
        if self.sizes:
            if self.starts or self.lasts:
                raise InputError("gives both days and sizes", field="scan.sizes", hint="give one of them")
            made = [self.intervention.with_(from_diameter=s, start_day=0.0, stop_day=math.inf) for s in self.sizes]
        else:
            made = [self._on(t, d) for t in self._starts(horizon_days) for d in self.lasts or (math.inf,)]
        if len(made) > MOST_SCHEDULES:
            raise InputError("too many schedules", field="scan", value=len(made), expected=f"at most {MOST_SCHEDULES}")
        return tuple(Arm(f"schedule-{k + 1}", (one,)) for k, one in enumerate(made))

    def _on(self, start: float, length: float) -> Intervention:
        return self.intervention.with_(start_day=start, stop_day=start + length, from_diameter=None)

    def _starts(self, horizon: float) -> Sequence[float]:
        starts = sorted(self.starts) or [float(t) for t in np.linspace(0.0, horizon, _STARTS + 1)[:-1]]
        late = [t for t in starts if t >= horizon]
        if late:
            expected = f"before day {horizon:g}"
            raise InputError("starts after the follow-up", field="scan.starts", value=late[0], expected=expected)
        return starts


def scan_table(arms: Sequence[Arm], found: Mapping[str, Compared], horizon_days: float) -> pd.DataFrame:
    """Return one row per schedule: when, dose, benefit with intervals, whether it lies on the trade-off front.

    Columns: schedule, start_day, stop_day, start_cm, dose_days (days of full effect up to the horizon), risk, averted
    (share of patients spared the event, with averted_low and averted_high), gain_days (event-free days gained, with
    gain_low and gain_high), clear (a benefit whose interval leaves out zero and that is worth naming), front.
    """
    import pandas as pd

    rows = []
    for arm in arms:
        (one,), c = arm.interventions, found[arm.name]
        by_size = one.from_diameter is not None
        rows.append({
            "schedule": arm.name,
            "start_day": math.nan if by_size else one.start_day,
            "stop_day": math.nan if by_size else min(one.stop_day, horizon_days),
            "start_cm": "" if not by_size else str(one.from_diameter),
            "dose_days": one.dose_days(horizon_days),
            "risk": c.risk,
            "averted": -c.risk_difference.value, "averted_low": -c.risk_difference.high,
            "averted_high": -c.risk_difference.low,
            "gain_days": c.rmst_gain.value, "gain_low": c.rmst_gain.low, "gain_high": c.rmst_gain.high,
            "clear": c.verdict == "helps",
        })  # fmt: skip
    made = pd.DataFrame(rows)
    made["front"] = front(made["gain_days"].to_numpy(), made["dose_days"].to_numpy())
    return made


def front(benefit: NDArray[np.float64], dose: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points no other beats: more benefit at no more dose, or less dose at no less benefit.

    A dose of NaN (unknown) leaves a point out.
    """
    known = np.isfinite(dose) & np.isfinite(benefit)
    better = (benefit[None, :] >= benefit[:, None]) & (dose[None, :] <= dose[:, None])
    strictly = (benefit[None, :] > benefit[:, None]) | (dose[None, :] < dose[:, None])
    beaten = (better & strictly & known[None, :]).any(axis=1)
    return np.asarray(known & ~beaten)


def stops_helping(table: pd.DataFrame) -> tuple[float, float]:
    """Return the last start of an unbroken row of clear benefits, and the first start without one; NaN where none.

    Only schedules that go on to the end and start on a day count.
    """
    mine = table[np.isfinite(table["start_day"])].sort_values("start_day")
    mine = mine[mine["stop_day"] == mine["stop_day"].max()]
    last = math.nan
    for day, clear in zip(mine["start_day"], mine["clear"], strict=True):
        if not clear:
            return last, float(day)
        last = float(day)
    return last, math.nan


def half_lost(table: pd.DataFrame) -> float:
    """Return the start day by which half of the earliest start's gain is lost, between starts; NaN where never."""
    mine = table[np.isfinite(table["start_day"])].sort_values("start_day")
    mine = mine[mine["stop_day"] == mine["stop_day"].max()]
    day, gain = mine["start_day"].to_numpy(dtype=float), mine["gain_days"].to_numpy(dtype=float)
    if len(day) < 2 or not gain[0] > 0:
        return math.nan
    below = np.flatnonzero(gain <= 0.5 * gain[0])
    if not len(below):
        return math.nan
    k = int(below[0])
    share = (gain[k - 1] - 0.5 * gain[0]) / (gain[k - 1] - gain[k])
    return float(day[k - 1] + share * (day[k] - day[k - 1]))
