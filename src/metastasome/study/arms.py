"""Arms of a trial: what is done to whom, and what that is to the engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, StudyError, nearest
from . import followed
from .arms_actions import check_horizon, levers_and_events, usable
from .arms_cargo import CARGO_MATCH, CargoSpread, spread_cargo
from .arms_outcome import parts

if TYPE_CHECKING:
    from ..engine import Problem
    from ..interventions import Intervention
    from .runner import Case

Floats = NDArray[np.float64]


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
        low, high = 100 * self.whom.above, 100 * self.whom.below
        return f"{what}; only in patients between percentiles {low:g} and {high:g} of {self.whom.parameter}"


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


def patient_values(case: Case, base: Problem | None = None, *, cargo_spread: float = 0.0) -> dict[str, Floats]:
    """Return parameter -> its value by patient, for those that differ between patients."""
    from .runner import cohort_problem

    problem = spread_cargo(cohort_problem(case), case.seed, cargo_spread) if base is None else base
    n = case.study.cohort.patients
    spread = getattr(problem.patients, "spreads", {})
    at = [problem.params.slice(name).start for name in spread]
    made = {name: np.empty(n) for name in spread}
    for part in parts(n, 2048):  # a row holds every parameter: far more than is kept of it
        rows = problem.patients(part.start, part.stop)[0]
        for name, column in zip(spread, at, strict=True):
            made[name][part] = rows[:, column]
    if isinstance(problem.patients, CargoSpread):
        made[CARGO_MATCH] = problem.patients.factor(0, n)
    return made
