"""The full equations: balance, sign, linearity, limits, closed forms."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from metastasome import body, kinetics
from metastasome.body import Body
from metastasome.core.errors import InputError
from metastasome.kinetics.coefficients import theta_of
from metastasome.kinetics.conditions import conditions
from metastasome.kinetics.label import Label, label
from metastasome.kinetics.structure import structure
from metastasome.kinetics.system import linear_matrix, linear_path, parameter_blocks
from metastasome.kinetics.transport import layouts

TIMES = np.array([0, 1, 2, 5, 10, 30, 60, 240, 1440, 4320]) / 1440.0
P = kinetics.KineticParameters()


def _matrix_inputs(who: Body, parameters: kinetics.KineticParameters, tag: Label) -> np.ndarray:
    blocks = parameter_blocks(conditions(who), theta_of(parameters), tag)
    return layouts(len(who.organs))[1].pack(blocks)


@pytest.mark.parametrize("tag", ["none", "luciferase", "dye", "radioiodine"])
def test_mass_balance_and_sign(small: Body, tag: str) -> None:
    doses = [kinetics.Bolus(1e15), kinetics.Infusion(1e14, start=0.01, end=0.5), kinetics.Bolus(1e14, 0.02, "lymph")]
    course = kinetics.distribute(doses, small, times=TIMES, label=tag, method="full")
    assert np.abs(course.balance()).max() < 1e-9
    assert course.path.min() > -1e-6 * 1e15  # the tolerance of the solver, not of the equations


def test_mass_balance_without_any_loss(small: Body) -> None:
    lossless = P.with_(plasma_decay=0.0, urine_sieving=0.0)
    course = kinetics.distribute(1e15, small, times=TIMES, parameters=lossless, method="full")
    assert np.abs(course.balance()).max() < 1e-9
    assert course.states["urine"].max() == 0.0


def test_the_balance_check_can_fail(small: Body) -> None:
    """Sabotage: a matrix with one flow counted twice loses the balance the test above demands."""
    p = _matrix_inputs(small, P, label("none"))
    matrix = linear_matrix(structure(small), p)
    assert np.abs(matrix.sum(axis=0)).max() < 1e-9 * np.abs(matrix).max()
    matrix[0, 3] *= 2.0
    matrix[0, 0] *= 1.1
    assert np.abs(matrix.sum(axis=0)).max() > 1e-3


def test_rates_never_leave_the_positive_orthant() -> None:
    """Off-diagonal rates are not negative: a compartment can't be emptied below zero by another."""
    who = body.human()
    matrix = linear_matrix(structure(who), _matrix_inputs(who, P, label("dye")))
    off = matrix - np.diag(np.diag(matrix))
    assert off.min() >= 0.0


def test_linear_below_saturation_and_not_above(small: Body) -> None:
    def plasma(dose: float) -> np.ndarray:
        return kinetics.distribute(dose, small, times=TIMES, method="full", rtol=1e-9).plasma / dose

    low = plasma(1e9)
    np.testing.assert_allclose(plasma(2e9), low, rtol=2e-6, atol=1e-9 * low.max())
    assert plasma(1e16)[6] > 1.5 * low[6]  # the test would see saturation


def test_full_and_linear_solutions_agree(small: Body) -> None:
    full = kinetics.distribute(1e6, small, times=TIMES, label="dye", method="full", rtol=1e-9)
    linear = kinetics.distribute(1e6, small, times=TIMES, label="dye", method="linear")
    np.testing.assert_allclose(full.path, linear.path, rtol=1e-6, atol=1e-8 * 1e6)


def test_linear_with_doses_and_release_agrees_with_full(small: Body) -> None:
    doses = [kinetics.Infusion(1e7, start=0.1, end=0.4), kinetics.Bolus(1e6, 0.2, "portal")]
    times = np.array([0.0, 0.1, 0.15, 0.2, 0.3, 0.4, 1.0])
    full, linear = (kinetics.distribute(doses, small, times=times, method=m, rtol=1e-9) for m in ("full", "linear"))
    np.testing.assert_allclose(full.path, linear.path, rtol=1e-6, atol=1e-8 * 1e6)


