"""The question, the answer in words, and the figures that place it."""

from __future__ import annotations

from ..markup import el, esc, paragraphs
from ..protocol import RunView
from ..words import count, duration


def header(run: RunView) -> str:
    """Return the top of the page."""
    facts = [
        ("Virtual patients", f"{run.n_patients:,}"),
        ("Follow-up", duration(run.horizon_days)),
        ("Lesions drawn", f"{len(run.lesions):,}"),
        ("Seed", str(run.seed)),
    ]
    first, rest = (run.answer[0], run.answer[1:]) if run.answer else ("This run gave no answer in words.", [])
    return el(
        "header",
        el("p", "metastasome", class_="brand"),
        el("h1", esc(run.title)),
        el("p", esc(run.question), class_="question"),
        el(
            "div",
            el("h2", "Answer", class_="eyebrow"),
            el("p", esc(first), class_="lead"),
            paragraphs(rest),
            class_="answer",
            id="answer",
        ),
        el("dl", *(el("div", el("dt", esc(k)), el("dd", esc(v))) for k, v in facts), class_="facts"),
        el("p", el("strong", "Data behind it: "), esc(run.data_note), class_="datanote"),
        class_="top",
    )


def described(run: RunView) -> str:
    """Return the run in one sentence, for the page's description."""
    return f"{run.title}: {count(run.n_patients, 'virtual patient')} followed for {duration(run.horizon_days)}."
