"""Stacked bars of counts by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..markup import el
from ..words import number
from .axes import Axis, clip, svg, text, tip


def stacks(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    kinds: Sequence[tuple[str, str, str]],
    *,
    title: str,
    desc: str,
    x_title: str,
    width: float = 460,
) -> str:
    """Return horizontal stacked bars.

    Args:
        rows: label and count of each kind.
        kinds: (key, label, colour), in stacking order.
        title, desc: for screen readers.
        x_title: words under the axis.
        width: of the drawing.
    """
    pitch, head, foot, left = 23, 8, 44, 132
    height = head + foot + pitch * max(1, len(rows))
    high = max((sum(counts.values()) for _, counts in rows), default=1.0) or 1.0
    x = Axis(0.0, high, left, width - 50, x_title)
    base = height - foot
    parts = []
    for v in x.ticks(4):
        parts.append(el("path", d=f"M{x.at(v):.1f} {head}V{base}", class_="rule"))
        parts.append(text(x.at(v), base + 16, number(v), class_="tick mid"))
    parts.append(text((x.start + x.stop) / 2, base + 35, x_title, class_="label mid"))
    for i, (label, counts) in enumerate(rows):
        y = head + pitch * (i + 0.5)
        parts.append(text(left - 7, y + 4, clip(label, 18), class_="tick end name"))
        at = 0.0
        for key, name, colour in kinds:
            n = counts.get(key, 0.0)
            if n <= 0:
                continue
            a, b = x.at(at), x.at(at + n)
            parts.append(
                el(
                    "rect",
                    tip(f"{label}, {name}: {number(n, 6)}"),
                    x=f"{a:.1f}",
                    y=f"{y - 7.5:.1f}",
                    width=f"{max(b - a - 0.6, 0.5):.1f}",
                    height=15,
                    fill=colour,
                )
            )
            at += n
        parts.append(text(x.at(at) + 6, y + 4, number(at, 6), class_="tick start value"))
    return svg(width, height, *parts, title=title, desc=desc)
