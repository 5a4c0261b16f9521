"""Arms of a trial: what is done to whom, and what became of the same patients under each."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, StudyError, nearest
from ..core.progress import SILENT, Progress, Tick
from . import followed
from .arms_actions import check_horizon, levers_and_events, usable
from .arms_cargo import CARGO_MATCH, CargoSpread, spread_cargo

if TYPE_CHECKING:
    from ..engine import Cohort, Problem
    from ..interventions import Intervention
    from .runner import Case

Floats = NDArray[np.float64]
_FIELDS = ("first_seen", "death_day", "resection_day", "seen", "cells")


@dataclass(frozen=True)
class Whom:
    """The patients an arm treats: those between two shares in order of a parameter that differs between patients."""

    parameter: str
    above: float = 0.0
    below: float = 1.0

    def mask(self, values: Mapping[str, Floats]) -> NDArray[np.bool_]:
        """Return who is treated, ``(n,)``.

        Args:
            values: parameter -> its value by patient, from :func:`patient_values`.
        """
        if self.parameter not in values:
            hint = nearest(self.parameter, values) or f"those that differ between patients: {', '.join(values)}"
            raise StudyError("not a parameter that differs between patients", field=self.parameter, hint=hint)
        x = values[self.parameter]
        rank = np.argsort(np.argsort(x, kind="stable"), kind="stable") / len(x)
        return np.asarray((rank >= self.above) & (rank < self.below))


@dataclass(frozen=True)
class Arm:
    """One arm.

    Attributes:
        name: short name.
        interventions: what is done on top of the study's own; one with a resection replaces the study's.
        whom: whom it treats; None for everybody.
    """

    name: str
    interventions: tuple[Intervention, ...] = ()
    whom: Whom | None = None

    def describe(self) -> str:
        """Return what is done, in words."""
        what = "; ".join(i.describe() for i in self.interventions) or "nothing beyond the study's own treatment"
        if self.whom is None:
            return what
        return (
            f"{what}; only from share {self.whom.above:g} to {self.whom.below:g} of patients by {self.whom.parameter}"
        )


@dataclass(frozen=True)
class Outcome:
    """What became of the patients of one arm: n patients, o organs.

    Attributes:
        first_seen: day the first lesion of each organ was seen in life, NaN: never, ``(n, o)``.
        death_day: infinite for the living, ``(n,)``.
        resection_day: day the primary was taken out, NaN: never, ``(n,)``.
        seen: lesions ever seen, ``(n, o)``.
        cells: lesion cells at the end of follow-up, ``(n, o)``.
    """

    first_seen: Floats
    death_day: Floats
    resection_day: Floats
    seen: Floats
    cells: Floats

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.death_day)

    def same(self, other: Outcome) -> bool:
        """Return whether every number is the same, bit for bit."""
        return all(np.array_equal(getattr(self, f), getattr(other, f), equal_nan=True) for f in _FIELDS)

    def where(self, treated: NDArray[np.bool_], other: Outcome) -> Outcome:
        """Return the outcome of treating only `treated`, the rest as in `other`; exact, as patients are independent."""
        rows = {}
        for name in _FIELDS:
            mine, theirs = getattr(self, name), getattr(other, name)
            rows[name] = np.where(treated.reshape(-1, *(1,) * (mine.ndim - 1)), mine, theirs)
        return Outcome(**rows)


def as_arms(given: Mapping[str, Any]) -> tuple[Arm, ...]:
    """Return arms from ``{"name": [interventions]}`` or ``{"name": Arm(...)}``.

    Raises:
        InputError: no arm, or something that is no intervention.
    """
    from ..interventions import Intervention

    if len(given) < 2:
        raise InputError("a trial needs two arms or more", field="arms", value=", ".join(given) or "none")
    made = []
    for name, what in given.items():
        arm = dataclasses.replace(what, name=name) if isinstance(what, Arm) else Arm(name, _listed(name, what))
        for one in arm.interventions:
            if not isinstance(one, Intervention):
                raise InputError(
                    "not an intervention", field=f"arms.{name}", value=one, hint="such as BlockRelease(0.8)"
                )
        made.append(arm)
    return tuple(made)


def _listed(name: str, what: Any) -> tuple[Intervention, ...]:
    from ..interventions import Intervention

    if isinstance(what, Intervention):
        return (what,)
    if not isinstance(what, Sequence) or isinstance(what, str):
        raise InputError("not a list of interventions", field=f"arms.{name}", value=what)
    return tuple(what)


def everything(case: Case, arm: Arm) -> tuple[Intervention, ...]:
    """Return what patients of `arm` get, the study's own interventions included."""
    from ..interventions import Resection

    own = case.interventions
    if any(isinstance(i, Resection) for i in arm.interventions):
        own = tuple(i for i in own if not isinstance(i, Resection))
    return (*own, *arm.interventions)


