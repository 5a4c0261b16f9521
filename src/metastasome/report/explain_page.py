"""The page of a comparison of hypotheses: verdict, weights with recovery, posteriors beside priors, predictions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.files import atomic_file
from .charts.bars import Bar, bars
from .charts.predictive import Seen, predictive
from .markup import el, esc, paragraphs
from .page import document
from .sections.parts import figure, grid, section
from .table import Column, table

if TYPE_CHECKING:
    import pandas as pd

    from ..inference.comparison import Comparison
    from ..inference.fitting import Fit

PARTS = (("weights", "Weights"), ("parameters", "Parameters"), ("predictions", "Predictions"))


def explain_page(found: Comparison) -> str:
    """Return the report of a comparison as a whole HTML page."""
    title = found.question or "Rival hypotheses weighed"
    head = el(
        "header",
        el("p", "metastasome", class_="brand"),
        el("h1", esc(title)),
        el("div", el("h2", "Answer", class_="eyebrow"), paragraphs(found.words), class_="answer"),
        class_="top",
    )
    foot = "Made by metastasome. This page is one file and needs no network."
    best = max(found.fits, key=lambda f: found.weights[f.explanation.key])
    parts = (_weights(found), _parameters(found), _predictions(best))
    return document(title, found.verdict, head, parts, PARTS, foot, modules=("sort", "page"))


def write_explain(found: Comparison, path: str | os.PathLike[str]) -> Path:
    """Write the page of `found` to `path`, whole or not at all; return it."""
    with atomic_file(path) as part:
        part.write_text(explain_page(found), encoding="utf-8", newline="\n")
    return Path(path)


def _weights(found: Comparison) -> str:
    rows = [
        Bar(f.explanation.title, w, _ends(found, k, w)[0], _ends(found, k, w)[1], sub=k)
        for f, k, w in ((f, f.explanation.key, found.weights[f.explanation.key]) for f in found.fits)
    ]
    rows.sort(key=lambda r: -r.value)
    drawn = bars(
        rows, title="Weights of the hypotheses", desc="Weights with their span over priors half and twice as wide",
        x_title="weight (line: priors half to twice as wide)", show=_two, label_width=370, top=1.0, width=760,
    )  # fmt: skip
    frame = found.table()
    columns = (
        Column("hypothesis", "hypothesis", wide=True),
        Column("weight", "weight", show=_two, numeric=True),
        Column("recovery", "recovery", show=_share, numeric=True),
        Column("log_evidence", "ln evidence", show=_two, numeric=True),
        Column("elpd", "LOO elpd", show=_two, numeric=True),
        Column("difference", "difference", show=_two, numeric=True),
        Column("difference_se", "its error", show=_two, numeric=True),
        Column("stacking", "stacking", show=_two, numeric=True),
    )
    caption = (
        "Recovery: share of data sets simulated from the hypothesis, as large as the real, that are ascribed to it."
    )
    made = [figure(drawn, "Posterior probability of each hypothesis."),
            table(frame, columns, key="weights-table", caption=caption)]  # fmt: skip
    if found.recovery is not None:
        made.append(_confusion(found))
    return section("weights", "Which hypothesis, and can these data tell?", *made)


def _confusion(found: Comparison) -> str:
    recovery = found.recovery
    assert recovery is not None
    frame = recovery.table().reset_index()
    columns = (
        Column("true", "simulated from", wide=True),
        *(Column(k, k, show=_share, numeric=True) for k in recovery.keys),
    )
    caption = f"What the comparison finds when the truth is known: {recovery.sets} data sets per row."
    caption += f" {recovery.words}" if recovery.words else ""
    return table(frame, columns, key="recovery-table", caption=caption)


def _ends(found: Comparison, key: str, weight: float) -> tuple[float, float]:
    values = [w[key] for w in found.wider.values()] or [weight]
    return min(*values, weight) if len(values) > 1 else weight, max(*values, weight) if len(values) > 1 else weight


def _parameters(found: Comparison) -> str:
    made = []
    for f in found.fits:
        if not f.explanation.names:
            continue
        frame = f.summary()
        frame["posterior"] = [
            _span(a, b, c) for a, b, c in zip(frame["median"], frame["low"], frame["high"], strict=True)
        ]
        frame["prior"] = [
            _span(a, b, c)
            for a, b, c in zip(frame["prior_median"], frame["prior_low"], frame["prior_high"], strict=True)
        ]
        columns = (
            Column("parameter", "parameter", wide=True), Column("unit", "unit"), Column("posterior", "posterior, 95%"),
            Column("prior", "prior, 95%"), Column("contraction", "learnt", show=_share, numeric=True),
            Column("source", "source"),
        )  # fmt: skip
        key = f"parameters-{f.explanation.key}"
        made.append(table(frame, columns, key=key, caption=f"{f.explanation.title}. {f.words[0]}"))
    return section("parameters", "Posteriors beside priors", *made)


def _predictions(best: Fit) -> str:
    from ..inference.predictive import expected_data

    frame: pd.DataFrame = expected_data(best)
    if not len(frame):
        return section(
            "predictions", "Predictions", el("p", "These data are no single numbers; see the fits in the folder.")
        )
    share = float(frame["inside"].mean())
    spans = [_span(a, b, c) for a, b, c in zip(frame["expected"], frame["low"], frame["high"], strict=True)]
    frame = frame.assign(interval=spans,
                         within=np.where(frame["inside"], "yes", "no"))  # fmt: skip
    columns = (
        Column("datum", "datum", wide=True), Column("seen", "seen", show=_short, numeric=True),
        Column("interval", "expected, 95%"), Column("within", "inside"),
    )  # fmt: skip
    caption = (
        f"Under '{best.explanation.title}', {100 * share:.0f}% of data lie within the 95% interval of their prediction."
    )
    rows = [
        Seen(str(d), float(s), float(e), float(low), float(high))
        for d, s, e, low, high in zip(*(frame[c] for c in ("datum", "seen", "expected", "low", "high")), strict=True)
    ]
    drawn = predictive(rows, title="Seen against expected")
    return section(
        "predictions",
        "What the likeliest hypothesis expects",
        figure(drawn, "Band: the 95% interval of each prediction. Filled dots lie outside it.", scroll=True),
        grid(table(frame, columns, key="predictive", caption=caption)),
    )


def _span(middle: float, low: float, high: float) -> str:
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def _two(value: object) -> str:
    return f"{float(value):.2f}"  # type: ignore[arg-type]


def _short(value: object) -> str:
    return f"{float(value):.3g}"  # type: ignore[arg-type]


def _share(value: object) -> str:
    number = float(value)  # type: ignore[arg-type]
    return "-" if np.isnan(number) else f"{100 * number:.0f}%"
