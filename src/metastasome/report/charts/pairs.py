"""Two values per row joined by a line: how far one is from the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..markup import el
from ..words import number
from .axes import Axis, clip, ends, svg, text, tip


@dataclass(frozen=True)
class Pair:
    """One row: label, value before and after, words at the end of the row, whether it is marked as clear."""

    label: str
    before: float
    after: float
    said: str
    clear: bool = True


def pairs(
    rows: Sequence[Pair],
    *,
    title: str,
    desc: str,
    x_title: str,
    names: tuple[str, str],
    show: Callable[[object], str] = number,
    width: float = 460,
) -> str:
    """Return one line per row from a hollow point (before) to a filled one (after), from zero.

    Args:
        rows: in the order given.
        title, desc: for screen readers.
        x_title: words under the axis.
        names: what the hollow and the filled point are.
        show: value -> tick label.
        width: of the drawing.
    """
    pitch, head, foot, left = 24, 30, 44, 132
    height = head + foot + pitch * max(1, len(rows))
    low, high = ends([v for r in rows for v in (r.before, r.after)], zero=True)
    x, base = Axis(low, high, left, width - 96, x_title), height - foot
    parts = []
    for at, name, kind in ((left + 5, names[0], "before"), (left + 155, names[1], "after")):
        parts.append(el("circle", cx=at, cy=13, r=4.6, class_=kind))
        parts.append(text(at + 9, 17, name, class_="tick start name"))
    for v in x.ticks(4):
        parts.append(el("path", d=f"M{x.at(v):.1f} {head}V{base}", class_="rule"))
        parts.append(text(x.at(v), base + 16, show(v), class_="tick mid"))
    parts.append(text((x.start + x.stop) / 2, base + 35, x_title, class_="label mid"))
    parts += [_row(r, x, head + pitch * (i + 0.5), show, width) for i, r in enumerate(rows)]
    return svg(width, height, *parts, title=title, desc=desc)


def _row(r: Pair, x: Axis, y: float, show: Callable[[object], str], width: float) -> str:
    a, b = x.at(r.before), x.at(r.after)
    return el(
        "g",
        tip(f"{r.label}: {show(r.before)} to {show(r.after)}, {r.said}"),
        text(x.start - 9, y + 4, clip(r.label, 17), class_="tick end name"),
        el("path", d=f"M{a:.1f} {y:.1f}H{b:.1f}", class_="joint" if r.clear else "joint unclear"),
        el("circle", cx=f"{a:.1f}", cy=f"{y:.1f}", r=4.6, class_="before"),
        el("circle", cx=f"{b:.1f}", cy=f"{y:.1f}", r=4.6, class_="after" if r.clear else "after unclear"),
        text(width - 2, y + 4, r.said, class_="tick end value" if r.clear else "tick end"),
    )
