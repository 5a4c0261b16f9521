"""What the vesicles do: the same patients with them and without."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..charts.pairs import Pair, pairs
from ..markup import el
from ..protocol import need
from ..table import Column, table
from ..words import NONE, duration, organ_label, percent
from .parts import figure, section

if TYPE_CHECKING:
    import pandas as pd


def in_order(effect: pd.DataFrame) -> pd.DataFrame:
    """Return the contrast with any organ on top, then the likeliest first."""
    frame = need(effect, "vesicle_effect")
    ranked = frame.sort_values("with_vesicles", ascending=False, kind="stable")
    anywhere = ranked["organ"] == "any"
    return ranked.loc[[*ranked.index[anywhere], *ranked.index[~anywhere]]]


def contrasted(effect: pd.DataFrame | None) -> str:
    """Return the section, or nothing where the run has no contrast."""
    if effect is None or not len(effect):
        return ""
    frame = in_order(effect)
    rows = [_pair(r) for _, r in frame.iterrows()]
    clear = sum(r.clear for r in rows)
    chart = pairs(
        rows,
        title="Patients with a detectable lesion, with and without tumour vesicles",
        show=percent,
        x_title="share of patients with a detectable lesion",
        names=("without vesicles", "with vesicles"),
        desc=f"The 95% interval of the difference leaves out zero in {clear} of {len(rows)} rows.",
    )
    return section(
        "effect",
        "What the vesicles do",
        el(
            "p",
            "The same patients, on the same random numbers, with tumour vesicles and without: nothing else "
            "differs. Pale rows: the 95% interval of the difference holds zero.",
            class_="hint",
        ),
        figure(
            chart,
            "Share of patients with a detectable lesion by the end of follow-up; at the end of each row the "
            "difference in percentage points.",
            class_="ranked",
        ),
        _table(frame),
    )


def points(value: object) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    x = float(value) if isinstance(value, int | float) else math.nan
    if math.isnan(x):
        return NONE
    text = f"{100 * x:+.1f}"
    return "0.0" if float(text) == 0.0 else text.replace("-", "−")


def place(name: object) -> str:
    """Return the label of an organ or of `any`."""
    return "any organ" if name == "any" else organ_label(name)


def _pair(r: pd.Series) -> Pair:
    clear = bool(r["low"] > 0 or r["high"] < 0)
    return Pair(
        place(r["organ"]),
        float(r["without_vesicles"]),
        float(r["with_vesicles"]),
        points(float(r["difference"])),
        clear,
    )


def _table(frame: pd.DataFrame) -> str:
    columns = [
        Column("organ", "Organ", place),
        Column("with_vesicles", "With vesicles", percent, numeric=True),
        Column("without_vesicles", "Without", percent, numeric=True),
        Column("difference", "Difference, points", points, numeric=True),
        Column("low", "95% low", points, numeric=True),
        Column("high", "95% high", points, numeric=True),
    ]
    if "sooner_days" in frame.columns:
        columns.append(Column("sooner_days", "Sooner by (mean)", _sooner, numeric=True))
    return table(
        frame,
        columns,
        key="vesicle_effect",
        caption="Patients with a detectable lesion, with tumour vesicles and without.",
    )


def _sooner(days: object) -> str:
    words = duration(days)
    return NONE if words == "not reached" else words.replace("-", "−")


def organ_effect(effect: pd.DataFrame | None, organ: str) -> str:
    """Return the contrast of one organ in words."""
    mine = None if effect is None else effect[effect["organ"] == organ]
    if mine is None or not len(mine):
        return "not computed"
    r = mine.iloc[0]
    around = f"{points(float(r['low']))} to {points(float(r['high']))}"
    return f"{percent(r['without_vesicles'])}; vesicles add {points(float(r['difference']))} points ({around})"
