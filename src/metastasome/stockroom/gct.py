"""GCT, the Broad Institute's gene x sample format, versions 1.2 and 1.3 (used by GTEx)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import InputError
from ..core.tables import MISSING
from ..core.text import iter_lines, read_text

if TYPE_CHECKING:
    from .expression import ExpressionTable


def is_gct(path: Path) -> bool:
    """Return whether the first line of `path` is a GCT version line."""
    return next(iter_lines(path), "").startswith("#1.")


def read_gct(path: Path) -> ExpressionTable:
    """Read a GCT file; genes are named by ``Description`` (the symbol) where it is filled, else by ``Name``.

    Raises:
        InputError: an unknown version, a bad size line, a row of another length, or a value that is no number.
    """
    from .expression import ExpressionTable

    source = read_text(path)
    lines = source.text.split("\n")
    if lines[0].strip() not in ("#1.2", "#1.3"):
        raise InputError("unknown GCT version", file=path, row=1, value=lines[0].strip(), expected="#1.2 or #1.3")
    rows, columns, row_fields, column_fields = _sizes(path, lines)
    header = lines[2].split("\t") if len(lines) > 2 else []
    first = 1 + row_fields
    if len(header) < first + columns:
        raise InputError(f"{len(header)} names where {first + columns} are announced", file=path, row=3)
    body = [(k + 4, x) for k, x in enumerate(lines[3:]) if x.strip()][column_fields:]
    if len(body) != rows:
        raise InputError(f"{len(body)} genes where {rows} are announced", file=path, hint="is the file complete?")
    values = np.empty((rows, columns))
    genes = []
    for i, (line, text) in enumerate(body):
        cells = text.split("\t")
        if len(cells) != first + columns:
            raise InputError(f"{len(cells)} fields where the header has {first + columns}", file=path, row=line)
        genes.append(cells[1].strip() if row_fields and cells[1].strip() not in ("", "na") else cells[0].strip())
        values[i] = [_value(c, path, line, header[first + k]) for k, c in enumerate(cells[first:])]
    names = tuple(h.strip() for h in header[first : first + columns])
    if len(set(names)) < len(names):
        raise InputError("two columns have the same name", file=path, row=3)
    return ExpressionTable(tuple(genes), names, values, False, source.notes, {path.name: source.sha256})


def _sizes(path: Path, lines: list[str]) -> tuple[int, int, int, int]:
    """Return rows, columns, and how many fields describe a row and a column (1 and 0 in version 1.2)."""
    cells = lines[1].split("\t") if len(lines) > 1 else []
    wanted = 2 if lines[0].strip() == "#1.2" else 4
    try:
        sizes = [int(c) for c in cells if c.strip()][:wanted]
    except ValueError:
        sizes = []
    if len(sizes) != wanted or min(sizes) < 0 or sizes[0] == 0 or sizes[1] == 0:
        raise InputError("the size line is not that of GCT", file=path, row=2, value=" ".join(cells)[:60])
    return (sizes[0], sizes[1], 1, 0) if wanted == 2 else (sizes[0], sizes[1], sizes[2], sizes[3])


def _value(cell: str, path: Path, line: int, name: str) -> float:
    text = cell.strip()
    if text.lower() in MISSING:
        return float("nan")
    try:
        number = float(text)
    except ValueError:
        number = float("inf")
    if np.isinf(number):
        raise InputError("not a number", file=path, row=line, field=name, value=text)
    return number
