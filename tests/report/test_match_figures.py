"""The figures of a match: every word inside, no two on each other, no key of the program, no empty panel."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from metastasome.report.charts.bars import Bar, bars
from metastasome.report.figures import match
from metastasome.report.figures.style import styled

from .synthetic import MadeUpMatch, MadeUpRun, with_routes

NAMES = ("match_heatmap", "match_ranked", "match_dose_response", "match_volcano", "match_flow")


@pytest.fixture(scope="module")
def found(small: MadeUpRun) -> MadeUpMatch:
    """Routes apart, RNA a millionth of protein, T cells among the classes."""
    assert small.match is not None
    made = with_routes(small.match)

    def renamed(frame: Any) -> Any:
        return frame.replace({"cell": {"stroma": "t_cell"}}) if "cell" in frame else frame

    table = renamed(made.programme_table)
    tiny = table.assign(rna_shift=1e-6 * table["rna_shift"], protein_shift=table["shift"])
    tiny["low"] = tiny["protein_shift"] + tiny["rna_shift"] - 1e-6
    tiny["high"] = tiny["protein_shift"] + tiny["rna_shift"] + 1e-6
    return replace(made, programme_table=tiny, curves=renamed(made.curves), gene_table=renamed(made.gene_table))


def drawn(found: MadeUpMatch, name: str) -> Any:
    with styled():
        figure = match.makers(found)[name]()
        assert figure is not None
        figure.set_dpi(72)
    return figure


@dataclass(frozen=True)
class Word:
    """A line of text as drawn: what it says, its angle, and its box in pixels (of the unrotated text)."""

    said: str
    angle: float
    box: tuple[float, float, float, float]

    def meets(self, other: Word, slack: float = 1.5) -> bool:
        a, b = self.box, other.box
        return all(a[k] + slack < b[k + 2] and b[k] + slack < a[k + 2] for k in (0, 1))


def words(figure: Any, monkeypatch: pytest.MonkeyPatch) -> list[Word]:
    """Return every line of text that the figure draws."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg

    out: list[Word] = []

    def note(self: Any, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, **_: Any) -> None:
        wide, tall, _ = self.get_text_width_height_descent(s, prop, False)
        wide, tall = (tall, wide) if round(angle) == 90 else (wide, tall)
        x = x - wide if round(angle) == 90 else x
        if s.strip():
            out.append(Word(s, angle, (x, y - tall, x + wide, y)))

    monkeypatch.setattr(RendererAgg, "draw_text", note)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return out


def meetings(found: list[Word]) -> list[tuple[str, str]]:
    """Return texts that lie on each other; slanted ones are left out, their boxes say little."""
    upright = [w for w in found if round(w.angle) in (0, 90)]
    return [(a.said, b.said) for a, b in combinations(upright, 2) if a.meets(b)]


@pytest.mark.parametrize("name", NAMES)
def test_words_are_whole_apart_and_readable(found: MadeUpMatch, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = drawn(found, name)
    seen = words(figure, monkeypatch)
    wide, tall = figure.bbox.width + 2, figure.bbox.height + 2
    upright = [w for w in seen if round(w.angle) in (0, 90)]
    assert [w.said for w in upright if min(w.box) < -2 or w.box[2] > wide or w.box[3] > tall] == []
    assert len(seen) > 8 and meetings(seen) == []
    assert not [w.said for w in seen if "_" in w.said or "bulk" in w.said]


def test_two_texts_on_each_other_are_seen(found: MadeUpMatch, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = drawn(found, "match_flow")
    axes = figure.axes[0]
    for x in (100, 104):
        axes.text(x, 300, "twice")
    assert ("twice", "twice") in meetings(words(figure, monkeypatch))


def test_rna_alone_has_panels_of_its_own(found: MadeUpMatch) -> None:
    heat = [a for a in drawn(found, "match_heatmap").axes if a.images]
    titles = [a.get_title(loc="left") for a in heat]
    assert any(t.endswith("RNA alone") for t in titles) and any(t.startswith("T cell") for t in titles)
    for axes in heat:  # a panel is drawn for what is seen in it
        image = axes.images[0]
        assert np.nanmax(np.abs(image.get_array())) > image.norm.vmax / 9
    both, alone = drawn(found, "match_ranked").axes
    assert alone.get_title(loc="left").endswith("RNA alone") and "of RNA" in both.get_xlabel()
    reach = max(abs(v) for v in alone.get_xlim())
    assert reach < 1e-4 < max(both.get_xlim())


def test_classes_too_pale_to_be_seen_are_named(found: MadeUpMatch) -> None:
    table = found.programme_table.copy()
    faint = table["cell"] == "t_cell"
    columns = ["shift", "low", "high", "rna_shift", "protein_shift"]
    table.loc[faint, columns] = table.loc[faint, columns] * 1e-6
    figure = drawn(replace(found, programme_table=table), "match_heatmap")
    assert "Too pale to be drawn: T cell" in figure.get_suptitle()
    assert not [a for a in figure.axes if a.get_title(loc="left").startswith("T cell")]


def test_one_route_and_one_class_is_one_panel(small: MadeUpRun) -> None:
    assert small.match is not None
    table = small.match.programme_table
    alone = replace(small.match, programme_table=table[table["cell"] == "stroma"].assign(cell="bulk"))
    figure = drawn(alone, "match_heatmap")
    assert [a.get_title(loc="left") for a in figure.axes if a.images] == ["whole tissue"]
    assert len(drawn(alone, "match_ranked").axes) == 1


def test_many_panels_stand_in_a_row_for_each_route(small: MadeUpRun) -> None:
    assert small.match is not None
    figure = drawn(with_routes(small.match), "match_heatmap")
    heat = [a for a in figure.axes if a.images]
    assert len(heat) > 5 and len({round(a.get_position().y0, 3) for a in heat}) == 2
    assert len([a for a in figure.axes if not a.images and a.get_label() != "<colorbar>"]) == 0


def test_where_nothing_moves_nothing_is_drawn(found: MadeUpMatch) -> None:
    columns = ["shift", "low", "high", "rna_shift", "protein_shift"]
    still = replace(found, programme_table=found.programme_table.assign(**dict.fromkeys(columns, 0.0)))
    bare = replace(still, gene_table=found.gene_table.drop(columns=["p", "q"]))
    with styled():
        assert [match.makers(bare)[f"match_{n}"]() for n in ("heatmap", "ranked", "volcano")] == [None] * 3


@pytest.mark.parametrize("span", [(-4.1e-5, 3e-5), (-4.1, 3.0), (0.0, 1.09), (-2e-6, 1.5e-6)])
def test_ticks_of_bars_tell_a_scale_and_stay_apart(span: tuple[float, float]) -> None:
    drawn_bars = bars([Bar("a", span[1], *span), Bar("b", span[0], *span)], title="t", desc="", x_title="shift")
    ticks = [(float(x), t) for x, t in re.findall(r'<text x="([\d.]+)"[^>]*class="tick mid">([^<]+)<', drawn_bars)]
    assert len(ticks) > 1
    for (a, one), (b, other) in itertools.pairwise(ticks):
        assert b - a > 3.0 * (len(one) + len(other)), (one, other)


def test_doses_have_units_and_a_key(found: MadeUpMatch, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {w.said for w in words(drawn(found, "match_dose_response"), monkeypatch)}
    assert {"95% interval", "shift", "delivered dose"} <= seen
    assert {"vesicles taken up per cell and day", "RNA shift, natural-log units"} <= seen
