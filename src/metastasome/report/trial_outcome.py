"""The outcome of a trial on its page: curves, forest plot, effects, schedules and subgroups."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .charts.lines import Marker
from .markup import el, esc
from .sections.effect import points
from .sections.parts import figure, grid, section
from .table import Column, table
from .trial_charts import (
    ENDPOINTS,
    Forest,
    arm_key,
    at_risk_rows,
    forest,
    rows_of,
    scan_chart,
    survival_chart,
    tradeoff_chart,
)
from .words import NONE, number, p_value, percent, plain, span

if TYPE_CHECKING:
    import pandas as pd

    from ..study.trial import Trial


def outcome(trial: Trial) -> str:
    """Return survival curves with numbers at risk, forest plot, and the table of effects."""
    curves, names = trial.curves(), [a.name for a in trial.arms]
    ends = f"{ENDPOINTS[trial.endpoint]}; bands: 95% intervals"
    chart = survival_chart(curves, names, f"Kaplan-Meier curves: {ENDPOINTS[trial.endpoint]}")
    return section(
        "outcome",
        "What came of it",
        grid(
            figure(arm_key(names) + chart + _at_risk(curves, names), f"Kaplan-Meier curves of {ends}, and patients at "
                   "risk."),
            figure(_forest(trial), "Hazard ratio of each arm against control with its 95% interval (Cox, robust to the "
                   "pairing of patients); grey: the interval holds 1."),
            class_="panels",
        ),
        effect_table(trial),
        _counts(trial),
    )  # fmt: skip


def effect_table(trial: Trial) -> str:
    """Return the effects on every endpoint."""
    frame = trial.effects
    shown = frame.assign(
        difference=[f"{points(float(r.risk_difference))} ({points(float(r.risk_difference_low))} to "
                    f"{points(float(r.risk_difference_high))})" for r in rows_of(frame)],
        gain=[f"{number(r.rmst_gain)} ({span(r.rmst_gain_low, r.rmst_gain_high)})" for r in rows_of(frame)],
        ratio=[_ratio(r.hazard_ratio, r.hazard_ratio_low, r.hazard_ratio_high) for r in rows_of(frame)],
        needed=[_needed(r.nnt, r.nnt_low, r.nnt_high) for r in rows_of(frame)],
    )  # fmt: skip
    return table(
        shown,
        key="effects",
        caption="Effects against control by end of follow-up, with 95% intervals: share of patients with the event, "
        "days without it, hazard ratio, number needed to treat (NNT) for one event fewer.",
        columns=[
            Column("arm", "Arm"),
            Column("endpoint", "Endpoint", lambda e: ENDPOINTS.get(str(e), plain(e))),
            Column("risk", "With event", percent, numeric=True),
            Column("risk_control", "Control", percent, numeric=True),
            Column("difference", "Difference, points"),
            Column("gain", "Days gained"),
            Column("ratio", "Hazard ratio"),
            Column("needed", "NNT"),
            Column("p_logrank", "Log-rank p", p_value, numeric=True),
        ],
    )


def whom_and_when(trial: Trial) -> str:
    """Return benefit against start day, the trade-off with dose, and subgroups; nothing where none was asked."""
    inside = []
    if trial.scan is not None:
        inside.append(_scan(trial, trial.scan))
    if trial.subgroups:
        inside.append(_subgroups(trial.subgroup_table))
    return section("when", "When, and for whom", *inside) if inside else ""


def _forest(trial: Trial) -> str:
    one = len(trial.others) == 1
    rows = [
        Forest(ENDPOINTS[r.endpoint] if one else f"{r.arm}: {ENDPOINTS[r.endpoint]}", float(r.hazard_ratio),
               float(r.hazard_ratio_low), float(r.hazard_ratio_high),
               _ratio(r.hazard_ratio, r.hazard_ratio_low, r.hazard_ratio_high))
        for r in rows_of(trial.effects)
    ]  # fmt: skip
    return forest(rows, title="Hazard ratios", x_title="hazard ratio, arm against control", null=1.0, log=True,
                  better=("arm better", "control better"), left=220)  # fmt: skip


def _at_risk(curves: pd.DataFrame, names: list[str]) -> str:
    heads, rows = at_risk_rows(curves, names)
    head = el("tr", el("th", "At risk", scope="col"), *(el("th", esc(h), scope="col", class_="num") for h in heads))
    body = [el("tr", el("th", esc(r[0]), scope="row"), *(el("td", esc(c), class_="num") for c in r[1:])) for r in rows]
    return el("div", el("table", el("thead", head), el("tbody", *body)), class_="scroll", tabindex=0, role="region",
              aria_label="Patients at risk")  # fmt: skip


def _counts(trial: Trial) -> str:
    frame, columns = trial.counts.copy(), [Column("arm", "Arm")]
    for name, title in (
        ("lesions", "Lesions seen"),
        ("organs", "Organs with one"),
        ("log10_cells", "log10 cells at end"),
    ):
        frame[f"{name}_said"] = [
            f"{number(v)} ({span(low, high)})"
            for v, low, high in zip(*(frame[f"{name}_{e}"] for e in ("difference", "low", "high")), strict=True)
        ]
        columns.append(Column(name, title, number, numeric=True))
        columns.append(Column(f"{name}_said", "less control"))
    caption = "Lesions, organs and burden: means by patient, and less control in the same patients with 95% intervals."
    return table(frame, columns, key="counts", caption=caption)


def _scan(trial: Trial, frame: pd.DataFrame) -> str:
    charts = []
    if frame["start_day"].notna().any():
        days = np.asarray(trial.outcomes[trial.control].resection_day, dtype=np.float64)
        operated = days[np.isfinite(days)]
        at = [float(np.median(operated)) / 365.25] if len(operated) else []
        marks = [Marker(day, "median resection", "mark threshold") for day in at]
        charts.append(figure(scan_chart(frame, markers=marks),
                             "Event-free days gained by the day treatment starts (to the end of follow-up), with the "
                             "95% interval of the paired difference."))  # fmt: skip
        charts.append(figure(tradeoff_chart(frame), "Benefit against dose; filled: no other schedule gives more at no "
                             "more dose."))  # fmt: skip
    (one,) = trial.scan_arms[0].interventions
    shown = frame.assign(
        spared=[f"{points(float(r.averted))} ({points(float(r.averted_low))} to {points(float(r.averted_high))})"
                for r in rows_of(frame)],
        gain=[f"{number(r.gain_days)} ({span(r.gain_low, r.gain_high)})" for r in rows_of(frame)],
    )  # fmt: skip
    when = [
        Column("start_day", "Start, day", number, numeric=True), Column("stop_day", "Stop, day", number, numeric=True),
    ]  # fmt: skip
    columns = [
        *([Column("start_cm", "Start, cm of primary")] if (frame["start_cm"] != "").any() else when),
        Column("dose_days", "Days of full effect", number, numeric=True),
        Column("spared", "Spared the event, points"),
        Column("gain", "Event-free days gained"),
        Column("front", "On the front", lambda v: "yes" if v else "no"),
    ]
    caption = "Schedules tried, each against control, with 95% intervals."
    words = el("p", esc(f"Schedules of: {one.title}."), class_="hint")
    return words + grid(*charts) + table(shown, columns, key="schedules", caption=caption)


def _subgroups(frame: pd.DataFrame) -> str:
    rows = [
        Forest(f"{r.arm}: {r.group} by {_parameter(r.parameter)}", float(r.rmst_gain), float(r.rmst_gain_low),
               float(r.rmst_gain_high),
               f"{number(r.rmst_gain)} ({span(r.rmst_gain_low, r.rmst_gain_high)})")
        for r in rows_of(frame)
    ]  # fmt: skip
    chart = forest(rows, title="Subgroups", x_title="event-free days gained", null=0.0, log=False,
                   better=("control better", "arm better"), left=290)  # fmt: skip
    tests = dict.fromkeys(f"{r.arm}, {_parameter(r.parameter)}: p {p_value(r.p_interaction)}" for r in rows_of(frame))
    words = "Halves of the patients in order of a parameter of theirs. Test that the halves differ: "
    return figure(chart, words + "; ".join(tests) + ".", class_="ranked")


def _parameter(name: str) -> str:
    mechanism, _, what = name.rpartition(".")
    return f"{plain(what)} ({plain(mechanism)})" if mechanism else plain(what)


def _ratio(value: float, low: float, high: float) -> str:
    return f"{value:.2f} ({low:.2f} to {high:.2f})" if math.isfinite(value) else "too few events"


def _needed(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return NONE
    if math.isinf(high):
        return "no clear effect"
    kind = "" if value > 0 else "harm: "
    a, b = sorted((abs(low), abs(high)))
    return f"{kind}{number(abs(value))} ({number(a)} to {number(b)})"
