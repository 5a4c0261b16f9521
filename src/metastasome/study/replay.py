"""Making a result again from its own record, and comparing it bit for bit."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import provenance as versions_now
from ..core.errors import StoreError
from ..core.progress import SILENT, Progress
from .files import data_plan
from .store import Record, outputs, read_record

if TYPE_CHECKING:
    from .model import Study
    from .trial import Trial

# Pictures are drawn from the numbers; fonts and drawing libraries may move a pixel without moving a result.
_PICTURES = (".html", ".svg", ".png")


@dataclass(frozen=True)
class Replay:
    """How a repeated run compares with its record.

    Attributes:
        same: files that are identical.
        differ: numbers that differ; empty for an exact repeat.
        missing: files only the record has. extra: files only the repeat has.
        pictures: figures and reports that differ although the numbers need not.
        versions: package -> (then, now) where they differ.
    """

    same: tuple[str, ...]
    differ: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    pictures: tuple[str, ...]
    versions: Mapping[str, tuple[str, str]]

    @property
    def exact(self) -> bool:
        """True where every number was repeated bit for bit."""
        return not (self.differ or self.missing or self.extra)

    def __str__(self) -> str:
        if self.exact:
            text = f"repeated bit for bit: {len(self.same)} files are the same"
            return text + (f", {len(self.pictures)} pictures differ" if self.pictures else "")
        parts = [f"{len(v)} {k} ({v[0]})" for k, v in self._troubles().items() if v]
        moved = ", ".join(f"{k} {a} -> {b}" for k, (a, b) in self.versions.items())
        return f"not repeated: {', '.join(parts)}" + (f"; versions moved: {moved}" if moved else "")

    def _troubles(self) -> dict[str, tuple[str, ...]]:
        return {"differ": self.differ, "missing": self.missing, "extra": self.extra}


def replay(folder: str | Path, *, data_dir: str | Path | None = None, progress: Progress = SILENT) -> Replay:
    """Run the study in the results folder `folder` again and compare every file.

    Args:
        folder: a results folder.
        data_dir: where its data files are now; where they were then when not given.
        progress: who is told.

    Raises:
        StoreError: the folder was changed since it was written, or its data files are not the same any more.
    """
    from .runner import run

    record = read_record(folder)
    _check_untouched(record)
    where = data_dir if data_dir is not None else record.provenance.data_dir
    _check_data(record, where)
    with tempfile.TemporaryDirectory(prefix="metastasome-replay-") as scratch:
        out = Path(scratch) / record.folder.resolve().name
        settings = record.provenance.settings
        again: Any = _trial if "trial" in settings else run
        options: dict[str, Any] = {} if again is _trial else {"out": out, "resume": False}
        done = again(
            record.study,
            data_dir=where,
            seed=record.provenance.seed,
            progress=progress,
            workers=int(settings.get("workers", 1)),
            **options,
        )
        if not out.exists():
            done.save(out)
        return _compare(record, outputs(out))


def _trial(study: Study, **options: Any) -> Trial:
    from .trial_run import run_trial

    if study.trial is None:
        raise StoreError("the arms of this trial were given in Python and are not in its study file")
    return run_trial(study, **options)


def _check_untouched(record: Record) -> None:
    found = outputs(record.folder)
    changed = sorted(k for k, v in record.provenance.outputs.items() if found.get(k) != v)
    if changed:
        raise StoreError("changed since it was written", file=record.folder / changed[0])


def _check_data(record: Record, data_dir: str | Path | None) -> None:
    plan = data_plan(record.study, data_dir)
    for name, digest in plan.checksums().items():
        if record.provenance.data.get(name, digest) != digest:
            raise StoreError("the data file is not the one of the record", file=name, expected="the same SHA-256")


def _compare(record: Record, found: Mapping[str, str]) -> Replay:
    then, now = record.provenance.versions, versions_now.versions()
    was = record.provenance.outputs
    both = sorted(set(was) & set(found))
    unlike = [k for k in both if was[k] != found[k]]
    return Replay(
        same=tuple(k for k in both if was[k] == found[k]),
        differ=tuple(k for k in unlike if not k.endswith(_PICTURES)),
        missing=tuple(sorted(set(was) - set(found))),
        extra=tuple(sorted(set(found) - set(was))),
        pictures=tuple(k for k in unlike if k.endswith(_PICTURES)),
        versions={k: (then.get(k, "?"), v) for k, v in now.items() if then.get(k) != v},
    )
