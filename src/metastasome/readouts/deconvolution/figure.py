"""Shares of sources as a figure; cases beside controls where there are both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .result import Deconvolution

_COLOURS = {"case": "#8c2646", "control": "#1f4e8c", "": "#8c2646"}
_LIGHT = "#ece6df"
_LINEAR = 0.1  # per cent


def draw(found: Deconvolution) -> Figure:
    """Return shares by source, largest first; the background's own axis would hide the rest, so it is told in words."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from .groups import BACKGROUND

    mpl.rcParams["svg.hashsalt"] = "metastasome"
    keep = [k for k, s in enumerate(found.sources) if s != BACKGROUND]
    order = sorted(keep, key=lambda k: -found.shares[:, k].mean())
    figure = Figure(figsize=(6.6, 0.3 * len(order) + 1.5), layout="constrained")
    axes = figure.add_subplot()
    labels = [x for x in ("control", "case", "") if x in found.profiles.labels]
    for row, label in enumerate(labels):
        _points(axes, found, order, label, offset=(row - (len(labels) - 1) / 2) * 0.36)
    names = [found.sources[k].replace("_", " ") + _mark(found, k) for k in order]
    axes.set_yticks(range(len(order)), names)
    _limits(axes, found, order)
    axes.set_xscale("symlog", linthresh=_LINEAR, linscale=0.5)
    axes.xaxis.set_major_formatter(lambda v, _: f"{v:g}")
    axes.set(ylim=(len(order) - 0.4, -0.6), xlim=(-0.01, 100), xlabel="share of reads, % (linear below 0.1)")
    axes.set_title(_title(found), loc="left", fontsize=10, fontweight="bold")
    axes.grid(axis="x", color=_LIGHT)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if len(labels) > 1 or len(found.shares) > 1:
        axes.legend(frameon=False, fontsize=8, loc="lower right")
    return figure


def _points(axes: Axes, found: Deconvolution, order: list[int], label: str, *, offset: float) -> None:
    """Draw one class: each donor as a dot with their median, or a single profile with its interval."""
    at = found.profiles.labelled(label)
    y = np.arange(len(order)) + offset
    values = 100 * found.shares[at][:, order]
    colour = _COLOURS[label]
    if len(at) == 1:
        low, high = 100 * found.low[at[0], order], 100 * found.high[at[0], order]
        axes.hlines(y, np.where(np.isnan(low), values[0], low), np.where(np.isnan(high), values[0], high), color=colour)
        axes.plot(values[0], y, "o", color=colour, ms=5, label=found.profiles.samples[at[0]])
        return
    rows = np.repeat(y[None, :], len(at), axis=0)
    spread = 0.12 * np.sin(np.arange(len(at)) * 2.399963)[:, None]  # donors side by side, the same each time
    axes.plot(values.ravel(), (rows + spread).ravel(), ".", color=colour, ms=5, alpha=0.55, mew=0)
    axes.plot(
        np.median(values, axis=0), y, "|", color=colour, ms=11, mew=2.2, label=f"{label or 'samples'} ({len(at)})"
    )


def _limits(axes: Axes, found: Deconvolution, order: list[int]) -> None:
    """Mark the least share of each source that would have been seen in one profile."""
    if found.limits is None:
        return
    least = dict(zip(found.limits["source"], 100 * found.limits["least_share_seen"], strict=True))
    x = [least.get(found.sources[k], np.nan) for k in order]
    axes.plot(x, range(len(order)), "D", mfc="none", mec="#685d63", ms=5, label="would be seen in one profile")


def _mark(found: Deconvolution, k: int) -> str:
    if found.groups is None:
        return ""
    row = found.groups[found.groups["source"] == found.sources[k]]
    return " *" if len(row) and float(row["fdr"].iloc[0]) < 0.05 else ""


def _title(found: Deconvolution) -> str:
    from .groups import BACKGROUND

    if BACKGROUND not in found.sources:
        return "Sources of the profile"
    share = found.shares[:, found.sources.index(BACKGROUND)].mean()
    star = "; * differs, FDR 5%" if found.groups is not None else ""
    return f"Beyond the library's background ({share:.1%} of reads){star}"
