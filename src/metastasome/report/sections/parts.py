"""What several sections share: headings, figures with captions, chosen views."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..markup import el, esc


def section(key: str, title: str, *inside: str) -> str:
    """Return a section of the page with its heading."""
    return el("section", el("h2", esc(title), id=f"{key}-title"), *inside, id=key, aria_labelledby=f"{key}-title")


def figure(chart: str, caption: str, *, scroll: bool = False, choice: str | None = None, class_: str = "") -> str:
    """Return a chart with its caption; `choice` names it in a :func:`choose` group."""
    inside = chart
    if scroll:
        inside = el("div", chart, class_="scroll", tabindex=0, role="region", aria_label=f"Figure: {caption}")
    return el("figure", inside, el("figcaption", esc(caption)), data_choice=choice, class_=class_ or None)


def choose(label: str, figures: Sequence[str]) -> str:
    """Return figures of which the script shows one at a time behind a labelled menu; without it all are shown."""
    return el("div", *figures, class_="choose", data_label=label)


def grid(*figures: str, class_: str = "panels") -> str:
    """Return figures side by side where there is room."""
    return el("div", *figures, class_=class_)


def slug(name: object) -> str:
    """Return a name fit for an id or a file."""
    return re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-") or "x"
