"""What spreadsheets and instruments add to a table: remarks above it, empty columns beside it, decimal commas in it."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

Rows = list[tuple[str, ...]]
_NUMBER = re.compile(r"[+-]?\d*,?\d+(?:[eE][+-]?\d+)?")
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")


def without_remarks(text: str) -> str:
    """Return `text` with the lines above the header that begin with ``#`` left blank, so that rows keep their number.

    A header that itself begins so (``#SampleID``) stays: the last such line, where it splits as the line below does.
    """
    lines = text.split("\n", 64)
    top = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)
    remarks = [i for i in range(top) if lines[i].startswith("#")]
    if remarks and any(1 < _fields(lines[top], d) <= _fields(lines[remarks[-1]], d) + 1 for d in ",\t;|"):
        remarks.pop()
    return "\n".join("" if i in remarks else line for i, line in enumerate(lines)) if remarks else text


def without_empty_columns(rows: Rows) -> tuple[Rows, int]:
    """Return the rows, header first, without columns that hold neither a name nor a cell, and how many those were.

    A delimiter at the end of every row but not of the header is taken off too. Rows that do not fit are left as they
    are, for the reader to refuse.
    """
    header, body = rows[0], rows[1:]
    if all(len(row) == len(header) + 1 and not row[-1].strip() for row in body):
        return [header, *(row[:-1] for row in body)], 1
    empty = {j for j, name in enumerate(header) if not name.strip()}
    for row in body:
        if not empty or len(row) != len(header):
            return rows, 0
        empty = {j for j in empty if not row[j].strip()}
    keep = [j for j in range(len(header)) if j not in empty]
    return ([tuple(row[j] for j in keep) for row in rows], len(empty)) if empty else (rows, 0)


def with_decimal_points(rows: Rows, delimiter: str, missing: frozenset[str]) -> tuple[Rows, int]:
    """Return the rows below a header with decimal commas made points, and in how many columns.

    Only where no comma parts the fields, in columns that hold nothing but numbers (or `missing`), and where some number
    shows that its comma is none of thousands: ``1,926`` alone may be either.
    """
    if delimiter == ",":
        return rows, 0
    width = range(len(rows[0]))
    found = [j for j in width if any("," in row[j] for row in rows) and _numbers(rows, j, missing)]
    cells = (row[j].strip() for j in found for row in rows)
    if not found or all(THOUSANDS.fullmatch(cell) for cell in cells if "," in cell):
        return rows, 0
    at = set(found)
    return [tuple(c.replace(",", ".") if j in at else c for j, c in enumerate(row)) for row in rows], len(found)


def _numbers(rows: Sequence[tuple[str, ...]], j: int, missing: frozenset[str]) -> bool:
    words = (row[j].strip() for row in rows)
    return all(_NUMBER.fullmatch(word) or word.lower() in missing for word in words)


def _fields(line: str, delimiter: str) -> int:
    return len(next(csv.reader([line], delimiter=delimiter), []))
