"""A matrix of signed shifts as coloured cells, with marks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ..markup import el
from ..palette import DIVERGING, diverging_step
from ..words import number
from .axes import clip, svg, text, tip


def heatmap(
    rows: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, str]],
    values: Mapping[tuple[str, str], float],
    *,
    top: float,
    marks: Mapping[tuple[str, str], str],
    tips: Mapping[tuple[str, str], str],
    title: str,
    desc: str,
    unit: str,
) -> str:
    """Return the matrix.

    Args:
        rows, columns: (key, label) in order.
        values: (row key, column key) -> value; what is missing is drawn grey.
        top: the scale runs from -`top` to `top`.
        marks: cells to mark: ``"dot"``, ``"ring"`` or ``"both"``.
        tips: tooltip of a cell.
        title, desc: for screen readers.
        unit: words beside the scale.
    """
    left, head, width, pitch = 124.0, 136.0, 460.0, 22.0
    cell = min(40.0, (width - left - 50) / max(1, len(columns)))
    parts = [
        text(
            0,
            0,
            clip(label, 20),
            class_="tick start name",
            transform=f"translate({left + cell * (j + 0.5) + 4:.1f} {head - 7:.1f}) rotate(-60)",
        )
        for j, (_, label) in enumerate(columns)
    ]
    for i, (row, label) in enumerate(rows):
        y = head + pitch * i
        parts.append(text(left - 7, y + pitch / 2 + 4, clip(label, 15), class_="tick end name"))
        for j, (column, _) in enumerate(columns):
            at = (row, column)
            parts.append(
                _cell(left + cell * j, y, cell, pitch, values.get(at, math.nan), top, marks.get(at), tips.get(at))
            )
    foot = head + pitch * len(rows)
    parts.append(_scale(left, foot + 14, top, unit))
    return svg(width, foot + 58, *parts, title=title, desc=desc, class_="chart heat")


def _cell(x: float, y: float, w: float, h: float, value: float, top: float, mark: str | None, words: str | None) -> str:
    k = diverging_step(value, top)
    name = "sx" if k is None else f"d{k}"
    out = [
        el("path", d=f"M{x + 0.8:.1f} {y + 0.8:.1f}h{w - 1.6:.1f}v{h - 1.6:.1f}h{1.6 - w:.1f}z", class_=f"tile {name}")
    ]
    cx, cy = f"{x + w / 2:.1f}", f"{y + h / 2:.1f}"
    strong = k is not None and abs(k - len(DIVERGING) // 2) >= 3
    ink = "onstrong" if strong else "onpale"
    if mark in ("ring", "both"):
        out.append(el("circle", cx=cx, cy=cy, r=5.6, class_=f"ring {ink}"))
    if mark in ("dot", "both"):
        out.append(el("circle", cx=cx, cy=cy, r=2.4, class_=f"dot {ink}"))
    return el("g", tip(words) if words else "", *out)


def _scale(x: float, y: float, top: float, unit: str) -> str:
    n, w = len(DIVERGING), 20.0
    out = [el("rect", x=f"{x + w * i:.1f}", y=f"{y:.1f}", width=w, height=9, class_=f"tile d{i}") for i in range(n)]
    out += [
        text(x, y + 24, number(-top), class_="tick start"),
        text(x + w * n / 2, y + 24, "0", class_="tick mid"),
        text(x + w * n, y + 24, number(top), class_="tick end"),
        text(x, y + 41, unit, class_="label"),
    ]
    return "".join(out)
