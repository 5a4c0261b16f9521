"""The body map: our own drawing, one named and focusable button per organ, coloured by probability."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from xml.etree import ElementTree

from .charts.axes import clip, text
from .markup import el
from .palette import SEQUENTIAL, step
from .words import organ_label, percent

LEFT, RIGHT, TOP, BOTTOM = -118.0, 598.0, 0.0, 900.0
"""The drawing with room for the labels on both sides."""


@dataclass(frozen=True)
class Shape:
    """One organ of the drawing: path data by class, where its label points, and on which side that stands."""

    name: str
    paths: tuple[tuple[str, str], ...]
    anchor: tuple[float, float]
    side: str


@dataclass(frozen=True)
class Drawing:
    """The whole figure, organs in painting order; `decor` (windpipe, aorta) is painted after `decor_after`."""

    silhouette: str
    organs: tuple[Shape, ...]
    decor: tuple[str, ...]
    decor_after: str = "lung"


@functools.cache
def drawing() -> Drawing:
    """Return the human front, read from ``assets/human.svg``."""
    root = ElementTree.fromstring(resources.files(__package__).joinpath("assets/human.svg").read_text("utf-8"))
    silhouette = ""
    organs: list[Shape] = []
    decor: tuple[str, ...] = ()
    for node in root:
        key = node.get("id", "")
        if key == "silhouette":
            silhouette = node.get("d", "")
        elif key == "decor":
            decor = tuple(p.get("d", "") for p in node)
        elif key:
            x, y = (float(v) for v in node.get("data-anchor", "0 0").split())
            paths = tuple((p.get("class", "shape"), p.get("d", "")) for p in node)
            organs.append(Shape(key, paths, (x, y), node.get("data-side", "left")))
    return Drawing(silhouette, tuple(organs), decor)


def body_map(
    organs: Sequence[str],
    values: Sequence[float],
    said: Mapping[str, str],
    *,
    top: float,
    about: str = "Body map: organs coloured by the probability of a detectable lesion",
    shade: Callable[[float], int | None] | None = None,
    show: Callable[[float], str] = percent,
    ramp: str = "s",
) -> str:
    """Return the map as SVG.

    Args:
        organs: canonical names; those the figure does not hold are left to the table.
        values: what is shown of each, ``(o,)``; a probability unless `show` and `about` say otherwise.
        said: organ -> its accessible name ("liver: probability ...").
        top: value at which the colour scale ends.
        about: what the colours mean, for screen readers.
        shade: value -> class of colour; linear from zero to `top` when not given.
        show: value -> the words beside the organ.
        ramp: ``"s"`` for the sequential colours, ``"d"`` for the diverging ones.
    """
    colour = shade or (lambda v: step(v, top))
    known = dict(zip(organs, values, strict=True))
    figure = drawing()
    parts = [el("path", d=figure.silhouette, class_="silhouette")]
    for shape in figure.organs:
        parts.append(_organ(shape, known, said, colour, ramp))
        if shape.name == figure.decor_after:
            parts.append(el("g", *(el("path", d=d) for d in figure.decor), class_="decor", aria_hidden="true"))
    parts.append(_labels([s for s in figure.organs if s.name in known], known, show))
    return el(
        "svg",
        *parts,
        viewBox=f"{LEFT:g} {TOP:g} {RIGHT - LEFT:g} {BOTTOM - TOP:g}",
        class_="bodymap",
        role="group",
        aria_label=about,
    )


def drawn() -> tuple[str, ...]:
    """Return the organs the figure holds."""
    return tuple(s.name for s in drawing().organs)


def _organ(
    shape: Shape,
    known: Mapping[str, float],
    said: Mapping[str, str],
    colour: Callable[[float], int | None],
    ramp: str,
) -> str:
    paths = "".join(el("path", d=d, class_=c) for c, d in shape.paths)
    if shape.name not in known:
        return el("g", paths, class_="organ absent", aria_hidden="true")
    k = colour(float(known[shape.name]))
    return el(
        "g",
        paths,
        class_=f"organ {'sx' if k is None else f'{ramp}{k}'}",
        role="button",
        tabindex=0,
        data_organ=shape.name,
        data_name=organ_label(shape.name),
        aria_label=said[shape.name],
        aria_pressed="false",
    )


def _labels(shapes: Sequence[Shape], known: Mapping[str, float], show: Callable[[float], str]) -> str:
    """Labels beside the figure with a thin leader; hidden from screen readers, which have the buttons."""
    out = []
    for side, side_class in (("left", "start"), ("right", "end")):
        mine = sorted((s for s in shapes if s.side == side), key=lambda s: s.anchor[1])
        for shape, y in zip(mine, spread([s.anchor[1] for s in mine], 38.0, 30.0, BOTTOM - 30.0), strict=True):
            x = LEFT + 4 if side == "left" else RIGHT - 4
            name = clip(organ_label(shape.name), 15)
            room = 9.2 * len(name) + 8
            edge = x + room if side == "left" else x - room
            ax, ay = shape.anchor
            out.append(
                el(
                    "g",
                    el(
                        "path",
                        d=f"M{edge:.0f} {y - 5:.1f}L{(2 * edge + ax) / 3:.1f} {y - 5:.1f}L{ax:.1f} {ay:.1f}",
                        class_="leader",
                    ),
                    el("circle", cx=f"{ax:.1f}", cy=f"{ay:.1f}", r=1.8, class_="leadpoint"),
                    text(x, y, name, class_=f"organname {side_class}"),
                    text(x, y + 16, show(known[shape.name]), class_=f"organvalue {side_class}"),
                    class_="tag",
                    data_for=shape.name,
                )
            )
    return el("g", *out, class_="tags", aria_hidden="true")


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return positions near `wanted` (ascending) at least `gap` apart, within `low` and `high` where they fit."""
    out: list[float] = []
    for w in wanted:
        out.append(max(w, out[-1] + gap if out else low))
    limit = high
    for i in range(len(out) - 1, -1, -1):
        out[i] = min(out[i], limit)
        limit = out[i] - gap
    return out


def legend(top: float) -> str:
    """Return the colour legend as markup."""
    n = len(SEQUENTIAL)
    swatches = "".join(el("i", class_=f"s{k}") for k in range(n))
    ends = el("span", "0%") + el("span", percent(top / 2)) + el("span", percent(top))
    return el(
        "div",
        el("p", "Probability of at least one detectable lesion", class_="legendtitle"),
        el("div", swatches, class_="ramp", aria_hidden="true"),
        el("div", ends, class_="rampends"),
        class_="legend",
    )


def numbers_of(path: str) -> list[float]:
    """Return the numbers of path data, in order (it holds absolute M, C and Z only)."""
    return [float(v) for v in re.findall(r"-?\d+(?:\.\d+)?", path)]
