"""When: time courses with bands, and the metastasis-free curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..charts.lines import Line, lines
from ..markup import el
from ..protocol import RunView, need
from ..table import Column, table
from ..words import NONE, number, organ_label, percent, plain, unit_label
from .parts import choose, figure, grid, section

if TYPE_CHECKING:
    import pandas as pd

ROUNDING = 1e-12
"""Of the largest value of a course: what is smaller is what solving leaves of nothing, and shown as nothing."""
POINTS = 64
"""Points drawn per curve; longer series are thinned for the page (the table keeps all)."""


def when(run: RunView) -> str:
    """Return the section: metastasis-free curve, time courses, their values in a table."""
    courses = need(run.trajectories, "trajectories")
    names = list(dict.fromkeys(courses["name"].astype(str)))
    free = figure(free_chart(run), "Share of patients without a detectable metastasis; band: 95% interval.")
    if not names:
        return section("when", "When it happens", grid(free), el("p", "No time course was kept.", class_="none"))
    figures = [
        figure(
            course_chart(courses, n),
            f"{course_label(n)}: median, middle half and 90% of patients.",
            choice=course_label(n),
        )
        for n in names
    ]
    return section("when", "When it happens", grid(free, choose("Time course", figures)), _table(courses, names))


def time_axis(days: Sequence[float]) -> tuple[list[float], str]:
    """Return times in the unit that reads best, and its name."""
    last = max(days, default=0.0)
    size, unit = (365.25, "years") if last >= 1095 else (30.4375, "months") if last >= 120 else (1.0, "days")
    return [d / size for d in days], unit


def course_label(name: str) -> str:
    """Return ``leakiness, liver`` for ``leakiness:liver``."""
    what, _, organ = name.partition(":")
    return f"{plain(what)}, {organ_label(organ)}" if organ else plain(what)


def course_chart(courses: pd.DataFrame, name: str) -> str:
    """Return the chart of one quantity."""
    mine = thin(courses[courses["name"].astype(str) == name].sort_values("day"))
    x, unit = time_axis(mine["day"].tolist())
    q = {k: mine[k].tolist() for k in ("q05", "q25", "q50", "q75", "q95")}
    curve = Line(x, q["q50"], bands=[(q["q05"], q["q95"], "wide"), (q["q25"], q["q75"], "narrow")])
    label, measured = course_label(name), unit_label(mine["unit"].iloc[0])
    return lines(
        [curve],
        title=f"{label} over time",
        x_title=unit,
        y_title=label if measured == NONE else f"{label}, {measured}",
        log_y=wide_range(q["q50"]),
        desc=f"Median {number(q['q50'][0])} at the start, {number(q['q50'][-1])} at the end.",
    )


def wide_range(values: Sequence[float]) -> bool:
    """Return whether positive values span so much that only a logarithmic axis shows them."""
    positive = [v for v in values if v > 0]
    return len(positive) > 2 and max(positive) > 1e4 * positive[len(positive) // 4]


def free_chart(run: RunView) -> str:
    """Return the metastasis-free curve."""
    mine = thin(need(run.metastasis_free, "metastasis_free").sort_values("day"))
    x, unit = time_axis(mine["day"].tolist())
    curve = Line(x, mine["fraction"].tolist(), bands=[(mine["low"].tolist(), mine["high"].tolist(), "narrow")])
    last = percent(mine["fraction"].iloc[-1]) if len(mine) else "–"
    return lines(
        [curve],
        title="Metastasis-free share of patients",
        desc=f"{last} at the end of follow-up.",
        y_show=percent,
        x_title=unit,
        y_title="share without a detectable metastasis",
        top=1.0,
    )


def thin(frame: pd.DataFrame, points: int = POINTS) -> pd.DataFrame:
    """Return at most `points` rows spread evenly, first and last kept."""
    if len(frame) <= points:
        return frame
    return frame.iloc[np.unique(np.linspace(0, len(frame) - 1, points).round().astype(int))]


def _table(courses: pd.DataFrame, names: Sequence[str]) -> str:
    import pandas as pd

    rows = []
    for n in names:
        mine = courses[courses["name"].astype(str) == n].sort_values("day")
        at = [mine.iloc[round(f * (len(mine) - 1))] for f in (0.0, 0.25, 0.5, 1.0)]
        values = [*(float(r["q50"]) for r in at), float(at[-1]["q05"]), float(at[-1]["q95"])]
        rounding = ROUNDING * float(np.nanmax(np.abs(mine[["q05", "q50", "q95"]].to_numpy(dtype=np.float64))))
        shown = (0.0 if abs(v) <= rounding else v for v in values)
        rows.append((course_label(n), str(mine["unit"].iloc[0]), *shown))
    made = pd.DataFrame(rows, columns=["quantity", "unit", "start", "quarter", "half", "end", "end_q05", "end_q95"])
    return table(
        made,
        key="courses",
        limit=200,
        caption="Time courses: median at four times of the follow-up, and the spread at its end.",
        tall=True,
        columns=[Column("quantity", "Quantity"), Column("unit", "Unit", unit_label)]
        + [
            Column(k, t, number, numeric=True)
            for k, t in (
                ("start", "Start"),
                ("quarter", "Quarter"),
                ("half", "Half"),
                ("end", "End"),
                ("end_q05", "End, 5%"),
                ("end_q95", "End, 95%"),
            )
        ],
    )
