"""The page of a sensitivity analysis: tornado, Sobol indices, and what the data identify."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.files import atomic_file
from .charts.bars import Bar, bars
from .charts.lines import Line, Marker, lines
from .charts.tornado import Swing, tornado
from .markup import el, esc, paragraphs
from .page import document
from .sections.parts import figure, grid, section
from .table import Column, table
from .words import number

if TYPE_CHECKING:
    from ..inference.sensitivity import Profile, Sensitivity

_DROP = 1.920729  # of the log-likelihood at the ends of a 95% interval
_DEEPEST = 8.0  # below this a profile is cut off: its shape near the top is what matters
_MOST = 24  # parameters drawn; the table holds all


def sensitivity_page(title: str, readout: str, found: Sensitivity, profiles: Sequence[Profile] = ()) -> str:
    """Return the page as HTML; `readout` says in words what is looked at, `title` under which hypothesis."""
    frame = found.table()
    strongest = frame.iloc[0]
    words = [
        f"{readout} depends most on {strongest['parameter']} (total Sobol index {strongest['total']:.2f}); it is "
        f"{number(found.centre)} with every parameter at its prior's median.",
        *(p.words for p in profiles),
    ]
    head = el(
        "header", el("p", "metastasome", class_="brand"), el("h1", esc(title)),
        el("div", el("h2", "Answer", class_="eyebrow"), paragraphs(words), class_="answer"), class_="top",
    )  # fmt: skip
    parts = [("depends", "What it depends on")] + ([("profiles", "What the data identify")] if profiles else [])
    body = [_depends(readout, found)] + ([_profiles(profiles)] if profiles else [])
    foot = "Made by metastasome. This page is one file and needs no network."
    return document(title, words[0], head, tuple(body), tuple(parts), foot, modules=("sort", "page"))


def write_sensitivity(
    path: str | os.PathLike[str], title: str, readout: str, found: Sensitivity, profiles: Sequence[Profile] = ()
) -> Path:
    """Write the page to `path`, whole or not at all; return it."""
    with atomic_file(path) as part:
        part.write_text(sensitivity_page(title, readout, found, profiles), encoding="utf-8", newline="\n")
    return Path(path)


def _depends(readout: str, found: Sensitivity) -> str:
    swings = [Swing(n, float(a), float(b)) for n, (a, b) in zip(found.parameters, found.tornado, strict=True)]
    swings.sort(key=lambda s: -abs(s.at_high - s.at_low))
    frame = found.table()
    rows = [
        Bar(str(r["parameter"]), float(r["total"]), float(r["total_low"]), float(r["total_high"]),
            sub=f"alone {r['first']:.2f}") for _, r in frame.head(_MOST).iterrows()
    ]  # fmt: skip
    columns = (
        Column("parameter", "parameter", wide=True), Column("first", "alone", show=_two, numeric=True),
        Column("total", "in all", show=_two, numeric=True), Column("total_low", "low", show=_two, numeric=True),
        Column("total_high", "high", show=_two, numeric=True), Column("at_5", "at 5%", show=number, numeric=True),
        Column("at_95", "at 95%", show=number, numeric=True),
    )  # fmt: skip
    share = bars(
        rows, title="Sobol indices", desc="Share of the variance of the readout, with its 95% interval",
        x_title="total Sobol index (line: 95% interval)", show=_two, label_width=235, top=1.0, width=640,
    )  # fmt: skip
    caption = "Each parameter from the 5% to the 95% (orange) point of its prior, the others at their medians."
    return section(
        "depends", "What it depends on",
        figure(tornado(swings[:_MOST], found.centre, title="Tornado", x_title=readout[:90]), caption, scroll=True),
        figure(share, "Share of the variance over all priors that goes with a parameter, alone and with others.",
               scroll=True),
        table(frame, columns, key="sensitivity", caption="Sobol indices, and the readout at the ends of each prior."),
    )  # fmt: skip


def _profiles(profiles: Sequence[Profile]) -> str:
    return section(
        "profiles", "What the data identify, without priors",
        grid(*(figure(_profile(p), p.words) for p in profiles)),
    )  # fmt: skip


def _profile(p: Profile) -> str:
    x, fall = np.asarray(p.values, float), np.asarray(p.log_likelihood, float)
    fall = np.maximum(fall - fall[np.isfinite(fall)].max(), -_DEEPEST)
    wide = bool((x > 0).all() and x.max() / x.min() > 30)
    marks = [Marker(v, number(v)) for v in (p.low, p.high) if v is not None]
    return lines(
        [Line(x.tolist(), fall.tolist(), title=p.parameter),
         Line([float(x.min()), float(x.max())], [-_DROP, -_DROP], class_="zero", title="95% interval")],
        title=f"Profile of {p.parameter}", desc=p.words, x_title=p.parameter,
        y_title="ln likelihood below its top", log_x=wide, zero=True, markers=marks, size=(400, 260),
    )  # fmt: skip


def _two(value: object) -> str:
    return f"{float(value):.2f}"  # type: ignore[arg-type]
