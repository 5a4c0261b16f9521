"""The results folder: written whole or not at all, with what is needed to make it again.

::

    OUT/
      study.yaml          the study, fully resolved: nothing extends anything, every parameter is spelt out
      provenance.json     versions, seed, command, checksums of data and of every file here
      report.html         one file, opens offline
      summary.json
      tables/ figures/ cohort.zarr/
    OUT.partial/          finished chunks of a run that is under way or was killed; gone when OUT is there
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import StoreError
from ..core.files import PROVENANCE, atomic_folder, sha256
from ..core.provenance import Provenance
from ..core.provenance import read as read_provenance
from .load import read_study
from .model import Study

STUDY = "study.yaml"
_FINGERPRINT = "fingerprint.json"


@dataclass(frozen=True)
class Record:
    """What a results folder says of itself."""

    folder: Path
    study: Study
    provenance: Provenance


@contextlib.contextmanager
def results_folder(out: str | Path, *, study: Study, provenance: Provenance, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary folder to fill; with the study and the provenance added it takes the name `out`.

    Raises:
        StoreError: `out` exists and `overwrite` is false, or it is not a results folder.
    """
    with atomic_folder(out, overwrite=overwrite) as folder:
        yield folder
        (folder / STUDY).write_text(dump_study(study), encoding="utf-8")
        complete = dataclasses.replace(provenance, outputs=outputs(folder))
        (folder / PROVENANCE).write_text(complete.to_json(), encoding="utf-8")
        folder.chmod(0o755)  # mkdtemp makes it private
    remove_partial(out)


def outputs(folder: Path) -> dict[str, str]:
    """Return relative file -> SHA-256 for every file of a results folder but the provenance itself."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != PROVENANCE)
    return {p.relative_to(folder).as_posix(): sha256(p) for p in files}


def read_record(folder: str | Path) -> Record:
    """Return the study and provenance kept in the results folder `folder`.

    Raises:
        StoreError: not a results folder, or a record that cannot be read.
    """
    path = Path(folder)
    if not path.is_dir():
        raise StoreError("no such results folder", file=path)
    if not (path / PROVENANCE).is_file() or not (path / STUDY).is_file():
        missing = PROVENANCE if (path / STUDY).is_file() else STUDY
        raise StoreError("not a results folder", file=path, expected=f"the folder of a run, with its {missing}")
    return Record(path, read_study(path / STUDY), read_provenance(path / PROVENANCE))


def dump_study(study: Study) -> str:
    """Return `study` as YAML, fully resolved; reading it gives an equal study."""
    import yaml

    data = resolved(study).model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)


def resolved(study: Study) -> Study:
    """Return `study` with every mechanism named, on or off, and every parameter of those that are on spelt out."""
    from ..core.organs import NAMES
    from ..core.parameters import parameters_of
    from ..mechanisms import catalogue, compose

    model = compose(NAMES, study.mechanisms)
    switches: dict[str, Any] = dict.fromkeys(catalogue(), False)
    for m in model.mechanisms:
        values: dict[str, Any] = {p.name: p.default for p in parameters_of(m)}
        options = {f.name: getattr(m, f.name) for f in dataclasses.fields(m) if "choices" in f.metadata}  # type: ignore[arg-type]
        switches[m.key] = {"on": True, **values, **options}
    return study.model_copy(update={"mechanisms": switches})


def fingerprint(study: Study, seed: int, data: dict[str, str]) -> str:
    """Return a mark of everything that decides a run's numbers: the seed, a digest of it, study and data checksums."""
    told = json.dumps([resolved(study).model_dump(mode="json"), seed, sorted(data.items())], sort_keys=True)
    return f"seed {seed}, {hashlib.sha256(told.encode()).hexdigest()}"


def partial_folder(out: str | Path, *, fingerprint: str, resume: bool = True) -> Path:
    """Return ``OUT.partial``, where finished chunks are kept until the run is complete.

    A partial folder of the same fingerprint is kept when `resume` is true; any other is emptied.

    Raises:
        StoreError: something that is not a partial run has that name.
    """
    path = Path(f"{out}.partial")
    mark = path / _FINGERPRINT
    if path.exists():
        if not path.is_dir() or (any(path.iterdir()) and not mark.is_file()):
            raise StoreError("in the way, and not a partial run", file=path, hint="move it, or choose another --out")
        if resume and mark.is_file() and mark.read_text(encoding="utf-8") == json.dumps(fingerprint):
            return path
        shutil.rmtree(path)
    path.mkdir(parents=True)
    mark.write_text(json.dumps(fingerprint), encoding="utf-8")
    return path


def remembered_seed(out: str | Path) -> int | None:
    """Return the seed of a run to `out` that was killed, so that one that named no seed can be gone on with."""
    try:
        told = json.loads((Path(f"{out}.partial") / _FINGERPRINT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    found = re.match(r"seed (\d{1,19}), ", told) if isinstance(told, str) else None
    return int(found[1]) if found else None


def remove_partial(out: str | Path) -> None:
    """Remove ``OUT.partial`` if it is a partial run."""
    path = Path(f"{out}.partial")
    if (path / _FINGERPRINT).is_file():
        shutil.rmtree(path)
