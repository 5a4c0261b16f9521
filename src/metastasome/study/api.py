"""What a notebook calls: a preset's name, a path or a study in, an answer out."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError, nearest
from ..core.progress import SILENT, Progress
from .model import Study

if TYPE_CHECKING:
    from ..cargo import Cargo
    from ..matchmaking.results import Match
    from ..stockroom import Stockroom
    from .run import Run
    from .trial import Trial
    from .trial_scan import Schedules


def simulate(
    study: str | Path | Study,
    *,
    n: int | None = None,
    seed: int | None = None,
    data_dir: str | Path | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    workers: int = 1,
    scheduler: Any = None,
    progress: Progress = SILENT,
) -> Run:
    """Run a study and return its answer: a cohort with tumour vesicles, and the same patients without.

    Args:
        study: a preset's name (``"colorectal"``), the path of a study file, or a study.
        n: patients; the study's when not given.
        seed: seed of every random number; the study's, or a fresh one that is recorded, when not given.
        data_dir: folder of the study's data files; METASTASOME_DATA, else the embedded reference, when not given.
        out: results folder that the run is for: finished chunks wait in ``OUT.partial`` until ``run.save(OUT)``.
        resume: go on from the chunks of a killed run of the same study and seed.
        workers: threads, or processes with ``scheduler="processes"``; the answer does not depend on them.
        scheduler: where to run: a Dask scheduler's address, a ``distributed.Client``, a cluster or ``"processes"``.
        progress: whom to tell how far it is.

    Raises:
        InputError, StudyError: the study or its data is not usable. MissingExtraError: a `scheduler` without Dask.
    """
    from .runner import run

    return run(
        as_study(study, n=n), data_dir=data_dir, out=None if out is None else Path(out), seed=seed, workers=workers,
        scheduler=scheduler, resume=resume, progress=progress,
    )  # fmt: skip


def match(
    what: str | Path | Study | Cargo,
    stockroom: Stockroom | None = None,
    *,
    seed: int | None = None,
    nulls: int | None = None,
    data_dir: str | Path | None = None,
    progress: Progress = SILENT,
    **options: Any,
) -> Match:
    """Return what vesicles would change in every organ and cell class.

    ``match(cargo, stockroom)`` matches any cargo with any stockroom; ``match("colorectal")`` matches those of a study,
    at the doses its tumour delivers.

    Args:
        what: a cargo; or a study by its preset's name, the path of its file, or itself.
        stockroom: what recipients hold, with a cargo; the embedded one when not given.
        seed: seed of the nulls.
        nulls: random cargoes to compare with; the study's number, or 1000, when not given.
        data_dir: as in :func:`simulate`; for a study only.
        progress: whom to tell how far it is; for a study only.
        **options: with a cargo, the options of :func:`metastasome.matchmaking.match.match`; an unknown one is refused.

    Raises:
        InputError, StudyError: the study or its data is not usable.
    """
    from ..cargo import Cargo

    if isinstance(what, Cargo):
        return _match_cargo(what, stockroom, seed=seed or 0, nulls=1000 if nulls is None else nulls, **options)
    if stockroom is not None or options:
        given = next(iter(options), "stockroom")
        raise InputError(f"a study brings its own '{given}'", field=given, hint="give a Cargo, or change the study")
    from .runner import prepare

    if not isinstance(what, str | Path | Study):
        hint = "metastasome.cargo.documented makes a Cargo of names and copies"
        raise InputError("nothing to match", value=what, expected="a Cargo, a study, its preset or its file", hint=hint)
    asked = as_study(what)
    if nulls is not None:
        asked = asked.with_(match={"nulls": nulls})
    return prepare(asked, data_dir=data_dir, seed=seed, progress=progress).match


def _match_cargo(cargo: Cargo, stockroom: Stockroom | None, **options: Any) -> Match:
    from ..matchmaking.match import match as match_cargo
    from ..stockroom.embedded import embedded

    known = set(inspect.signature(match_cargo).parameters)
    for name in options:
        if name not in known:
            raise InputError("unknown option of match", field=name, hint=nearest(name, known))
    return match_cargo(cargo, embedded() if stockroom is None else stockroom, **options)


def compare(
    arms: Mapping[str, Any],
    *,
    study: str | Path | Study = "colorectal",
    control: str | None = None,
    endpoint: str = "metastasis_free",
    clock: str = "start",
    scan: Schedules | None = None,
    subgroups: Sequence[str] = (),
    cargo_spread: float = 0.0,
    alpha: float = 0.05,
    power: float = 0.8,
    n: int | None = None,
    seed: int | None = None,
    data_dir: str | Path | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    workers: int = 1,
    scheduler: Any = None,
    progress: Progress = SILENT,
) -> Trial:
    """Compare arms on the same virtual patients, on the same random numbers: they differ only by what is done.

    ::

        both = ms.compare({"control": [], "blocked": [ms.BlockRelease(0.8)]}, study="colorectal", n=500, seed=1)
        both.effects; both.plot(); both.report("trial.html")

    Args:
        arms: name -> list of interventions (or a :class:`.arms.Arm`), on top of the study's own.
        study: a preset's name, the path of a study file, or a study.
        control: arm the others are compared with; the first when not given.
        endpoint: ``"metastasis_free"``, ``"survival"``, ``"metastasis"`` or ``"brain"``.
        clock: day 0 of the endpoint: ``"start"`` of the study, or ``"resection"`` in patients without metastasis then.
        scan: schedules tried beside the arms.
        subgroups: parameters that differ between patients, at whose median subgroups are cut.
        cargo_spread: log-scale spread between patients of how strongly organs answer their cargo; above 0,
            ``"cargo_match"`` is a subgroup. No figure is known, so it is 0 unless asked for.
        alpha, power: of the sample sizes.
        n, seed, data_dir, out, resume, workers, scheduler, progress: as in :func:`simulate`.

    Raises:
        InputError, StudyError: an arm, endpoint or schedule that makes no sense, or an intervention whose mechanism
            is off in the study.
    """
    from .trial_run import compare as compare_arms

    return compare_arms(
        arms, as_study(study, n=n), control=control, endpoint=endpoint, clock=clock, scan=scan, subgroups=subgroups,
        cargo_spread=cargo_spread, alpha=alpha, power=power, data_dir=data_dir, seed=seed, out=out, resume=resume,
        workers=workers, scheduler=scheduler, progress=progress,
    )  # fmt: skip


def as_study(study: str | Path | Study, *, n: int | None = None) -> Study:
    """Return the study meant by a name, a path or a study, with `n` patients where given."""
    from .load import read_study

    if not isinstance(study, str | Path | Study):
        expected = "a preset's name, the path of a study file, or a study (metastasome.parse_study reads a text)"
        raise InputError("not a study", field="study", value=type(study).__name__, expected=expected)
    found = study if isinstance(study, Study) else read_study(study)
    changes: dict[str, Any] = {} if n is None else {"cohort": {"patients": n}}
    return found.with_(**changes) if changes else found
