"""Where: the body map, a card per organ, and the same in a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .. import bodymap
from ..charts.bars import Bar, bars
from ..markup import el, esc
from ..palette import nice_top, step
from ..protocol import RunView, need
from ..snapshot import RunSnapshot
from ..table import Column, table
from ..words import NONE, cell_label, duration, number, organ_label, origin_label, percent, percents, plain
from .effect import organ_effect
from .parts import figure, section
from .shifts import route_of, strongest

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = ("q05", "q25", "q50", "q75", "q95")


def where(run: RunSnapshot) -> str:
    """Return the section: map, cards, ranked bars, table."""
    p = np.asarray(run.p_detectable, dtype=np.float64)
    interval = np.asarray(run.p_detectable_interval, dtype=np.float64)
    top = min(1.0, nice_top(float(np.nanmax(p)) if np.isfinite(p).any() else 0.0))
    said = {o: said_of(o, p[i], interval[i]) for i, o in enumerate(run.organs)}
    order = sorted(range(len(run.organs)), key=lambda i: (-np.nan_to_num(p[i], nan=-1.0), i))
    cards = "".join(_card(run, i, p[i], interval[i], first=k == 0) for k, i in enumerate(order))
    picture = el("div", bodymap.body_map(run.organs, p.tolist(), said, top=top), class_="mapwindow")
    return section(
        "where",
        "Where metastases appear",
        el("p", "Choose an organ, by pointer or with Tab and Enter, to read its figures.", class_="hint scripted"),
        el(
            "div",
            el("div", picture, _elsewhere(run, p, said, top), bodymap.legend(top), class_="map"),
            el("div", cards, class_="cards", aria_live="polite", id="organ-panel"),
            class_="mapgrid",
        ),
        figure(
            _ranked(run, p, interval, order, top),
            "Probability of a detectable lesion by the end of follow-up, with its 95% interval, organs in order.",
            class_="ranked",
        ),
        _table(run, p, interval, order),
    )


def said_of(organ: str, p: float, interval: Sequence[float] | np.ndarray) -> str:
    """Return the accessible name of an organ's button."""
    around = percents(interval[0], interval[1])
    words = f"{organ_label(organ)}: probability of a detectable lesion {percent(p)}"
    return words if around == NONE else f"{words} (95% interval {around})"


def first_detection(run: RunView, organ: str) -> dict[str, float]:
    """Return the quantiles over all patients of an organ's first detection in days, NaN where not reached."""
    frame = need(run.first_detection, "first_detection")
    row = frame[frame["organ"] == organ]
    return {q: float(row[q].iloc[0]) if q in row.columns and len(row) else math.nan for q in QUANTILES}


def _elsewhere(run: RunView, p: np.ndarray, said: dict[str, str], top: float) -> str:
    """Buttons for organs the figure does not hold."""
    missing = [(i, o) for i, o in enumerate(run.organs) if o not in bodymap.drawn()]
    if not missing:
        return ""
    made = []
    for i, o in missing:
        k = step(float(p[i]), top)
        made.append(
            el(
                "button",
                el("i", class_="sx" if k is None else f"s{k}"),
                esc(organ_label(o)),
                type="button",
                data_organ=o,
                aria_label=said[o],
                aria_pressed="false",
            )
        )
    return el("div", el("span", "Not drawn: "), *made, class_="elsewhere")


def _card(run: RunSnapshot, i: int, p: float, interval: np.ndarray, *, first: bool) -> str:
    organ = run.organs[i]
    effects = []
    if run.effect is not None:
        effects = [
            el("dt", "The same patients without tumour vesicles"),
            el("dd", esc(organ_effect(run.effect, organ))),
        ]
    return el(
        "article",
        el("h3", esc(organ_label(organ))),
        el(
            "p",
            el("span", percent(p), class_="big"),
            " ",
            esc(f"95% interval {percents(interval[0], interval[1])}"),
            class_="headline",
        ),
        el(
            "dl",
            *effects,
            el("dt", "First lesion detected, of all patients"),
            el("dd", _when(run, organ)),
            el("dt", "Tumour vesicles taken up per cell and day"),
            el("dd", _dose(run, organ)),
            el("dt", f"Lesions by origin{_of_whom(run)}"),
            el("dd", _origins(run, organ)),
            el("dt", "Programmes moved most"),
            el("dd", _programmes(run, organ)),
        ),
        class_="card",
        data_organ=organ,
        data_first=first,
    )


