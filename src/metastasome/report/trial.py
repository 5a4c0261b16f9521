"""The page of a trial, one that a clinician can read: question, arms, answer with interval, figures, caveats."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.files import atomic_file
from .markup import el, esc, paragraphs
from .page import document
from .sections.parts import top
from .trial_charts import ENDPOINTS, heading
from .trial_outcome import effect_table, outcome, whom_and_when
from .trial_parts import arms, caveats, numbers, organs, repeat
from .words import count, duration

if TYPE_CHECKING:
    from ..study.trial import Trial

PARTS = (
    ("arms", "Arms"),
    ("outcome", "Outcome"),
    ("when", "When"),
    ("where", "Where"),
    ("numbers", "Numbers"),
    ("limits", "Caveats"),
    ("repeat", "Repeat"),
)


def trial_page(trial: Trial) -> str:
    """Return the report of a trial as a whole HTML page."""
    found = {
        "arms": arms(trial),
        "outcome": outcome(trial),
        "when": whom_and_when(trial),
        "where": organs(trial),
        "numbers": numbers(trial),
        "limits": caveats(trial),
        "repeat": repeat(trial),
    }
    version = trial.provenance.versions.get("metastasome", "")
    foot = f"Made by metastasome {version}, {trial.provenance.created}. This page is one file and needs no network."
    parts = [p for p in PARTS if found[p[0]]]
    described = f"{heading(trial)}: {count(len(trial.arms), 'arm')} on {count(trial.n_patients, 'virtual patient')}."
    return document(heading(trial), described, _header(trial), [s for s in found.values() if s], parts, foot)


def write_trial(trial: Trial, path: str | os.PathLike[str]) -> Path:
    """Write the page of `trial` to `path`, whole or not at all; return it."""
    with atomic_file(path) as part:
        part.write_text(trial_page(trial), encoding="utf-8", errors="replace", newline="\n")
    return Path(path)


def write_all(trial: Trial, folder: str | os.PathLike[str], *, figures: bool = True) -> Path:
    """Write ``report.html`` and, if asked, ``figures/*.svg`` and ``.png`` into `folder`; return the page."""
    home = Path(folder)
    write_trial(trial, home / "report.html")
    if figures:
        from .trial_figures import draw_trial

        draw_trial(trial, home / "figures")
    return home / "report.html"


def trial_html(trial: Trial) -> str:
    """Return the answer and the effects as a small HTML table, for ``_repr_html_``."""
    return el("div", el("p", el("strong", esc(heading(trial)))), paragraphs(trial.answer), effect_table(trial))


def _header(trial: Trial) -> str:
    control = trial.times(trial.control)
    facts = [
        ("Virtual patients in every arm", f"{control.n:,}"),
        ("Follow-up", duration(trial.horizon_days)),
        ("Endpoint", ENDPOINTS[trial.endpoint]),
        ("Events under control", f"{int(control.event.sum()):,}"),
        ("Seed", str(trial.seed)),
    ]
    return top(heading(trial), trial.question, trial.answer, facts, trial.case.plan.note)
