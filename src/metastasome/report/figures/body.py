"""The body map, the ranked organs and the doses, as figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from ..bodymap import drawing
from ..palette import LIGHT, SEQUENTIAL, nice_top, step
from ..protocol import RunView, need
from ..sections.effect import in_order, place
from ..words import organ_label, percent, plain
from .style import INK, clean, figure, sequential

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

_TOKEN = re.compile(r"[MCZ]|-?\d+(?:\.\d+)?")


def body_figure(run: RunView) -> Figure:
    """Return the body map with its scale."""
    made = figure(4.2, 7.6)
    draw_body(made.add_subplot(), run)
    return made


def draw_body(axes: Axes, run: RunView) -> None:
    """Draw the body map into `axes`, organs coloured by probability, with a colour scale."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    p = dict(zip(run.organs, np.asarray(run.p_detectable, dtype=np.float64).tolist(), strict=True))
    top = scale_top(run)
    body = drawing()
    _patch(axes, body.silhouette, facecolor=LIGHT["body"], edgecolor="none")
    for shape in body.organs:
        colour = _colour(p.get(shape.name, float("nan")), top)
        for kind, d in shape.paths:
            if kind == "hit":
                continue
            if kind == "line" or (shape.name == "skin" and kind == "shape"):
                wide = shape.name == "skin" and kind == "shape"
                _patch(
                    axes,
                    d,
                    facecolor="none",
                    edgecolor=colour if wide else LIGHT["edge"],
                    linewidth=2.4 if wide else 0.35,
                )
            else:
                _patch(axes, d, facecolor=colour, edgecolor=LIGHT["edge"], linewidth=0.45)
        if shape.name == body.decor_after:
            for d in body.decor:
                _patch(axes, d, facecolor=LIGHT["decor"], edgecolor=LIGHT["edge"], linewidth=0.25)
    axes.set(xlim=(50, 430), ylim=(900, 0), aspect="equal", title="Probability of a detectable lesion")
    axes.axis("off")
    scale = ScalarMappable(Normalize(0, top), sequential())
    bar = axes.figure.colorbar(scale, ax=axes, orientation="horizontal", fraction=0.03, pad=0.02, shrink=0.7)
    bar.set_ticks([0, top / 2, top], labels=["0%", percent(top / 2), percent(top)])
    bar.outline.set_visible(False)


def ranked_figure(run: RunView) -> Figure:
    """Return the organs in order of probability with 95% intervals."""
    made = figure(5.6, 0.28 * max(3, len(run.organs)) + 1.0)
    draw_ranked(made.add_subplot(), run)
    return made


def draw_ranked(axes: Axes, run: RunView, most: int = 99) -> None:
    """Draw the `most` likely organs as bars with their 95% intervals."""
    p = np.asarray(run.p_detectable, dtype=np.float64)
    interval = np.asarray(run.p_detectable_interval, dtype=np.float64)
    order = np.argsort(-np.nan_to_num(p, nan=-1.0), kind="stable")[:most]
    y, top = np.arange(len(order)), scale_top(run)
    axes.barh(
        y, p[order], color=[_colour(v, top) for v in p[order]], edgecolor=LIGHT["edge"], linewidth=0.5, height=0.7
    )
    for colour, wide in (("white", 2.6), (INK, 1.0)):  # a light casing keeps the line visible on dark bars
        axes.hlines(y, interval[order, 0], interval[order, 1], color=colour, linewidth=wide)
    axes.set_yticks(y, [clean(organ_label(run.organs[i])) for i in order])
    axes.set(ylim=(len(order) - 0.5, -0.5), xlim=(0, None), xlabel="probability by the end of follow-up")
    axes.set_title("Organs with a detectable lesion")
    axes.xaxis.set_major_formatter(lambda v, _: percent(v))
    axes.grid(visible=False, axis="y")


def exposure_figure(run: RunView) -> Figure | None:
    """Return the vesicles taken up per cell and day, organ by cell class, on a logarithmic scale."""
    frame = need(run.exposure, "exposure")
    if not len(frame):
        return None
    wide = frame.pivot_table("ev_per_cell_day", "organ", "cell", sort=False)
    values = np.log10(wide.to_numpy(dtype=np.float64), where=wide.to_numpy() > 0, out=np.full(wide.shape, np.nan))
    made = figure(4.6, 0.27 * max(4, len(wide)) + 1.3)
    axes = made.add_subplot()
    image = axes.imshow(values, aspect="auto", cmap=_smooth())
    axes.set_yticks(range(len(wide)), [clean(organ_label(o)) for o in wide.index])
    axes.set_xticks(range(wide.shape[1]), [clean(plain(c)) for c in wide.columns], rotation=25, ha="right")
    axes.set_title("Vesicles taken up per cell and day")
    axes.grid(visible=False)
    made.colorbar(image, ax=axes, shrink=0.6, label="log10 of EV per cell and day")
    return made


def effect_figure(effect: pd.DataFrame | None) -> Figure | None:
    """Return patients with a detectable lesion, with vesicles and without; None where the run has no contrast."""
    if effect is None or not len(effect):
        return None
    frame = in_order(effect)
    made = figure(5.8, 0.28 * max(3, len(frame)) + 1.3)
    axes = made.add_subplot()
    y, a, b = np.arange(len(frame)), frame["without_vesicles"].to_numpy(), frame["with_vesicles"].to_numpy()
    clear = ((frame["low"] > 0) | (frame["high"] < 0)).to_numpy()
    axes.hlines(y, a, b, color=np.where(clear, LIGHT["series"], LIGHT["missing"]), linewidth=1.8)
    axes.scatter(a, y, s=26, facecolors="white", edgecolors=LIGHT["second"], zorder=3, label="without vesicles")
    axes.scatter(b, y, s=26, color=np.where(clear, LIGHT["series"], SEQUENTIAL[2]), zorder=3, label="with vesicles")
    axes.set_yticks(y, [clean(place(o)) for o in frame["organ"]])
    axes.set(ylim=(len(frame) - 0.5, -0.5), xlim=(0, None), xlabel="share of patients with a detectable lesion")
    axes.set_title("With vesicles and without (pale: the interval holds zero)", fontsize=8.5)
    axes.xaxis.set_major_formatter(lambda v, _: percent(v))
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right")
    return made


def scale_top(run: RunView) -> float:
    """Return the probability at which the colour scale ends."""
    p = np.asarray(run.p_detectable, dtype=np.float64)
    return min(1.0, nice_top(float(np.nanmax(p)) if np.isfinite(p).any() else 0.0))


def to_path(d: str) -> Path:
    """Return path data of absolute M, C and Z as a matplotlib path."""
    from matplotlib.path import Path

    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    numbers: list[float] = []
    kind = "M"
    for token in [*_TOKEN.findall(d), "M"]:
        if token not in "MCZ":
            numbers.append(float(token))
            continue
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        points += pairs
        codes += [Path.MOVETO if kind == "M" else Path.CURVE4] * len(pairs)
        if token == "Z":
            points.append((0.0, 0.0))
            codes.append(Path.CLOSEPOLY)
        kind, numbers = token, []
    return Path(points, codes)


def _patch(axes: Axes, d: str, **look: Any) -> None:
    from matplotlib.patches import PathPatch

    axes.add_patch(PathPatch(to_path(d), **look))


def _colour(p: float, top: float) -> str:
    k = step(float(p), top)
    return LIGHT["missing"] if k is None else SEQUENTIAL[k]


def _smooth() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("metastasome-smooth", list(SEQUENTIAL))
