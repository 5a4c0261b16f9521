"""The wiring that is drawn and the equations that are printed are those that run."""

from __future__ import annotations

import xml.etree.ElementTree as Tree

import pytest

from metastasome.cli.app import run
from metastasome.mechanisms import catalogue, compose
from metastasome.mechanisms.equations import equations, reads_of
from metastasome.mechanisms.wiring import Wire, wires
from metastasome.report.wiring import wiring_svg

from .world import ORGANS

EVERY = dict.fromkeys(catalogue(), True)


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_what_is_declared_is_what_is_read(key):
    kind = catalogue()[key]
    declared = {*kind.reads, *kind.reads_if_there}
    read = reads_of(kind()).quantities
    inputs = {i.name for i in kind.inputs}
    assert read - inputs == declared - {q.name for q in (*kind.states, *kind.derives)}


def test_wires_name_quantities_factors_and_origins():
    found = set(wires(compose(ORGANS, EVERY)))
    assert Wire("ev_uptake", "niche_training", "dose_endothelium", "quantity") in found
    assert Wire("surgery_wake", "dormancy", "waking", "factor") in found
    assert Wire("host_death", "ctc_seeding", "founding", "factor") in found
    assert Wire("fusion_hybrids", "lesions", "hybrid", "origin") in found
    lean = set(wires(compose(ORGANS)))
    assert not any("dormancy" in (w.writer, w.reader) for w in lean)


@pytest.mark.parametrize("key", ["dormancy", "emt_met", "ctc_seeding", "niche_training"])
def test_equations_cover_everything_a_mechanism_declares(key):
    made = catalogue()[key]()
    lines = equations(made)
    names = {(e.kind, e.name) for e in lines}
    assert {("derived", d.name) for d in made.derives} <= names
    assert {("rate", s.name) for s in made.states} <= names
    assert {("factor", t) for t in made.modifies} <= names
    for e in lines:
        assert e.latex.count("{") == e.latex.count("}"), e.name
        assert len(e.latex) < 1200, e.name


def test_an_equation_says_what_runs():
    lines = {e.name: e.latex for e in equations(catalogue()["emt_met"]())}
    rate = lines["mesenchymal"]
    assert rate.startswith(r"\frac{d}{dt}\, \mathrm{mesenchymal} = ")
    assert r"\mathit{reversion}" in rate and r"\mathrm{hypoxic\_share}" in rate
    assert "_{o}" in lines["emt"]


def test_the_drawing_is_svg_with_a_box_per_mechanism_and_nothing_outside():
    model = compose(ORGANS, EVERY)
    root = Tree.fromstring(wiring_svg(model, title="A & B"))
    width, height = float(root.get("width")), float(root.get("height"))
    space = "{http://www.w3.org/2000/svg}"
    boxes = [r for r in root.iter(f"{space}rect") if r.get("rx")]
    assert len(boxes) == len(model.mechanisms) + len(model.origins)
    for box in boxes:
        assert 0 <= float(box.get("x")) <= width - float(box.get("width"))
        assert 0 <= float(box.get("y")) <= height - float(box.get("height"))
    spots = [(float(b.get("x")), float(b.get("y")), float(b.get("height"))) for b in boxes]
    for x, y, h in spots:
        assert not any(x == x2 and y < y2 < y + h for x2, y2, _ in spots), "boxes do not overlap"


def test_commands(tmp_path, capsys):
    drawn = tmp_path / "wiring.svg"
    assert run(["mechanisms", "graph", "breast_dormancy", "-o", str(drawn)]) == 0
    assert "surgery wake" in drawn.read_text()
    assert run(["mechanisms", "show", "dormancy", "--latex"]) == 0
    assert r"\frac{d}{dt}" in capsys.readouterr().out
    assert run(["mechanisms", "show", "surgery_wake"]) == 0
    assert "requires: dormancy" in capsys.readouterr().out
    assert run(["mechanisms", "graph", "nowhere"]) == 2
    assert run(["mechanisms", "sbml", "breast"]) == 2, "where to write it must be said"
