"""The wiring of a model as one SVG: mechanisms in columns by stage of the cascade.

A box lists what it writes that somebody reads; a line leads from that port to every reader. Quantities are solid,
factors dashed, and the origins that mechanisms open end in boxes of their own at the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..mechanisms import Model
from ..mechanisms.wiring import STAGES, Wire, stage, wires
from .markup import el, esc
from .palette import LIGHT, origin_colour

WIDTH, COLUMN, ROW, HEAD, PAD, GAP, TOP, LEFT = 186.0, 268.0, 14.0, 30.0, 7.0, 20.0, 66.0, 48.0
#: stage -> colour of its boxes and of the lines that leave them
COLOURS = {
    "primary": "#8c2646", "vesicles": "#b0641c", "niche": "#7a6a00", "transformation": "#8f5fa8", "cells": "#1f4e8c",
    "lesions": "#0f6b54", "patient": "#5d5257",
}  # fmt: skip
_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"


@dataclass(frozen=True)
class Box:
    """A mechanism, or an origin, as placed (pixels); `ports` are (name, kind) from top to bottom."""

    key: str
    title: str
    colour: str
    x: float
    y: float
    ports: tuple[tuple[str, str], ...]

    @property
    def height(self) -> float:
        """Height of the box."""
        return HEAD + ROW * len(self.ports) + (PAD if self.ports else 0.0)

    def out(self, name: str, kind: str) -> tuple[float, float]:
        """Return where lines of a port start."""
        return self.x + WIDTH, self.y + HEAD + ROW * (self.ports.index((name, kind)) + 0.5)


def wiring_svg(model: Model, *, title: str = "") -> str:
    """Return the drawing of `model`, a whole SVG document that stands alone."""
    drawn = wires(model)
    boxes, stages, height = _place(model, drawn)
    width = LEFT + COLUMN * (len(stages) - 1) + WIDTH + 20.0
    lines = "".join(_line(boxes, w, height) for w in drawn)
    heads = "".join(_text(x, TOP - 14, s.upper(), size=12, fill="#685d63", weight=600) for s, x in stages.items())
    inside = el("rect", width=f"{width:.0f}", height=f"{height:.0f}", fill=LIGHT["bg"]) + heads + lines
    inside += "".join(_box(b) for b in boxes.values())
    head = _text(LEFT, 26, title or "Who reads what", size=16, fill=LIGHT["ink"], weight=650) + _legend()
    return el(
        "svg", el("title", esc(title or "Who reads what")), inside, head, xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}", width=f"{width:.0f}", height=f"{height:.0f}", role="img",
        style=_FONT,
    )  # fmt: skip


def _place(model: Model, drawn: Sequence[Wire]) -> tuple[dict[str, Box], dict[str, float], float]:
    """Return boxes by key, the left edge of every column, and the height of the drawing."""
    used = [s for s in STAGES.values() if any(stage(m.rank) == s for m in model.mechanisms)]
    stages = {s: LEFT + COLUMN * i for i, s in enumerate(used)}
    foot = dict.fromkeys(stages, TOP)
    boxes: dict[str, Box] = {}
    for m in model.mechanisms:
        s = stage(m.rank)
        ports = tuple(dict.fromkeys((w.name, w.kind) for w in drawn if w.writer == m.key))
        boxes[m.key] = Box(m.key, m.key.replace("_", " "), COLOURS[s], stages[s], foot[s], ports)
        foot[s] += boxes[m.key].height + GAP
    right, y = LEFT + COLUMN * len(stages), TOP
    for o in model.origins:
        boxes[f"origin {o}"] = Box(f"origin {o}", o.replace("_", " "), origin_colour(o), right, y, ())
        y += HEAD + GAP
    stages["origins of lesions"] = right
    return boxes, stages, max(*foot.values(), y) + 60.0


def _line(boxes: dict[str, Box], w: Wire, height: float) -> str:
    writer = boxes[w.writer]
    reader = boxes[f"origin {w.name}" if w.kind == "origin" else w.reader]
    x0, y0 = writer.out(w.name, w.kind)
    x1, y1 = reader.x, reader.y + HEAD / 2
    if x1 > x0:
        bend = max(40.0, 0.45 * (x1 - x0))
        path = f"M{x0:.1f} {y0:.1f}C{x0 + bend:.1f} {y0:.1f} {x1 - bend:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    else:  # back to the same or an earlier stage: out on the right, in on the left, under or over the boxes between
        side, lane = 34.0, (y0 + y1) / 2
        low = max(b.y + b.height for b in boxes.values() if b.x in (writer.x, reader.x)) + 14.0
        lane = min(low, height - 20.0) if writer.x != reader.x else lane
        path = (
            f"M{x0:.1f} {y0:.1f}C{x0 + side:.1f} {y0:.1f} {x0 + side:.1f} {lane:.1f} {x0 - WIDTH / 2:.1f} {lane:.1f}"
            f"S{x1 - side:.1f} {lane:.1f} {x1 - side:.1f} {(lane + y1) / 2:.1f}"
            f"S{x1 - side / 2:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        )
    what = {"quantity": "reads", "factor": "is scaled by", "origin": "is founded by"}[w.kind]
    tip = el("title", esc(f"{reader.title} {what} {w.name.replace('_', ' ')} of {writer.title}"))
    return el(
        "g", tip,
        el("path", d=path, fill="none", stroke=writer.colour, stroke_width="1.3", stroke_opacity="0.5",
           stroke_dasharray="5 3" if w.kind == "factor" else None),
        el("circle", cx=f"{x1:.1f}", cy=f"{y1:.1f}", r="2.4", fill=writer.colour),
    )  # fmt: skip


def _box(b: Box) -> str:
    parts = [
        el("rect", x=f"{b.x:.1f}", y=f"{b.y:.1f}", width=f"{WIDTH:.0f}", height=f"{b.height:.1f}", rx="6",
           fill=LIGHT["panel"], stroke=b.colour, stroke_width="1.4"),
        _text(b.x + 10, b.y + 19, b.title, size=min(12.5, 270.0 / max(len(b.title), 1)), fill=b.colour, weight=650),
    ]  # fmt: skip
    for name, kind in b.ports:
        x, y = b.out(name, kind)
        label = f"× {name.replace('_', ' ')}" if kind == "factor" else name.replace("_", " ")
        colour = LIGHT["ink"] if kind != "origin" else LIGHT["muted"]
        parts.append(_text(x - 10, y + 3.5, label, size=10.5, fill=colour, anchor="end"))
        parts.append(el("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="2.4", fill=b.colour))
    return "".join(parts)


def _legend() -> str:
    words = (("reads a quantity", None), ("is scaled by a factor", "5 3"))
    made = []
    for i, (label, dash) in enumerate(words):
        x = 430.0 + 190.0 * i
        path = el("path", d=f"M{x:.0f} 21H{x + 34:.0f}", stroke=LIGHT["muted"], stroke_width="1.6", fill="none",
                  stroke_dasharray=dash)  # fmt: skip
        made.append(path + _text(x + 42, 25, label, size=11, fill=LIGHT["muted"]))
    return "".join(made)


def _text(x: float, y: float, text: str, *, size: float, fill: str, weight: int = 400, anchor: str = "start") -> str:
    return el(
        "text", esc(text), x=f"{x:.1f}", y=f"{y:.1f}", font_size=f"{size:g}", fill=fill, font_weight=str(weight),
        text_anchor=None if anchor == "start" else anchor,
    )  # fmt: skip
