"""Delimited tables read with care: the delimiter is found, every row must fit, and errors name file, row and field."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .spreadsheet import THOUSANDS, with_decimal_points, without_empty_columns, without_remarks
from .text import read_text

DELIMITERS: dict[str, str] = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
MISSING = frozenset({"", "na", "nan", "n/a", "null", "none", "-"})
_SAMPLE_LINES = 25


@dataclass(frozen=True)
class Table:
    """A delimited file as text cells.

    Attributes:
        path: the file.
        header: column names, stripped, ``c`` of them.
        rows: the cells below the header, each row with ``c`` cells.
        lines: the line on which each row ends, counted from 1 with the header.
        delimiter: the one found or given.
        sha256: checksum of the file.
        notes: what the reader decided, one sentence each.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    delimiter: str
    sha256: str
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> tuple[str, ...]:
        """Return the cells of the column called `name`, stripped."""
        j = self.index(name)
        return tuple(row[j].strip() for row in self.rows)

    def index(self, name: str) -> int:
        """Return the position of the column called `name`; :class:`InputError` lists the columns otherwise."""
        if name not in self.header:
            shown = ", ".join(repr(h) for h in self.header[:8]) + (" ..." if len(self.header) > 8 else "")
            raise InputError("no such column", file=self.path, field=name, expected=f"one of {shown}")
        return self.header.index(name)

    def numbers(self, columns: Sequence[int], *, missing: float | None = None) -> NDArray[np.float64]:
        """Return the cells of `columns` as numbers, shape ``(rows, len(columns))``.

        Args:
            columns: positions of the columns.
            missing: what an empty or NA cell becomes; None refuses such cells.

        Raises:
            InputError: the first cell that is not a finite number, with its row and field.
        """
        out = np.empty((len(self.rows), len(columns)))
        for i, row in enumerate(self.rows):
            try:
                out[i] = [float(row[j]) for j in columns]
            except ValueError:
                out[i] = [self._number(i, j, missing) for j in columns]
        if missing is None or not math.isnan(missing):
            self._refuse_not_finite(out, columns)
        elif np.isinf(out).any():
            self._refuse_not_finite(np.nan_to_num(out, nan=0.0, posinf=np.inf, neginf=-np.inf), columns)
        return out

    def _number(self, i: int, j: int, missing: float | None) -> float:
        cell = self.rows[i][j].strip()
        if missing is not None and cell.lower() in MISSING:
            return missing
        try:
            return float(cell)
        except ValueError as error:
            comma = cell.count(",") > 0 and cell.replace(",", "").lstrip("+-").isdigit()
            hint = "write decimals with a point, not a comma" if comma else None
            if THOUSANDS.fullmatch(cell):
                hint = "write thousands without a mark between them, and decimals with a point"
            raise InputError(
                "not a number", file=self.path, row=self.lines[i], field=self.header[j], value=cell, hint=hint
            ) from error

    def _refuse_not_finite(self, values: NDArray[np.float64], columns: Sequence[int]) -> None:
        if not np.isfinite(values).all():
            i, k = np.argwhere(~np.isfinite(values))[0]
            cell = self.rows[i][columns[k]]
            raise InputError(
                "not a finite number",
                file=self.path,
                row=self.lines[i],
                field=self.header[columns[k]],
                value=cell,
            )


def read_table(path: str | os.PathLike[str], *, delimiter: str | None = None) -> Table:
    """Read a delimited table with one header line.

    The delimiter is the one of comma, tab, semicolon and bar that splits the first lines into the most, and equally
    many, fields. A header that lacks the name of the first column (as R writes it) is accepted and noted. So is what
    spreadsheets add: remarks (``#``) above the header, columns without name and cells, and decimal commas where fields
    are not parted by commas.

    Raises:
        InputError: no delimiter fits, the given one does not occur, a row has another number of fields, a column
            is named twice, or anything :func:`metastasome.core.text.read_text` refuses.
    """
    source = read_text(path)
    text = without_remarks(source.text)
    found = _find_delimiter(text, source.path, delimiter)
    header, rows, lines, notes = _split(text, source.path, found)
    _refuse_repeats(header, source.path)
    return Table(source.path, header, rows, lines, found, source.sha256, source.notes + notes)


def _find_delimiter(text: str, path: Path, given: str | None) -> str:
    head = _first_lines(text)
    scores = {d: _score(head, d) for d in DELIMITERS}
    best = max(scores, key=lambda d: scores[d])
    if given is not None:
        if _score(head, given) == 0:
            hint = f"it looks {DELIMITERS[best]}-separated" if scores[best] else None
            raise InputError("the delimiter given splits no line", file=path, field="delimiter", value=given, hint=hint)
        return given
    if scores[best] == 0:
        raise InputError(
            "no delimiter found",
            file=path,
            row=1,
            value=head.split("\n", 1)[0],
            expected="columns separated by comma, tab, semicolon or bar",
        )
    return best


def _first_lines(text: str) -> str:
    end = 0
    for _ in range(_SAMPLE_LINES):
        cut = text.find("\n", end)
        if cut < 0:
            return text
        end = cut + 1
    return text[:end]


def _score(head: str, delimiter: str) -> float:
    """Return how well `delimiter` fits: fields of a usual line, less where lines differ; 0 for not at all."""
    try:
        counts = [len(r) for r in csv.reader(io.StringIO(head), delimiter=delimiter) if any(c.strip() for c in r)]
    except csv.Error:
        return 0.0
    if not counts:
        return 0.0
    header, body = counts[0], counts[1:] or counts
    usual = max(sorted(set(body)), key=body.count)
    agree = body.count(usual) / len(body)
    nameless = header == usual - 1 and agree == 1  # R leaves out the name of the first column
    if header < 2 and not nameless:
        return 0.0
    return usual * agree * (1.0 if header == usual else 0.9 if nameless else 0.5)


def _split(
    text: str, path: Path, delimiter: str
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[int, ...], tuple[str, ...]]:
    csv.field_size_limit(2**27)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(tuple(row))
                lines.append(reader.line_num)
    except csv.Error as error:
        raise InputError(f"cannot be split into fields: {error}", file=path, row=reader.line_num) from error
    if len(rows) < 2:
        raise InputError("there is no row below the header", file=path)
    rows, empty = without_empty_columns(rows)
    header = tuple(cell.strip() for cell in rows[0])
    notes: tuple[str, ...] = (f"{path.name}: {empty} empty columns were left out.",) if empty else ()
    if len(header) == len(rows[1]) - 1:
        header = ("", *header)
        notes += (f"{path.name}: the header lacks a name for the first column; taken as row names.",)
    for fields, line in zip(rows[1:], lines[1:], strict=True):
        if len(fields) != len(header):
            raise InputError(
                f"{len(fields)} fields where the header has {len(header)}", file=path, row=line,
                hint=f"fields are separated by {DELIMITERS.get(delimiter, repr(delimiter))}",
            )  # fmt: skip
    body, commas = with_decimal_points(rows[1:], delimiter, MISSING)
    notes += (f"{path.name}: decimal commas in {commas} columns were read as points.",) if commas else ()
    return header, tuple(body), tuple(lines[1:]), notes


def _refuse_repeats(header: Sequence[str], path: Path) -> None:
    seen: set[str] = set()
    for name in header:
        if name and name in seen:
            raise InputError("two columns have the same name", file=path, row=1, field=name)
        seen.add(name)
