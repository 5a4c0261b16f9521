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
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..core.errors import StoreError
from ..core.files import atomic_file, atomic_folder, sha256
from .chunk import BLOCK, PER_BLOCK, PER_PATIENT, ChunkResult
from .room import check_disk
from .rows import ROW, frame, records

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
            frame(result.rows, self.study["groups"], self.study["origins"]).to_parquet(part, index=False)

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
        return ChunkResult(lo, hi, arrays, kept, np.empty(0, ROW))

    def lesions(self) -> Any:
        """Return the lesion table of the patients whose rows are kept."""
        import pandas as pd

        last = min(self.n, max(self.study["settings"]["keep"], 1)) - 1
        files = [self.files(number)[0] for number in range(last // self.chunk + 1)]
        labels = self.study["groups"], self.study["origins"]
        # joined as records: pandas changes types where a chunk has no lesion or none that was seen
        return frame(np.concatenate([records(pd.read_parquet(f), *labels) for f in files]), *labels)


def create(folder: Path, study: dict[str, Any], sizes: dict[str, int], *, overwrite: bool = False) -> Store:
    """Return a new store; the folder appears whole or not at all.

    Raises:
        StoreError: the folder exists, or the disk has too little room (checked before anything is computed).
    """
    check_disk(folder, _needed(study, sizes))
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


def _needed(study: dict[str, Any], sizes: dict[str, int]) -> float:
    """Return bytes: half again the uncompressed size of everything but lesions, once more what is per patient (the
    result of the run), and 250 lesion rows per kept patient."""
    numbers = sum(int(np.prod([sizes[d] for d in DIMS[name]])) for name in (*DIMS, *PER_PATIENT))
    kept = min(int(study["n"]), int(study["settings"]["keep"]))
    return 8.0 * 1.5 * numbers + 250.0 * ROW.itemsize * kept


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) < 60 else text[:57] + "..."
