"""Bodies: balance of flows, scaling, sexes, lumping."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome import body
from metastasome.body.tables import organ_figures, whole_body
from metastasome.core.errors import InputError
from metastasome.core.organs import NAMES

MAKERS = {"human": body.human, "mouse": body.mouse, "rat": body.rat}


@pytest.mark.parametrize("species", MAKERS)
def test_flows_balance(species: str) -> None:
    made = MAKERS[species]()
    assert abs(made.flow.sum() - made.cardiac_output) <= 1e-12 * made.cardiac_output
    assert (made.flow > 0).all()
    assert made.organs[-1] == "rest"
    assert set(made.organs[:-1]) == set(NAMES)


@pytest.mark.parametrize("species", MAKERS)
def test_volumes_are_those_of_a_body(species: str) -> None:
    made = MAKERS[species]()
    volume = (made.vascular + made.interstitial + made.cellular).sum()
    assert 0.6 < volume / (1000 * made.weight_kg) < 1.1  # tissue is about as dense as water
    assert made.vascular.sum() < made.blood_volume
    for values in (made.vascular, made.interstitial, made.cellular, made.lymph, made.cells):
        assert (values > 0).all()


def test_human_figures() -> None:
    made = body.human()
    assert made.cardiac_output / 1440 == pytest.approx(5600, rel=1e-3)  # 231.4 mL/min/kg^0.75
    assert made.plasma_volume == pytest.approx(3000, rel=1e-3)
    assert made.lymph.sum() == pytest.approx(2900)
    liver = made.index("liver")
    portal = made.flow[made.portal].sum()
    assert (made.flow[liver] + portal) / made.cardiac_output == pytest.approx(0.259, abs=0.005)


@settings(max_examples=20, deadline=None)
@given(weight=st.floats(1.0, 300.0))
def test_any_weight_balances_and_scales(weight: float) -> None:
    made, usual = body.human(weight), body.human()
    assert abs(made.flow.sum() - made.cardiac_output) <= 1e-12 * made.cardiac_output
    ratio = weight / 70.0
    np.testing.assert_allclose(made.flow, usual.flow * ratio**0.75, rtol=1e-9)
    np.testing.assert_allclose(made.cells, usual.cells * ratio, rtol=1e-12)
    again = body.scaled(usual, weight)
    np.testing.assert_allclose(again.flow, made.flow, rtol=1e-9)
    np.testing.assert_allclose(again.lymph, made.lymph, rtol=1e-9)


def test_sexes() -> None:
    assert "prostate" not in body.human(sex="female").organs
    woman, man = body.human(sex="female"), body.human(sex="male")
    breast = [b.cellular[b.index("breast")] for b in (woman, man)]
    assert breast[0] > 5 * breast[1]
    for made in (woman, man):
        assert abs(made.flow.sum() - made.cardiac_output) <= 1e-12 * made.cardiac_output


def test_every_figure_has_a_source_or_says_assumption() -> None:
    for species in MAKERS:
        figures = [*organ_figures(species).values(), *whole_body(species).values()]
        assert all(f.source for f in figures)
        assert all("/" not in f.source or "doi" in f.source or "PMC" in f.source or " " in f.source for f in figures)
    sources = body.human().sources
    assert sources["liver/flow_share"].startswith("httk")
    assert sources["muscle/cells_stroma"] == "assumption"


def test_lumping_keeps_totals() -> None:
    whole = body.human()
    small = body.lumped(whole, ("spleen",))
    assert len(small.organs) == 7
    for name in ("flow", "vascular", "interstitial", "cellular", "lymph", "cells"):
        np.testing.assert_allclose(getattr(small, name).sum(axis=0), getattr(whole, name).sum(axis=0), rtol=1e-12)


def test_effusion_adds_fluid_to_the_pleura_only() -> None:
    dry, wet = body.human(), body.with_effusion(body.human(), 500.0)
    change = wet.interstitial - dry.interstitial
    assert change[dry.index("pleura")] == 500.0
    assert change.sum() == 500.0
    with pytest.raises(InputError, match="effusion_ml"):
        body.with_effusion(dry, -1.0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: body.human(0.0), "weight_kg"),
        (lambda: body.human(float("nan")), "weight_kg"),
        (lambda: body.mouse(20.0), "0.005 to 0.1 kg"),
        (lambda: body.human(sex="x"), "any, female, male"),  # type: ignore[arg-type]
    ],
)
def test_bad_calls(call: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()  # type: ignore[operator]


def test_unbalanced_flows_and_negative_volumes_are_refused() -> None:
    made = body.human()
    with pytest.raises(InputError, match="flows do not balance"):
        dataclasses.replace(made, flow=made.flow * 1.001)
    bad = made.vascular.copy()
    bad[made.index("liver")] = -1.0
    with pytest.raises(InputError, match="vascular of liver"):
        dataclasses.replace(made, vascular=bad)
