"""Sections of a trial's page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from . import bodymap
from .charts.lines import Marker
from .markup import bullets, el, esc, linked
from .palette import DIVERGING, diverging_step, nice_top
from .sections.effect import place, points
from .sections.parts import choose, figure, grid, section
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
from .words import NONE, number, organ_label, p_value, percent, plain, span

if TYPE_CHECKING:
    import pandas as pd

    from ..study.trial import Trial


def arms(trial: Trial) -> str:
    """Return what is done in each arm, with its side conditions from the literature."""
    rows = []
    told: set[str] = set()
    for arm in trial.arms:
        said = [el("p", esc(arm.describe()[:1].upper() + arm.describe()[1:] + "."))]
        conditions = [i.side_conditions for i in arm.interventions if i.side_conditions not in told]
        told |= set(conditions)
        said += [el("p", linked(c), class_="hint") for c in dict.fromkeys(conditions)]
        said += [el("p", el("strong", "Remark: "), linked(r)) for r in trial.remarks.get(arm.name, ())]
        name = f"{arm.name} (control)" if arm.name == trial.control != "control" else arm.name
        rows.append(el("div", el("h3", esc(name)), *said))
    hint = "Every arm holds the same virtual patients on the same random numbers: only what is done differs."
    return section("arms", "What is done", el("p", hint, class_="hint"), *rows)


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
        caption="Effects against control: share of patients with the event, and days without it, by end of follow-up.",
        columns=[
            Column("arm", "Arm"),
            Column("endpoint", "Endpoint", lambda e: ENDPOINTS.get(str(e), plain(e))),
            Column("risk", "With event", percent, numeric=True),
            Column("risk_control", "Control", percent, numeric=True),
            Column("difference", "Difference, points (95%)"),
            Column("gain", "Event-free days gained (95%)"),
            Column("ratio", "Hazard ratio (95%)"),
            Column("needed", "Number needed to treat (95%)"),
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


def organs(trial: Trial) -> str:
    """Return the body map of differences, an arm at a time, and the table."""
    figures, tables = [], []
    for name in trial.others:
        frame = trial.by_organ(name)
        figures.append(figure(_map(trial, frame, name), f"{name}: change against control in the share of patients with "
                              "a lesion seen, percentage points.", choice=name))  # fmt: skip
        tables.append(frame.assign(which=name))
    import pandas as pd

    return section(
        "where",
        "Where it differs",
        choose("Arm", figures),
        table(
            pd.concat(tables, ignore_index=True),
            key="organs",
            caption="Patients with a lesion seen, by organ, against control in the same patients.",
            tall=True,
            columns=[
                Column("which", "Arm"),
                Column("organ", "Organ", place),
                Column("control", "Control", percent, numeric=True),
                Column("arm", "Arm", percent, numeric=True),
                Column("difference", "Difference, points", points, numeric=True),
                Column("low", "95% low", points, numeric=True),
                Column("high", "95% high", points, numeric=True),
            ],
        ),
    )


def numbers(trial: Trial) -> str:
    """Return the sample sizes, and every number of an intervention with its source."""
    from ..study.trial_tables import interventions

    said = []
    for name, size in trial.sizes.items():
        at = size.reached
        if size.n_per_arm is None:
            said.append(f"{name}: no trial of up to {at.n_per_arm:,} patients per group that was simulated "
                        f"reaches a power of {percent(size.wanted)}.")  # fmt: skip
        else:
            said.append(f"{name}: {size.n_per_arm:,} patients per group for a power of {percent(size.wanted)} "
                        f"(simulated: {percent(at.power)}, {span(at.low, at.high, percent)}; "
                        f"log-rank, two-sided {at.alpha:g}, {at.trials:,} trials).")  # fmt: skip
    return section(
        "numbers",
        "What a real trial would need, and what the effects rest on",
        el("p", "Two separate groups drawn from these virtual patients, compared by log-rank on the endpoint above."),
        bullets(said),
        table(
            interventions(trial),
            key="interventions",
            caption="Numbers of the interventions, with their sources; 'assumption' means that no figure was found.",
            tall=True,
            columns=[
                Column("arm", "Arm"),
                Column("intervention", "Intervention", plain),
                Column("number", "Number", plain),
                Column("value", "Value", number, numeric=True),
                Column("unit", "Unit", lambda u: NONE if u == "1" else str(u)),
                Column("low", "Lowest", number, numeric=True),
                Column("high", "Highest", number, numeric=True),
                Column("meaning", "Meaning", str, wide=True),
                Column("source", "Source", linked, markup=True),
            ],
        ),
    )


def caveats(trial: Trial) -> str:
    """Return what the trial cannot say."""
    return section("limits", "What it can’t say", bullets(trial.limits, "limits"))


def repeat(trial: Trial) -> str:
    """Return how to repeat it."""
    from ..study.store import dump_study

    text = dump_study(trial.case.study)
    code = el(
        "div", el("pre", el("code", esc(text)), tabindex=0, aria_label="study"), class_="copyable", data_copy="study"
    )
    return section(
        "repeat",
        "How to repeat it",
        el("p", esc(f"metastasome replay RESULTS, or metastasome trial study.yaml --seed {trial.seed}: bit for bit.")),
        el("details", el("summary", "The full study file"), code, class_="study"),
    )


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
    columns = [Column("arm", "Arm")]
    for name, title in (
        ("lesions", "Lesions seen"),
        ("organs", "Organs with one"),
        ("log10_cells", "log10 cells at end"),
    ):
        columns.append(Column(name, f"{title}, mean", number, numeric=True))
        columns.append(Column(f"{name}_difference", "less control", number, numeric=True))
        columns.append(Column(f"{name}_low", "95% low", number, numeric=True))
        columns.append(Column(f"{name}_high", "95% high", number, numeric=True))
    return table(
        trial.counts, columns, key="counts", caption="Lesions, organs and burden by patient, paired with control."
    )


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
    columns = [
        Column("start_day", "Start, day", number, numeric=True),
        Column("stop_day", "Stop, day", number, numeric=True),
        Column("start_cm", "Start, cm of primary", lambda v: str(v) or NONE),
        Column("dose_days", "Days of full effect", number, numeric=True),
        Column("averted", "Spared the event, points", points, numeric=True),
        Column("averted_low", "95% low", points, numeric=True),
        Column("averted_high", "95% high", points, numeric=True),
        Column("gain_days", "Event-free days gained", number, numeric=True),
        Column("gain_low", "95% low", number, numeric=True),
        Column("gain_high", "95% high", number, numeric=True),
        Column("front", "On the front", lambda v: "yes" if v else "no"),
    ]
    words = el("p", esc(f"Schedules of: {one.title}."), class_="hint")
    return (
        words + grid(*charts) + table(frame, columns, key="schedules", caption="Schedules tried, each against control.")
    )


def _subgroups(frame: pd.DataFrame) -> str:
    rows = [
        Forest(f"{r.arm}: {r.group} by {r.parameter}", float(r.rmst_gain), float(r.rmst_gain_low),
               float(r.rmst_gain_high),
               f"{number(r.rmst_gain)} ({span(r.rmst_gain_low, r.rmst_gain_high)})")
        for r in rows_of(frame)
    ]  # fmt: skip
    chart = forest(rows, title="Subgroups", x_title="event-free days gained", null=0.0, log=False,
                   better=("control better", "arm better"), left=320)  # fmt: skip
    tests = dict.fromkeys(f"{r.arm}, {r.parameter}: p {p_value(r.p_interaction)}" for r in rows_of(frame))
    words = "Halves of the patients in order of a parameter of theirs. Test that the halves differ: "
    return figure(chart, words + "; ".join(tests) + ".", class_="ranked")


def _map(trial: Trial, frame: pd.DataFrame, name: str) -> str:
    mine = frame[frame["organ"] != "any"]
    values = [float(v) for v in mine["difference"]]
    top = nice_top(max((abs(v) for v in values), default=0.0)) if any(values) else 0.01
    said = {
        r.organ: f"{organ_label(r.organ)}: {points(float(r.difference))} points ({points(float(r.low))} to "
        f"{points(float(r.high))})"
        for r in rows_of(mine)
    }
    picture = bodymap.body_map(
        [str(o) for o in mine["organ"]], values, said, top=top, shade=lambda v: diverging_step(v, top), ramp="d",
        show=lambda v: f"{points(v)} points", about=f"Body map: change against control under {name}",
    )  # fmt: skip
    return el("div", el("div", picture, class_="mapwindow"), _legend(top), class_="map")


def _legend(top: float) -> str:
    swatches = "".join(el("i", class_=f"d{k}") for k in range(len(DIVERGING)))
    ends = [f"{points(-top)} (fewer)", "0", f"{points(top)} (more)"]
    return el(
        "div",
        el("p", "Change in the share of patients with a lesion seen, points", class_="legendtitle"),
        el("div", swatches, class_="ramp", aria_hidden="true"),
        el("div", *(el("span", esc(w)) for w in ends), class_="rampends"),
        class_="legend",
    )


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
