"""Programme shifts as a heat map: organ by programme, a panel per cell class and route."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..palette import DIVERGING, nice_top
from ..protocol import MatchView, need
from ..sections.shifts import SHIFT, SIGNIFICANT, cells_by_reach, moving
from ..words import cell_label, organ_label, plain
from .style import INK, clean, diverging, figure, plain_ticks

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage


WIDE = 5
"""Most panels side by side in one row; with more, every route has a row of its own."""


def heatmap_figure(found: MatchView) -> Figure | None:
    """Return programme shifts, organ by programme: by route, a panel for each cell class in which a colour is seen."""
    frame = need(found.programmes(), "programmes")
    cells, routes = cells_by_reach(frame), moving(frame)
    if not routes:
        return None
    organs = list(dict.fromkeys(frame["organ"].astype(str)))
    names = list(dict.fromkeys(frame["programme"].astype(str)))
    panels = [(route, shifts, *_seen(shifts, cells)) for route, shifts in routes]
    counts = [len(shown) for _, _, _, shown in panels]
    rows, across = (len(panels), max(counts)) if sum(counts) > WIDE else (1, sum(counts))
    made = figure(2.4 * across + 1.4 + 1.2 * len(panels) / rows, rows * (0.24 * len(organs) + 1.9) + 0.5)
    free = [list(row) for row in made.subplots(rows, across, sharey=True, squeeze=False)]
    said = [f"Programme shifts at the delivered dose; dot: q ≤ {SIGNIFICANT}"]
    for k, (route, shifts, top, shown) in enumerate(panels):
        row = free[k % rows]
        axes = [row.pop(0) for _ in shown]
        for ax, cell in zip(axes, shown, strict=True):
            image = _tiles(ax, shifts[shifts["cell"].astype(str) == cell], organs, names, top)
            ax.set_title(clean(", ".join(filter(None, (cell_label(cell), route))), 30))
        plain_ticks(made.colorbar(image, ax=axes, shrink=0.8, label=SHIFT).ax, "y")
        pale = ", ".join(clean(cell_label(c)) for c in cells if c not in shown)
        said += [f"Too pale to be drawn{route and f', {route}'}: {pale}"] if pale else []
    for ax in (a for row in free for a in row):
        ax.remove()
    made.suptitle("\n".join(said), x=0.01, ha="left", fontsize=8.5)
    return made


def _seen(shifts: pd.DataFrame, cells: list[str]) -> tuple[float, list[str]]:
    """Return the end of the colour scale, and the classes with a shift beyond its middle colour (or the first)."""
    top = nice_top(float(shifts["shift"].abs().max()))
    reach = shifts["shift"].abs().groupby(shifts["cell"].astype(str)).max()
    return top, [c for c in cells if reach[c] > top / len(DIVERGING)] or cells[:1]


def _tiles(ax: Axes, mine: pd.DataFrame, organs: list[str], names: list[str], top: float) -> AxesImage:
    values = mine.pivot_table("shift", "organ", "programme", dropna=False).reindex(index=organs, columns=names)
    image = ax.imshow(values.to_numpy(dtype=np.float64), aspect="auto", cmap=diverging(), vmin=-top, vmax=top)
    ax.set_yticks(range(len(organs)), [clean(organ_label(o), 20) for o in organs])
    ax.set_xticks(
        range(len(names)), [clean(plain(n), 20) for n in names], rotation=60, ha="right", rotation_mode="anchor"
    )
    ax.grid(visible=False)
    small = mine[mine["q"] <= SIGNIFICANT]
    at = [names.index(str(p)) for p in small["programme"]], [organs.index(str(o)) for o in small["organ"]]
    ax.scatter(*at, s=5, color=INK)
    return image
