"""What became of the patients of an arm, and where a trial keeps it: small in memory, large in one mapped file."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .followed import DEATH

if TYPE_CHECKING:
    from ..engine import Cohort

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
#: field of :class:`Outcome` -> its type, and whether it has a column per organ
FIELDS = {
    "first_seen": ("float32", True), "death_day": ("float32", False), "resection_day": ("float32", False),
    "seen": ("int32", True), "cells": ("float64", True),
}  # fmt: skip
_ROWS = 16_384  # patients of a slice


@dataclass(frozen=True)
class Outcome:
    """What became of the patients of one arm: n patients, o organs.

    Arrays of a large trial are mapped from a file; the methods go over them a slice of patients at a time.

    Attributes:
        first_seen: day the first lesion of each organ was seen in life, NaN: never, ``(n, o)``.
        death_day: infinite for the living, ``(n,)``.
        resection_day: day the primary was taken out, NaN: never, ``(n,)``.
        seen: lesions ever seen, ``(n, o)``.
        cells: lesion cells at the end of follow-up, ``(n, o)``.
    """

    first_seen: NDArray[Any]
    death_day: NDArray[Any]
    resection_day: NDArray[Any]
    seen: NDArray[Any]
    cells: NDArray[Any]

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.death_day)

    def first(self, columns: Sequence[int] | slice = slice(None)) -> Floats:
        """Return the day a lesion was first seen in any of the organs `columns`, infinite where never, ``(n,)``."""
        made = np.empty(self.n)
        for part in parts(self.n):
            made[part] = np.nan_to_num(self.first_seen[part][:, columns], nan=np.inf).min(axis=1)
        return self._done(made)

    def lesions(self) -> Floats:
        """Return lesions ever seen, by patient, ``(n,)``."""
        made = np.empty(self.n)
        for part in parts(self.n):
            made[part] = self.seen[part].sum(axis=1)
        return self._done(made)

    def organs(self) -> Floats:
        """Return organs with a lesion seen, by patient, ``(n,)``."""
        made = np.empty(self.n)
        for part in parts(self.n):
            made[part] = np.isfinite(self.first_seen[part]).sum(axis=1)
        return self._done(made)

    def burden(self) -> Floats:
        """Return log10 of one more than the lesion cells at the end of follow-up, by patient, ``(n,)``."""
        made = np.empty(self.n)
        for part in parts(self.n):
            made[part] = np.log10(1.0 + self.cells[part].sum(axis=1))
        return self._done(made)

    def let_go(self) -> None:
        """Tell the system that pages read from the file need not stay in memory; they are read again when asked for."""
        pages = mapping(self.cells)
        if pages is not None and hasattr(mmap, "MADV_DONTNEED"):
            pages.madvise(mmap.MADV_DONTNEED)

    def _done(self, made: Floats) -> Floats:
        self.let_go()
        return made

    def same(self, other: Outcome) -> bool:
        """Return whether every number is the same, bit for bit."""
        return self.n == other.n and all(
            np.array_equal(getattr(self, name)[part], getattr(other, name)[part], equal_nan=True)
            for name in FIELDS
            for part in parts(self.n)
        )


class Kept:
    """Room for the outcomes of a trial's arms: in memory while they are small together, else in a file without a name.

    The file is read page by page and goes with the process, so many arms of many patients need little memory.
    """

    def __init__(self, arms: int, n: int, organs: int, folder: Path | None = None) -> None:
        """Make room for `arms` outcomes of `n` patients, on the disk of `folder` (None: the temporary one).

        Raises:
            StoreError: the disk has too little room.
        """
        from ..engine.room import Columns

        shapes = {
            f"{k}/{name}": ((n, organs) if wide else (n,), kind)
            for k in range(arms)
            for name, (kind, wide) in FIELDS.items()
        }
        self._columns, self._next, self._n = Columns(shapes, folder), 0, n
        self._hint = "make room" if folder is None else "make room and run again: finished patients are kept"

    def cohort(self, cohort: Cohort) -> Outcome:
        """Keep the rows of a cohort that trials read."""
        return self._fill(lambda part: _rows(cohort, part))

    def mixed(self, treated: Bools, mine: Outcome, other: Outcome) -> Outcome:
        """Keep `mine` for the patients `treated` and `other` for the rest; exact, as patients are independent."""

        def rows(part: slice) -> dict[str, NDArray[Any]]:
            made = {}
            for name in FIELDS:
                a, b = getattr(mine, name)[part], getattr(other, name)[part]
                made[name] = np.where(treated[part].reshape(-1, *(1,) * (a.ndim - 1)), a, b)
            return made

        return self._fill(rows)

    def _fill(self, rows: Any) -> Outcome:
        from ..core.errors import StoreError

        k, self._next = self._next, self._next + 1
        try:
            for part in parts(self._n):
                for name, array in rows(part).items():
                    self._columns.put(f"{k}/{name}", part.start, array)
        except OSError as error:
            problem = f"cannot write: {error.strerror or error}"
            raise StoreError(problem, field="results", hint=self._hint) from error
        return Outcome(**{name: self._columns.arrays[f"{k}/{name}"] for name in FIELDS})


def mapping(array: NDArray[Any]) -> mmap.mmap | None:
    """Return the file map that `array` lies in, None for one in memory."""
    found: Any = array
    while found is not None and not isinstance(found, mmap.mmap):
        found = found.obj if isinstance(found, memoryview) else getattr(found, "base", None)
    return found


def parts(n: int, size: int = _ROWS) -> Iterator[slice]:
    """Yield slices of at most `size` consecutive patients that make up all `n`."""
    return (slice(lo, min(lo + size, n)) for lo in range(0, n, size))


def _rows(cohort: Cohort, part: slice) -> dict[str, NDArray[Any]]:
    died, resected = _event(cohort, DEATH, part), _event(cohort, "resection", part)
    return {
        "first_seen": cohort.first_seen[part],
        "death_day": np.where(np.isfinite(died), died, np.float32(np.inf)),
        "resection_day": resected,
        "seen": cohort.detected_count[part],
        "cells": cohort.cells[part],
    }


def _event(cohort: Cohort, name: str, part: slice) -> NDArray[np.float32]:
    if name not in cohort.events:
        return np.full(part.stop - part.start, np.nan, dtype=np.float32)
    day: NDArray[np.float32] = cohort.event_day[part, cohort.events.index(name)]
    return day
