"""Flows from left to right through columns of nodes: the layout, and its drawing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..markup import el
from ..words import number
from .axes import clip, svg, text, tip

Key = tuple[int, str]
GAP, HEAD, THICK = 7.0, 30.0, 8.0


@dataclass(frozen=True)
class Node:
    """A node as placed: column, name, weight, left and top edge, height (pixels)."""

    column: int
    name: str
    weight: float
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Ribbon:
    """A link as placed: names and weight, both ends' top edges, thickness (pixels); `column` is where it starts."""

    column: int
    source: str
    target: str
    weight: float
    x0: float
    y0: float
    x1: float
    y1: float
    height: float

    def outline(self) -> str:
        """Return the path data (absolute M, C and Z only)."""
        m, h = (self.x0 + self.x1) / 2, self.height
        x0, x1, y0, y1 = self.x0, self.x1, self.y0, self.y1
        return (
            f"M{x0:.1f} {y0:.1f}C{m:.1f} {y0:.1f} {m:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
            f"C{x1:.1f} {y1:.1f} {x1:.1f} {y1 + h:.1f} {x1:.1f} {y1 + h:.1f}"
            f"C{m:.1f} {y1 + h:.1f} {m:.1f} {y0 + h:.1f} {x0:.1f} {y0 + h:.1f}Z"
        )


@dataclass(frozen=True)
class Plan:
    """The whole diagram as placed; `stops` are the left edges of the columns."""

    nodes: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]
    stops: tuple[float, ...]


def layout(paths: Sequence[tuple[tuple[str, ...], float]], columns: int, size: tuple[float, float]) -> Plan:
    """Return the layout of `paths` (one name per column, weight > 0) in a drawing of `size`."""
    width, height = size
    links, weights = _gather(paths)
    stacks = [sorted((k for k in weights if k[0] == i), key=lambda k: (-weights[k], k[1])) for i in range(columns)]
    most = max((len(s) for s in stacks), default=1)
    total = max((sum(weights[k] for k in s) for s in stacks), default=1.0) or 1.0
    unit = max(height - HEAD - GAP * most, 40.0) / total
    stops = tuple(8 + i * (width - 152) / max(1, columns - 1) for i in range(columns))
    nodes = []
    for stack in stacks:
        used = sum(weights[k] for k in stack) * unit + GAP * max(0, len(stack) - 1)
        y = HEAD + max(0.0, (height - HEAD - used) / 2)
        for k in stack:
            nodes.append(Node(k[0], k[1], weights[k], stops[k[0]], y, weights[k] * unit))
            y += weights[k] * unit + GAP
    return Plan(tuple(nodes), tuple(_ribbons(links, {(n.column, n.name): n for n in nodes}, unit)), stops)


def sankey(
    paths: Sequence[tuple[tuple[str, ...], float]],
    heads: Sequence[str],
    *,
    title: str,
    desc: str,
    size: tuple[float, float] = (760, 420),
) -> str:
    """Return the diagram.

    Args:
        paths: one name per column, and a weight > 0.
        heads: title of each column.
        title, desc: for screen readers.
        size: of the drawing.
    """
    plan = layout(paths, len(heads), size)
    parts = [text(s, 14, h, class_="label") for s, h in zip(plan.stops, heads, strict=True)]
    parts += [
        el("path", tip(f"{r.source} → {r.target}: {number(r.weight)}"), d=r.outline(), class_=f"ribbon r{r.column % 3}")
        for r in plan.ribbons
    ]
    parts += [
        el(
            "g",
            tip(f"{n.name}: {number(n.weight)}"),
            el(
                "rect",
                x=f"{n.x:.1f}",
                y=f"{n.y:.1f}",
                width=THICK,
                height=f"{max(n.height, 1.5):.1f}",
                rx=1,
                class_="node",
            ),
            text(n.x + 13, n.y + n.height / 2 + 4, clip(n.name, 20), class_="tick start name halo"),
        )
        for n in plan.nodes
    ]
    return svg(size[0], size[1], *parts, title=title, desc=desc, class_="chart flow")


def _gather(
    paths: Sequence[tuple[tuple[str, ...], float]],
) -> tuple[Mapping[tuple[Key, Key], float], Mapping[Key, float]]:
    links: dict[tuple[Key, Key], float] = defaultdict(float)
    weights: dict[Key, float] = defaultdict(float)
    for names, weight in paths:
        for i, name in enumerate(names):
            weights[(i, name)] += weight
            if i:
                links[((i - 1, names[i - 1]), (i, name))] += weight
    return links, weights


def _ribbons(links: Mapping[tuple[Key, Key], float], nodes: Mapping[Key, Node], unit: float) -> list[Ribbon]:
    leaving = {k: n.y for k, n in nodes.items()}
    arriving = dict(leaving)
    out = []
    for a, b in sorted(links, key=lambda k: (k[0][0], nodes[k[0]].y, nodes[k[1]].y)):
        weight = links[a, b]
        out.append(
            Ribbon(a[0], a[1], b[1], weight, nodes[a].x + THICK, leaving[a], nodes[b].x, arriving[b], weight * unit)
        )
        leaving[a] += weight * unit
        arriving[b] += weight * unit
    return out