def test_one_compartment_closed_form() -> None:
    """No exchange, no binding: what is in blood decays as exp(-k t)."""
    who = body.mouse()
    p = P.with_(
        macrophage_clearance=1e-7, endothelium_clearance=1e-10, plasma_decay=2.0, urine_sieving=0.0, transcytosis=0.0,
        fenestrated_exchange=0.0, continuous_exchange=0.0, barrier_exchange=0.0, large_pore_flow=0.0,
    )  # fmt: skip
    given = conditions(who, integrins=0.0, barrier=0.0)
    blocks = parameter_blocks(given, theta_of(p), label("none"))
    states, params, _ = layouts(len(who.organs))
    y0 = states.pack({n: float(n == "venous") for n in states.names})
    times = np.linspace(0.0, 1.0, 9)
    path = states.unpack(linear_path(structure(who), y0, params.pack(blocks), times))
    blood = path["plasma"].sum(axis=-1) + path["venous"][:, 0] + path["arterial"][:, 0]
    np.testing.assert_allclose(blood, np.exp(-2.0 * times), rtol=1e-9)


def test_two_compartments_closed_form() -> None:
    """Bound to internalised to processed is Bateman's chain (1910) when nothing is let go or given back."""
    who = body.mouse()
    p = P.with_(unbinding=1.0, recycling=0.0, internalisation=10.0, processing=4.0)
    states, params, _ = layouts(len(who.organs))
    blocks = parameter_blocks(conditions(who, integrins=0.0), theta_of(p), label("none")) | {"unbinding": 0.0}
    y0 = states.pack(dict.fromkeys(states.names, 0.0))
    y0[states.slice("bound_stroma").start + 2] = 1.0
    times = np.linspace(0.0, 2.0, 9)
    path = states.unpack(linear_path(structure(who), y0, params.pack(blocks), times))
    inside = 10.0 / (4.0 - 10.0) * (np.exp(-10.0 * times) - np.exp(-4.0 * times))
    np.testing.assert_allclose(path["bound_stroma"][:, 2], np.exp(-10.0 * times), atol=1e-10)
    np.testing.assert_allclose(path["inside_stroma"][:, 2], inside, atol=1e-10)


def test_flow_limits_clearance() -> None:
    """However eager its macrophages, the liver clears no more plasma than reaches it."""
    who = body.human()
    law = kinetics.uptake_law(who, parameters=P.with_(macrophage_clearance=1e-3), background_release=0.0)
    plasma = who.plasma_volume / who.blood_volume
    reaching = (who.flow[who.index("liver")] + who.flow[who.portal].sum()) * plasma
    liver = law.clearance[who.index("liver")]
    assert 0.5 * reaching < liver <= reaching
    assert law.clearance.sum() <= who.cardiac_output * plasma


def test_order_of_organs_changes_nothing() -> None:
    who = body.human()
    order = np.append(np.random.Generator(np.random.Philox(7)).permutation(len(who.organs) - 1), len(who.organs) - 1)
    arrays = ("flow", "vascular", "interstitial", "cellular", "cells", "portal", "lymph")
    changed = {n: getattr(who, n)[order] for n in arrays}
    shuffled = dataclasses.replace(who, organs=tuple(who.organs[k] for k in order), **changed)
    a, b = (kinetics.distribute(1e9, w, times=TIMES, label="dye", method="linear") for w in (who, shuffled))
    np.testing.assert_allclose(b.percent_id, a.percent_id[:, order], rtol=1e-8, atol=1e-9)
    one, other = kinetics.uptake_law(who), kinetics.uptake_law(shuffled)
    np.testing.assert_allclose(other.clearance, one.clearance[order], rtol=1e-10)


def test_sources_of_single_precision_are_refused(small: Body) -> None:
    with pytest.raises(InputError, match="float32"):
        kinetics.distribute(1e9, small, integrins=np.ones(len(small.organs), dtype=np.float32))


def test_what_was_taken_up_does_not_depend_on_the_times_asked_for(small: Body) -> None:
    doses = [kinetics.Bolus(1e10, 0.1), kinetics.Infusion(1e9, 0.5, 2.0)]
    coarse = kinetics.distribute(doses, small, times=[0.0, 1.0, 10.0], method="linear")
    fine = kinetics.distribute(doses, small, times=np.linspace(0.0, 10.0, 4001), method="linear")
    at = np.searchsorted(fine.times, [1.0, 10.0])
    np.testing.assert_allclose(coarse.taken[1:].sum(axis=0), fine.taken[at].sum(axis=0), rtol=1e-5)
    naive = kinetics.Exposure(
        small, coarse.label, coarse.vesicle, coarse.times, coarse.doses, coarse.path, coarse.coefficients
    )
    assert abs(naive.taken[-1].sum() / fine.taken[-1].sum() - 1.0) > 0.1  # what the three times alone would say
    assert coarse.taken[-1].sum() < coarse.given[-1]
