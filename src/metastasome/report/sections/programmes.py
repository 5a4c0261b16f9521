"""Programmes: heat maps, the largest shifts, dose response, table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..charts.bars import Bar, bars
from ..charts.heatmap import heatmap
from ..charts.lines import Line, Marker, lines
from ..markup import el
from ..palette import nice_top
from ..protocol import MatchView, need
from ..table import Column, table
from ..words import cell_label, number, organ_label, p_value, plain, span
from .parts import choose, figure, grid
from .shifts import (
    DOSE,
    SHIFT,
    SIGNIFICANT,
    by_route,
    cells_by_reach,
    has_routes,
    mark_of,
    rna_column,
    route_of,
    row_label,
    strongest,
)

if TYPE_CHECKING:
    import pandas as pd

MARKS = f"Dot: q ≤ {SIGNIFICANT}. Ring: the delivered dose reaches the threshold. Grey: not computed."
RANKED = "The largest shifts at the delivered dose"
RANKED_BOTH = f"{RANKED}, by both routes; the intervals are of RNA, the size of the protein route is an assumption."


def heatmaps(programmes: pd.DataFrame) -> str:
    """Return one heat map per cell class and, where routes are told apart, one more for the RNA route alone."""
    figures = []
    for route, frame in by_route(programmes):
        top = nice_top(float(frame["shift"].abs().max()) if len(frame) else 0.0)
        for c in cells_by_reach(programmes):
            mine = frame[frame["cell"].astype(str) == c]
            name = _named(cell_label(c), route)
            words = f"Programme shifts in {name}, at the delivered dose. {MARKS}"
            figures.append(figure(_heatmap(mine, name, top), words, choice=name))
    return choose("Cell class", figures)


def _heatmap(mine: pd.DataFrame, name: str, top: float) -> str:
    organs = [(o, organ_label(o)) for o in dict.fromkeys(mine["organ"].astype(str))]
    names = [(p, plain(p)) for p in dict.fromkeys(mine["programme"].astype(str))]
    values, marks, tips = {}, {}, {}
    for _, row in mine.iterrows():
        at = (str(row["organ"]), str(row["programme"]))
        values[at], marks[at] = float(row["shift"]), mark_of(row)
        where = f"{organ_label(row['organ'])}, {plain(row['programme'])}"
        size = f"{number(row['shift'])} ({span(row['low'], row['high'])})"
        tips[at] = f"{where}: {size}, q {p_value(row['q'])}, {row['verdict']}"
    lead = strongest(mine, 1)
    desc = f"Largest: {row_label(lead.iloc[0])} {number(lead.iloc[0]['shift'])}." if len(lead) else "Empty."
    return heatmap(
        organs,
        names,
        values,
        top=top,
        marks=marks,
        tips=tips,
        unit=SHIFT,
        desc=desc,
        title=f"Programme shifts by organ, {name}",
    )


def ranked(programmes: pd.DataFrame) -> str:
    """Return the largest shifts with their intervals and, where routes are told apart, those by RNA alone."""
    said = {"": RANKED_BOTH if has_routes(programmes) else f"{RANKED}, with their 95% intervals."}
    made = []
    for route, frame in by_route(programmes):
        rows = [_bar(r) for _, r in strongest(frame, 14).iterrows()]
        told = "; ".join(f"{r.sub}, {r.label} {number(r.value)}" for r in rows[:5])
        title = _named("Largest programme shifts", route)
        chart = bars(rows, title=title, x_title=SHIFT, label_width=196, desc=told)
        made.append(figure(chart, said.get(route, f"{RANKED} by {route}, with their 95% intervals.")))
    return el("div", *made)


def _named(name: str, route: str) -> str:
    return f"{name}, {route}" if route else name


def _bar(r: pd.Series) -> Bar:
    where, route = f"{organ_label(r['organ'])}, {cell_label(r['cell'])}", route_of(r).removeprefix("by ")
    side = "up" if r["shift"] > 0 else "down"
    return Bar(
        plain(r["programme"]) + (f" ({route})" if route else ""),
        float(r["shift"]),
        float(r["low"]),
        float(r["high"]),
        side,
        f"q {p_value(r['q'])}",
        where,
    )


def curves(match: MatchView, programmes: pd.DataFrame) -> str:
    """Return the dose response of the six largest shifts (by RNA, where routes are told apart)."""
    frame = need(match.dose_curve(), "dose_curve")
    made = []
    for _, row in strongest(programmes, 6, rna_column(programmes)).iterrows():
        same = (
            (frame["organ"] == row["organ"]) & (frame["cell"] == row["cell"]) & (frame["programme"] == row["programme"])
        )
        if same.any():
            made.append(
                _curve(frame[same].sort_values("dose"), row, "RNA shift" if has_routes(programmes) else "shift")
            )
    if not made:
        return el("p", "No dose curve was kept.", class_="none")
    return grid(*made, class_="panels three")


def _curve(mine: pd.DataFrame, row: pd.Series, what: str) -> str:
    delivered, threshold = float(row["delivered_dose"]), float(row["threshold_dose"])
    marks = [Marker(delivered, "delivered", "mark delivered"), Marker(threshold, "threshold", "mark threshold")]
    marks = [m for m in marks if math.isfinite(m.x) and m.x > 0]
    line = Line(
        mine["dose"].tolist(), mine["shift"].tolist(), [(mine["low"].tolist(), mine["high"].tolist(), "narrow")]
    )
    needed = f"threshold {number(threshold)}" if math.isfinite(threshold) else "no dose computed reaches the threshold"
    chart = lines(
        [line],
        title=f"Dose response of {row_label(row)}",
        desc=f"Delivered {number(delivered)}, {needed}.",
        x_title=DOSE,
        y_title=f"{row_label(row)} ({what})",
        log_x=True,
        markers=marks,
        size=(400, 270),
    )
    return figure(chart, f"Delivered {number(delivered)} per cell and day, {needed}.")


def programme_table(programmes: pd.DataFrame) -> str:
    """Return the table of shifts, largest first."""
    routes = [("rna_shift", "by RNA"), ("protein_shift", "by protein")] if has_routes(programmes) else []
    columns = [
        Column("organ", "Organ", organ_label),
        Column("cell", "Cell class", cell_label),
        Column("programme", "Programme", plain),
        Column("verdict", "Verdict", str, wide=True),
    ]
    columns += [
        Column(k, t, number, numeric=True)
        for k, t in (("shift", "Shift"), ("low", "95% low"), ("high", "95% high"), *routes)
    ]
    columns += [Column(k, k, p_value, numeric=True) for k in ("p", "q")]
    columns += [
        Column(k, t, number, numeric=True)
        for k, t in (("threshold_dose", "Dose needed"), ("delivered_dose", "Dose arriving"))
    ]
    return table(
        strongest(programmes, len(programmes)),
        columns,
        key="programmes",
        limit=40,
        tall=True,
        caption="Programme shifts, largest first; doses are vesicles taken up per cell and day.",
    )
