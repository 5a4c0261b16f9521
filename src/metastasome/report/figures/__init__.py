"""The figures as files, SVG and PNG, in one style; matplotlib is loaded when they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..protocol import MatchView, RunView


def draw_run(run: RunView, folder: Path) -> list[Path]:
    """Draw every figure of a run into `folder`; return the files."""
    from ..snapshot import read_run
    from . import body, courses, lesions, match

    run = read_run(run)

    makers: dict[str, Callable[[], Figure | None]] = {
        "body_map": lambda: body.body_figure(run),
        "organs": lambda: body.ranked_figure(run),
        "exposure": lambda: body.exposure_figure(run),
        "vesicle_effect": lambda: body.effect_figure(run.effect),
        "metastasis_free": lambda: courses.free_figure(run),
        "time_courses": lambda: courses.courses_figure(run),
        "leakiness": lambda: courses.leakiness_figure(run),
        "lesions_by_origin": lambda: lesions.origins_figure(run),
    }
    if run.match is not None:
        makers |= match.makers(run.match)
    return _draw(makers, folder)


def draw_match(found: MatchView, folder: Path) -> list[Path]:
    """Draw every figure of a match into `folder`; return the files."""
    from ..snapshot import read_match
    from . import match

    found = read_match(found)
    return _draw(match.makers(found), folder)


def _draw(makers: dict[str, Callable[[], Figure | None]], folder: Path) -> list[Path]:
    from .style import save, styled

    out: list[Path] = []
    for name, make in makers.items():
        with styled():
            figure = make()
            if figure is not None:
                out += save(figure, folder / name)
    return out
