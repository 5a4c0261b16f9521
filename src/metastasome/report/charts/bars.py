"""Ranked bars with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..markup import el
from ..words import number
from .axes import Axis, clip, ends, svg, text, tip


@dataclass(frozen=True)
class Bar:
    """One bar: its label (and a second line), value, interval, style class, and words for the tooltip."""

    label: str
    value: float
    low: float
    high: float
    class_: str = ""
    note: str = ""
    sub: str = ""


def bars(
    rows: Sequence[Bar],
    *,
    title: str,
    desc: str,
    x_title: str,
    show: Callable[[object], str] = number,
    label_width: float = 128,
    top: float | None = None,
    width: float = 460,
) -> str:
    """Return horizontal bars from zero with their 95% intervals, in the order given."""
    pitch, head, foot = (35 if any(r.sub for r in rows) else 23), 8, 44
    height = head + foot + pitch * max(1, len(rows))
    low, high = ends([v for r in rows for v in (r.value, r.low, r.high)], zero=True)
    if top is not None:
        high = max(high, top)
    written = max((len(show(r.value)) for r in rows), default=0)
    value_room = max(62.0, 6.6 * written + 10)
    x = Axis(low, high, label_width, width - value_room, x_title)
    base = height - foot
    parts = []
    for v in _apart(x.ticks(4), x, 6.0 * written):
        parts.append(el("path", d=f"M{x.at(v):.1f} {head}V{base}", class_="rule"))
        parts.append(text(x.at(v), base + 16, show(v), class_="tick mid"))
    parts.append(el("path", d=f"M{x.at(0):.1f} {head}V{base}", class_="axis"))
    parts.append(text((x.start + x.stop) / 2, base + 35, x_title, class_="label mid"))
    letters = int(label_width / 7.0)
    for i, r in enumerate(rows):
        parts.append(_row(r, x, head + pitch * (i + 0.5), letters, show, width))
    return svg(width, height, *parts, title=title, desc=desc)


def _apart(ticks: list[float], x: Axis, room: float) -> list[float]:
    """Return the ticks, or every second one from zero on where labels of `room` pixels would meet."""
    if len(ticks) < 2 or x.at(ticks[1]) - x.at(ticks[0]) > room:
        return ticks
    return [v for v in ticks if round(v / (ticks[1] - ticks[0])) % 2 == 0]


def _row(r: Bar, x: Axis, y: float, letters: int, show: Callable[[object], str], width: float) -> str:
    words = f"{r.label}{', ' if r.sub else ''}{r.sub}: {show(r.value)}" + (f" ({r.note})" if r.note else "")
    out = [text(x.start - 7, y + (-3 if r.sub else 4), clip(r.label, letters), class_="tick end name")]
    if r.sub:
        out.append(text(x.start - 7, y + 11, clip(r.sub, letters + 1), class_="tick end sub"))
    if math.isfinite(r.value):
        a, b = sorted((x.at(0), x.at(r.value)))
        out.append(
            el(
                "rect",
                x=f"{a:.1f}",
                y=f"{y - 7:.1f}",
                width=f"{max(b - a, 0.8):.1f}",
                height=14,
                rx=1.5,
                class_=f"bar {r.class_}".strip(),
            )
        )
    if math.isfinite(r.low) and math.isfinite(r.high):
        c, d = x.at(r.low), x.at(r.high)
        out.append(
            el("path", d=f"M{c:.1f} {y - 3.5:.1f}v7M{c:.1f} {y:.1f}H{d:.1f}M{d:.1f} {y - 3.5:.1f}v7", class_="whisker")
        )
    out.append(text(width - 2, y + 4, show(r.value), class_="tick end value"))
    return el("g", tip(words), *out)
