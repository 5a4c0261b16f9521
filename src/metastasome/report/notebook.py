"""A run in a notebook: a small table, and one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .markup import el, esc
from .protocol import RunView
from .sections.body import first_detection
from .words import duration, organ_label, percent, percents

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 8
"""Organs in the small table."""


def run_html(run: RunView) -> str:
    """Return the answer and the likeliest organs as a small HTML table, for ``_repr_html_``."""
    p = np.asarray(run.p_detectable, dtype=np.float64)
    interval = np.asarray(run.p_detectable_interval, dtype=np.float64)
    order = np.argsort(-np.nan_to_num(p, nan=-1.0), kind="stable")[:MOST]
    heads = ("organ", "probability of a detectable lesion", "95% interval", "5% of patients have one by")
    rows = [
        el(
            "tr",
            *(
                el("td", esc(v))
                for v in (
                    organ_label(run.organs[i]),
                    percent(p[i]),
                    percents(interval[i, 0], interval[i, 1]),
                    duration(first_detection(run, run.organs[i])["q05"]),
                )
            ),
        )
        for i in order
    ]
    left = len(run.organs) - len(order)
    foot = f"{run.n_patients:,} virtual patients, {duration(run.horizon_days)}, seed {run.seed}"
    foot += f"; {left} more organs" if left > 0 else ""
    return el(
        "div",
        el("p", el("strong", esc(run.title)), " ", esc(run.answer[0] if run.answer else "")),
        el("table", el("thead", el("tr", *(el("th", esc(h)) for h in heads))), el("tbody", *rows)),
        el("p", esc(foot)),
    )


def plot(run: RunView) -> Figure:
    """Return one matplotlib figure: body map, likeliest organs, metastasis-free curve."""
    from .figures.body import draw_body, draw_ranked
    from .figures.courses import draw_free
    from .figures.style import clean, figure, styled

    with styled():
        made = figure(9.6, 6.4)
        grid = made.add_gridspec(2, 2, width_ratios=(1.0, 1.35), height_ratios=(1.35, 1.0))
        draw_body(made.add_subplot(grid[:, 0]), run)
        draw_ranked(made.add_subplot(grid[0, 1]), run, most=12)
        draw_free(made.add_subplot(grid[1, 1]), run)
        made.suptitle(clean(run.title, 90), x=0.01, ha="left", fontweight="bold")
        made.draw_without_rendering()
    return made
