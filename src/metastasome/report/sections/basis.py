"""What the run rests on, what it cannot say, and how to repeat it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..markup import bullets, el, esc, linked, paragraphs
from ..protocol import RunView, need
from ..table import Column, table
from ..words import number, plain, unit_label
from .parts import section

if TYPE_CHECKING:
    import pandas as pd


def rests_on(run: RunView) -> str:
    """Return the section: data, assumptions first, mechanisms, sources, remarks."""
    parameters = need(run.parameters, "parameters")
    assumed = parameters["assumption"].astype(bool)
    notes = [el("h3", "Remarks"), bullets(run.notes)] if run.notes else []
    return section(
        "basis",
        "What this rests on",
        el("h3", "Data"),
        paragraphs([run.data_note]),
        el("h3", "Mechanisms"),
        mechanisms(run),
        el("h3", f"Assumptions ({int(assumed.sum())} of {len(parameters)} parameters)"),
        el("p", "No source gives these figures; the answer can move with them.", class_="hint"),
        _parameters(parameters[assumed], "assumptions", "Parameters that are assumptions."),
        el("h3", "Parameters with a source"),
        _parameters(parameters[~assumed], "parameters", "Parameters taken from a source."),
        el("h3", "Sources"),
        _sources(run),
        *notes,
    )


def cannot_say(run: RunView) -> str:
    """Return the section on limits."""
    inside = (
        bullets(run.limits, "limits") if run.limits else el("p", "The run named no limits of its own.", class_="none")
    )
    return section("limits", "What it can’t say", inside)


def repeat(run: RunView) -> str:
    """Return the section: command, study, seed, versions."""
    versions = el(
        "dl",
        *(el("div", el("dt", esc(k)), el("dd", esc(v))) for k, v in [("seed", run.seed), *run.versions.items()]),
        class_="facts small",
    )
    return section(
        "repeat",
        "How to repeat it",
        el("p", "The folder of this page holds the whole study; this command runs it again, bit for bit:"),
        _copyable("metastasome replay RESULTS", "command"),
        el("h3", "Seed and versions"),
        versions,
        el("details", el("summary", "The full study file"), _copyable(run.study_yaml, "study file"), class_="study"),
    )


def mechanisms(run: RunView) -> str:
    """Return the table of mechanisms with their switches."""
    frame = need(run.mechanisms, "mechanisms")
    frame = frame.sort_values("on", ascending=False, kind="stable")
    return table(
        frame,
        key="mechanisms",
        caption="Mechanisms and their switches.",
        columns=[
            Column("title", "Mechanism", str),
            Column("on", "Switch", _switch, markup=True),
            Column("claims", "Claims", str),
            Column("note", "Note", linked, markup=True, wide=True),
        ],
    )


def _switch(value: object) -> str:
    return el("span", "on" if value else "off", class_="switch on" if value else "switch off")


def _copyable(words: str, what: str) -> str:
    return el("div", el("pre", el("code", esc(words)), tabindex=0, aria_label=what), class_="copyable", data_copy=what)


def _parameters(frame: pd.DataFrame, key: str, caption: str) -> str:
    return table(
        frame,
        key=key,
        caption=caption,
        limit=200,
        tall=True,
        columns=[
            Column("mechanism", "Mechanism", plain),
            Column("name", "Parameter", str),
            Column("value", "Value", number, numeric=True),
            Column("unit", "Unit", unit_label),
            Column("low", "Lowest", number, numeric=True),
            Column("high", "Highest", number, numeric=True),
            Column("meaning", "Meaning", str, wide=True),
            Column("source", "Source", linked, markup=True),
        ],
    )


def _sources(run: RunView) -> str:
    frame = need(run.sources, "sources").fillna("")
    known = {"item": "Item", "doi": "DOI or address", "sha256": "SHA-256", "licence": "Licence", "note": "Note"}
    columns = [Column("item", "Item", linked, markup=True, wide=True)]
    for c in frame.columns:
        if c == "item":
            continue
        show = _checksum if c == "sha256" else linked
        columns.append(Column(str(c), known.get(str(c), plain(c)), show, markup=True))
    return table(frame, columns, key="sources", caption="Data files and literature.", limit=200, tall=True)


def _checksum(value: object) -> str:
    text = str(value)
    return el("code", esc(text[:12] + ("…" if len(text) > 12 else "")), title=text) if text else ""
