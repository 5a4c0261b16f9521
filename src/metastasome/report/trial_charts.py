"""Charts of a trial: survival curves, forest plot, benefit against start day, benefit against dose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .charts.axes import Axis, clip, ends, frame, svg, text, tip
from .charts.lines import Line, Marker, lines
from .markup import el, esc
from .sections.courses import thin, time_axis
from .words import number, percent, plain

if TYPE_CHECKING:
    import pandas as pd

    from ..study.trial import Trial

COLOURS = 6
ENDPOINTS = {
    "metastasis_free": "metastasis-free survival",
    "survival": "overall survival",
    "metastasis": "metastasis",
    "brain": "brain metastasis",
}
AT_RISK = 6


@dataclass(frozen=True)
class Forest:
    """One row of a forest plot: label, value with interval, words at its end."""

    label: str
    value: float
    low: float
    high: float
    said: str


def heading(trial: Trial) -> str:
    """Return the title of a trial in words: what the study is called, and what is compared with what."""
    name = plain(trial.title.replace("-", " "))
    name = name[:1].upper() + name[1:]
    *before, last = [plain(a) for a in trial.others] or [""]
    if not last:
        return name
    several = f"{len(before) + 1} arms" if len(before) > 3 else f"{', '.join(before)} and {last}"
    return f"{name}: {several if before else last} against {plain(trial.control)}"


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """Return the rows of `frame` as named tuples; what type a column holds is not known to pandas' stubs."""
    return list(frame.itertuples())


def survival_chart(curves: pd.DataFrame, names: Sequence[str], title: str) -> str:
    """Return the curves of every arm with their 95% bands."""
    made = []
    for k, name in enumerate(names):
        mine = thin(curves[curves["arm"] == name], 90)
        x, unit = time_axis(mine["day"].tolist())
        made.append(
            Line(
                x, mine["fraction"].tolist(), [(mine["low"].tolist(), mine["high"].tolist(), _arm(k))],
                f"curve {_arm(k)}", name,
            )
        )  # fmt: skip
    last = {n: float(curves[curves["arm"] == n]["fraction"].iloc[-1]) for n in names}
    return lines(
        made, title=title, desc="; ".join(f"{n}: {percent(v)} at the end" for n, v in last.items()), x_title=unit,
        y_title="share of patients without the event", y_show=percent, top=1.0, size=(620, 330),
    )  # fmt: skip


def arm_key(names: Sequence[str]) -> str:
    """Return the legend of arms."""
    return el("ul", *(el("li", el("i", class_=_arm(k)), esc(n)) for k, n in enumerate(names)), class_="armkey")


