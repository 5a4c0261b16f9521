"""What there is to be seen in each patient over time: the levels that assays read, taken from a cohort or given.

Lesion sizes follow from the three points a cohort keeps of each lesion: one cell when founded, the detectable size on
the day imaging could first see it, its cells at the end; ln cells is linear between them. Organ burdens and
body-wide curves are the recorded ones, ln-linear between recording days; the primary is gone from its resection on.
Deaths balance births and growth, D = b N - dN/dt, with b the birth rate of tumour cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from .assay import LEVELS
from .imaging import DETECTABLE_CELLS

if TYPE_CHECKING:
    from ..engine import Cohort

Floats = NDArray[np.float64]
_TINY = 1e-12


@dataclass(frozen=True, repr=False)
class Course:
    """Levels of n patients on t days.

    Attributes:
        times: days, increasing, ``(t,)``.
        levels: name of :data:`~metastasome.readouts.assay.LEVELS` -> ``(n, t)``; ``largest`` ``(n, t, o)``.
        organs: organs of ``largest``.
        removed: day the primary was taken out, NaN: never, ``(n,)``.
        end: last day of follow-up (death, or the horizon), ``(n,)``.
        seen: day a lesion could first be seen by imaging, NaN: never, ``(n,)``.
        seeded: day the first lesion that lives on was founded, NaN: none, ``(n,)``.
        primary: tumour cells of the primary, ``(n, t)``.
    """

    times: Floats
    levels: Mapping[str, Floats]
    organs: tuple[str, ...]
    removed: Floats
    end: Floats
    seen: Floats
    seeded: Floats
    primary: Floats = field(repr=False)

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.end)

    @property
    def horizon(self) -> float:
        """Last day known."""
        return float(self.times[-1])

    def __repr__(self) -> str:
        return f"<Course of {self.n} patients over {self.horizon:g} days: {', '.join(self.levels)}>"

    def level(self, name: str) -> Floats:
        """Return one level; :class:`InputError` where the course lacks it."""
        if name not in self.levels:
            raise InputError(
                "the patients' course lacks a level", field=name, expected=f"one of {', '.join(self.levels)}",
                hint=f"{name} is {LEVELS[name][1]}" if name in LEVELS else None,
            )  # fmt: skip
        return self.levels[name]

    def at(self, name: str, days: Floats) -> Floats:
        """Return a level on `days` ``(n, s)``: ln-linear between known days; ``(n, s)`` or ``(n, s, o)``.

        Raises:
            InputError: a day lies before the first or past the last one known.
        """
        self.check_days(days)
        known = self.level(name)
        last = np.clip(np.searchsorted(self.times, days, side="right") - 1, 0, len(self.times) - 2)
        share = (days - self.times[last]) / (self.times[last + 1] - self.times[last])
        rows = np.arange(self.n)[:, None]
        a, b = known[rows, last], known[rows, last + 1]
        w = share if known.ndim == 2 else share[..., None]
        found = ln_linear(a, b, w)
        if known.ndim == 3:
            return found
        # Surgery between two known days is a step, not a slope.
        day = self.removed[:, None]
        step = (day > self.times[last]) & (day <= self.times[last + 1])
        return np.asarray(np.where(step, np.where(days < day, a, b), found))

    def check_days(self, days: Floats) -> None:
        """Refuse days outside the course, NaN (no draw) left aside."""
        bad = days[(days < self.times[0]) | (days > self.times[-1])]
        if bad.size:
            raise InputError(
                "a draw lies outside the patients' course", field="times", value=float(bad.ravel()[0]),
                expected=f"days from {self.times[0]:g} to {self.times[-1]:g}", hint="lengthen the study's horizon",
            )  # fmt: skip

    def healthy(self) -> Course:
        """Return the same people without a tumour: every level 0."""
        nothing = {k: np.zeros_like(v) for k, v in self.levels.items()}
        never = np.full(self.n, np.nan)
        return Course(
            self.times, nothing, self.organs, self.removed, self.end, never, never, np.zeros_like(self.primary)
        )


def make_course(
    times: ArrayLike, *, organs: tuple[str, ...] = ("whole body",), end: ArrayLike | None = None, **levels: ArrayLike
) -> Course:
    """Return a course from plain arrays: days and any of :data:`~metastasome.readouts.assay.LEVELS`.

    Args:
        times: days, increasing, ``(t,)``.
        organs: organs of ``largest``, if given as ``(n, t, o)``.
        end: last day of follow-up by patient; the last of `times` when not given.
        **levels: ``(n, t)``, or ``(t,)`` for one patient.

    Raises:
        InputError: an unknown level, days not increasing, a shape that does not fit, a negative or non-finite value.
    """
    days = np.asarray(times, dtype=np.float64)
    if days.ndim != 1 or len(days) < 2 or not (np.diff(days) > 0).all():
        raise InputError("times must be at least two increasing days", field="times", value=str(days[:4]))
    if not levels:
        raise InputError("no level is given", field="levels", expected=", ".join(LEVELS))
    checked = {name: _checked(name, value, len(days), len(organs)) for name, value in levels.items()}
    n = len(next(iter(checked.values())))
    never = np.full(n, np.nan)
    last = np.full(n, days[-1]) if end is None else np.asarray(end, dtype=np.float64)
    return Course(days, checked, organs, never, last, never, never, np.zeros((n, len(days))))


def _checked(name: str, value: ArrayLike, t: int, o: int) -> Floats:
    if name not in LEVELS:
        raise InputError("unknown level", field=name, expected=", ".join(LEVELS))
    found = np.atleast_2d(np.asarray(value, dtype=np.float64))
    if name == "largest" and found.ndim == 2:
        found = found[..., None]
    if found.shape[1] != t or (name == "largest" and found.shape[2] != o):
        raise InputError("its shape does not fit", field=name, value=found.shape, expected=f"patients x {t} days")
    if not (np.isfinite(found).all() and (found >= 0).all()):
        raise InputError("a level is negative or not finite", field=name)
    return found


def from_cohort(
    cohort: Cohort,
    *,
    birth: float = 0.14,
    pleural_share: float = 0.01,
    pleural_turnover: float = 15.0,
    grid_days: float = 30.0,
    detectable: float = DETECTABLE_CELLS,
) -> Course:
    """Return the course of a cohort's patients whose curves were kept (engine setting ``raw``).

    Args:
        cohort: a run's cohort; it must record plasma_ev, ctc_per_ml, release and primary_diameter.
        birth: births per tumour cell and day, for deaths where the cohort did not record ``cell_deaths`` (default
            doi:10.7554/eLife.00747).
        pleural_share: share of a lung lesion's vesicles that reaches pleural fluid instead of blood, where the cohort
            did not record ``pleura_kept`` (assumption).
        pleural_turnover: pleural fluid made and drained, mL/day (assumption: 0.01 mL/kg/h).
        grid_days: spacing of days on which sizes of lesions are worked out.
        detectable: cells of a lesion on its ``detected_day``.
    """
    from .lesion_course import assemble

    return assemble(
        cohort, birth=birth, pleural_share=pleural_share, pleural_turnover=pleural_turnover, grid_days=grid_days,
        detectable=detectable,
    )  # fmt: skip


def ln_linear(a: Floats, b: Floats, share: Floats) -> Floats:
    """Return values a `share` of the way from `a` to `b`, linear in the logarithm.

    A level that is zero at one end has no logarithm: it holds its earlier value until it is gone.
    """
    both = (a > 0) & (b > 0)
    curve = np.exp((1 - share) * np.log(np.where(both, a, 1.0)) + share * np.log(np.where(both, b, 1.0)))
    return np.asarray(np.where(both, curve, np.where(share < 1, a, b)))
