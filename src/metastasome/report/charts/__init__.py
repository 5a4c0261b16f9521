"""Small SVG charts: static, themed by the page's style, readable without a script."""

from __future__ import annotations

from .axes import Axis, frame, svg
from .bars import bars
from .heatmap import heatmap
from .lines import Line, Marker, lines
from .pairs import Pair, pairs
from .sankey import sankey
from .stacks import stacks
from .volcano import volcano

__all__ = [
    "Axis",
    "Line",
    "Marker",
    "Pair",
    "bars",
    "frame",
    "heatmap",
    "lines",
    "pairs",
    "sankey",
    "stacks",
    "svg",
    "volcano",
]
