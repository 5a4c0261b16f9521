"""Running a trial: from a study file or from objects to a :class:`~metastasome.study.trial.Trial`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import provenance
from ..core.errors import InputError, nearest
from ..core.progress import SILENT, Progress
from .arms import Arm, Whom, as_arms, remarks
from .arms_cargo import CARGO_MATCH
from .arms_run import run_arms
from .model import Scan, Study, TrialPart
from .trial import Trial
from .trial_endpoints import check_endpoint
from .trial_scan import Schedules

if TYPE_CHECKING:
    from ..interventions import Intervention
    from .model import Intervention as Asked

CLOCKS = ("start", "resection")
#: What a study without a trial is asked: does blocking release help, early and late, and when does it stop helping?
DEFAULT_STRENGTH = 0.9


@dataclass(frozen=True)
class Plan:
    """What a trial compares, and how; see :func:`metastasome.compare`."""

    control: str
    endpoint: str
    clock: str
    scan: Schedules | None
    subgroups: tuple[str, ...]
    cargo_spread: float
    alpha: float
    power: float


def run_trial(
    study: Study,
    *,
    data_dir: str | Path | None = None,
    seed: int | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    workers: int = 1,
    scheduler: Any = None,
    progress: Progress = SILENT,
) -> Trial:
    """Run the trial that `study` describes; one without a trial is asked when blocking release stops helping.

    Args:
        study: what is asked.
        data_dir: folder of the study's data files; None for METASTASOME_DATA or the embedded reference.
        seed: overrules the study's.
        out: results folder that the trial is for; finished chunks of every arm wait in ``OUT.partial`` until it is
            written.
        resume: go on from chunks of a killed run of the same trial.
        workers: threads, or processes with ``scheduler="processes"``.
        scheduler: where to run: as in :func:`metastasome.engine.run_cohort`.
        progress: whom to tell how far it is.
    """
    part = study.trial or TrialPart()
    scan = None if part.scan is None else _schedules(part.scan)
    if part.arms:
        arms = tuple(Arm(name, tuple(_make(i) for i in asked), _whom(part, name)) for name, asked in part.arms.items())
    else:
        arms, scan = default_arms(), scan or default_schedules()
    plan = Plan(
        part.control, part.endpoint, part.clock, scan, part.subgroups, part.cargo_spread, part.alpha, part.power
    )  # fmt: skip
    return _run(
        study, arms, plan, data_dir=data_dir, seed=seed, out=out, resume=resume, workers=workers, scheduler=scheduler,
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
    cargo_spread: float = 0.0,
    alpha: float = 0.05,
    power: float = 0.8,
    data_dir: str | Path | None = None,
    seed: int | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    workers: int = 1,
    scheduler: Any = None,
    progress: Progress = SILENT,
) -> Trial:
    """Compare `arms` on the patients of `study` (:func:`metastasome.compare` and :func:`run_trial` say more)."""
    made = as_arms(arms)
    first = made[0].name if control is None else control
    plan = Plan(first, endpoint, clock, scan, tuple(subgroups), cargo_spread, alpha, power)
    return _run(
        study, made, plan, data_dir=data_dir, seed=seed, out=out, resume=resume, workers=workers, scheduler=scheduler,
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
    study: Study,
    arms: tuple[Arm, ...],
    plan: Plan,
    *,
    data_dir: str | Path | None,
    seed: int | None,
    out: str | Path | None,
    resume: bool,
    workers: int,
    scheduler: Any,
    progress: Progress,
) -> Trial:
    from .runner import prepare
    from .store import fingerprint, partial_folder

    _check(arms, plan)
    if study.cohort.patients < 2:
        raise InputError("too few patients to compare", field="cohort.patients", value=1, expected="2 or more")
    study = recorded(study, arms, plan)
    case = prepare(_without_nulls(study), data_dir=data_dir, seed=seed, progress=progress)
    check_endpoint(plan.endpoint, case.model.organs, dies=any(m.key == "host_death" for m in case.model.mechanisms))
    for parameter in plan.subgroups:
        _check_varies(case, parameter, plan.cargo_spread)
    scan_arms = () if plan.scan is None else plan.scan.arms(study.cohort.horizon)
    said = {a.name: remarks(case, a) for a in (*arms, *scan_arms)}
    record = provenance.record(
        seed=case.seed, data=case.plan.checksums(), data_dir=case.plan.folder,
        settings={"patients": study.cohort.patients, "trial": study.trial is not None},
    )  # fmt: skip
    kept = None
    if out is not None:
        kept = partial_folder(out, fingerprint=fingerprint(study, case.seed, dict(record.data)), resume=resume)
    outcomes = run_arms(
        case, (*arms, *scan_arms), control=plan.control, cargo_spread=plan.cargo_spread, workers=workers,
        scheduler=scheduler, out=kept, resume=resume, progress=progress,
    )  # fmt: skip
    return Trial(
        case, arms, outcomes, plan.control, plan.endpoint, plan.clock, scan_arms, plan.subgroups, plan.alpha,
        plan.power, said, record, plan.cargo_spread,
    )  # fmt: skip


def recorded(study: Study, arms: Sequence[Arm], plan: Plan) -> Study:
    """Return `study` with the trial written into it, so that its folder can be replayed.

    Arms that a study file cannot hold (a name with spaces, an intervention of the user's own) leave it as it was.
    """
    from ..interventions import written

    part: dict[str, Any] = {
        "arms": {a.name: [written(i) for i in a.interventions] for a in arms},
        "whom": {a.name: dataclasses.asdict(a.whom) for a in arms if a.whom is not None},
        "control": plan.control, "endpoint": plan.endpoint, "clock": plan.clock, "subgroups": list(plan.subgroups),
        "cargo_spread": plan.cargo_spread, "alpha": plan.alpha, "power": plan.power, "scan": None,
    }  # fmt: skip
    if plan.scan is not None:
        scan = plan.scan
        part["scan"] = {
            "intervention": written(scan.intervention), "starts": list(scan.starts), "lasts": list(scan.lasts),
            "sizes": list(scan.sizes),
        }  # fmt: skip
    try:
        return study.with_(trial=None).with_(trial=part)
    except InputError:
        return study.with_(trial=None)


def _without_nulls(study: Study) -> Study:
    """Return the study without the significance of its match, which a trial does not read."""
    return study.with_(match={"nulls": 0})


def _check(arms: Sequence[Arm], plan: Plan) -> None:
    names = [a.name for a in arms]
    if plan.control not in names:
        hint = nearest(plan.control, names) or f"known: {', '.join(names)}"
        raise InputError("no such arm", field="control", value=plan.control, hint=hint)
    if plan.clock not in CLOCKS:
        raise InputError("unknown clock", field="clock", value=plan.clock, expected=" or ".join(CLOCKS))
    if not 0 < plan.alpha < 0.5 or not plan.alpha < plan.power < 1:
        raise InputError("not a usable power", field="power", value=plan.power, expected="above alpha and below 1")
    if not 0.0 <= plan.cargo_spread <= 5.0:
        expected = "0 to 5, on the log scale"
        raise InputError("not a spread", field="cargo_spread", value=plan.cargo_spread, expected=expected)


def _check_varies(case: Any, parameter: str, cargo_spread: float = 0.0) -> None:
    from .assemble import RESECTION_SIZE

    known = [name for name, p in case.model.parameters.items() if p.spread > 0] + [RESECTION_SIZE.name]
    known += [CARGO_MATCH] if cargo_spread > 0 else []
    if parameter not in known:
        hint = nearest(parameter, known) or f"known: {', '.join(known)}"
        raise InputError("does not differ between patients", field="subgroups", value=parameter, hint=hint)


def _schedules(part: Scan) -> Schedules:
    return Schedules(_make(part.intervention), part.starts, part.lasts, part.sizes)


def _make(asked: Asked) -> Intervention:
    from ..interventions import make

    return make(asked.do, asked.settings, start=asked.start, stop=asked.stop)


def _whom(part: TrialPart, name: str) -> Whom | None:
    asked = part.whom.get(name)
    return None if asked is None else Whom(asked.parameter, asked.above, asked.below)
