"""Tables of lesions with the truncal variants tested and found in each, read with care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
_NEEDED = ("truncal", "shared")
_USUAL = {"depth": 100.0, "purity": 0.5}
_MOST = 1_000_000


@dataclass(frozen=True)
class VariantCounts:
    """Lesions l of patients: variants tested and shared, mean depth, purity; ``(l,)`` each."""

    patient: tuple[str, ...]
    lesion: tuple[str, ...]
    truncal: Floats
    shared: Floats
    depth: Floats
    purity: Floats
    notes: tuple[str, ...]

    def columns(self) -> dict[str, Any]:
        """Return the columns of a table."""
        whole = {"truncal": self.truncal.astype(int), "shared": self.shared.astype(int)}
        return {"patient": self.patient, "lesion": self.lesion, **whole, "depth": self.depth, "purity": self.purity}


def read_counts(table: pd.DataFrame | str | Path | Sequence[dict[str, Any]]) -> VariantCounts:
    """Return the counts of `table`: a data frame, rows, or the path of a delimited file.

    Raises:
        InputError: a column is missing, a value is not possible, or there is no row.
    """
    file, cells, lines = _cells(table)
    for name in _NEEDED:
        if name not in cells:
            hint = nearest(name, cells) or f"columns: {', '.join(cells)}"
            raise InputError("no such column", file=file, field=name, hint=hint)
    if not lines:
        raise InputError("there is no lesion", file=file)
    numbers = {name: _numbers(cells, name, lines, file) for name in (*_NEEDED, *_USUAL)}
    _check(numbers, lines, file)
    n = len(lines)
    missing = [f"No column '{k}': {v:g} taken." for k, v in _USUAL.items() if k not in cells]
    if "patient" not in cells:
        missing.append("No column 'patient': every lesion taken as a patient of its own.")
    lesion = tuple(str(x) for x in cells.get("lesion", range(1, n + 1)))
    patient = tuple(str(x) for x in cells.get("patient", lesion))
    return VariantCounts(patient, lesion, **numbers, notes=tuple(missing))


def _cells(table: Any) -> tuple[Path | None, dict[str, Any], list[int]]:
    """Return (file, column -> cells, line of every row)."""
    if isinstance(table, str | Path):
        from ..core.tables import read_table

        read = read_table(table)
        return read.path, {h.lower(): read.column(h) for h in read.header}, list(read.lines)
    if hasattr(table, "columns"):
        return None, {str(c).lower(): table[c].tolist() for c in table.columns}, list(range(1, len(table) + 1))
    rows = list(table)
    names = dict.fromkeys(str(k) for row in rows for k in row)
    return None, {k.lower(): [row.get(k) for row in rows] for k in names}, list(range(1, len(rows) + 1))


def _numbers(cells: dict[str, Any], name: str, lines: list[int], file: Path | None) -> Floats:
    if name not in cells:
        return np.full(len(lines), _USUAL[name])
    made = np.empty(len(lines))
    for i, cell in enumerate(cells[name]):
        try:
            made[i] = float(cell)
        except (TypeError, ValueError) as error:
            raise InputError("not a number", file=file, row=lines[i], field=name, value=cell) from error
    return made


def _check(numbers: dict[str, Floats], lines: list[int], file: Path | None) -> None:
    t, k, depth, purity = (numbers[n] for n in (*_NEEDED, *_USUAL))
    with np.errstate(invalid="ignore"):
        tests = (
            ("truncal", ~((t >= 1) & (t <= _MOST) & (t == np.floor(t))), "a whole number of variants, 1 or more"),
            ("shared", ~((k >= 0) & (k <= t) & (k == np.floor(k))), "a whole number, at most those tested"),
            ("depth", ~((depth > 0) & np.isfinite(depth)), "reads per position, above 0"),
            ("purity", ~((purity > 0) & (purity <= 1)), "a share above 0, to 1"),
        )
    for name, bad, expected in tests:
        if bad.any():
            i = int(np.argmax(bad))
            raise InputError(
                "not possible", file=file, row=lines[i], field=name, value=float(numbers[name][i]), expected=expected
            )
