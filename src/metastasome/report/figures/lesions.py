"""Lesions by organ and origin, as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..palette import origin_colour
from ..protocol import RunView
from ..sections.lesions import origin_table
from ..words import organ_label, origin_label
from .style import clean, figure, plain_ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def origins_figure(run: RunView) -> Figure | None:
    """Return stacked bars of lesions by organ and origin; None where there is no lesion."""
    if not len(run.lesions):
        return None
    counts = origin_table(run)
    counts = counts[counts["all"] > 0]
    kinds = [c for c in counts.columns if c not in ("organ", "all")]
    made = figure(6.4, 0.28 * max(3, len(counts)) + 1.4)
    axes = made.add_subplot()
    left, y = np.zeros(len(counts)), np.arange(len(counts))
    for kind in kinds:
        n = counts[kind].to_numpy(dtype=np.float64)
        axes.barh(y, n, left=left, color=origin_colour(kind), label=clean(origin_label(kind)), height=0.7)
        left = left + n
    axes.set_yticks(y, [clean(organ_label(o)) for o in counts["organ"]])
    axes.set(ylim=(len(counts) - 0.5, -0.5), xlabel="lesions in the cohort", title="Lesions by organ and origin")
    plain_ticks(axes, "x")
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right")
    return made
