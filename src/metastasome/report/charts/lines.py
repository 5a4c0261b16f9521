"""Curves with bands and markers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..markup import el
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
    extra: dict[str, str] = field(default_factory=dict)


def lines(
    curves: Sequence[Line],
    *,
    title: str,
    desc: str,
    x_title: str,
    y_title: str,
    log_x: bool = False,
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
    y_low, y_high = ends(ys, zero=zero)
    if top is not None:
        y_high = top
    head = 32 + 16 * _stagger(markers)
    x = Axis(x_low, x_high, 56, width - 14, x_title, log_x)
    y = Axis(y_low, y_high, height - 46, head, y_title)
    parts = [frame(x, y)]
    if y_low < 0 < y_high:
        parts.append(el("path", d=f"M{x.start} {y.at(0):.1f}H{x.stop}", class_="zero"))
    parts += [_curve(c, x, y) for c in curves]
    parts += _marks(markers, x, y)
    return svg(width, height, *parts, title=title, desc=desc)


def _curve(c: Line, x: Axis, y: Axis) -> str:
    out = [
        el("path", d=_area(c.x, lo, hi, x, y), class_=f"band {name}") for lo, hi, name in c.bands
    ]
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


def _marks(markers: Sequence[Marker], x: Axis, y: Axis) -> list[str]:
    out = []
    for i, m in enumerate(sorted((m for m in markers if math.isfinite(m.x)), key=lambda m: m.x)):
        p = x.at(m.x)
        foot = y.stop - 3 - 16 * (_stagger(markers) - 1 - i) if len(markers) > 1 else y.stop - 3
        side = "end" if p > (x.start + x.stop) / 2 else "start"
        out.append(el("path", d=f"M{p:.1f} {y.start:.1f}V{foot:.1f}", class_=m.class_))
        out.append(text(p + (-4 if side == "end" else 4), foot + 8, m.label, class_=f"note {side}"))
    return out


def _stagger(markers: Sequence[Marker]) -> int:
    return sum(math.isfinite(m.x) for m in markers)


def _plain_ends(xs: Sequence[float]) -> tuple[float, float]:
    finite = [v for v in xs if math.isfinite(v)]
    return (min(finite), max(finite)) if finite and max(finite) > min(finite) else (0.0, 1.0)


def _log_ends(xs: Sequence[float]) -> tuple[float, float]:
    finite = [v for v in xs if math.isfinite(v) and v > 0]
    if not finite:
        return 1.0, 10.0
    low, high = min(finite), max(finite)
    return (low / 1.3, high * 1.3) if high / low > 2 else (low / 4, high * 4)