def at_risk_rows(curves: pd.DataFrame, names: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Return the heads (times) and rows (arm, patients at risk) of the table under the curves."""
    first = curves[curves["arm"] == names[0]]
    at = [round(k * (len(first) - 1) / (AT_RISK - 1)) for k in range(AT_RISK)]
    x, unit = time_axis(first["day"].tolist())
    heads = [f"{number(x[i])} {unit if i == at[-1] else ''}".strip() for i in at]
    rows = []
    for name in names:
        mine = curves[curves["arm"] == name]["at_risk"].tolist()
        rows.append([name, *(f"{mine[i]:,}" for i in at)])
    return heads, rows


def forest(
    rows: Sequence[Forest],
    *,
    title: str,
    x_title: str,
    null: float,
    log: bool,
    better: tuple[str, str],
    left: float = 190,
) -> str:
    """Return a forest plot: a box and its interval per row, a line at no effect.

    Args:
        rows: in order; one without a finite value has words only.
        null: value of no effect.
        log: logarithmic axis.
        better: words left and right of no effect.
        left: room for the labels.
    """
    pitch, head, foot, width = 26, 26, 46, 430 + left
    height = head + foot + pitch * max(1, len(rows))
    low, high = _forest_ends(rows, null, log)
    x, base = Axis(low, high, left, width - 150, x_title, log), height - foot
    parts = [el("path", d=f"M{x.at(null):.1f} {head - 6}V{base}", class_="zero")]
    for v in _forest_ticks(x):
        parts.append(el("path", d=f"M{x.at(v):.1f} {base}v4", class_="axis"))
        parts.append(text(x.at(v), base + 17, number(v), class_="tick mid"))
    parts.append(el("path", d=f"M{x.start:.1f} {base}H{x.stop:.1f}", class_="axis"))
    parts.append(text((x.start + x.stop) / 2, base + 36, x_title, class_="label mid"))
    parts.append(text(x.at(null) - 8, 14, f"← {better[0]}", class_="tick end"))
    parts.append(text(x.at(null) + 8, 14, f"{better[1]} →", class_="tick start"))
    for i, r in enumerate(rows):
        parts.append(_forest_row(r, x, head + pitch * (i + 0.5), null, width))
    desc = "; ".join(f"{r.label}: {r.said}" for r in rows)
    return svg(width, height, *parts, title=title, desc=desc)


def scan_chart(table: pd.DataFrame, *, markers: Sequence[Marker] = ()) -> str:
    """Return the benefit against start day with its interval, schedules that go on to the end."""
    mine = table[table["start_day"].notna()].sort_values("start_day")
    mine = mine[mine["stop_day"] == mine["stop_day"].max()]
    years = [d / 365.25 for d in mine["start_day"]]
    band = [([float(v) for v in mine["gain_low"]], [float(v) for v in mine["gain_high"]], "narrow")]
    return lines(
        [Line(years, [float(v) for v in mine["gain_days"]], band)], title="Benefit against the day of start",
        desc=f"{number(mine['gain_days'].iloc[0])} days from the earliest start, "
        f"{number(mine['gain_days'].iloc[-1])} from the latest.",
        x_title="years from the start of the study to the start of treatment", y_title="event-free days gained",
        markers=markers, size=(620, 330),
    )  # fmt: skip


def tradeoff_chart(table: pd.DataFrame) -> str:
    """Return benefit against dose, the front joined."""
    mine = table[table["dose_days"].notna()].sort_values("dose_days")
    width, height = 620.0, 330.0
    dose, gain = [[float(v) for v in mine[c]] for c in ("dose_days", "gain_days")]
    years = [d / 365.25 for d in dose]
    x = Axis(*ends(years, zero=True), 56, width - 14, "dose: years of full effect")
    y = Axis(*ends(gain, zero=True), height - 46, 30, "event-free days gained")
    best = [(a, b) for a, b, f in zip(years, gain, mine["front"], strict=True) if f]
    parts = [frame(x, y, title_y=17)]
    if len(best) > 1:
        d = "L".join(f"{x.at(a):.1f} {y.at(b):.1f}" for a, b in best)
        parts.append(el("path", d=f"M{d}", class_="curve"))
    for a, b, row in zip(years, gain, rows_of(mine), strict=True):
        words = f"day {row.start_day:.0f} to {row.stop_day:.0f}: {b:+.0f} days"
        kind = "point front" if row.front else "point"
        parts.append(el("g", tip(words), el("circle", cx=f"{x.at(a):.1f}", cy=f"{y.at(b):.1f}", r=4.5, class_=kind)))
    return svg(width, height, *parts, title="Benefit against dose", desc=f"{len(best)} schedules on the front.")


def _arm(k: int) -> str:
    return f"arm arm{k % COLOURS}"


def _forest_row(r: Forest, x: Axis, y: float, null: float, width: float) -> str:
    out = [text(x.start - 9, y + 4, clip(r.label, int((x.start - 10) / 6.6)), class_="tick end name")]
    if math.isfinite(r.value):
        a, b, at = x.at(r.low), x.at(r.high), x.at(r.value)
        clear = "" if r.low > null or r.high < null else " unclear"
        out.append(el("path", d=f"M{a:.1f} {y:.1f}H{b:.1f}", class_="whisker"))
        out.append(el("rect", x=f"{at - 4.5:.1f}", y=f"{y - 4.5:.1f}", width=9, height=9, class_=f"forestbox{clear}"))
    out.append(text(width - 2, y + 4, r.said, class_="tick end value"))
    return el("g", tip(f"{r.label}: {r.said}"), *out)


def _forest_ends(rows: Sequence[Forest], null: float, log: bool) -> tuple[float, float]:
    values = [v for r in rows if math.isfinite(r.value) for v in (r.low, r.high) if math.isfinite(v)] + [null]
    if log:
        values = [v for v in values if v > 0]
        return min(0.5, min(values) / 1.1), max(2.0, max(values) * 1.1)
    return ends(values)


def _forest_ticks(x: Axis) -> list[float]:
    if not x.log:
        return x.ticks(5)
    return [v for v in (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0) if x.low <= v <= x.high]
