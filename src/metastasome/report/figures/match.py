"""Matchmaking as figures: heat map, ranked shifts, dose response, volcano, flows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..charts.sankey import layout
from ..palette import DIVERGING, LIGHT, SEQUENTIAL, nice_top
from ..protocol import MatchView, need
from ..sections.links import network_paths, volcano_points
from ..sections.shifts import SHIFT, SIGNIFICANT, cells_by_reach, has_routes, rna_column, route_of, row_label, strongest
from ..words import organ_label, plain
from .style import INK, MUTED, SERIES, band, clean, diverging, figure, plain_ticks

if TYPE_CHECKING:
    import pandas as pd
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


def heatmap_figure(found: MatchView) -> Figure | None:
    """Return programme shifts, organ by programme, one panel per cell class; dots where q is small."""
    frame = need(found.programmes(), "programmes")
    cells = cells_by_reach(frame)
    if not cells:
        return None
    organs = list(dict.fromkeys(frame["organ"].astype(str)))
    names = list(dict.fromkeys(frame["programme"].astype(str)))
    top = nice_top(float(frame["shift"].abs().max()))
    made = figure(2.6 * len(cells) + 1.6, 0.24 * len(organs) + 2.0)
    axes = made.subplots(1, len(cells), sharey=True, squeeze=False)[0]
    image = None
    for ax, cell in zip(axes, cells, strict=True):
        mine = frame[frame["cell"].astype(str) == cell]
        values = mine.pivot_table("shift", "organ", "programme", dropna=False).reindex(index=organs, columns=names)
        image = ax.imshow(values.to_numpy(dtype=np.float64), aspect="auto", cmap=diverging(), vmin=-top, vmax=top)
        ax.set_xticks(
            range(len(names)), [clean(plain(n), 20) for n in names], rotation=60, ha="right", rotation_mode="anchor"
        )
        ax.set_yticks(range(len(organs)), [clean(organ_label(o), 20) for o in organs])
        ax.set_title(clean(plain(cell), 20))
        ax.grid(visible=False)
        small = mine[mine["q"] <= SIGNIFICANT]
        ax.scatter(
            [names.index(str(p)) for p in small["programme"]],
            [organs.index(str(o)) for o in small["organ"]],
            s=5,
            color=INK,
        )
    assert image is not None
    made.colorbar(image, ax=list(axes), shrink=0.6, label=SHIFT)
    return made


def ranked_figure(found: MatchView) -> Figure | None:
    """Return the largest shifts with their 95% intervals."""
    frame = strongest(need(found.programmes(), "programmes"), 20)
    if not len(frame):
        return None
    made = figure(8.2, 0.28 * max(3, len(frame)) + 1.0)
    axes = made.add_subplot()
    y, shift = np.arange(len(frame)), frame["shift"].to_numpy(dtype=np.float64)
    axes.barh(y, shift, color=[DIVERGING[7] if v > 0 else DIVERGING[1] for v in shift], height=0.66)
    axes.hlines(y, frame["low"], frame["high"], color=INK, linewidth=1)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.set_yticks(y, [clean(f"{row_label(r)} {route_of(r)}".strip(), 64) for _, r in frame.iterrows()])
    axes.set(ylim=(len(frame) - 0.5, -0.5), xlabel=SHIFT, title="Largest programme shifts")
    plain_ticks(axes, "x")
    axes.grid(visible=False, axis="y")
    return made


def dose_figure(found: MatchView) -> Figure | None:
    """Return the dose response of the six largest shifts, with the delivered and the needed dose."""
    programmes = need(found.programmes(), "programmes")
    rows = strongest(programmes, 6, rna_column(programmes))
    curves = need(found.dose_curve(), "dose_curve")
    if not len(rows) or not len(curves):
        return None
    made = figure(9.6, 2.7 * -(-len(rows) // 3) + 0.3)
    for k, (_, row) in enumerate(rows.iterrows()):
        axes = made.add_subplot(-(-len(rows) // 3), min(3, len(rows)), k + 1)
        key = (
            (curves["organ"] == row["organ"])
            & (curves["cell"] == row["cell"])
            & (curves["programme"] == row["programme"])
        )
        _dose(axes, curves[key & (curves["dose"] > 0)].sort_values("dose"), row)
        if k == 0:
            axes.legend(loc="best", frameon=True, framealpha=1.0, edgecolor="none")
    made.supxlabel("vesicles taken up per cell and day", fontsize=9)
    made.supylabel("RNA shift" if has_routes(programmes) else "shift", fontsize=9)
    return made


def _dose(axes: Axes, mine: pd.DataFrame, row: pd.Series) -> None:
    x = mine["dose"].tolist()
    band(axes, x, mine["low"].tolist(), mine["high"].tolist())
    axes.plot(x, mine["shift"], color=SERIES, linewidth=1.7)
    for name, colour, dash in (("delivered", LIGHT["second"], "-"), ("threshold", LIGHT["third"], "--")):
        dose = float(row[f"{name}_dose"])
        if math.isfinite(dose) and dose > 0:
            axes.axvline(dose, color=colour, linestyle=dash, linewidth=1.3, label=f"{name} dose")
    axes.set_xscale("log")
    plain_ticks(axes, "x", "y")
    axes.set_title(clean(row_label(row), 40), fontsize=7.5)


def volcano_figure(found: MatchView) -> Figure | None:
    """Return effect against significance."""
    points, what, effect = volcano_points(found)
    good = [p for p in points if math.isfinite(p.effect) and 0 <= p.p <= 1]
    if not good:
        return None
    made = figure(5.4, 4.2)
    axes = made.add_subplot()
    x, y = np.array([p.effect for p in good]), np.array([-math.log10(max(p.p, 1e-16)) for p in good])
    kept = np.array([p.kept for p in good])
    axes.scatter(
        x[~kept], y[~kept], s=12, facecolors="none", edgecolors=MUTED, linewidths=0.7, label=f"q > {SIGNIFICANT}"
    )
    if kept.any():
        axes.scatter(x[kept], y[kept], s=18, color=SERIES, label=f"q ≤ {SIGNIFICANT}")
    for i in _apart(x, y, np.argsort(-(y + 100 * kept), kind="stable")[:40]):
        axes.annotate(clean(good[i].label, 30), (x[i], y[i]), xytext=(4, 3), textcoords="offset points", fontsize=7)
    axes.locator_params(axis="x", nbins=5)  # labels of small effects, such as 5 × 10⁻⁷, are wide
    plain_ticks(axes, "x", "y")
    axes.set(xlabel=effect, ylabel="−log10 p", title=f"Effect against significance: {what}")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), borderaxespad=0.2)
    return made


def _apart(x: NDArray[np.float64], y: NDArray[np.float64], order: NDArray[np.int64], most: int = 6) -> list[int]:
    """Return up to `most` points, in `order`, whose labels keep clear of each other."""
    wide, tall = np.ptp(x) or 1.0, np.ptp(y) or 1.0
    out: list[int] = []
    for i in order.tolist():
        if all(abs(x[i] - x[j]) > 0.32 * wide or abs(y[i] - y[j]) > 0.05 * tall for j in out):
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
    for x, head in zip(plan.stops, ("miRNA", "target", "programme", "organ"), strict=True):
        axes.text(x, 12, head, fontweight="bold", fontsize=8.5)
    axes.set(xlim=(0, 760), ylim=(424, 0))
    axes.axis("off")
    return made
