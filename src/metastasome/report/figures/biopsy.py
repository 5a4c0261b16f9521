"""A watched surveillance design as figures: lead time, sensitivity by stage, ROC, net benefit, how often to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .style import GRID, clean, figure, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# Okabe and Ito, in an order that neighbours tell apart.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a7a7a", "#211b1e", "#8f5fa8")


def draw_plan(watch: Any, every: pd.DataFrame) -> dict[str, Figure]:
    """Return name -> figure; those that have nothing to show are left out."""
    with styled():
        made = {
            "lead": lead_figure(watch.lead), "by_stage": stage_figure(watch.by_stage), "roc": roc_figure(watch),
            "decision": decision_figure(watch), "intervals": interval_figure(every),
        }  # fmt: skip
    return {name: drawn for name, drawn in made.items() if drawn is not None}


def lead_figure(lead: pd.DataFrame) -> Figure | None:
    """Return share found before imaging against healthy people called, one point per assay."""
    table = lead.dropna(subset=["found_before_imaging"])
    if not len(table):
        return None
    made = figure(6.4, 0.42 * len(table) + 1.5)
    left, right = made.subplots(1, 2, sharey=True)
    y = np.arange(len(table))
    share = 100 * table["found_before_imaging"]
    left.barh(y, share, color="#8c2646", height=0.6, label="found before imaging")
    left.hlines(y, 100 * table["low"], 100 * table["high"], color="#211b1e", lw=1)
    left.barh(
        y + 0.32, 100 * table["healthy_called_in_follow_up"], color="#9db4d0", height=0.22, label="healthy called"
    )
    left.set_yticks(y, [clean(a) for a in table["assay"]])
    left.set(xlim=(0, 100), xlabel="% of patients", ylim=(len(y) - 0.4, -0.6), title="Relapses found first")
    left.legend(loc="upper center", bbox_to_anchor=(0.4, -0.22), fontsize=7, ncols=2)
    right.hlines(y, table["lead_q25_days"], table["lead_q75_days"], color="#8c2646", lw=3, alpha=0.5)
    right.plot(table["lead_median_days"], y, "o", color="#8c2646", ms=5)
    right.set(xlabel="lead, days (median, quartiles)", xlim=(0, None), title="and by how much")
    for axes in (left, right):
        axes.grid(visible=False, axis="y")
    return made


def stage_figure(table: pd.DataFrame) -> Figure | None:
    """Return positive draws by stage, one line per assay."""
    if not len(table):
        return None
    stages = list(dict.fromkeys(table["stage"]))
    made = figure(6.4, 3.4)
    axes = made.add_subplot()
    for colour, (name, part) in zip(_cycle(), table.groupby("assay", sort=False), strict=False):
        x = np.array([stages.index(s) for s in part["stage"]])
        axes.plot(x, 100 * part["positive"], "o-", color=colour, ms=4, lw=1.3, label=clean(name))
        axes.vlines(x, 100 * part["low"], 100 * part["high"], color=colour, alpha=0.35, lw=2)
    axes.set_xticks(range(len(stages)), [s.replace(", ", ",\n") for s in stages], fontsize=7)
    axes.set(ylim=(-2, 102), ylabel="draws called positive, %", title="Sensitivity per draw by state of the disease")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return made


def roc_figure(watch: Any) -> Figure | None:
    """Return ROC curves on occult metastases (left) and visible ones (right)."""
    from ...readouts.decision import roc

    pairs = [(title, {name: watch.scores(name, stages) for name in watch.reported}) for title, stages in _KINDS]
    pairs = [(t, {k: v for k, v in p.items() if len(v[0]) and len(v[1])}) for t, p in pairs]
    pairs = [(t, p) for t, p in pairs if p]
    if not pairs:
        return None
    made = figure(3.4 * len(pairs) + 1.2, 3.4)
    for axes, (title, parts) in zip(np.atleast_1d(made.subplots(1, len(pairs))), pairs, strict=True):
        for colour, (name, (a, b)) in zip(_cycle(), parts.items(), strict=False):
            curve = roc(a, b)
            axes.plot(
                100 * curve["false_positive"], 100 * curve["sensitivity"], color=colour, lw=1.4, label=clean(name)
            )
        axes.plot([0, 100], [0, 100], color=GRID, lw=1)
        axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="healthy called, %", ylabel="patients called, %")
        axes.set_title(title)
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    return made


_KINDS = (("Occult metastases", (4, 5)), ("Visible metastases", (6, 7)))


def decision_figure(watch: Any) -> Figure | None:
    """Return net benefit against the threshold probability at which imaging would follow."""
    curves = {name: watch.decision(name) for name in watch.reported}
    curves = {name: c for name, c in curves.items() if c is not None}
    if not curves:
        return None
    made = figure(6.0, 3.4)
    axes = made.add_subplot()
    for colour, (name, c) in zip(_cycle(), curves.items(), strict=False):
        axes.plot(100 * c["threshold"], c["test"], color=colour, lw=1.4, label=clean(name))
    axes.plot(100 * c["threshold"], c["all"], "--", color="#685d63", lw=1, label="scan everybody")
    axes.axhline(0, color="#211b1e", lw=0.8, label="scan nobody")
    top = max(float(c["test"].max()) for c in curves.values())
    axes.set(ylim=(-0.25 * max(top, 0.04), 1.15 * max(top, float(c["all"].max()), 0.04)), ylabel="net benefit per draw")
    axes.set(
        xlabel="chance of a visible metastasis from which one would scan, %", title="What a positive test is worth"
    )
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return made


def interval_figure(every: pd.DataFrame) -> Figure | None:
    """Return share found before imaging, and healthy called, by draws a year."""
    table = every.dropna(subset=["found_before_imaging"])
    if not len(table):
        return None
    made = figure(7.0, 3.2)
    left, right = made.subplots(1, 2)
    for colour, (name, part) in zip(_cycle(), table.groupby("assay", sort=False), strict=False):
        left.plot(part["draws_per_year"], 100 * part["found_before_imaging"], "o-", color=colour, ms=3.5, lw=1.3)
        right.plot(
            part["draws_per_year"], 100 * part["healthy_called_in_follow_up"], "o-", color=colour, ms=3.5, lw=1.3,
            label=clean(name),
        )  # fmt: skip
    left.set(ylim=(0, 100), ylabel="%", title="Relapses found before imaging")
    right.set(ylim=(0, 100), ylabel="%", title="Healthy people ever called")
    for axes in (left, right):
        axes.set_xscale("log", base=2)
        axes.set_xticks([1, 2, 4, 12], ["1", "2", "4", "12"])
        axes.minorticks_off()
        axes.set_xlabel("draws a year")
    right.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return made


def _cycle() -> list[str]:
    return list(_COLOURS) * 4
