"""The differentiable twin against SciPy's integrator and the engine's mean field, its gradient, and
dormancy against closed forms and a simulated cohort."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.core.errors import InputError
from metastasome.engine import run_cohort
from metastasome.engine.meanfield import Rates, dormancy, expected, sleepers
from metastasome.inference.jax_setup import jax
from metastasome.inference.namespace import JaxNamespace
from metastasome.inference.twin import Twin
from tests.engine import problems
from tests.engine.test_dormancy import sleepy
from tests.mechanisms.world import ORGANS, compose, evaluate, integrate, start, values, with_

SIZE = np.full(len(ORGANS), 6.3e7)
CELLS, HORIZON = 12, 2190.0
COMPETENCE = "ctc_seeding.competence"


@pytest.fixture(scope="module")
def model():
    return compose(ORGANS, {"tota_indirect": True})


@pytest.fixture(scope="module")
def twin(model):
    given = {k: v for k, v in values(model).items() if k not in model.parameters}
    return Twin(model, given, SIZE, HORIZON, cells=CELLS, steps=8)


@pytest.fixture(scope="module")
def compiled_twin(twin):
    j = jax()
    return j.jit(lambda c, g: twin({COMPETENCE: c, "niche_training.leak_gain": g}).p_any(j.numpy)[0])


def test_rates_on_jax_are_those_on_numpy(model):
    given, state = values(model), {k: v + 0.1 for k, v in start(model).items()}
    plain, found = evaluate(model, given, state), model.evaluate(JaxNamespace(), state, given)
    for part in ("rates", "derived", "intensity"):
        for name, value in getattr(plain, part).items():
            np.testing.assert_allclose(np.asarray(getattr(found, part)[name]), value, rtol=1e-12, err_msg=name)


def test_twin_is_the_engines_mean_field(model, compiled_twin):
    changed = with_(values(model), ctc_seeding__competence=2e-6)
    days, at = np.linspace(0.0, HORIZON, CELLS + 1), start(model)
    rows = []
    for k in range(CELLS + 1):
        seen = evaluate(model, changed, at)
        parts = [
            *(seen.derived[n] for n in ("birth", "death", "saturation")),
            *(seen.intensity[o] for o in model.origins),
        ]
        rows.append(np.stack([np.broadcast_to(p, (len(ORGANS),)) for p in parts]))
        at = integrate(model, changed, days[1], at=at) if k < CELLS else at
    ends = np.moveaxis(np.array(rows), 0, -1)
    mean = 0.5 * (ends[..., 1:] + ends[..., :-1])
    witness = expected(Rates(days, mean[0], mean[1], mean[2], mean[3:]), SIZE)
    p = 1 - np.exp(-np.asarray(witness.detected).sum(axis=(0, 1)))
    found = np.asarray(compiled_twin(2e-6, 2.0))
    assert 0.1 < p[-1] < 0.9
    np.testing.assert_allclose(found, p, rtol=1e-4, atol=1e-7)


def test_gradients_are_those_of_finite_differences(compiled_twin):
    j = jax()
    last = j.jit(j.grad(lambda c, g: compiled_twin(c, g)[-1], argnums=(0, 1)))
    dc, dg = (float(x) for x in last(2e-6, 2.0))
    h = 2e-10
    assert dc == pytest.approx(
        float(compiled_twin(2e-6 + h, 2.0)[-1] - compiled_twin(2e-6 - h, 2.0)[-1]) / (2 * h), rel=1e-4
    )
    assert dg == pytest.approx(
        float(compiled_twin(2e-6, 2.0001)[-1] - compiled_twin(2e-6, 1.9999)[-1]) / 2e-4, rel=1e-4
    )


def test_an_unknown_lever_is_refused(model, twin):
    with pytest.raises(InputError, match="lever"):
        Twin(model, twin.inputs, SIZE, HORIZON, levers={"nothing": 0.0})


# Dormancy. One organ of constant rates; alpha 0.001 per test.
BIRTH, DEATH, NU, ENTER, WAKE = 0.2, 0.17, 0.002, 0.6, 0.002
DAYS = np.linspace(0.0, 2000.0, 81)


def constant(cells=80, *, enter=ENTER, wake=WAKE, days=DAYS[-1]):
    one = np.ones((1, cells))
    sleep = (None, None) if enter is None else (enter * one, wake * one)
    rates = (BIRTH * one, DEATH * one, 1e13 * one, NU * one[None])
    return Rates(np.linspace(0.0, days, cells + 1), *rates, None, *sleep)


def test_cells_and_sleepers_follow_their_closed_forms():
    """A' = f nu - r A; those who start are nu - f nu exp(-r t), and their clones grow by g."""
    f = ENTER / (ENTER + BIRTH + DEATH)
    r, g, t = (1 - f) * WAKE, BIRTH - DEATH, DAYS
    cells = NU * np.expm1(g * t) / g - f * NU * (np.exp(g * t) - np.exp(-r * t)) / (g + r)
    np.testing.assert_allclose(expected(constant(), np.array([1e6])).cells[0], cells, rtol=1e-4, atol=1e-12)
    dt, rates = np.diff(t), constant()
    share, rate = dormancy(rates.birth, rates.death, rates.enter, rates.wake)
    for node in (0.0, 0.3, 1.0):
        found = sleepers(rates.intensity, share, rate, dt, node)[0, 0]
        np.testing.assert_allclose(found, f * NU / r * -np.expm1(-r * (t[:-1] + node * dt)), rtol=1e-9, atol=1e-15)
    nobody = constant(enter=0.0)
    np.testing.assert_array_equal(
        expected(nobody, np.array([1e6])).detected, expected(constant(enter=None), np.array([1e6])).detected
    )


