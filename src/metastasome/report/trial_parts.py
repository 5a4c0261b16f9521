"""Sections of a trial's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import bodymap
from .markup import bullets, el, esc, linked
from .palette import DIVERGING, diverging_step, nice_top
from .sections.effect import place, points
from .sections.parts import choose, figure, section
from .table import Column, table
from .trial_charts import rows_of
from .words import NONE, number, organ_label, percent, percents, plain

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
                        f"(simulated: {percent(at.power)}, {percents(at.low, at.high)}; "
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
