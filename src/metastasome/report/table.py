"""Tables: sortable on the page, with a caption and a CSV that travels inside the page."""

from __future__ import annotations

import base64
import csv
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from .markup import el, esc

if TYPE_CHECKING:
    import pandas as pd

_SLICE = 20_000
CSV_LIMIT = 400
"""Rows of a table that travel inside the page; longer ones are found in the folder of tables."""


@dataclass(frozen=True)
class Column:
    """How a column is shown.

    Attributes:
        field: column of the frame.
        title: heading.
        show: value -> text (escaped afterwards), or markup where `markup` is true.
        numeric: right-aligned and sorted by value.
        markup: `show` returns markup that is safe already.
        wide: the column takes the room that is left.
    """

    field: str
    title: str
    show: Callable[[object], str] = str
    numeric: bool = False
    markup: bool = False
    wide: bool = False


def table(
    frame: pd.DataFrame, columns: Sequence[Column], *, key: str, caption: str, limit: int = 60, tall: bool = False
) -> str:
    """Return the table as markup: the first `limit` rows, a caption that says how many there are, and its CSV.

    Args:
        frame: the rows, in the order to show.
        columns: which columns, and how.
        key: names the element and the CSV file.
        caption: what the table holds.
        limit: rows shown.
        tall: show in a box of limited height that scrolls.
    """
    shown = frame.head(limit)
    heads = "".join(el("th", esc(c.title), scope="col", class_="num" if c.numeric else None) for c in columns)
    rows = "".join(
        el("tr", *(_cell(c, v, i == 0) for i, (c, v) in enumerate(zip(columns, values, strict=True))))
        for values in zip(*(shown[c.field].tolist() for c in columns), strict=True)
    )
    more = f" First {limit} of {len(frame):,} rows." if len(frame) > limit else ""
    if not len(frame):
        rows = el("tr", el("td", "nothing to show", colspan=len(columns), class_="none"))
    body = el(
        "table",
        el("caption", el("span", esc(caption + more))),
        el("thead", el("tr", heads)),
        el("tbody", rows),
        id=f"table-{key}",
        class_="sortable",
    )
    box = el(
        "div",
        body,
        class_="scroll tall" if tall else "scroll",
        tabindex=0,
        role="region",
        aria_label=f"Table: {caption}",
    )
    return el("div", box, _download(frame, key), class_="tablebox")


def csv_text(frame: pd.DataFrame) -> str:
    """Return the frame as CSV with full precision; texts that a spreadsheet would run as a formula get a quote."""
    out = io.StringIO()
    write_csv(frame, out)
    return out.getvalue()


def write_csv(frame: pd.DataFrame, out: TextIO) -> None:
    """Write the frame as :func:`csv_text` has it, a slice of rows at a time: tables of lesions have millions."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_csv_value(c) for c in frame.columns])
    for first in range(0, len(frame), _SLICE):
        part = frame.iloc[first : first + _SLICE]
        columns = [part[c].tolist() for c in frame.columns]
        writer.writerows([_csv_value(v) for v in row] for row in zip(*columns, strict=True))


def _cell(column: Column, value: object, first: bool) -> str:
    text = column.show(value)
    inside = text if column.markup else esc(text)
    raw = None
    if column.numeric:
        number = float(value) if isinstance(value, int | float) else math.nan
        raw = "" if math.isnan(number) else repr(number)
    name = " ".join(w for w, on in (("num", column.numeric), ("wide", column.wide)) if on)
    if first:
        return el("th", inside, scope="row", data_v=raw, class_=name or None)
    return el("td", inside, data_v=raw, class_=name or None)


def _download(frame: pd.DataFrame, key: str) -> str:
    if not len(frame):
        return ""
    if len(frame) > CSV_LIMIT:
        return el("p", "All rows: ", el("code", esc(f"tables/{key}.csv")), " beside this page.", class_="download")
    data = base64.b64encode(csv_text(frame).encode("utf-8", "replace")).decode()
    address = f"data:text/csv;charset=utf-8;base64,{data}"
    return el(
        "p",
        el("a", "Download CSV", href=address, download=f"{key}.csv", aria_label=f"Download CSV: {key}"),
        class_="download",
    )


def _csv_value(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(value)
    if isinstance(value, str):
        clean = value.replace("\x00", "")
        return f"'{clean}" if clean[:1] in ("=", "+", "-", "@", "\t", "\r") else clean
    return "" if value is None else value