def test_a_simulated_cohort_with_dormancy_and_sabotage():
    """Day on which a lesion of 1e6 cells is first seen; n = 4000, seed 3: Kolmogorov's bound at alpha 0.001."""
    names = ("birth", "death", "saturation", "intensity_seeded", "dormancy_enter", "dormancy_wake")
    system = sleepy().compiled
    values = dict(zip(names, (BIRTH, DEATH, 1e13, NU, ENTER, WAKE), strict=True))
    problem = sleepy(times=DAYS, patients=problems.same(system, values, {"idle": 1.0}))
    first = np.sort(run_cohort(problem, n=4000, seed=3).first_seen.ravel())
    found = np.searchsorted(first, DAYS, side="right") / 4000
    bound = 1.95 / np.sqrt(4000)

    def off(**changes):
        p = expected(constant(800, **changes), np.array([1e6])).p_detect[0, ::10]
        return np.abs(p - found).max()

    assert 0.2 < found[-1] < 0.9
    assert off() < bound
    assert off(enter=None) > bound  # nobody sleeps
    assert off(wake=0.0) > bound  # nobody wakes
    assert off(wake=3 * WAKE) > bound


def test_the_twin_sleeps_as_the_mean_field_does():
    """Rates at the ends of cells, put into the mean field of the engine; and the gradient to the rate of waking."""
    model, days = compose(ORGANS, {"dormancy": True}), np.linspace(0.0, HORIZON, CELLS + 1)
    given = {k: v for k, v in values(model).items() if k not in model.parameters}
    twin, j = Twin(model, given, SIZE, HORIZON, cells=CELLS, steps=4), jax()
    compiled = j.jit(j.value_and_grad(lambda w: twin({COMPETENCE: 2e-5, "dormancy.waking": w}).p_any(j.numpy)[0, -1]))
    changed, at, rows = with_(values(model), ctc_seeding__competence=2e-5, dormancy__waking=0.002), start(model), []
    for k in range(CELLS + 1):
        seen = evaluate(model, changed, at)
        parts = [seen.derived[n] for n in ("birth", "death", "saturation", "dormancy_enter", "dormancy_wake")]
        rows.append(np.stack([np.broadcast_to(v, (len(ORGANS),)) for v in [*parts, seen.intensity["seeded"]]]))
        at = integrate(model, changed, days[1], at=at) if k < CELLS else at
    ends = np.moveaxis(np.array(rows), 0, -1)
    mean = 0.5 * (ends[..., 1:] + ends[..., :-1])
    witness = expected(Rates(days, mean[0], mean[1], mean[2], mean[5:], None, mean[3], mean[4]), SIZE)
    p = 1 - np.exp(-np.asarray(witness.detected).sum(axis=(0, 1)))[-1]
    value, slope = (float(x) for x in compiled(0.002))
    assert 0.01 < p < 0.99
    assert value == pytest.approx(p, rel=1e-4)
    near = [float(compiled(0.002 + d)[0]) for d in (1e-6, -1e-6)]
    assert slope > 0 and slope == pytest.approx((near[0] - near[1]) / 2e-6, rel=1e-4)
