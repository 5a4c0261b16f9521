"""Curves with bands and markers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..markup import el
from ..words import number
from .axes import Axis, ends, frame, svg, text, tip

Band = tuple[Sequence[float], Sequence[float], str]


@dataclass(frozen=True)
class Line:
    """A curve `y` over `x` with bands (low, high, style class), drawn widest first."""

    x: Sequence[float]
    y: Sequence[float]
    bands: Sequence[Band] = ()
    class_: str = "curve"
    title: str = ""


@dataclass(frozen=True)
class Marker:
    """A vertical mark at `x` with a label and a style class."""

    x: float
    label: str
    class_: str = "mark"


def lines(
    curves: Sequence[Line],
    *,
    title: str,
    desc: str,
    x_title: str,
    y_title: str,
    log_x: bool = False,
    log_y: bool = False,
    y_show: Callable[[object], str] = number,
    zero: bool = True,
    top: float | None = None,
    markers: Sequence[Marker] = (),
    size: tuple[float, float] = (460, 290),
) -> str:
    """Return a chart of curves; markers outside the curves widen the axis so that they are seen."""
    width, height = size
    xs = [v for c in curves for v in c.x] + [m.x for m in markers]
    ys = [v for c in curves for v in c.y] + [v for c in curves for lo, hi, _ in c.bands for v in (*lo, *hi)]
    x_low, x_high = _log_ends(xs) if log_x else _plain_ends(xs)
    y_low, y_high = _log_ends(ys, floor=1e-9) if log_y else ends(ys, zero=zero)
    if top is not None:
        y_high = top
    shown = sorted((m for m in markers if math.isfinite(m.x)), key=lambda m: m.x)
    head = 30 + (18 if shown else 0)
    x = Axis(x_low, x_high, 56, width - 14, x_title, log_x)
    y = Axis(y_low, y_high, height - 46, head, y_title, log_y)
    parts = [frame(x, y, title_y=17, y_show=y_show)]
    if y_low < 0 < y_high:
        parts.append(el("path", d=f"M{x.start} {y.at(0):.1f}H{x.stop}", class_="zero"))
    parts += [_curve(c, x, y) for c in curves]
    parts += _marks(shown, x, y)
    return svg(width, height, *parts, title=title, desc=desc)


def _curve(c: Line, x: Axis, y: Axis) -> str:
    out = [el("path", d=_area(c.x, lo, hi, x, y), class_=f"band {name}") for lo, hi, name in c.bands]
    out.append(el("path", tip(c.title) if c.title else "", d=_path(c.x, c.y, x, y), class_=c.class_))
    return "".join(out)


def _path(xs: Sequence[float], ys: Sequence[float], x: Axis, y: Axis) -> str:
    points = [f"{x.at(a):.1f} {y.at(b):.1f}" for a, b in zip(xs, ys, strict=True) if _ok(a, b, x)]
    return "M" + "L".join(points) if points else "M0 0"


def _area(xs: Sequence[float], low: Sequence[float], high: Sequence[float], x: Axis, y: Axis) -> str:
    kept = [(a, b, c) for a, b, c in zip(xs, low, high, strict=True) if _ok(a, b, x) and math.isfinite(c)]
    if not kept:
        return "M0 0"
    up = [f"{x.at(a):.1f} {y.at(c):.1f}" for a, _, c in kept]
    down = [f"{x.at(a):.1f} {y.at(b):.1f}" for a, b, _ in reversed(kept)]
    return "M" + "L".join(up + down) + "Z"


def _ok(a: float, b: float, x: Axis) -> bool:
    return math.isfinite(a) and math.isfinite(b) and (a > 0 or not x.log)


def _marks(shown: Sequence[Marker], x: Axis, y: Axis) -> list[str]:
    """The lowest mark has its label on the left, the others on the right, so that two labels never meet."""
    out = []
    for i, m in enumerate(shown):
        p = x.at(m.x)
        left = i == 0 and (len(shown) > 1 or p > (x.start + x.stop) / 2)
        room = p - x.start if left else x.stop - p
        if room < 7.0 * len(m.label):
            left = not left
        out.append(el("path", d=f"M{p:.1f} {y.start:.1f}V{y.stop - 12:.1f}", class_=m.class_))
        lift = 13 if len(shown) > 1 and room < 7.0 * len(m.label) else 0
        out.append(
            text(p + (-5 if left else 5), y.stop - 4 - lift, m.label, class_=f"note {'end' if left else 'start'}")
        )
    return out


def _plain_ends(xs: Sequence[float]) -> tuple[float, float]:
    finite = [v for v in xs if math.isfinite(v)]
    return (min(finite), max(finite)) if finite and max(finite) > min(finite) else (0.0, 1.0)


def _log_ends(xs: Sequence[float], floor: float = 0.0) -> tuple[float, float]:
    finite = [v for v in xs if math.isfinite(v) and v > 0]
    if not finite:
        return 1.0, 10.0
    low, high = max(min(finite), floor * max(finite)), max(finite)
    return (low / 1.3, high * 1.3) if high / low > 2 else (low / 4, high * 4)
