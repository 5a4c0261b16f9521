"""Figures of a trial as files: curves with numbers at risk, forest plot, start days, trade-off, body map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .figures.style import INK, clean, figure, plain_ticks, save, styled
from .palette import LIGHT
from .sections.courses import time_axis
from .trial_charts import AT_RISK, ENDPOINTS, heading
from .words import percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..study.trial import Trial

ARMS = (LIGHT["muted"], LIGHT["series"], LIGHT["second"], LIGHT["third"], "#2f7d5b", "#8f5fa8")


def trial_figure(trial: Trial) -> Figure:
    """Return one figure: curves with numbers at risk beside the forest plot."""
    names, curves = [a.name for a in trial.arms], trial.curves()
    below = 0.3 + 0.19 * len(names)
    with styled():
        made = figure(10.4, 4.2 + below)
        grid = made.add_gridspec(2, 2, width_ratios=(1.25, 1.0), height_ratios=(4.2, below))
        top = made.add_subplot(grid[0, 0])
        _curves(top, curves, names, trial.endpoint)
        _at_risk(made.add_subplot(grid[1, 0], sharex=top), curves, names)
        _forest(made.add_subplot(grid[:, 1]), trial)
        made.suptitle(clean(heading(trial), 90), x=0.01, ha="left", fontweight="bold")
        made.draw_without_rendering()
    return made


def draw_trial(trial: Trial, folder: Path) -> list[Path]:
    """Draw every figure of a trial into `folder`; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    out = save(trial_figure(trial), folder / "trial")
    if trial.scan is not None and trial.scan["start_day"].notna().any():
        with styled():
            made = figure(9.6, 3.8)
            start, dose = made.subplots(1, 2)
            _starts(start, trial)
            _tradeoff(dose, trial.scan)
        out += save(made, folder / "schedules")
    return out


def _curves(axes: Axes, curves: pd.DataFrame, names: Sequence[str], endpoint: str) -> None:
    unit = ""
    for k, name in enumerate(names):
        mine = curves[curves["arm"] == name]
        x, unit = time_axis(mine["day"].tolist())
        axes.fill_between(x, mine["low"], mine["high"], step="post", color=ARMS[k % 6], alpha=0.15, linewidth=0)
        axes.step(x, mine["fraction"], where="post", color=ARMS[k % 6], linewidth=1.7, label=clean(name))
    axes.set(
        ylim=(0, 1.02), xlabel=unit, ylabel="share without the event", title=clean(ENDPOINTS.get(endpoint, endpoint))
    )
    axes.yaxis.set_major_formatter(lambda v, _: percent(v))
    plain_ticks(axes, "x")
    axes.margins(x=0.02)
    axes.legend(loc="lower left")


def _at_risk(axes: Axes, curves: pd.DataFrame, names: Sequence[str]) -> None:
    """Write the numbers at risk under the curves, one row per arm."""
    for k, name in enumerate(names):
        mine = curves[curves["arm"] == name]
        x, _ = time_axis(mine["day"].tolist())
        for j in (round(i * (len(x) - 1) / (AT_RISK - 1)) for i in range(AT_RISK)):
            number = f"{int(mine['at_risk'].iloc[j]):,}"
            axes.text(x[j], k, number, ha="center", va="center", fontsize=7.5, color=ARMS[k % 6])
    axes.set_yticks(range(len(names)), [clean(n, 22) for n in names], fontsize=7.5)
    axes.set(ylim=(len(names) - 0.5, -0.5))
    axes.set_title("patients at risk", fontsize=8, fontweight="normal")
    axes.grid(visible=False)
    axes.tick_params(length=0, labelbottom=False, pad=12)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _forest(axes: Axes, trial: Trial) -> None:
    frame = trial.effects
    y = np.arange(len(frame))
    value, low, high = (frame[f"hazard_ratio{e}"].to_numpy(dtype=float) for e in ("", "_low", "_high"))
    known = np.isfinite(value)
    clear = (low > 1) | (high < 1)
    axes.axvline(1.0, color=INK, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.hlines(y[known], low[known], high[known], color=INK, linewidth=1.1)
    axes.scatter(
        value[known], y[known], marker="s", s=26, zorder=3,
        color=np.where(clear[known], LIGHT["series"], LIGHT["muted"]),
    )  # fmt: skip
    for k in np.flatnonzero(~known):
        axes.text(1.02, y[k], "too few events", va="center", fontsize=7.5, color=LIGHT["muted"])
    labels = [f"{clean(a, 14)}: {ENDPOINTS.get(e, e)}" for a, e in zip(frame["arm"], frame["endpoint"], strict=True)]
    axes.set_yticks(y, labels, fontsize=8)
    axes.set(ylim=(len(frame) - 0.5, -0.5), xscale="log", xlabel="hazard ratio, arm against control")
    ends = (min([0.5, *(low[known] / 1.1)]), max([2.0, *(high[known] * 1.1)]))
    axes.set_xlim(*ends)
    ticks = [v for v in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0) if ends[0] <= v <= ends[1]]
    axes.set_xticks(ticks, [f"{v:g}" for v in ticks])
    axes.minorticks_off()
    axes.set_title("Hazard ratio (under 1: arm better)", fontsize=9)
    axes.grid(visible=False, axis="y")


def _starts(axes: Axes, trial: Trial) -> None:
    assert trial.scan is not None
    mine = trial.scan[trial.scan["start_day"].notna()].sort_values("start_day")
    mine = mine[mine["stop_day"] == mine["stop_day"].max()]
    years = mine["start_day"].to_numpy(dtype=float) / 365.25
    axes.fill_between(years, mine["gain_low"], mine["gain_high"], color=LIGHT["series"], alpha=0.2, linewidth=0)
    axes.plot(years, mine["gain_days"], color=LIGHT["series"], marker="o", markersize=4, linewidth=1.6)
    axes.axhline(0.0, color=INK, linewidth=0.8, linestyle=(0, (3, 3)))
    days = np.asarray(trial.outcomes[trial.control].resection_day, dtype=np.float64)
    if np.isfinite(days).any():
        at = float(np.nanmedian(days)) / 365.25
        axes.axvline(at, color=LIGHT["second"], linewidth=1.0)
        axes.text(at, 0.97, " median resection", transform=axes.get_xaxis_transform(), fontsize=7.5, va="top")
    axes.set(xlabel="start of treatment, years", ylabel="event-free days gained", title="Benefit against start")
    plain_ticks(axes, "x", "y")


def _tradeoff(axes: Axes, frame: pd.DataFrame) -> None:
    mine = frame[frame["dose_days"].notna()].sort_values("dose_days")
    years, gain = mine["dose_days"].to_numpy(dtype=float) / 365.25, mine["gain_days"].to_numpy(dtype=float)
    best = mine["front"].to_numpy(dtype=bool)
    axes.plot(years[best], gain[best], color=LIGHT["series"], linewidth=1.4)
    axes.scatter(years, gain, s=24, color=np.where(best, LIGHT["series"], LIGHT["missing"]), zorder=3)
    axes.set(xlabel="dose: years of full effect", ylabel="event-free days gained", title="Benefit against dose")
    plain_ticks(axes, "x", "y")
