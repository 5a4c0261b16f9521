"""A cohort on disk: a Zarr group with chunks committed whole, checksums, lesion tables beside it.

::

    study.json            what was asked: refused when something else is asked of the same folder
    cohort.zarr/          arrays (patient, organ), (block, quantity, time), ...; opens with xarray
    lesions/<chunk>.parquet, kept/<chunk>.npy
    commits/<chunk>.json  SHA-256 of every file of the chunk; written last, so a chunk without it does not exist
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import StoreError
from ..core.files import atomic_file, atomic_folder, sha256
from .chunk import BLOCK, PER_BLOCK, PER_PATIENT, ChunkResult

FORMAT = 1
DIMS = {
    "first_seen": ("patient", "organ"),
    "seen": ("patient", "organ"),
    "lesions": ("patient", "organ"),
    "cells": ("patient", "organ"),
    "event_day": ("patient", "event"),
    "founders": ("patient",),
    "recorded_sum": ("block", "quantity", "time"),
    "burden_sum": ("block", "organ", "time"),
    "seen_by": ("block", "organ", "time"),
}
TYPES = {
    "first_seen": "float32",
    "seen": "int32",
    "lesions": "int32",
    "event_day": "float32",
    "founders": "int64",
}


class Store:
    """A folder that holds a cohort, finished or under way. Made by :func:`create` or :func:`reopen`."""

    def __init__(self, folder: Path, study: dict[str, Any]) -> None:
        self.folder, self.study = folder, study
        self.chunk = int(study["chunk"])
        self.n = int(study["n"])

    def arrays(self, mode: Literal["r", "r+"] = "r") -> Any:
        """Return the Zarr group."""
        import zarr

        return zarr.open_group(self.folder / "cohort.zarr", mode=mode)

    def number(self, lo: int) -> int:
        """Return the number of the chunk that starts at patient `lo`."""
        return lo // self.chunk

    def files(self, number: int) -> list[Path]:
        """Return every file of a chunk."""
        found = [
            self.folder / "lesions" / f"{number:08d}.parquet",
            self.folder / "kept" / f"{number:08d}.npy",
        ]
        for name, dims in DIMS.items():
            place = self.folder / "cohort.zarr" / name / "c" / str(number)
            found.append(place.joinpath(*["0"] * (len(dims) - 1)))
        return found

    def commit(self, result: ChunkResult) -> None:
        """Write a chunk and, last, its commit.

        Raises:
            StoreError: the disk is full or cannot be written; chunks committed before are safe.
        """
        number = self.number(result.lo)
        try:
            self._write(number, result)
            sums = {str(f.relative_to(self.folder)): sha256(f) for f in self.files(number) if f.exists()}
            with atomic_file(self.folder / "commits" / f"{number:08d}.json") as part:
                part.write_text(json.dumps({"lo": result.lo, "hi": result.hi, "sha256": sums}, indent=1))
        except OSError as error:
            raise StoreError(
                f"cannot write: {error.strerror or error}",
                file=self.folder,
                hint="make room and run again with --resume: finished patients are kept",
            ) from error

    def _write(self, number: int, result: ChunkResult) -> None:
        group = self.arrays("r+")
        for name in PER_PATIENT:
            group[name][result.lo : result.hi] = result.arrays[name]
        first = result.lo // BLOCK
        for name in PER_BLOCK:
            group[name][first : first + len(result.arrays[name])] = result.arrays[name]
        with atomic_file(self.folder / "kept" / f"{number:08d}.npy") as part, part.open("wb") as file:
            np.save(file, result.kept, allow_pickle=False)
        with atomic_file(self.folder / "lesions" / f"{number:08d}.parquet") as part:
            lesion_frame(result.rows, self.study["groups"], self.study["origins"]).to_parquet(part, index=False)

    def committed(self) -> Iterator[int]:
        """Yield the numbers of the chunks that are whole, every checksum verified; the others are as if never made."""
        for file in sorted((self.folder / "commits").glob("*.json")):
            with contextlib.suppress(OSError, ValueError, KeyError):
                sums = json.loads(file.read_text())["sha256"]
                if all(sha256(self.folder / name) == known for name, known in sums.items()):
                    yield int(file.stem)

    def read(self, number: int) -> ChunkResult:
        """Return a committed chunk without its lesion rows (they are read as tables)."""
        lo = number * self.chunk
        hi = min(lo + self.chunk, self.n)
        group = self.arrays()
        arrays = {name: np.asarray(group[name][lo:hi]) for name in PER_PATIENT}
        first, last = lo // BLOCK, -(-hi // BLOCK)
        arrays |= {name: np.asarray(group[name][first:last]) for name in PER_BLOCK}
        kept = np.load(self.folder / "kept" / f"{number:08d}.npy", allow_pickle=False)
        return ChunkResult(lo, hi, arrays, kept, np.empty((0, 6)))

    def lesions(self) -> Any:
        """Return the lesion table of all chunks."""
        import pandas as pd

        files = sorted((self.folder / "lesions").glob("*.parquet"))
        return pd.concat([pd.read_parquet(f) for f in files], ignore_index=True)


def lesion_frame(rows: NDArray[np.float64], groups: Any, origins: Any) -> Any:
    """Return lesion rows as a table: patient, organ, origin, founded_day, detected_day (NaN: never), cells."""
    import pandas as pd

    return pd.DataFrame(
        {
            "patient": rows[:, 0].astype(np.int32),
            "organ": pd.Categorical.from_codes(rows[:, 1].astype(np.int16), pd.Index(groups)),
            "origin": pd.Categorical.from_codes(rows[:, 2].astype(np.int16), pd.Index(origins)),
            "founded_day": rows[:, 3].astype(np.float32),
            "detected_day": rows[:, 4].astype(np.float32),
            "cells": rows[:, 5],
        }
    )


def create(folder: Path, study: dict[str, Any], sizes: dict[str, int], *, overwrite: bool = False) -> Store:
    """Return a new store; the folder appears whole or not at all.

    Raises:
        StoreError: the folder exists, or the disk has too little room (checked before anything is computed).
    """
    _check_room(folder, study, sizes)
    import zarr

    with atomic_folder(folder, overwrite=overwrite) as part:
        group = zarr.open_group(part / "cohort.zarr", mode="w", attributes={"study": study})
        per = {"patient": study["chunk"], "block": study["chunk"] // BLOCK}
        for name, dims in DIMS.items():
            shape = tuple(sizes[d] for d in dims)
            group.create_array(
                name,
                shape=shape,
                chunks=tuple(max(1, per.get(d, sizes[d])) for d in dims),
                dtype=TYPES.get(name, "float64"),
                dimension_names=dims,
                fill_value=0,
            )
        for sub in ("commits", "lesions", "kept"):
            (part / sub).mkdir()
        (part / "study.json").write_text(json.dumps(study, indent=1))
    return Store(folder, study)


def reopen(folder: Path, study: dict[str, Any] | None = None) -> Store:
    """Return the store in `folder`; with `study`, refuse it when it was made for another one.

    Raises:
        StoreError: not a store, of another version, or of another study; the message names what differs.
    """
    try:
        found = json.loads((folder / "study.json").read_text())
    except (OSError, ValueError) as error:
        raise StoreError(
            "not a cohort store", file=folder, hint="give the folder of an earlier run, or leave out --resume"
        ) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise StoreError("a store of another version", file=folder, hint="run it again into a new folder")
    for key in study or {}:
        if found.get(key) != (study or {})[key]:
            raise StoreError(
                "the store belongs to another study",
                file=folder,
                field=key,
                value=found.get(key),
                expected=_shown((study or {})[key]),
                hint="choose another --out",
            )
    return Store(folder, found)


@contextlib.contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it when the process ends, however it ends.

    Raises:
        StoreError: another process is writing there.
    """
    import fcntl

    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(
                "another run is writing to this folder",
                file=folder,
                hint="wait for it or choose another --out",
            ) from error
        yield


def _check_room(folder: Path, study: dict[str, Any], sizes: dict[str, int]) -> None:
    """Ask for half again the uncompressed size of everything but lesions, and 30 lesion rows per kept patient."""
    numbers = sum(int(np.prod([sizes[d] for d in dims])) for dims in DIMS.values())
    needed = 1.5 * (8 * numbers + 30 * 34 * min(study["n"], study["settings"]["keep"]))
    place = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    free = shutil.disk_usage(place).free
    if free < needed:
        raise StoreError(
            "too little room on the disk",
            file=folder,
            value=f"{free / 1e9:.3g} GB free",
            expected=f"{needed / 1e9:.3g} GB",
        )


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) < 60 else text[:57] + "..."
