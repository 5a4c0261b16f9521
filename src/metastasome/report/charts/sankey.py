"""Flows from left to right through columns of nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ..markup import el
from ..words import number
from .axes import clip, svg, text, tip

Link = tuple[tuple[int, str], tuple[int, str], float]
Node = tuple[int, str]


def sankey(
    paths: Sequence[tuple[tuple[str, ...], float]], heads: Sequence[str], *, title: str, desc: str,
    size: tuple[float, float] = (760, 420),
) -> str:
    """Return the diagram.

    Args:
        paths: one name per column, and a weight > 0.
        heads: title of each column.
        title, desc: for screen readers.
        size: of the drawing.
    """
    width, height = size
    links, sizes = _gather(paths)
    columns = [sorted({n for n in sizes if n[0] == i}, key=lambda n: (-sizes[n], n[1])) for i in range(len(heads))]
    gap, head = 7.0, 30.0
    most = max((len(c) for c in columns), default=1)
    total = max((sum(sizes[n] for n in c) for c in columns), default=1.0) or 1.0
    unit = max(height - head - gap * most, 40.0) / total
    places = {n: y for c in columns for n, y in _stack(c, sizes, unit, gap, head, height).items()}
    stops = [8 + i * (width - 110 - 16) / max(1, len(heads) - 1) for i in range(len(heads))]
    parts = [text(s, 14, h, class_="label") for s, h in zip(stops, heads, strict=True)]
    parts += _ribbons(links, places, stops, unit)
    for n, y in places.items():
        h = max(sizes[n] * unit, 1.5)
        parts.append(
            el("g", tip(f"{n[1]}: {number(sizes[n])}"),
               el("rect", x=f"{stops[n[0]]:.1f}", y=f"{y:.1f}", width=8, height=f"{h:.1f}", rx=1, class_="node"),
               text(stops[n[0]] + 13, y + h / 2 + 4, clip(n[1], 17), class_="tick start name halo"))
        )
    return svg(width, height, *parts, title=title, desc=desc, class_="chart flow")


def _gather(paths: Sequence[tuple[tuple[str, ...], float]]) -> tuple[list[Link], Mapping[Node, float]]:
    links: dict[tuple[Node, Node], float] = defaultdict(float)
    sizes: dict[Node, float] = defaultdict(float)
    for names, weight in paths:
        for i, name in enumerate(names):
            sizes[(i, name)] += weight
            if i:
                links[((i - 1, names[i - 1]), (i, name))] += weight
    return [(a, b, w) for (a, b), w in links.items()], sizes


def _stack(
    column: Sequence[Node], sizes: Mapping[Node, float], unit: float, gap: float, head: float, height: float
) -> dict[Node, float]:
    used = sum(sizes[n] for n in column) * unit + gap * max(0, len(column) - 1)
    y, out = head + max(0.0, (height - head - used) / 2), {}
    for n in column:
        out[n] = y
        y += sizes[n] * unit + gap
    return out


def _ribbons(links: Sequence[Link], places: Mapping[Node, float], stops: Sequence[float], unit: float) -> list[str]:
    leaving, arriving = dict(places), dict(places)
    out = []
    for a, b, w in sorted(links, key=lambda k: (k[0][0], places[k[0]], places[k[1]])):
        h = w * unit
        x0, x1 = stops[a[0]] + 8, stops[b[0]]
        y0, y1, m = leaving[a], arriving[b], (stops[a[0]] + 8 + stops[b[0]]) / 2
        leaving[a] += h
        arriving[b] += h
        d = (
            f"M{x0:.1f} {y0:.1f}C{m:.1f} {y0:.1f} {m:.1f} {y1:.1f} {x1:.1f} {y1:.1f}v{h:.1f}"
            f"C{m:.1f} {y1 + h:.1f} {m:.1f} {y0 + h:.1f} {x0:.1f} {y0 + h:.1f}Z"
        )
        out.append(el("path", tip(f"{a[1]} → {b[1]}: {number(w)}"), d=d, class_=f"ribbon r{a[0] % 3}"))
    return out
