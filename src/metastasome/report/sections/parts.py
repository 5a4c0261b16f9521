"""What several sections share: headings, figures with captions, chosen views."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..markup import el, esc, paragraphs


def section(key: str, title: str, *inside: str) -> str:
    """Return a section of the page with its heading."""
    return el("section", el("h2", esc(title), id=f"{key}-title"), *inside, id=key, aria_labelledby=f"{key}-title")


def figure(chart: str, caption: str, *, scroll: bool = False, choice: str | None = None, class_: str = "") -> str:
    """Return a chart with its caption; `choice` names it in a :func:`choose` group."""
    inside = chart
    if scroll:
        inside = el("div", chart, class_="scroll", tabindex=0, role="region", aria_label=f"Figure: {caption}")
    return el("figure", inside, el("figcaption", esc(caption)), data_choice=choice, class_=class_ or None)


def top(title: str, question: str, answer: Sequence[str], facts: Sequence[tuple[str, str]], data_note: str) -> str:
    """Return the top of a page: question, answer (the first sentence large), facts in boxes, the data behind it."""
    return el(
        "header",
        el("p", "metastasome", class_="brand"),
        el("h1", esc(title)),
        el("p", esc(question), class_="question"),
        el(
            "div",
            el("h2", "Answer", class_="eyebrow"),
            el("p", esc(answer[0]), class_="lead"),
            paragraphs(answer[1:]),
            class_="answer",
            id="answer",
        ),
        el("dl", *(el("div", el("dt", esc(k)), el("dd", esc(v))) for k, v in facts), class_="facts"),
        el("p", el("strong", "Data behind it: "), esc(data_note), class_="datanote"),
        class_="top",
    )


def choose(label: str, figures: Sequence[str]) -> str:
    """Return figures of which the script shows one at a time behind a labelled menu; without it all are shown."""
    return el("div", *figures, class_="choose", data_label=label)


def grid(*figures: str, class_: str = "panels") -> str:
    """Return figures side by side where there is room."""
    return el("div", *figures, class_=class_)


def slug(name: object) -> str:
    """Return a name fit for an id or a file."""
    return re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-") or "x"
