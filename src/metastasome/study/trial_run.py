"""Running a trial: from a study file or from objects to a :class:`~metastasome.study.trial.Trial`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import provenance
from ..core.errors import InputError, nearest
from ..core.progress import SILENT, Progress
from .arms import Arm, Whom, as_arms, remarks, run_arms
from .model import Study, TrialPart
from .trial import Trial
from .trial_endpoints import check_endpoint
from .trial_scan import Schedules

if TYPE_CHECKING:
    from ..interventions import Intervention
    from .model import Intervention as Asked

CLOCKS = ("start", "resection")
#: What a study without a trial is asked: does blocking release help, early and late, and when does it stop helping?
DEFAULT_STRENGTH = 0.9


def run_trial(
    study: Study,
    *,
    data_dir: str | Path | None = None,
    seed: int | None = None,
    workers: int = 1,
    progress: Progress = SILENT,
) -> Trial:
    """Run the trial that `study` describes; one without a trial is asked when blocking release stops helping."""
    part = study.trial or TrialPart()
    scan = None if part.scan is None else Schedules(
        _make(part.scan.intervention), part.scan.starts, part.scan.lasts, part.scan.sizes
    )  # fmt: skip
    if part.arms:
        arms = tuple(Arm(name, tuple(_make(i) for i in asked), _whom(part, name)) for name, asked in part.arms.items())
    else:
        arms = default_arms()
        scan = scan or default_schedules()
    return _run(
        study, arms, control=part.control, endpoint=part.endpoint, clock=part.clock, scan=scan,
        subgroups=part.subgroups, alpha=part.alpha, power=part.power, data_dir=data_dir, seed=seed, workers=workers,
        progress=progress,
    )  # fmt: skip


def compare(
    arms: Mapping[str, Any],
    study: Study,
    *,
    control: str | None = None,
    endpoint: str = "metastasis_free",
    clock: str = "start",
    scan: Schedules | None = None,
    subgroups: Sequence[str] = (),
    alpha: float = 0.05,
    power: float = 0.8,
    data_dir: str | Path | None = None,
    seed: int | None = None,
    workers: int = 1,
    progress: Progress = SILENT,
) -> Trial:
    """Compare `arms` on the patients of `study` (:func:`metastasome.compare` says more)."""
    made = as_arms(arms)
    return _run(
        study, made, control=made[0].name if control is None else control, endpoint=endpoint, clock=clock, scan=scan,
        subgroups=tuple(subgroups), alpha=alpha, power=power, data_dir=data_dir, seed=seed, workers=workers,
        progress=progress,
    )  # fmt: skip


def default_arms() -> tuple[Arm, ...]:
    """Return control, release blocked from the start, and blocked from resection on."""
    from ..interventions import BlockRelease

    block = BlockRelease(strength=DEFAULT_STRENGTH)
    return (
        Arm("control"),
        Arm("early", (block,)),
        Arm("late", (block.with_(from_diameter="resection"),)),
    )


def default_schedules() -> Schedules:
    """Return the scan over start days of the default trial."""
    from ..interventions import BlockRelease

    return Schedules(BlockRelease(strength=DEFAULT_STRENGTH))


def _run(
    study: Study, arms: tuple[Arm, ...], *, control: str, endpoint: str, clock: str, scan: Schedules | None,
    subgroups: tuple[str, ...], alpha: float, power: float, data_dir: str | Path | None, seed: int | None, workers: int,
    progress: Progress,
) -> Trial:  # fmt: skip
    from .runner import prepare

    _check(arms, control, clock, alpha, power)
    case = prepare(_without_nulls(study), data_dir=data_dir, seed=seed, progress=progress)
    model = case.model
    dies = any(m.key == "host_death" for m in model.mechanisms)
    check_endpoint(endpoint, model.organs, dies=dies)
    for parameter in subgroups:
        _check_varies(case, parameter)
    scan_arms = () if scan is None else scan.arms(study.cohort.horizon)
    said = {a.name: remarks(case, a) for a in (*arms, *scan_arms)}
    record = provenance.record(
        seed=case.seed, data=case.plan.checksums(), data_dir=case.plan.folder,
        settings={"patients": study.cohort.patients},
    )  # fmt: skip
    outcomes = run_arms(case, (*arms, *scan_arms), control=control, workers=workers, progress=progress)
    return Trial(
        case, arms, outcomes, control, endpoint, clock, scan_arms, subgroups, alpha, power, said, record
    )  # fmt: skip


def _without_nulls(study: Study) -> Study:
    """Return the study without the significance of its match, which a trial does not read."""
    return study.with_(match={"nulls": 0})


def _check(arms: Sequence[Arm], control: str, clock: str, alpha: float, power: float) -> None:
    names = [a.name for a in arms]
    if control not in names:
        hint = nearest(control, names) or f"known: {', '.join(names)}"
        raise InputError("no such arm", field="control", value=control, hint=hint)
    if clock not in CLOCKS:
        raise InputError("unknown clock", field="clock", value=clock, expected=" or ".join(CLOCKS))
    if not 0 < alpha < 0.5 or not math.isfinite(power) or not alpha < power < 1:
        raise InputError("not a usable power", field="power", value=power, expected="above alpha and below 1")


def _check_varies(case: Any, parameter: str) -> None:
    from .assemble import RESECTION_SIZE

    known = [name for name, p in case.model.parameters.items() if p.spread > 0] + [RESECTION_SIZE.name]
    if parameter not in known:
        hint = nearest(parameter, known) or f"known: {', '.join(known)}"
        raise InputError("does not differ between patients", field="subgroups", value=parameter, hint=hint)


def _make(asked: Asked) -> Intervention:
    from ..interventions import make

    return make(asked.do, asked.settings, start=asked.start, stop=asked.stop)


def _whom(part: TrialPart, name: str) -> Whom | None:
    asked = part.whom.get(name)
    return None if asked is None else Whom(asked.parameter, asked.above, asked.below)
