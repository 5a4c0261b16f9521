"""How a count matrix lies in its file: which column holds the names, which hold counts, and which rows are no miRNA."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import InputError
from ..core.tables import MISSING, Table
from .names import looks_like_mirna

ROWS, COLUMNS = "mirnas in rows", "mirnas in columns"
_SUMS = frozenset({"total", "sum", "total copies", "grand total"})
# Counters that HTSeq (__no_feature, ...) and STAR (N_unmapped, ...) write below the genes.
_OUTSIDE = re.compile(r"__\w+|n_(?:unmapped|multimapping|nofeature|ambiguous)", re.IGNORECASE)
# RNA of worm, thale cress or rice, or synthetic (Qiagen's UniSp, ERCC's), that the bench adds to every tube.
_SPIKE = re.compile(r"(?:cel|ath|osa)-(?:mir|let|lin|lsy)|unisp\d|ercc-\d", re.IGNORECASE)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_SMALL = re.compile(r"\d{1,3}")


@dataclass(frozen=True)
class Layout:
    """Orientation (:data:`ROWS` or :data:`COLUMNS`), position of the column of names, positions of those of counts, and
    what was decided, one sentence each."""

    way: str
    names: int
    columns: tuple[int, ...]
    notes: tuple[str, ...]


def layout(table: Table, told: str | None) -> Layout:
    """Return how `table` lies; `told` overrules the orientation.

    Raises:
        InputError: an unknown orientation; no miRNA names, or names on both sides; no column of numbers.
    """
    if told not in (None, ROWS, COLUMNS):
        raise InputError("unknown orientation", field="orientation", value=told, expected=f"'{ROWS}' or '{COLUMNS}'")
    words = [j for j in range(1, len(table.header)) if all(_is_word(r[j]) for r in table.rows[:50])]
    way, names = _orientation(table, words)
    if told is not None:
        way, names = told, names if told == way else 0
    left = [j for j in range(1, len(table.header)) if j in words or table.header[j].lower() in _SUMS]
    columns = [j for j in range(1, len(table.header)) if j not in left and j != names]
    if not columns:
        raise InputError("holds no column of numbers", file=table.path, row=table.lines[0], value=table.rows[0][-1])
    nameless = [j for j in columns if not table.header[j]]
    if len(nameless) > 1:
        hint = "take off what stands above the header"
        raise InputError("columns have no name", file=table.path, row=1, value=table.header[0], hint=hint)
    _refuse_points_between_thousands(table, columns)
    notes = [f"{table.path.name}: {way}, {'as told' if told else 'found from the names'}."]
    if names:
        notes.append(f"Names are those of the column '{table.header[names]}'.")
    if shown := ", ".join([repr(table.header[j]) for j in left if j != names][:5]):
        notes.append(f"Columns of words or totals were left out: {shown}.")
    return Layout(way, names, tuple(columns), tuple(notes))


def foreign(features: Sequence[str]) -> dict[str, list[int]]:
    """Return why -> positions of features that are no part of a sample's own miRNA, and so of none of its totals."""
    found: dict[str, list[int]] = {}
    for j, name in enumerate(features):
        if name.lower() in _SUMS or _OUTSIDE.fullmatch(name):
            found.setdefault("Totals and reads outside any miRNA", []).append(j)
        elif _SPIKE.match(name):
            found.setdefault("Spike-ins", []).append(j)
    return found


def share(names: Sequence[str]) -> float:
    """Return the share of `names` that look like a miRNA's; the bare word ``miRNA`` does not."""
    return sum(looks_like_mirna(n) and any(c.isdigit() for c in n) for n in names) / max(len(names), 1)


def _orientation(table: Table, words: Sequence[int]) -> tuple[str, int]:
    """Return the orientation and the column of names: the first, or one of words where the first only counts rows."""
    across = share(table.header[1:])
    by = {j: share([r[j] for r in table.rows]) for j in (0, *words)}
    names = 0 if by[0] > 0 else max(by, key=lambda j: by[j])
    if max(by[names], across) == 0:
        raise InputError(
            "neither the rows nor the columns are named by miRNAs", file=table.path, row=1,
            value=table.rows[0][0], expected="names such as hsa-miR-21-5p",
        )  # fmt: skip
    if by[names] == across:
        raise InputError("rows and columns both look like miRNAs", file=table.path, hint="say which: orientation=...")
    if by[names] > across:
        return ROWS, names
    return COLUMNS, next((j for j in range(1, len(table.header)) if not _number(table.rows[0][j])), 0) * _runs(table)


def _runs(table: Table) -> bool:
    """Return whether the first column has no name and numbers the rows from 0 or 1, as pandas writes its index."""
    cells = [r[0].strip() for r in table.rows]
    return not table.header[0] and any(cells == [str(i + k) for i in range(len(cells))] for k in (0, 1))


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return cell.strip().lower() in MISSING
    return True


def _is_word(cell: str) -> bool:
    text = cell.strip()
    return text.lower() not in MISSING and not any(ch.isdigit() for ch in text[:1] + text[1:2]) and text[:1].isalpha()


def _refuse_points_between_thousands(table: Table, columns: Sequence[int]) -> None:
    """Refuse ``1.926`` beside ``950``: read as decimals they would be wrong by a thousand, and nobody would see it."""
    first: tuple[int, int] | None = None
    for i, row in enumerate(table.rows):
        for j in columns:
            cell = row[j].strip()
            if _SMALL.fullmatch(cell):
                continue
            if not _THOUSANDS.fullmatch(cell):
                return
            first = first or (i, j)
    if first is not None:
        i, j = first
        cell = table.rows[i][j].strip()
        raise InputError(
            "points look like marks of thousands", file=table.path, row=table.lines[i], field=table.header[j],
            value=cell, expected=f"{cell.replace('.', '')}, without a mark",
        )  # fmt: skip
