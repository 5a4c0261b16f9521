"""What a notebook calls: a preset's name, a path or a study in, an answer out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.progress import SILENT, Progress
from .model import Study

if TYPE_CHECKING:
    from ..matchmaking.results import Match
    from .run import Run


def simulate(
    study: str | Path | Study,
    *,
    n: int | None = None,
    seed: int | None = None,
    data_dir: str | Path | None = None,
    workers: int = 1,
    progress: Progress = SILENT,
) -> Run:
    """Run a study and return its answer: a cohort with tumour vesicles, and the same patients without.

    Args:
        study: a preset's name (``"colorectal"``), the path of a study file, or a study.
        n: patients; the study's when not given.
        seed: seed of every random number; the study's, or a fresh one that is recorded, when not given.
        data_dir: folder of the study's data files; METASTASOME_DATA, else the embedded reference, when not given.
        workers: processes; the answer does not depend on them.
        progress: whom to tell how far it is.

    Raises:
        InputError, StudyError: the study or its data is not usable.
    """
    from .runner import run

    return run(as_study(study, n=n), data_dir=data_dir, seed=seed, workers=workers, progress=progress)


def match(
    study: str | Path | Study,
    *,
    seed: int | None = None,
    nulls: int | None = None,
    data_dir: str | Path | None = None,
    progress: Progress = SILENT,
) -> Match:
    """Return what the vesicles of a study would change in every organ, at the doses its tumour delivers.

    Args:
        study: a preset's name, the path of a study file, or a study.
        seed: seed of the nulls.
        nulls: random cargoes to compare with; the study's number when not given.
        data_dir: as in :func:`simulate`.
        progress: whom to tell how far it is.

    Raises:
        InputError, StudyError: the study or its data is not usable.
    """
    from .runner import prepare

    asked = as_study(study)
    if nulls is not None:
        asked = asked.with_(match={"nulls": nulls})
    return prepare(asked, data_dir=data_dir, seed=seed, progress=progress).match


def as_study(study: str | Path | Study, *, n: int | None = None) -> Study:
    """Return the study meant by a name, a path or a study, with `n` patients where given."""
    from .load import read_study

    found = study if isinstance(study, Study) else read_study(study)
    changes: dict[str, Any] = {} if n is None else {"cohort": {"patients": n}}
    return found.with_(**changes) if changes else found
