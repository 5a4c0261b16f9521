"""One look for every figure, and files that come out the same each time."""

from __future__ import annotations

import contextlib
import functools
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.files import atomic_file
from ..palette import DIVERGING, LIGHT, SEQUENTIAL
from ..words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

INK, MUTED, GRID, SERIES = LIGHT["ink"], LIGHT["muted"], LIGHT["grid"], LIGHT["series"]
RC: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.hashsalt": "metastasome",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "axes.formatter.use_mathtext": False,
}


@contextlib.contextmanager
def styled() -> Iterator[None]:
    """Set the look for the figures made inside."""
    import matplotlib as mpl

    with mpl.rc_context(RC):
        yield


def figure(width: float, height: float) -> Figure:
    """Return an empty figure (inches), laid out so that no label is cut; it shows itself in a notebook."""
    return _shown()(figsize=(width, height), layout="constrained")


@functools.cache
def _shown() -> type[Figure]:
    from matplotlib.figure import Figure

    class Shown(Figure):
        """A figure that a notebook shows without pyplot, whose global state is not needed here."""

        def _repr_png_(self) -> bytes:
            page = io.BytesIO()
            self.savefig(page, format="png", dpi=110)
            return page.getvalue()

    return Shown


def save(drawn: Figure, stem: Path) -> list[Path]:
    """Write ``stem.svg`` and ``stem.png``, the same bytes for the same figure; missing glyphs are let pass."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    drawn.set_dpi(180)
    agg: Any = FigureCanvasAgg  # their print methods carry no types
    vectors: Any = FigureCanvasSVG
    svg, png = (stem.with_name(f"{stem.name}.{kind}") for kind in ("svg", "png"))
    with atomic_file(svg) as vector, atomic_file(png) as pixels, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        agg(drawn).print_png(pixels, metadata={"Software": "metastasome"})
        drawn.set_layout_engine("none")  # laid out once, not once per file
        vectors(drawn).print_svg(vector, metadata={"Date": None, "Creator": "metastasome"})
    return [svg, png]


def clean(words: object, length: int = 34) -> str:
    """Return a name fit for a figure: one line, no control characters, cut where long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(words)).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def sequential() -> ListedColormap:
    """Return the sequential colours as a colour map."""
    from matplotlib.colors import ListedColormap

    return ListedColormap(list(SEQUENTIAL), name="metastasome")


def diverging() -> ListedColormap:
    """Return the diverging colours as a colour map."""
    from matplotlib.colors import ListedColormap

    return ListedColormap(list(DIVERGING), name="metastasome-diverging")


def plain_ticks(axes: Axes, *which: str) -> None:
    """Write tick labels as the page does; on a logarithmic axis only the powers of ten, and few along a linear x axis,
    where labels such as 1.25 × 10⁵ stand side by side."""
    from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

    for name in which:
        axis = axes.xaxis if name == "x" else axes.yaxis
        if axis.get_scale() == "log":
            axis.set_minor_locator(NullLocator())
            axis.set_minor_formatter(NullFormatter())
        elif name == "x":
            axes.locator_params(axis="x", nbins=5)
        axis.set_major_formatter(FuncFormatter(lambda v, _: number(v)))


def band(axes: Axes, x: list[float], low: list[float], high: list[float], alpha: float = 0.25) -> None:
    """Shade between two curves."""
    axes.fill_between(x, low, high, color=SERIES, alpha=alpha, linewidth=0)
