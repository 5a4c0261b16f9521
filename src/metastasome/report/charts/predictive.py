"""What was seen against what a fit expects: where each datum lies in the 95% interval of its prediction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..markup import el
from ..words import number
from .axes import Axis, frame, svg, text, tip

_MOST = 4.0  # half-widths; what lies further out is drawn at the edge


@dataclass(frozen=True)
class Seen:
    """One datum: what was seen, and the median and 95% interval of its prediction."""

    label: str
    seen: float
    expected: float
    low: float
    high: float

    @property
    def place(self) -> float:
        """Return the distance from the median in half-widths of the interval on that side, -1 to 1 inside it."""
        away = self.seen - self.expected
        half = self.high - self.expected if away > 0 else self.expected - self.low
        if away == 0:
            return 0.0
        return away / half if half > 0 else math.copysign(math.inf, away)

    @property
    def inside(self) -> bool:
        """Return whether the interval holds what was seen."""
        return self.low <= self.seen <= self.high


def predictive(rows: Sequence[Seen], *, title: str) -> str:
    """Return a dot per datum, in order, the interval as a band from -1 to 1; filled dots lie outside it."""
    width, height, left = 640.0, 250.0, 46.0
    x = Axis(0.0, float(len(rows) + 1), left, width - 12, "data, in the order of the table")
    y = Axis(-_MOST, _MOST, height - 46, 30, "distance from the median, in half-widths of the 95% interval")
    top, foot = y.at(1.0), y.at(-1.0)
    parts = [
        el("rect", x=f"{x.start:.1f}", y=f"{top:.1f}", width=f"{x.stop - x.start:.1f}", height=f"{foot - top:.1f}",
           class_="band wide"),
        frame(x, y, title_y=17),
    ]  # fmt: skip
    radius = 3.5 if len(rows) <= 120 else 2.2
    for k, row in enumerate(rows, start=1):
        words = f"{row.label}: {number(row.seen)} seen, {number(row.expected)} expected "
        words += f"({number(row.low)} to {number(row.high)})"
        at = y.at(max(-_MOST, min(_MOST, row.place)))
        kind = "point" if row.inside else "point front"
        parts.append(el("g", tip(words), el("circle", cx=f"{x.at(k):.1f}", cy=f"{at:.1f}", r=radius, class_=kind)))
    out = sum(not row.inside for row in rows)
    if out:
        parts.append(text(x.stop, 17, f"{out} outside", class_="tick end"))
    return svg(width, height, *parts, title=title, desc=f"{out} of {len(rows)} data lie outside their interval.")
