"""Scales, ticks and the frame around a chart."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..markup import el, esc
from ..words import number


@dataclass(frozen=True)
class Axis:
    """A scale from data to pixels.

    Attributes:
        low, high: ends in data units.
        start, stop: ends in pixels.
        title: words under or beside it, with the unit.
        log: base-10 logarithmic; both ends must be positive.
    """

    low: float
    high: float
    start: float
    stop: float
    title: str = ""
    log: bool = False

    def at(self, value: float) -> float:
        """Return the pixel of `value`, held within the frame."""
        a, b, v = self.low, self.high, value
        if self.log:
            a, b, v = math.log10(a), math.log10(b), math.log10(max(value, 1e-300))
        share = (v - a) / (b - a) if b > a else 0.5
        return self.start + (self.stop - self.start) * min(1.0, max(0.0, share))

    def ticks(self, about: int = 5) -> list[float]:
        """Return round numbers between the ends."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            stride = max(1, math.ceil((last - first + 1) / about))
            return [10.0**k for k in range(first, last + 1, stride)]
        if not self.high > self.low:
            return [self.low]
        step = _nice((self.high - self.low) / about)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def ends(values: Iterable[float], *, zero: bool = False, pad: float = 0.04) -> tuple[float, float]:
    """Return the ends of a linear axis that hold all finite `values`, with a little room."""
    finite = [v for v in values if math.isfinite(v)]
    if not finite:
        return 0.0, 1.0
    low, high = min(finite), max(finite)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        gap = abs(low) * 0.5 or 1.0
        return (low - (0.0 if zero and low >= 0 else gap), high + gap)
    room = pad * (high - low)
    return (low if zero and low == 0 else low - room, high if zero and high == 0 else high + room)


def frame(
    x: Axis,
    y: Axis,
    *,
    x_about: int = 5,
    y_about: int = 5,
    title_y: float | None = None,
    y_show: Callable[[object], str] = number,
) -> str:
    """Return grid lines, tick labels and titles of a chart (`y.start` is its foot)."""
    parts = []
    for v in y.ticks(y_about):
        p = y.at(v)
        parts.append(el("path", d=f"M{x.start:.1f} {p:.1f}H{x.stop:.1f}", class_="rule"))
        parts.append(text(x.start - 7, p + 4, y_show(v), class_="tick end"))
    for v in x.ticks(x_about):
        p = x.at(v)
        parts.append(el("path", d=f"M{p:.1f} {y.start:.1f}v4", class_="axis"))
        parts.append(text(p, y.start + 18, number(v), class_="tick mid"))
    parts.append(el("path", d=f"M{x.start:.1f} {y.start:.1f}H{x.stop:.1f}", class_="axis"))
    parts.append(text((x.start + x.stop) / 2, y.start + 37, x.title, class_="label mid"))
    parts.append(text(2, min(y.start, y.stop) - 11 if title_y is None else title_y, y.title, class_="label"))
    return "".join(parts)


def text(x: float, y: float, words: str, /, **attributes: object) -> str:
    """Return a text element; `words` is escaped."""
    return el("text", esc(words), x=f"{x:.1f}", y=f"{y:.1f}", **attributes)


def svg(width: float, height: float, *parts: str, title: str, desc: str = "", class_: str = "chart") -> str:
    """Return the chart as one image with a name and a description for screen readers."""
    ident = "c" + hashlib.blake2b("".join((title, desc, *parts)).encode("utf-8", "replace"), digest_size=6).hexdigest()
    head = el("title", esc(title), id=f"{ident}t") + (el("desc", esc(desc), id=f"{ident}d") if desc else "")
    return el(
        "svg",
        head,
        *parts,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        class_=class_,
        aria_labelledby=f"{ident}t",
        aria_describedby=f"{ident}d" if desc else None,
    )


def tip(words: str) -> str:
    """Return a native tooltip."""
    return el("title", esc(words))


def clip(words: str, length: int) -> str:
    """Return `words` cut to `length` letters with an ellipsis."""
    return words if len(words) <= length else words[: length - 1] + "…"


def _nice(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= step * (1 - 1e-9))
