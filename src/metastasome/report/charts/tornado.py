"""How far a readout moves as each parameter goes from one end of its range to the other: a tornado."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..markup import el
from ..words import number
from .axes import Axis, clip, ends, svg, text, tip


@dataclass(frozen=True)
class Swing:
    """The readout with one parameter at the low and at the high end of its range, the others in the middle."""

    label: str
    at_low: float
    at_high: float


def tornado(
    rows: Sequence[Swing], centre: float, *, title: str, x_title: str, width: float = 640, label_width: float = 210
) -> str:
    """Return a bar per parameter around `centre`, in the order given.

    The half towards the parameter's high end has another colour, so that the direction can be read.
    """
    pitch, head, foot = 25, 26, 44
    height = head + foot + pitch * max(1, len(rows))
    low, high = ends([centre, *(v for r in rows for v in (r.at_low, r.at_high))])
    x, base = Axis(low, high, label_width, width - 14, x_title), height - foot
    parts = []
    for v in x.ticks(5):
        parts.append(el("path", d=f"M{x.at(v):.1f} {head}V{base}", class_="rule"))
        parts.append(text(x.at(v), base + 16, number(v), class_="tick mid"))
    parts.append(text((x.start + x.stop) / 2, base + 35, x_title, class_="label mid"))
    for i, r in enumerate(rows):
        y = head + pitch * (i + 0.5)
        words = f"{r.label}: {number(r.at_low)} at its low end, {number(r.at_high)} at its high end"
        drawn = [text(x.start - 7, y + 4, clip(r.label, int(label_width / 6.6)), class_="tick end name")]
        for value, kind in ((r.at_low, "bar down"), (r.at_high, "bar up")):
            if math.isfinite(value):
                a, b = sorted((x.at(centre), x.at(value)))
                drawn.append(el("rect", x=f"{a:.1f}", y=f"{y - 8:.1f}", width=f"{max(b - a, 0.8):.1f}", height=16,
                                class_=kind))  # fmt: skip
        parts.append(el("g", tip(words), *drawn))
    parts.append(el("path", d=f"M{x.at(centre):.1f} {head - 6}V{base}", class_="axis"))
    parts.append(text(x.at(centre), head - 11, f"all in the middle: {number(centre)}", class_="note mid"))
    return svg(width, height, *parts, title=title, desc=f"The readout is {number(centre)} with all in the middle.")