def _pairs(rows: Sequence[tuple[str, str]], none: str) -> str:
    if not rows:
        return el("span", none, class_="none")
    return el("ul", *(el("li", el("span", esc(k)), el("b", esc(v))) for k, v in rows), class_="pairs")


def _when(run: RunSnapshot, organ: str) -> str:
    days = first_detection(run, organ)
    named = {"q05": "5% by", "q25": "a quarter by", "q50": "half by"}
    reached = [(words, duration(days[q])) for q, words in named.items() if not math.isnan(days[q])]
    return _pairs(reached, "in fewer than 5% of patients within the follow-up")


def _dose(run: RunView, organ: str) -> str:
    frame = need(run.exposure, "exposure")
    mine = frame[frame["organ"] == organ]
    return _pairs(
        [(cell_label(c), number(v)) for c, v in zip(mine["cell"], mine["ev_per_cell_day"], strict=True)], "not computed"
    )


def _origins(run: RunView, organ: str) -> str:
    frame = need(run.lesions, "lesions")
    counts = frame.loc[frame["organ"] == organ, "origin"].value_counts()
    ordered = sorted(counts.items(), key=lambda kv: (-int(kv[1]), str(kv[0])))
    return _pairs([(origin_label(k), f"{int(v):,}") for k, v in ordered], "none")


def _programmes(run: RunView, organ: str) -> str:
    if run.match is None:
        return _pairs([], "no matchmaking in this run")
    frame = need(run.match.programmes(), "programmes")
    rows = [
        (
            f"{plain(r['programme'])} in {cell_label(r['cell'])}{_aside(route_of(r) or str(r['verdict']))}",
            number(r["shift"]),
        )
        for _, r in strongest(frame[frame["organ"] == organ], 4).iterrows()
    ]
    return _pairs(rows, "none")


def _aside(words: str) -> str:
    return f" ({words})" if words else ""


def _ranked(run: RunView, p: np.ndarray, interval: np.ndarray, order: Sequence[int], top: float) -> str:
    rows = []
    for i in order:
        k = step(float(p[i]), top)
        rows.append(
            Bar(
                organ_label(run.organs[i]),
                float(p[i]),
                float(interval[i, 0]),
                float(interval[i, 1]),
                "scaled sx" if k is None else f"scaled s{k}",
            )
        )
    return bars(
        rows,
        title="Organs by probability of a detectable lesion",
        show=percent,
        x_title="probability",
        desc="; ".join(f"{r.label} {percent(r.value)}" for r in rows),
        width=440,
        label_width=132,
    )


def _table(run: RunView, p: np.ndarray, interval: np.ndarray, order: Sequence[int]) -> str:
    return table(
        organ_table(run).iloc[list(order)],
        key="organs",
        caption="Organs: probability of a detectable lesion, time to the first one over all patients, lesions.",
        columns=[
            Column("organ", "Organ", organ_label),
            Column("probability", "Probability", percent, numeric=True),
            Column("low", "95% low", percent, numeric=True),
            Column("high", "95% high", percent, numeric=True),
            Column("q05", "5% have one by", duration, numeric=True),
            Column("q25", "a quarter by", duration, numeric=True),
            Column("q50", "half by", duration, numeric=True),
            Column("lesions", f"Lesions{_of_whom(run)}", lambda v: number(v, 9), numeric=True),
        ],
    )


def _of_whom(run: RunView) -> str:
    """Return whose lesions have rows, where not everybody's: their number is no number of the cohort."""
    return "" if run.lesion_patients == run.n_patients else f", first {run.lesion_patients:,} patients"


def organ_table(run: RunView) -> pd.DataFrame:
    """Return organ, probability, low, high, quantiles of first detection (days) and number of lesions."""
    import pandas as pd

    interval = np.asarray(run.p_detectable_interval, dtype=np.float64)
    counts = need(run.lesions, "lesions")["organ"].value_counts()
    frame = pd.DataFrame(
        {
            "organ": list(run.organs),
            "probability": np.asarray(run.p_detectable, dtype=np.float64),
            "low": interval[:, 0],
            "high": interval[:, 1],
        }
    )
    when = [first_detection(run, o) for o in run.organs]
    for q in QUANTILES:
        frame[q] = [w[q] for w in when]
    frame["lesions"] = [int(counts.get(o, 0)) for o in run.organs]
    return frame
