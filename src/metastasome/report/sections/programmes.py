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
from ..words import number, organ_label, p_value, plain, span
from .parts import choose, figure, grid
from .shifts import (
    DOSE,
    SHIFT,
    SIGNIFICANT,
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


def heatmaps(programmes: pd.DataFrame) -> str:
    """Return one heat map per cell class and, where routes are told apart, one more for the RNA route alone."""
    routes = [("shift", "")] + ([("rna_shift", ", RNA alone")] if has_routes(programmes) else [])
    figures = []
    for column, route in routes:
        top = nice_top(float(programmes[column].abs().max()) if len(programmes) else 0.0)
        for c in cells_by_reach(programmes):
            mine = programmes[programmes["cell"].astype(str) == c]
            name = plain(c) + route
            figures.append(
                figure(
                    _heatmap(mine, column, name, top),
                    f"Programme shifts in {name}, at the delivered dose. {MARKS}",
                    choice=name,
                )
            )
    return choose("Cell class", figures)


def _heatmap(mine: pd.DataFrame, column: str, name: str, top: float) -> str:
    organs = [(o, organ_label(o)) for o in dict.fromkeys(mine["organ"].astype(str))]
    names = [(p, plain(p)) for p in dict.fromkeys(mine["programme"].astype(str))]
    values, marks, tips = {}, {}, {}
    for _, row in mine.iterrows():
        at = (str(row["organ"]), str(row["programme"]))
        values[at], marks[at] = float(row[column]), mark_of(row)
        around = f" ({span(row['low'], row['high'])})" if column == "shift" else ""
        where = f"{organ_label(row['organ'])}, {plain(row['programme'])}"
        tips[at] = f"{where}: {number(row[column])}{around}, q {p_value(row['q'])}, {row['verdict']}"
    lead = strongest(mine, 1, column)
    desc = f"Largest: {row_label(lead.iloc[0])} {number(lead.iloc[0][column])}." if len(lead) else "Empty."
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
    """Return the largest shifts with their intervals."""
    rows = [_bar(r) for _, r in strongest(programmes, 14).iterrows()]
    chart = bars(
        rows,
        title="Largest programme shifts",
        x_title=SHIFT,
        label_width=196,
        desc="; ".join(f"{r.sub}, {r.label} {number(r.value)}" for r in rows[:5]),
    )
    return figure(chart, "The largest shifts at the delivered dose, with their 95% intervals.")


def _bar(r: pd.Series) -> Bar:
    where, route = f"{organ_label(r['organ'])}, {plain(r['cell'])}", route_of(r).removeprefix("by ")
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
        Column("cell", "Cell class", plain),
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
