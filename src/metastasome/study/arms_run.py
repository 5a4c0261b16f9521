"""Running the arms of a trial: one cohort per distinct treatment, finished ones kept on disk if asked for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.progress import SILENT, Progress, Tick
from .arms import Arm, arm_problem, patient_values
from .arms_cargo import spread_cargo
from .arms_outcome import Kept, Outcome

if TYPE_CHECKING:
    from ..engine import Problem
    from .runner import Case


def run_arms(
    case: Case,
    arms: Sequence[Arm],
    *,
    control: str,
    cargo_spread: float = 0.0,
    workers: int = 1,
    scheduler: Any = None,
    out: Path | None = None,
    resume: bool = False,
    progress: Progress = SILENT,
) -> dict[str, Outcome]:
    """Return arm -> what became of the patients; arms that come to the same thing are computed once.

    Args:
        case: the study and what it became.
        arms: control among them.
        control: arm whose patients stand for those that an arm with a `whom` leaves out.
        cargo_spread: see :func:`.arms_cargo.spread_cargo`.
        workers, scheduler: as in :func:`metastasome.engine.run_cohort`; a cluster is started once for all arms.
        out: folder in which the cohort of every arm is committed chunk by chunk.
        resume: go on from the chunks found in `out`.
        progress: told of every chunk of every arm.
    """
    from ..engine.distribute import connected
    from .runner import cohort_problem

    base = spread_cargo(cohort_problem(case), case.seed, cargo_spread)
    ordered = sorted(arms, key=lambda a: a.name != control)
    problems = {a.name: arm_problem(case, base, a) for a in ordered}
    distinct: dict[str, list[str]] = {}  # what is done -> arms
    for name, problem in problems.items():
        distinct.setdefault(repr((problem.levers, problem.events)), []).append(name)
    partly = [a for a in ordered if a.whom is not None]
    kept = Kept(len(distinct) + len(partly), case.study.cohort.patients, len(base.groups), out)
    made: dict[str, Outcome] = {}
    with connected(workers, scheduler) as where:
        for k, names in enumerate(distinct.values()):
            step = _Step(f"{', '.join(names[:3])}{' ...' if len(names) > 3 else ''}", k + 1, len(distinct))
            found = _solve(case, problems[names[0]], kept, step, workers, where, out, resume, progress)
            made |= dict.fromkeys(names, found)
    if partly:
        values = patient_values(case, base)
        for arm in partly:
            assert arm.whom is not None
            made[arm.name] = kept.mixed(arm.whom.mask(values), made[arm.name], made[control])
    return {arm.name: made[arm.name] for arm in arms}


@dataclass(frozen=True)
class _Step:
    """One cohort of the trial: its arms, and the how manieth of how many."""

    arms: str
    number: int
    total: int


def _solve(
    case: Case, problem: Problem, kept: Kept, step: _Step, workers: int, scheduler: Any, out: Path | None,
    resume: bool, progress: Progress,
) -> Outcome:  # fmt: skip
    from ..engine import run_cohort

    # Named by what decides it: a cohort is found again whatever its arm is called and wherever it stands.
    folder = None if out is None else out / f"arm-{problem.fingerprint()[:16]}"
    try:
        cohort = run_cohort(
            problem, n=case.study.cohort.patients, seed=case.seed, workers=workers, scheduler=scheduler, out=folder,
            resume=resume and folder is not None, progress=_Named(progress, step.arms), settings=_settings(),
        )  # fmt: skip
    except KeyboardInterrupt as stop:
        stop.add_note(f"this was cohort {step.number} of {step.total}: {step.arms}")
        raise
    return kept.cohort(cohort)


def _settings() -> Any:
    """Return settings that keep no lesion rows and no curves, which a trial does not read; patients are the same."""
    from ..engine import Settings

    return Settings(raw=0, reservoir=1, keep=0)


@dataclass(frozen=True)
class _Named:
    """Progress that says which arms it is about."""

    told: Progress
    arms: str

    def task(self, name: str, total: int | None = None) -> AbstractContextManager[Tick]:
        """Open the step `name` of these arms."""
        return self.told.task(f"{name}, {self.arms}", total)
