"""The metastasis-free curve and the time courses, as figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..palette import SEQUENTIAL
from ..protocol import RunView, need
from ..sections.courses import course_label, time_axis, wide_range
from ..words import NONE, organ_label, percent, unit_label
from .style import SERIES, band, clean, figure, plain_ticks

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 6
"""Time courses in one figure."""


def free_figure(run: RunView) -> Figure:
    """Return the metastasis-free curve."""
    made = figure(5.2, 3.6)
    draw_free(made.add_subplot(), run)
    return made


def draw_free(axes: Axes, run: RunView) -> None:
    """Draw the share of patients without a detectable metastasis."""
    frame = need(run.metastasis_free, "metastasis_free").sort_values("day")
    x, unit = time_axis(frame["day"].tolist())
    band(axes, x, frame["low"].tolist(), frame["high"].tolist())
    axes.plot(x, frame["fraction"], color=SERIES, linewidth=1.8)
    axes.set(ylim=(0, 1.02), xlabel=unit, ylabel="share of patients", title="Without a detectable metastasis")
    axes.yaxis.set_major_formatter(lambda v, _: percent(v))
    plain_ticks(axes, "x")
    axes.margins(x=0)


def courses_figure(run: RunView) -> Figure | None:
    """Return the time courses that do not belong to one organ, with their bands."""
    frame = need(run.trajectories, "trajectories")
    names = [n for n in dict.fromkeys(frame["name"].astype(str)) if ":" not in n][:MOST]
    if not names:
        return None
    columns = min(2, len(names))
    rows = -(-len(names) // columns)
    made = figure(4.1 * columns, 2.7 * rows)
    for k, name in enumerate(names):
        draw_course(made.add_subplot(rows, columns, k + 1), frame, name)
    return made


def draw_course(axes: Axes, frame: pd.DataFrame, name: str) -> None:
    """Draw one quantity: median, middle half and 90% of patients."""
    mine = frame[frame["name"].astype(str) == name].sort_values("day")
    x, unit = time_axis(mine["day"].tolist())
    band(axes, x, mine["q05"].tolist(), mine["q95"].tolist(), 0.15)
    band(axes, x, mine["q25"].tolist(), mine["q75"].tolist(), 0.25)
    axes.plot(x, mine["q50"], color=SERIES, linewidth=1.8)
    measured = unit_label(mine["unit"].iloc[0])
    axes.set(xlabel=unit, ylabel="" if measured == NONE else clean(measured), title=clean(course_label(name)))
    axes.margins(x=0)
    if wide_range(mine["q50"].tolist()):
        axes.set_yscale("log", nonpositive="mask")
    plain_ticks(axes, "x", "y")


def leakiness_figure(run: RunView) -> Figure | None:
    """Return the median of each quantity that is kept organ by organ, the organs that end highest named."""
    frame = need(run.trajectories, "trajectories")
    names = frame["name"].astype(str)
    kinds = list(dict.fromkeys(n.split(":")[0] for n in names.unique() if ":" in n))[:2]
    if not kinds:
        return None
    made = figure(4.6 * len(kinds), 3.6)
    for k, kind in enumerate(kinds):
        axes = made.add_subplot(1, len(kinds), k + 1)
        mine = frame[names.str.startswith(f"{kind}:")].sort_values("day")
        ends = mine.groupby("name", sort=False)["q50"].last().sort_values(ascending=False, kind="stable")
        for i, name in enumerate(ends.index):
            one = mine[mine["name"] == name]
            x, unit = time_axis(one["day"].tolist())
            label = clean(organ_label(str(name).partition(":")[2])) if i < 5 else None
            axes.plot(
                x,
                one["q50"],
                color=SEQUENTIAL[7 - i] if i < 5 else "#cfc7c2",
                linewidth=1.6,
                label=label,
                zorder=9 - min(i, 8),
            )
        axes.set(xlabel=unit, title=f"{clean(kind)}: median by organ")
        axes.margins(x=0)
        plain_ticks(axes, "x", "y")
        axes.legend(title="highest at the end", title_fontsize=8, loc="best")
    return made
