"""How much memory and disk there is, and arrays kept in files without a name."""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import StoreError

IN_MEMORY = 32 << 20  # bytes of per-patient results that stay in memory
_CGROUP = Path("/sys/fs/cgroup")


def available_memory() -> int:
    """Return bytes of memory that can still be had: what the system names, within the limit of the container."""
    free = [8 << 30]  # where the system does not say
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = [1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")] or free
    with contextlib.suppress(OSError, ValueError):  # "max" where there is no limit
        limit = int((_CGROUP / "memory.max").read_text())
        free.append(limit - int((_CGROUP / "memory.current").read_text()))
    return max(min(free), 0)


def check_disk(folder: Path, needed: float, *, hint: str | None = None) -> None:
    """Raise StoreError where the disk of `folder` (it need not exist yet) has less than `needed` bytes free."""
    place = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    free = shutil.disk_usage(place).free
    if free < needed:
        raise StoreError(
            "too little room on the disk",
            file=folder,
            value=f"{free / 1e9:.3g} GB free",
            expected=f"{needed / 1e9:.3g} GB",
            hint=hint,
        )


class Columns:
    """Arrays with a row per patient, filled a slice at a time; where they are large together, on disk.

    The file has no name: it goes with the process, however that ends. What is read of the arrays comes from the file
    page by page and can be dropped by the system at any time, so a large cohort needs no more memory than a small one.

    Attributes:
        arrays: by name, zero where nothing was written yet.
    """

    def __init__(self, shapes: Mapping[str, tuple[tuple[int, ...], Any]], folder: Path | None = None) -> None:
        """Make room for `shapes` (name -> shape, dtype), on the disk of `folder` (None: the temporary one).

        Raises:
            StoreError: the disk has too little room.
        """
        sizes = {name: int(np.prod(shape)) * np.dtype(kind).itemsize for name, (shape, kind) in shapes.items()}
        self._file: Any = None
        self._at: dict[str, int] = {}
        if sum(sizes.values()) <= IN_MEMORY:
            self.arrays: dict[str, NDArray[Any]] = {n: np.zeros(shape, kind) for n, (shape, kind) in shapes.items()}
            return
        self._file = _nameless(sum(-(-size // 8) * 8 for size in sizes.values()), folder)
        weakref.finalize(self, self._file.close)  # the map has its own handle
        pages = mmap.mmap(self._file.fileno(), 0)
        self.arrays, offset = {}, 0
        for name, (shape, kind) in shapes.items():
            flat = np.frombuffer(pages, kind, count=int(np.prod(shape)), offset=offset)
            self.arrays[name], self._at[name] = flat.reshape(shape), offset
            offset += -(-sizes[name] // 8) * 8

    def put(self, name: str, lo: int, rows: NDArray[Any]) -> None:
        """Write rows ``lo ..`` of an array.

        Raises:
            OSError: the disk is full.
        """
        into = self.arrays[name]
        if self._file is None or not rows.size:
            into[lo : lo + len(rows)] = rows
            return
        data = memoryview(np.ascontiguousarray(rows, dtype=into.dtype).view(np.uint8).data).cast("B")
        offset = self._at[name] + lo * (into.nbytes // len(into))
        while len(data):  # written, not stored through the map: a page that is only written is not resident
            done = os.pwrite(self._file.fileno(), data, offset)
            data, offset = data[done:], offset + done


def _nameless(size: int, folder: Path | None) -> Any:
    """Return an open file of `size` bytes without a name, its room on the disk taken."""
    place = Path(tempfile.gettempdir()) if folder is None else folder
    hint = "point TMPDIR to a larger disk" if folder is None else "make room, or choose another --out"
    check_disk(place, size, hint=hint)
    file = tempfile.TemporaryFile(dir=place)  # noqa: SIM115
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
    except OSError as error:
        file.close()
        raise StoreError(f"cannot write: {error.strerror or error}", file=place, hint=hint) from error
    return file
