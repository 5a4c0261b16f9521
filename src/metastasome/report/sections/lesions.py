"""Lesions by organ and origin, and the largest of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..charts.stacks import stacks
from ..markup import el, esc
from ..palette import ORIGINS, origin_colour
from ..protocol import RunView, need
from ..table import Column, table
from ..words import duration, number, organ_label, origin_label, percent
from .parts import figure, section

if TYPE_CHECKING:
    import pandas as pd


def lesions(run: RunView) -> str:
    """Return the section."""
    frame = need(run.lesions, "lesions")
    if not len(frame):
        return section("lesions", "Lesions by origin", el("p", "No lesion was drawn in any patient.", class_="none"))
    counts = origin_table(run)
    kinds = [str(c) for c in counts.columns if c not in ("organ", "all")]
    rows = [(organ_label(r["organ"]), {k: float(r[k]) for k in kinds}) for _, r in counts.iterrows() if r["all"] > 0]
    triples = [(k, origin_label(k), origin_colour(k)) for k in kinds]
    chart = stacks(
        rows,
        triples,
        title="Lesions by organ and origin",
        x_title=f"lesions in {_whose(run)}",
        width=440,
        desc="; ".join(f"{o}: {number(sum(c.values()), 6)}" for o, c in rows),
    )
    key = el("ul", *(el("li", el("i", style=f"background:{c}"), esc(n)) for _, n, c in triples), class_="key")
    return section(
        "lesions",
        "Lesions by origin",
        key,
        figure(chart, f"Lesions in {_whose(run)} by organ and by how they began.", class_="ranked"),
        _counts(counts, kinds, _whose(run)),
        _largest(frame),
    )


def origin_table(run: RunView) -> pd.DataFrame:
    """Return the number of lesions by organ (rows, most first) and origin (columns, known ones first), and `all`."""
    frame = need(run.lesions, "lesions")
    wide = frame.pivot_table(
        "patient", index="organ", columns="origin", aggfunc="count", fill_value=0, observed=True
    ).astype(int)
    found = [str(c) for c in wide.columns]
    kinds = [k for k in ORIGINS if k in found] + sorted(k for k in found if k not in ORIGINS)
    wide = wide.rename(columns=str)[kinds]
    wide = wide.reindex(list(run.organs), fill_value=0)
    wide["all"] = wide.sum(axis=1)
    wide = wide.sort_values("all", ascending=False, kind="stable")
    wide.columns.name = None
    return wide.rename_axis("organ").reset_index()


def largest(run: RunView, n: int = 200) -> pd.DataFrame:
    """Return the `n` lesions with most cells."""
    return _sorted(need(run.lesions, "lesions")).head(n)


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(["cells", "patient", "organ"], ascending=[False, True, True], kind="stable")


def _detected(day: object) -> str:
    words = duration(day)
    return "not detected" if words == "not reached" else words


def _whose(run: RunView) -> str:
    shown = run.lesion_patients
    return "the whole cohort" if shown == run.n_patients else f"the first {shown:,} patients"


def _counts(counts: pd.DataFrame, kinds: list[str], whose: str) -> str:
    columns = [Column("organ", "Organ", organ_label)]
    columns += [Column(k, origin_label(k), lambda v: number(v, 9), numeric=True) for k in (*kinds, "all")]
    return table(counts, columns, key="lesions_by_origin", caption=f"Lesions in {whose} by organ and origin.")


def _largest(frame: pd.DataFrame) -> str:
    return table(
        _sorted(frame),
        key="lesions",
        limit=15,
        caption="The lesions with most cells.",
        columns=[
            Column("patient", "Patient", str, numeric=True),
            Column("organ", "Organ", organ_label),
            Column("origin", "Origin", origin_label),
            Column("founded_day", "Founded", duration, numeric=True),
            Column("detected_day", "Detected", _detected, numeric=True),
            Column("cells", "Cells", number, numeric=True),
            Column("truncal_share", "Truncal variants shared", percent, numeric=True),
        ],
    )
