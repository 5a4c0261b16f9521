"""Matchmaking as figures: ranked shifts, dose response, volcano, flows, and all of them by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..charts.sankey import layout
from ..palette import DIVERGING, LIGHT, SEQUENTIAL
from ..protocol import MatchView, need
from ..sections.links import WIDTH, network_paths, volcano_points
from ..sections.shifts import (
    DOSE,
    SHIFT,
    SIGNIFICANT,
    has_routes,
    moving,
    rna_column,
    route_of,
    row_label,
    strongest,
)
from .match_heatmap import heatmap_figure
from .style import INK, MUTED, SERIES, band, clean, figure, plain_ticks

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


def makers(found: MatchView) -> dict[str, Callable[[], Figure | None]]:
    """Return the figures of a match by file name."""
    return {
        "match_heatmap": lambda: heatmap_figure(found),
        "match_ranked": lambda: ranked_figure(found),
        "match_dose_response": lambda: dose_figure(found),
        "match_volcano": lambda: volcano_figure(found),
        "match_flow": lambda: flow_figure(found),
    }


def ranked_figure(found: MatchView) -> Figure | None:
    """Return the largest shifts with their 95% intervals; by RNA alone as well where routes are told apart."""
    routes = moving(need(found.programmes(), "programmes"))
    ranks = [(route, strongest(frame, 20 // len(routes))) for route, frame in routes]
    if not ranks:
        return None
    made = figure(8.2, sum(0.28 * max(3, len(rows)) + 1.0 for _, rows in ranks))
    for axes, (route, rows) in zip(made.subplots(len(ranks), 1, squeeze=False)[:, 0], ranks, strict=True):
        _ranked(axes, rows, ", ".join(filter(None, ("Largest programme shifts", route))))
    return made


def _ranked(axes: Axes, rows: pd.DataFrame, title: str) -> None:
    of_rna = " of RNA" if has_routes(rows) else ""
    y, shift = np.arange(len(rows)), rows["shift"].to_numpy(dtype=np.float64)
    axes.barh(y, shift, color=[DIVERGING[7] if v > 0 else DIVERGING[1] for v in shift], height=0.66)
    axes.hlines(y, rows["low"], rows["high"], color=INK, linewidth=1)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.set_yticks(y, [clean(" ".join((row_label(r), *_aside(route_of(r)))), 64) for _, r in rows.iterrows()])
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlabel=f"{SHIFT}; line: 95% interval{of_rna}", title=title)
    plain_ticks(axes, "x")
    axes.grid(visible=False, axis="y")


def _aside(route: str) -> list[str]:
    return [f"({route.removeprefix('by ')})"] if route else []


def dose_figure(found: MatchView) -> Figure | None:
    """Return the dose response of the six largest shifts, with the delivered and the needed dose."""
    programmes = need(found.programmes(), "programmes")
    rows = strongest(programmes, 6, rna_column(programmes))
    curves = need(found.dose_curve(), "dose_curve")
    if not len(rows) or not len(curves):
        return None
    made = figure(9.6, 2.7 * -(-len(rows) // 3) + 0.7)
    keys: dict[str, Artist] = {}
    for k, (_, row) in enumerate(rows.iterrows()):
        axes = made.add_subplot(-(-len(rows) // 3), min(3, len(rows)), k + 1)
        key = (
            (curves["organ"] == row["organ"])
            & (curves["cell"] == row["cell"])
            & (curves["programme"] == row["programme"])
        )
        _dose(axes, curves[key & (curves["dose"] > 0)].sort_values("dose"), row)
        drawn, said = axes.get_legend_handles_labels()
        keys |= dict(zip(said, drawn, strict=True))
    made.legend(list(keys.values()), list(keys), loc="outside upper left", ncols=len(keys))
    made.supxlabel(DOSE, fontsize=9)
    made.supylabel(f"RNA {SHIFT}" if has_routes(programmes) else SHIFT, fontsize=9)
    return made


def _dose(axes: Axes, mine: pd.DataFrame, row: pd.Series) -> None:
    from matplotlib.ticker import LogLocator

    x = mine["dose"].tolist()
    band(axes, x, mine["low"].tolist(), mine["high"].tolist())
    axes.collections[-1].set_label("95% interval")
    axes.plot(x, mine["shift"], color=SERIES, linewidth=1.7, label="shift")
    for name, colour, dash in (("delivered", LIGHT["second"], "-"), ("threshold", LIGHT["third"], "--")):
        dose = float(row[f"{name}_dose"])
        if math.isfinite(dose) and dose > 0:
            axes.axvline(dose, color=colour, linestyle=dash, linewidth=1.3, label=f"{name} dose")
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(numticks=5))
    plain_ticks(axes, "x", "y")
    where, what = row_label(row).rsplit(": ", 1)
    axes.set_title(f"{clean(where, 40)}\n{clean(what, 40)}", fontsize=8)


def volcano_figure(found: MatchView) -> Figure | None:
    """Return effect against significance."""
    points, what, effect = volcano_points(found)
    good = [p for p in points if math.isfinite(p.effect) and 0 <= p.p <= 1]
    if not any(p.effect for p in good):
        return None
    made = figure(6.4, 4.6)
    axes = made.add_subplot()
    x, y = np.array([p.effect for p in good]), np.array([-math.log10(max(p.p, 1e-16)) for p in good])
    kept = np.array([p.kept for p in good])
    axes.scatter(
        x[~kept], y[~kept], s=12, facecolors="none", edgecolors=MUTED, linewidths=0.7, label=f"q > {SIGNIFICANT}"
    )
    if kept.any():
        axes.scatter(x[kept], y[kept], s=18, color=SERIES, label=f"q ≤ {SIGNIFICANT}")
    middle = (x.min() + x.max()) / 2
    for i in _apart(x, y, np.argsort(-(y + 100 * kept), kind="stable")[:40]):
        left = x[i] > middle + 0.1 * np.ptp(x)
        axes.annotate(
            clean(good[i].label, 50),
            (x[i], y[i]),
            xytext=(-4 if left else 4, 3),
            textcoords="offset points",
            fontsize=7,
            ha="right" if left else "left",
        )
    plain_ticks(axes, "x", "y")
    axes.set(xlabel=effect, ylabel="−log₁₀ p", title=f"Effect against significance: {what}")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.99), borderaxespad=0.2, ncols=2)
    return made


def _apart(x: NDArray[np.float64], y: NDArray[np.float64], order: NDArray[np.int64], most: int = 6) -> list[int]:
    """Return up to `most` points, in `order`, whose labels keep clear of each other."""
    wide, tall = np.ptp(x) or 1.0, np.ptp(y) or 1.0
    out: list[int] = []
    for i in order.tolist():
        if all(abs(x[i] - x[j]) > 0.6 * wide or abs(y[i] - y[j]) > 0.05 * tall for j in out):
            out.append(i)
        if len(out) == most:
            break
    return out


def flow_figure(found: MatchView) -> Figure | None:
    """Return the flows miRNA, target, programme, organ, in the layout of the page."""
    from matplotlib.patches import PathPatch, Rectangle

    from .body import to_path

    paths = network_paths(found)
    if not paths:
        return None
    plan = layout(paths, 4, (760.0, 420.0))
    made = figure(8.4, 4.8)
    axes = made.add_subplot()
    for ribbon in plan.ribbons:
        colour = (DIVERGING[1], DIVERGING[6], SEQUENTIAL[4])[ribbon.column % 3]
        axes.add_patch(PathPatch(to_path(ribbon.outline()), facecolor=colour, alpha=0.34, linewidth=0))
    for node in plan.nodes:
        axes.add_patch(Rectangle((node.x, node.y), 8, max(node.height, 1.5), color=INK, linewidth=0))
        axes.text(node.x + 13, node.y + node.height / 2, clean(node.name, 22), va="center", fontsize=7.5)
    for x, head in zip(plan.stops, ("miRNA", "target", "programme", "organ or cell"), strict=True):
        axes.text(x, 12, head, fontweight="bold", fontsize=8.5)
    axes.set(xlim=(0, 760), ylim=(424, 0), title=f"Strongest links; {WIDTH}")
    axes.axis("off")
    return made
