"""The differentiable twin against SciPy's integrator and the engine's mean field, and its gradient."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.core.errors import InputError
from metastasome.engine.meanfield import Rates, expected
from metastasome.inference.jax_setup import jax
from metastasome.inference.namespace import JaxNamespace
from metastasome.inference.twin import Twin
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


def test_an_unknown_lever_and_dormancy_are_refused(model, twin):
    with pytest.raises(InputError, match="lever"):
        Twin(model, twin.inputs, SIZE, HORIZON, levers={"nothing": 0.0})
    sleeping = compose(ORGANS, {"dormancy": True})
    with pytest.raises(InputError, match="no dormancy"):
        Twin(sleeping, twin.inputs, SIZE, HORIZON)
