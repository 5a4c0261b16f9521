"""Blood drawn and read: which patient on which day, what each assay reports, with and without the tumour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .assay import Assay
from .course import Course
from .noise import Floats, uniforms

Start = Literal["resection", "day 0"]


@dataclass(frozen=True)
class Schedule:
    """When blood is drawn: every `interval_days` from `start`, `delay_days` after it, for `years` at most."""

    interval_days: float
    start: Start = "resection"
    delay_days: float = 30.0
    years: float = 10.0

    def __post_init__(self) -> None:
        for name, low in (("interval_days", 0.0), ("years", 0.0), ("delay_days", -1e-9)):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > low):
                raise InputError(
                    "not a usable time", field=name, value=value, expected=f"a number above {max(low, 0):g}"
                )
        if self.start not in ("resection", "day 0"):
            raise InputError("unknown start", field="start", value=self.start, expected="'resection' or 'day 0'")

    def days(self, course: Course) -> Floats:
        """Return the days of draws ``(n, s)``; NaN after death or the horizon, or where the start never comes.

        Raises:
            InputError: the schedule starts past the horizon for everybody.
        """
        zero = course.removed if self.start == "resection" else np.full(course.n, course.times[0])
        begin = zero + self.delay_days
        stop = np.minimum(course.end, begin + 365.25 * self.years)
        if not (begin <= course.horizon).any():
            what = "no patient's primary is taken out" if np.isnan(zero).all() else "the first draw is past the horizon"
            raise InputError(
                what, field="delay_days", value=self.delay_days,
                expected=f"draws within {course.horizon:g} days", hint="lengthen the horizon, or start at 'day 0'",
            )  # fmt: skip
        count = int(np.floor(np.nanmax(stop - begin) / self.interval_days)) + 1
        days = begin[:, None] + self.interval_days * np.arange(max(count, 1))
        return np.asarray(np.where(days <= stop[:, None], days, np.nan))


def read(course: Course, assay: Assay, days: Floats, *, seed: int) -> Floats:
    """Return what `assay` reports of draws on `days` ``(n, s)``; NaN where there is no draw.

    Patient i's k-th draw rests on (seed, assay, i, k) alone.

    Raises:
        InputError: a day outside the course, or a level the course lacks.
    """
    taken = np.isfinite(days)
    safe = np.where(taken, days, course.times[0])
    level = course.at(assay.reads, safe)
    person = uniforms(seed, f"readouts/{assay.name}/person", course.n, assay.person_numbers)[:, None, :]
    draw = np.stack(
        [uniforms(seed, f"readouts/{assay.name}/draw", course.n, assay.draw_numbers, k) for k in range(days.shape[1])],
        axis=1,
    )
    levels = {assay.reads: level, "since_surgery": days - course.removed[:, None]}
    return np.asarray(np.where(taken, assay.measure(levels, person, draw), np.nan))


def first_positive(positive: NDArray[np.bool_], days: Floats, *, confirm: int = 1) -> Floats:
    """Return the day of the first positive draw, NaN: none, ``(n,)``; with `confirm` it takes that many in a row."""
    run = positive.copy()
    for k in range(1, confirm):
        run[:, k:] &= positive[:, :-k]
        run[:, :k] = False
    found = np.where(run, days, np.inf).min(axis=1, initial=np.inf)
    return np.where(np.isfinite(found), found, np.nan)


def combine(calls: Sequence[NDArray[np.bool_]], rule: Literal["any", "all"]) -> NDArray[np.bool_]:
    """Return where any, or all, of several assays are positive."""
    stacked = np.stack(calls)
    return np.asarray(stacked.any(axis=0) if rule == "any" else stacked.all(axis=0))
