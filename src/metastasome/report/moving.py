"""The body map over time: what a page needs to colour each organ at each moment, and the map with its controls."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import bodymap
from .markup import el, esc
from .palette import SEQUENTIAL, nice_top
from .words import organ_label

if TYPE_CHECKING:
    from ..kinetics import Exposure

Float = NDArray[np.float64]
FRAMES = 60
DECADES = 3.0
"""The colour scale is logarithmic over so many powers of ten: the liver holds a thousand times what the brain does."""


@dataclass(frozen=True)
class Measure:
    """One way to read the course: `values` ``(t, o)`` in `unit`."""

    name: str
    unit: str
    values: Float

    @property
    def top(self) -> float:
        """End of the colour scale: a round number not below the greatest value."""
        return nice_top(float(np.nanmax(self.values)) if self.values.size else 0.0)


def moments(exposure: Exposure, frames: int = FRAMES) -> Float:
    """Return the days of the frames: evenly on a log scale after a single bolus at time zero, evenly in time else."""
    times = exposure.times
    first, last = float(times[times > 0][0]) if (times > 0).any() else 0.0, float(times[-1])
    if len(times) < 3 or not first < last:
        return np.asarray(times)
    later = any(getattr(d, "time", 1.0) > 0 for d in exposure.doses)
    return np.linspace(0.0, last, frames) if later else np.geomspace(first, last, frames)


def measures(exposure: Exposure, days: Float) -> tuple[Measure, ...]:
    """Return percent of dose per organ and per gram, interpolated at `days`."""
    made = []
    for name, unit, values in (
        ("Percent of dose in the organ", "%ID", exposure.percent_id),
        ("Percent of dose per gram", "%ID/g", exposure.percent_id_per_g),
    ):
        columns = [np.interp(days, exposure.times, values[:, k]) for k in range(len(exposure.organs))]
        made.append(Measure(name, unit, np.stack(columns, axis=-1)))
    return tuple(made)


def log_step(value: float, top: float) -> int:
    """Return the colour class of `value` on the logarithmic scale that ends at `top`."""
    steps = len(SEQUENTIAL)
    if not value > 0:
        return 0
    return min(steps - 1, max(0, int(steps * (1.0 + math.log10(value / top) / DECADES))))


def clock(day: float) -> str:
    """Return a moment in the unit that reads best: ``"5 min"``, ``"4.2 h"``, ``"3 days"``."""
    minutes = day * 1440.0
    if minutes < 1.0:
        return f"{60.0 * minutes:.0f} s"
    if minutes < 90.0:
        return f"{minutes:.3g} min"
    return f"{minutes / 60.0:.3g} h" if day < 2.0 else f"{day:.3g} days"


def moving_map(exposure: Exposure) -> str:
    """Return the map with slider, play button, choice of measure and legend; the last moment where scripts are off."""
    days = moments(exposure)
    read = measures(exposure, days)
    first, k = read[0], len(days) - 1
    said = {o: f"{organ_label(o)}: {_words(first, k, i)} at {clock(days[k])}" for i, o in enumerate(exposure.organs)}
    picture = bodymap.body_map(
        exposure.organs,
        first.values[k].tolist(),
        said,
        top=first.top,
        about="Body map: organs coloured by the label that they hold",
        shade=lambda v: log_step(v, first.top),
        show=lambda v: _amount(v, first.unit),
    )
    return el(
        "div",
        _controls(days, read, exposure.organs),
        el("div", picture, class_="mapwindow"),
        _legend(first),
        class_="map moving",
        data_frames=_frames(exposure, days, read),
    )


def _controls(days: Float, read: Sequence[Measure], organs: Sequence[str]) -> str:
    options = [el("option", esc(m.name), value=i) for i, m in enumerate(read)]
    return el(
        "div",
        el("button", "Play", type="button"),
        el("input", type="range", min=0, max=len(days) - 1, value=len(days) - 1, aria_label="Time after the dose"),
        el("output", clock(days[-1])),
        el("select", *options, aria_label="What is shown"),
        class_="controls scripted",
    )


def _frames(exposure: Exposure, days: Float, read: Sequence[Measure]) -> str:
    def told(m: Measure) -> dict[str, object]:
        rows = range(len(days))
        return {
            "ends": _ends(m),
            "steps": {o: [log_step(m.values[k, i], m.top) for k in rows] for i, o in enumerate(exposure.organs)},
            "words": {o: [_words(m, k, i) for k in rows] for i, o in enumerate(exposure.organs)},
        }

    return json.dumps({"times": [clock(d) for d in days], "measures": [told(m) for m in read]})


def _words(m: Measure, k: int, i: int) -> str:
    return _amount(float(m.values[k, i]), m.unit)


def _amount(value: float, unit: str) -> str:
    return f"{value:.2g} {unit}" if value >= 1e-4 else f"<0.0001 {unit}"


def _ends(m: Measure) -> list[str]:
    return [_amount(m.top * 10.0 ** (-DECADES * (1.0 - f)), m.unit) for f in (0.0, 0.5, 1.0)]


def _legend(m: Measure) -> str:
    swatches = "".join(el("i", class_=f"s{k}") for k in range(len(SEQUENTIAL)))
    return el(
        "div",
        el("p", "Label held, logarithmic scale", class_="legendtitle"),
        el("div", swatches, class_="ramp", aria_hidden="true"),
        el("div", *(el("span", esc(w)) for w in _ends(m)), class_="rampends"),
        class_="legend",
    )
