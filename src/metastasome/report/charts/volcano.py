"""Effect against significance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..markup import el
from ..words import number, p_value
from .axes import Axis, clip, frame, svg, text, tip


@dataclass(frozen=True)
class Point:
    """One test: label, effect, p-value, and whether it survives correction."""

    label: str
    effect: float
    p: float
    kept: bool


def volcano(
    points: Sequence[Point],
    *,
    title: str,
    desc: str,
    x_title: str,
    named: int = 8,
    size: tuple[float, float] = (460, 320),
) -> str:
    """Return the plot, effect to the right and -log10 p upward; the strongest `named` points carry their names."""
    width, height = size
    good = [q for q in points if math.isfinite(q.effect) and 0 <= q.p <= 1]
    reach = max((abs(q.effect) for q in good), default=1.0) or 1.0
    tallest = max((_up(q.p) for q in good), default=1.0) or 1.0
    x = Axis(-reach * 1.12, reach * 1.12, 56, width - 14, x_title)
    y = Axis(0.0, tallest * 1.12, height - 46, 32, "−log₁₀ p")
    parts = [frame(x, y), el("path", d=f"M{x.at(0):.1f} {y.start}V{y.stop}", class_="zero")]
    ordered = sorted(good, key=lambda q: (q.kept, _up(q.p), abs(q.effect), q.label))
    for q in ordered:
        parts.append(
            el(
                "circle",
                tip(f"{q.label}: {number(q.effect)}, p {p_value(q.p)}"),
                cx=f"{x.at(q.effect):.1f}",
                cy=f"{y.at(_up(q.p)):.1f}",
                r=3.6 if q.kept else 2.6,
                class_="point kept" if q.kept else "point",
            )
        )
    parts += _names(ordered[::-1][: 4 * named], x, y, named)
    return svg(width, height, *parts, title=title, desc=desc)


def _names(points: Sequence[Point], x: Axis, y: Axis, named: int) -> list[str]:
    taken: list[tuple[float, float, float, float]] = []
    out: list[str] = []
    for q in points:
        words = clip(q.label, 26)
        w, px, py = 6.1 * len(words), x.at(q.effect), y.at(_up(q.p))
        left = px + 6 if px + 6 + w < x.stop else px - 6 - w
        box = (left, py - 7, left + w, py + 7)
        if left < x.start or any(_meet(box, t) for t in taken):
            continue
        taken.append(box)
        out.append(text(left, py + 4, words, class_="note start"))
        if len(out) == named:
            break
    return out


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _up(p: float) -> float:
    return -math.log10(max(p, 1e-16))
