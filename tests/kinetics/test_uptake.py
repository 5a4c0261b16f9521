"""The quasi-steady law: agreement with the full equations, and what moves uptake."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome import body, kinetics
from metastasome.body import Body
from metastasome.kinetics.background import background_release_per_day
from metastasome.kinetics.coefficients import coefficients, theta_of
from metastasome.kinetics.conditions import conditions
from metastasome.kinetics.steady import steady_state
from metastasome.kinetics.structure import structure
from metastasome.matchmaking import CELLS

P = kinetics.KineticParameters()


@pytest.mark.parametrize("release", [1e12, 2e15, 3e16])  # far below, at, and far above the normal load
def test_quasi_steady_state_is_where_the_equations_settle(small: Body, release: float) -> None:
    course = kinetics.distribute(
        kinetics.Infusion(release), small, times=[0.0, 300.0, 1000.0], method="full", rtol=1e-10, background_release=0.0
    )
    c = coefficients(conditions(small), theta_of(P))
    steady = steady_state(c, structure(small), release)
    assert course.vesicles_in_plasma[-1] == pytest.approx(steady.venous, rel=1e-6)
    np.testing.assert_allclose(course.uptake_rate[-1], steady.uptake, rtol=1e-6, atol=1e-9 * release)


def test_every_vesicle_is_accounted_for() -> None:
    for who in (body.human(), body.mouse()):
        c, where = coefficients(conditions(who), theta_of(P)), structure(who)
        for release in (1.0, 1e13, 1e17):
            steady = steady_state(c, where, release)
            assert steady.uptake.sum() + steady.loss == pytest.approx(release, rel=1e-10)


def test_law_has_the_shape_mechanisms_take() -> None:
    who = body.human()
    law = kinetics.uptake_law(who)
    assert law.cells == CELLS
    assert law.organs == who.organs
    np.testing.assert_allclose(law.share.sum(axis=1), 1.0, rtol=1e-12)
    assert (law.clearance > 0).all()
    assert (law.leak_response >= 0).all()
    dose = law.dose(1e12)
    assert (dose * law.cell_numbers).sum() == pytest.approx(
        1e12 * law.clearance.sum() / (law.clearance.sum() + law.loss)
    )


def test_plasma_balance_is_self_consistent() -> None:
    """1.5e12 EV/min secreted (J Extracell Biol 2022;1:e46) against 1e10 EV/mL plasma (BBA Rev Cancer 2019;1871:109)."""
    who = body.human()
    steady = steady_state(coefficients(conditions(who), theta_of(P)), structure(who), background_release_per_day(who))
    assert 1 / 1.6 < steady.venous / 1e10 < 1.6


def test_human_and_mouse_differ_by_size_not_by_law() -> None:
    human, mouse = kinetics.uptake_law(body.human()), kinetics.uptake_law(body.mouse())
    ratio = human.clearance.sum() / mouse.clearance.sum()
    assert 3500**0.75 < ratio < 3500


def test_what_moves_uptake() -> None:
    who = body.human()
    rest = kinetics.uptake_law(who)
    total = rest.clearance.sum()
    assert kinetics.uptake_law(who, macrophages=0.05).clearance.sum() < 0.3 * total
    lung = who.index("lung")
    code = np.ones(len(who.organs))
    code[lung] = 4.0
    assert kinetics.uptake_law(who, integrins=code).clearance[lung] > 3.0 * rest.clearance[lung]
    heparin = kinetics.uptake_law(who, heparin=50.0)
    skin = who.index("skin")
    assert 0.5 < heparin.clearance[skin] / rest.clearance[skin] < 0.6  # half of binding is through heparan sulphate
    assert (
        kinetics.uptake_law(who, background_release="1e14 EV/min").clearance[who.index("liver")]
        < 0.5 * rest.clearance[who.index("liver")]
    )


def test_leakiness_matters_behind_tight_vessels_only() -> None:
    who = body.human()
    response = dict(zip(who.organs, kinetics.uptake_law(who).leak_response, strict=True))
    assert response["liver"] < 0.01
    assert response["brain"] > 1.0
    assert response["muscle"] > response["kidney"]


def test_size_decides_what_crosses() -> None:
    who = body.human()
    c = {v: coefficients(conditions(who, vesicle=v), theta_of(P)) for v in ("small", "large", "apoptotic")}
    muscle = who.index("muscle")
    crossing = [c[v]["exchange"][muscle] for v in ("small", "large", "apoptotic")]
    assert crossing[0] >= crossing[1] >= crossing[2]
    assert c["small"]["drag"][who.index("liver")] > c["large"]["drag"][who.index("liver")]


def test_predosing_and_depletion_raise_the_plasma_level(small: Body) -> None:
    times = np.array([0.0, 0.05, 0.0503, 0.055, 0.06, 0.08])
    doses = [kinetics.Bolus(1e12, 0.05)]
    plain = kinetics.distribute(doses, small, times=times, method="full")
    depleted = kinetics.distribute(doses, small, times=times, method="full", macrophages=0.05)
    before = kinetics.Bolus(2e16)
    both = kinetics.distribute([before, *doses], small, times=times, method="full")
    alone = kinetics.distribute(before, small, times=times, method="full")
    extra = both.plasma - alone.plasma
    assert depleted.plasma[4] > 1.5 * plain.plasma[4]
    assert extra[4] > 1.5 * plain.plasma[4]
