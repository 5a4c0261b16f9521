"""Lesion rows: one per lesion, 24 bytes each while patients stream by; a table when somebody asks."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROW = np.dtype([
    ("patient", np.int32), ("organ", np.int16), ("origin", np.int16), ("founded_day", np.float32),
    ("detected_day", np.float32), ("cells", np.float64),
])  # fmt: skip
IN_MEMORY = 1_000_000  # rows of a table that is kept once read
_SPOOL = 16 << 20  # bytes of rows in memory


def packed(rows: NDArray[np.float64]) -> NDArray[Any]:
    """Return what the kernel wrote, ``(m, 6)``, as ``(m,)`` records."""
    made = np.empty(len(rows), dtype=ROW)
    for column, name in enumerate(ROW.names or ()):
        made[name] = rows[:, column]
    return made


def frame(rows: NDArray[Any], groups: Any, origins: Any) -> Any:
    """Return records as a table: patient, organ, origin, founded_day, detected_day (NaN: never), cells."""
    import pandas as pd

    return pd.DataFrame(
        {
            "patient": rows["patient"].copy(),
            "organ": pd.Categorical.from_codes(rows["organ"], pd.Index(groups)),
            "origin": pd.Categorical.from_codes(rows["origin"], pd.Index(origins)),
            "founded_day": rows["founded_day"].copy(),
            "detected_day": rows["detected_day"].copy(),
            "cells": rows["cells"].copy(),
        }
    )


def records(table: Any, groups: Any, origins: Any) -> NDArray[Any]:
    """Return a table of lesion rows as records again."""
    import pandas as pd

    made, labels = np.empty(len(table), dtype=ROW), {"organ": groups, "origin": origins}
    for name in ROW.names or ():
        column = table[name]
        made[name] = pd.Categorical(column, categories=labels[name]).codes if name in labels else column
    return made


class RowFile:
    """Records written one chunk after another: in memory while few, then to a file without a name, gone with the
    process."""

    def __init__(self, groups: tuple[str, ...], origins: tuple[str, ...]) -> None:
        self._labels = groups, origins
        self._file: Any = None

    def add(self, rows: NDArray[Any]) -> None:
        """Write the rows of the next patients.

        Raises:
            OSError: the disk is full.
        """
        if not len(rows):
            return
        if self._file is None:
            self._file = tempfile.SpooledTemporaryFile(_SPOOL)  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        self._file.write(rows.tobytes())

    def table(self) -> Any:
        """Return every row written so far as a table."""
        if self._file is None:
            return frame(np.empty(0, dtype=ROW), *self._labels)
        self._file.seek(0)
        return frame(np.frombuffer(self._file.read(), dtype=ROW), *self._labels)


class OnDemand:
    """A table that is read when asked for, and kept only where it is small (up to a million rows)."""

    def __init__(self, read: Callable[[], Any]) -> None:
        self._read, self._kept = read, None

    def __call__(self) -> Any:
        """Return the table."""
        if self._kept is not None:
            return self._kept
        made = self._read()
        if len(made) <= IN_MEMORY:
            self._kept = made
        return made
