"""The runner behind every command: the one way through the house, room by room."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core import provenance
from ..core.progress import SILENT, Progress
from ..core.streams import choose_seed
from . import gather
from .assemble import problem
from .files import DataPlan, data_plan
from .model import Study

if TYPE_CHECKING:
    from ..cargo import Cargo
    from ..engine import Problem
    from ..interventions import Intervention
    from ..kinetics import UptakeLaw
    from ..matchmaking.results import Match
    from ..mechanisms import Model
    from ..stockroom import Stockroom
    from .run import Run


#: Smallest lesion that is seen, cm, where not by tomography: nodules counted at a mouse's necropsy (an assumption).
SEEN_CM = {"mouse": 0.05}


@dataclass(frozen=True)
class Case:
    """Everything a study has become before patients are drawn.

    Attributes:
        study, plan, seed: what was asked, on which data, with which seed.
        cargo, stockroom, match: the tumour's vesicles, the organs, and how they meet.
        uptake: how readily organs take vesicles from blood.
        doses: vesicles per cell and day at the time of resection, ``(o, c)`` over ``uptake.organs`` and classes.
        model, inputs: the composed mechanisms and what they take from other rooms.
        interventions: what is done, resection included.
    """

    study: Study
    plan: DataPlan
    seed: int
    cargo: Cargo
    stockroom: Stockroom
    match: Match
    uptake: UptakeLaw
    doses: NDArray[np.float64]
    model: Model
    inputs: dict[str, NDArray[np.float64]]
    interventions: tuple[Intervention, ...]


def prepare(
    study: Study, *, data_dir: str | Path | None = None, seed: int | None = None, progress: Progress = SILENT
) -> Case:
    """Return the case of `study`: cargo matched with the stockroom, mechanisms composed, their inputs filled.

    Raises:
        InputError, StudyError: the data or the study is not usable; nothing is computed from half of it.
    """
    from ..mechanisms import compose
    from ..mechanisms.provide import inputs

    chosen = _seed(study, seed)
    plan = data_plan(study, data_dir)
    with progress.task("data"):
        carried, held = gather.cargo(study, plan), gather.stockroom(study, plan)
        whose = gather.body(study)
        law = gather.uptake(whose, carried)
    model = compose(_organs(whose.organs), study.mechanisms)
    doses = law.dose(_release_at_resection(study, model))
    with progress.task("match"):
        found = _match(study, carried, held, chosen, dict(zip(law.organs, doses, strict=True)), law.cells)
    given = inputs(
        model, body=whose, uptake=law, response=found.response, primary=study.tumour.organ, study=study.inputs,
        classes=gather.class_laws(model, whose, carried),
    )  # fmt: skip
    return Case(study, plan, chosen, carried, held, found, law, doses, model, given, _interventions(study))


def run(
    study: Study,
    *,
    data_dir: str | Path | None = None,
    out: str | Path | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
    workers: int = 1,
    scheduler: Any = None,
    resume: bool = False,
) -> Run:
    """Run `study` and return its answer.

    The same patients are followed twice, with and without tumour vesicles, on the same random numbers.

    Args:
        study: what is asked.
        data_dir: folder of the study's data files; None for METASTASOME_DATA or the embedded reference.
        out: results folder that the run is for; finished chunks wait in ``OUT.partial`` until it is written.
        seed: overrules the study's.
        progress: whom to tell how far it is.
        workers: threads, or processes with ``scheduler="processes"``.
        scheduler: where to run: as in :func:`metastasome.engine.run_cohort`.
        resume: go on from chunks of a killed run of the same study.
    """
    from ..engine import run_cohort
    from ..engine.distribute import connected
    from ..interventions import BlockRelease
    from .run import Run
    from .store import fingerprint, partial_folder

    told = progress or SILENT
    case = prepare(study, data_dir=data_dir, seed=seed, progress=told)
    record = provenance.record(
        seed=case.seed,
        data=case.plan.checksums(),
        data_dir=case.plan.folder,
        settings={"patients": study.cohort.patients},
    )
    kept = None
    if out is not None:
        kept = partial_folder(out, fingerprint=fingerprint(study, case.seed, dict(record.data)), resume=resume)
    arms = {"vesicles": (), "without": (BlockRelease(strength=1.0),)}
    with connected(workers, scheduler) as where:
        cohorts = {
            name: run_cohort(
                cohort_problem(case, extra=done), n=study.cohort.patients, seed=case.seed, workers=workers,
                scheduler=where, out=None if kept is None else kept / name, resume=resume, progress=told,
            )
            for name, done in arms.items()
        }  # fmt: skip
    return Run(case, cohorts["vesicles"], cohorts["without"], record)


def cohort_problem(case: Case, *, extra: tuple[Intervention, ...] = ()) -> Problem:
    """Return the engine's problem of `case`, with `extra` interventions on top of the study's."""
    from ..readouts import detectable_cells

    study = case.study
    return problem(
        case.model, case.inputs, interventions=(*case.interventions, *extra),
        detectable=detectable_cells(case.model.organs, smallest_diameter_cm=SEEN_CM.get(study.body.species)),
        horizon_days=study.cohort.horizon, seed=case.seed,
        diameter_at_resection=study.tumour.diameter_at_resection,
    )  # fmt: skip


def _seed(study: Study, seed: int | None) -> int:
    if seed is not None:
        return seed
    return study.cohort.seed if study.cohort.seed is not None else choose_seed()


def _organs(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(o for o in names if o != "rest")


def _release_at_resection(study: Study, model: Model) -> float:
    """Return vesicles per day from a primary of the median diameter at resection, by the model's own parameters."""
    p = {name: x.default for name, x in model.parameters.items()}
    volume = np.pi / 6 * study.tumour.diameter_at_resection**3
    return float(p.get("ev_release.rate", 0.0) * p["primary_growth.cell_density"] * volume)


def _match(
    study: Study,
    carried: Cargo,
    held: Stockroom,
    seed: int,
    doses: dict[str, NDArray[np.float64]],
    cells: tuple[str, ...],
) -> Match:
    from ..matchmaking.match import match

    delivered = {}
    for r in held.recipients:
        if r.organ in doses:
            cell = r.cell if r.cell in cells else "parenchyma"
            delivered[r.name] = float(doses[r.organ][cells.index(cell)])
    return match(
        carried, held, seed=seed, nulls=study.match.nulls, doses=study.match.doses or None, delivered=delivered
    )


def _interventions(study: Study) -> tuple[Intervention, ...]:
    from ..interventions import Resection, make

    made = [make(i.do, i.settings, start=i.start, stop=i.stop) for i in study.interventions]
    if study.tumour.resect and not any(isinstance(m, Resection) for m in made):
        made.insert(0, Resection(at_diameter="diameter_at_resection"))
    return tuple(made)
