"""Writing the report: the page, and beside it figures and tables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.files import atomic_file
from . import page
from .protocol import MatchView, RunView
from .sections.body import organ_table
from .sections.lesions import origin_table
from .snapshot import RunSnapshot, read_match, read_run
from .table import write_csv

if TYPE_CHECKING:
    import pandas as pd

Named = Iterable[tuple[str, "pd.DataFrame"]]


def write(run: RunView, folder: str | os.PathLike[str], *, figures: bool = True) -> Path:
    """Write ``report.html``, ``tables/*.csv`` and, if asked, ``figures/*.svg`` and ``.png`` into `folder`.

    Args:
        run: a finished run.
        folder: made where missing; files of the same name are replaced whole.
        figures: also draw the figures with matplotlib.

    Returns:
        The path of ``report.html``.

    Raises:
        InputError: a table of the run lacks a column.
    """
    home, run = Path(folder), read_run(run)
    _text(home / "report.html", page.run_page(run))
    _tables(home, run_tables(run))
    if figures:
        from .figures import draw_run

        draw_run(run, home / "figures")
    return home / "report.html"


def write_match(
    match: MatchView,
    folder: str | os.PathLike[str],
    *,
    title: str = "Match",
    data_note: str = "",
    foot: str = "",
    question: str = "What would these vesicles change in each organ and cell class?",
    notes: Sequence[str] = (),
    figures: bool = True,
) -> Path:
    """Write the report of a match alone, as :func:`write` does for a run.

    Args:
        match: the matchmaking answer.
        folder: as in :func:`write`.
        title, question: heading and the sentence under it.
        data_note: which data stood behind it.
        foot: last line of the page.
        notes: remarks of the match, each a sentence.
        figures: also draw the figures with matplotlib.

    Returns:
        The path of ``report.html``.
    """
    home, match = Path(folder), read_match(match)
    words = {"title": title, "question": question, "data_note": data_note, "foot": foot}
    _text(home / "report.html", page.match_page(match, notes=notes, **words))
    _tables(home, match_tables(match))
    if figures:
        from .figures import draw_match

        draw_match(match, home / "figures")
    return home / "report.html"


def run_tables(run: RunSnapshot) -> Named:
    """Yield the name and frame of each table of a run."""
    yield "organs", organ_table(run)
    for name in (
        "lesions",
        "first_detection",
        "metastasis_free",
        "trajectories",
        "exposure",
        "parameters",
        "mechanisms",
        "sources",
    ):
        yield name, getattr(run, name)
    if len(run.lesions):
        yield "lesions_by_origin", origin_table(run)
    if run.effect is not None:
        yield "vesicle_effect", run.effect
    if run.match is not None:
        yield from match_tables(run.match)


def match_tables(match: MatchView) -> Named:
    """Yield the name and frame of each table of a match."""
    yield "programmes", match.programmes()
    yield "genes", match.genes()
    yield "dose_curve", match.dose_curve()
    yield "network", match.network()


def _tables(home: Path, tables: Named) -> None:
    for name, frame in tables:
        whole = frame.reset_index() if any(n is not None for n in frame.index.names) else frame
        with (
            atomic_file(home / "tables" / f"{name}.csv") as part,
            part.open("w", encoding="utf-8", errors="replace", newline="") as out,
        ):
            write_csv(whole, out)


def _text(path: Path, words: str) -> None:
    with atomic_file(path) as part:
        part.write_text(words, encoding="utf-8", errors="replace", newline="\n")
