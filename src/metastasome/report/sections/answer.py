"""The question, the answer in words, and the figures that place it."""

from __future__ import annotations

from ..protocol import RunView
from ..words import count, duration
from .parts import top


def header(run: RunView) -> str:
    """Return the top of the page."""
    shown = run.lesion_patients
    drawn = "Lesions drawn" if shown == run.n_patients else f"Lesions drawn, first {shown:,} patients"
    facts = [
        ("Virtual patients", f"{run.n_patients:,}"),
        ("Follow-up", duration(run.horizon_days)),
        (drawn, f"{len(run.lesions):,}"),
        ("Seed", str(run.seed)),
    ]
    said = run.answer or ["This run gave no answer in words."]
    return top(run.title, run.question, said, facts, run.data_note)


def described(run: RunView) -> str:
    """Return the run in one sentence, for the page's description."""
    return f"{run.title}: {count(run.n_patients, 'virtual patient')} followed for {duration(run.horizon_days)}."