def remarks(case: Case, arm: Arm) -> tuple[str, ...]:
    """Return what does not act in full, and which interventions change each other, one sentence each.

    Raises:
        StudyError: an intervention cannot act in this study, or starts after its end.
    """
    from ..interventions import together

    said: list[str] = []
    for one in arm.interventions:
        check_horizon(one, case.study.cohort.horizon)
        said += usable(case.model, case.inputs, one)[1]
    return (*said, *together(everything(case, arm))[1])


def arm_problem(case: Case, base: Problem, arm: Arm) -> Problem:
    """Return `base` with the interventions of `arm`; events that belong to the model itself stay."""
    levers, events = levers_and_events(case.model, case.inputs, everything(case, arm))
    own = tuple(e for e in base.events if e.name == followed.DEATH)
    return base.with_(levers=levers, events=(*events, *own))


def run_arms(
    case: Case,
    arms: Sequence[Arm],
    *,
    control: str,
    cargo_spread: float = 0.0,
    workers: int = 1,
    progress: Progress = SILENT,
) -> dict[str, Outcome]:
    """Return arm -> what became of the patients; arms that come to the same thing are computed once."""
    from ..engine import run_cohort
    from .runner import cohort_problem

    base = spread_cargo(cohort_problem(case), case.seed, cargo_spread)
    known: dict[str, Outcome] = {}
    made: dict[str, Outcome] = {}
    for arm in sorted(arms, key=lambda a: a.name != control):
        problem = arm_problem(case, base, arm)
        key = repr((problem.levers, problem.events))
        if key not in known:
            n = case.study.cohort.patients
            known[key] = outcome(
                run_cohort(problem, n=n, seed=case.seed, workers=workers, progress=_Named(progress, arm.name))
            )
        found = known[key]
        if arm.whom is not None:
            found = found.where(arm.whom.mask(patient_values(case, base)), made[control])
        made[arm.name] = found
    return {arm.name: made[arm.name] for arm in arms}


@dataclass(frozen=True)
class _Named:
    """Progress that says which arm it is about."""

    told: Progress
    arm: str

    def task(self, name: str, total: int | None = None) -> AbstractContextManager[Tick]:
        """Open the step `name` of this arm."""
        return self.told.task(f"{name}, {self.arm}", total)


def outcome(cohort: Cohort) -> Outcome:
    """Return the rows of a cohort that trials read."""
    resected = np.full(cohort.n, np.nan)
    if "resection" in cohort.events:
        resected = cohort.event_day[:, cohort.events.index("resection")].astype(np.float64)
    return Outcome(
        followed.first_seen(cohort), followed.death_day(cohort), resected,
        cohort.detected_count.astype(np.float64), np.asarray(cohort.cells, dtype=np.float64),
    )  # fmt: skip


def patient_values(case: Case, base: Problem | None = None, *, cargo_spread: float = 0.0) -> dict[str, Floats]:
    """Return parameter -> its value by patient, for those that differ between patients."""
    from .runner import cohort_problem

    problem = spread_cargo(cohort_problem(case), case.seed, cargo_spread) if base is None else base
    n = case.study.cohort.patients
    rows = problem.patients(0, n)[0]
    spread = getattr(problem.patients, "spreads", {})
    made = {name: rows[:, problem.params.slice(name).start].copy() for name in spread}
    if isinstance(problem.patients, CargoSpread):
        made[CARGO_MATCH] = problem.patients.factor(0, n)
    return made
