"""Endpoints: from what became of patients to a time and whether the event was met, one row per patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, StudyError
from .arms_outcome import Outcome

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: key -> (name, what the event is)
ENDPOINTS: Mapping[str, tuple[str, str]] = {
    "metastasis_free": ("metastasis-free survival", "a metastasis seen, or death"),
    "survival": ("overall survival", "death by tumour burden"),
    "metastasis": ("time to metastasis", "a metastasis seen; death ends follow-up"),
    "brain": ("time to brain metastasis", "a brain metastasis seen; death ends follow-up"),
}


@dataclass(frozen=True)
class Times:
    """Time to an event by patient, days from day 0 of the clock.

    Attributes:
        time: to the event, or to the end of follow-up, ``(n,)``.
        event: whether it was met, ``(n,)``.
        horizon: end of follow-up in days of the clock, ``(n,)``.
        patients: rows of the cohort, ``(n,)``.
    """

    time: Floats
    event: Bools
    horizon: Floats
    patients: NDArray[np.int64]

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.time)

    def rows(self, at: NDArray[np.int64] | Bools) -> Times:
        """Return the patients `at`."""
        return Times(self.time[at], self.event[at], self.horizon[at], self.patients[at])


def check_endpoint(endpoint: str, organs: Sequence[str], *, dies: bool) -> None:
    """Refuse an endpoint that this study cannot give."""
    if endpoint not in ENDPOINTS:
        raise InputError("unknown endpoint", field="endpoint", value=endpoint, expected=", ".join(ENDPOINTS))
    if endpoint == "brain" and "brain" not in organs:
        raise StudyError("no brain among the organs of this study", field="endpoint", value=endpoint)
    if endpoint == "survival" and not dies:
        raise StudyError(
            "nobody dies in this study: 'host_death' is off", field="endpoint", value=endpoint,
            hint="switch 'host_death' on, or choose 'metastasis'",
        )  # fmt: skip


def times(found: Outcome, endpoint: str, *, organs: Sequence[str], horizon: float, zero: Floats) -> Times:
    """Return the times of `endpoint`.

    Args:
        found: of one arm.
        endpoint: a key of :data:`ENDPOINTS`.
        organs: of the columns of `found`.
        horizon: end of follow-up, days of the study.
        zero: day 0 of the clock by patient; NaN for those left out, ``(n,)``.
    """
    columns = [organs.index("brain")] if endpoint == "brain" else slice(None)
    seen, died = found.first(columns), np.asarray(found.death_day, dtype=np.float64)
    end = np.minimum(died, horizon)
    if endpoint == "survival":
        met = died
    elif endpoint == "metastasis_free":
        met = np.minimum(seen, died)
    else:
        met = np.where(seen <= end, seen, np.inf)
    event = met <= horizon
    time = np.where(event, met, end)
    kept = np.flatnonzero(np.isfinite(zero))
    since = zero[kept]
    return Times(time[kept] - since, event[kept], horizon - since, kept)


def clock_zero(control: Outcome, clock: str, horizon: float) -> Floats:
    """Return day 0 of the clock by patient, NaN for those left out, ``(n,)``.

    ``"resection"``: the day of resection in the control arm, for patients alive and without a metastasis then. Every
    arm has the same patients and the same day 0; an arm that acts before it changes who would have entered.
    """
    if clock == "start":
        return np.zeros(control.n)
    day = np.asarray(control.resection_day, dtype=np.float64)
    enters = np.isfinite(day) & (day < horizon) & (control.first() > day) & (control.death_day > day)
    return np.where(enters, day, np.nan)
