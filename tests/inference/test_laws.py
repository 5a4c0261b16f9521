"""Each law of chance against SciPy's own, on both kinds of array, with its support and its gradient."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from metastasome.core.errors import InputError
from metastasome.core.parameters import Prior
from metastasome.core.streams import stream
from metastasome.inference.compiled import compiled
from metastasome.inference.laws import Binomial, Composition, Counts, Levels
from metastasome.inference.observation import Observation, log_likelihood

from .small import chance, every_law, parameter

LAWS = every_law()


def first(name):
    return LAWS[name].observations[0]


@pytest.mark.parametrize("name", LAWS)
def test_numpy_and_jax_agree_and_gradients_are_those_of_finite_differences(name):
    e = LAWS[name]
    z = stream(3, "test/laws").standard_normal((4, len(e.names)))
    machine = compiled(e)
    for point in z:
        plain = np.asarray(e.pointwise(point, e.data))
        np.testing.assert_allclose(machine.pointwise(point[None])[0], plain, rtol=1e-9)
        _, gradient = machine.value_and_gradient(point, e.data)
        for i in range(len(point)):
            step = np.eye(len(point))[i] * 1e-6
            rise = (
                machine.log_posterior((point + step)[None])[0] - machine.log_posterior((point - step)[None])[0]
            ) / 2e-6
            assert -float(gradient[i]) == pytest.approx(rise, rel=1e-5, abs=1e-6)


def test_laws_are_those_of_scipy():
    theta = {"p": 0.3, "rho": 0.2, "mean": 4.0, "size": 2.5, "spread": 0.7, "level": 1.5}
    s = 1 / 0.2 - 1
    expected = {
        "binomial": stats.binom.logpmf(4, 9, 0.3),
        "beta_binomial": stats.betabinom.logpmf(4, 9, 0.3 * s, 0.7 * s),
        "poisson": stats.poisson.logpmf(5, 4.0),
        "negative_binomial": stats.nbinom.logpmf(5, 2.5, 2.5 / 6.5),
        "levels": stats.lognorm.logpdf(3.0, 0.7, scale=4.0),
        "means": stats.t.logpdf(2.0, 4, loc=1.5, scale=1 / np.sqrt(5)),
    }
    for name, value in expected.items():
        seen = first(name)
        assert isinstance(seen, Observation)
        np.testing.assert_allclose(seen.pointwise(theta, seen.data, np), np.full(6, value), rtol=1e-9)


def test_what_is_not_detected_counts_with_its_chance():
    seen = first("levels")
    data = {**seen.data, "value": np.zeros(6)}
    theta = {"mean": 4.0, "spread": 0.7}
    np.testing.assert_allclose(seen.pointwise(theta, data, np), stats.lognorm.logcdf(2.0, 0.7, scale=4.0), rtol=1e-9)


def test_composition_is_multinomial_and_dirichlet_multinomial():
    counts = {"counts": np.array([[3.0, 2.0, 5.0], [0.0, 4.0, 1.0]])}
    shares = np.array([0.2, 0.3, 0.5])
    a = parameter("a", Prior("lognormal", 5.0, 0.5), 0.0)
    flat = Composition("sites", counts, ("x", "y"), (), lambda theta, data, xp: xp.asarray(shares))
    many = Composition("sites", counts, ("x", "y"), (a,), lambda theta, data, xp: xp.asarray(shares), 1.0, "a")
    plain = [stats.multinomial.logpmf(row, int(row.sum()), shares) for row in counts["counts"]]
    np.testing.assert_allclose(flat.pointwise({}, counts, np), plain, rtol=1e-12)
    spread = [
        stats.dirichlet_multinomial.logpmf(row.astype(int), 6 * shares, int(row.sum())) for row in counts["counts"]
    ]
    np.testing.assert_allclose(many.pointwise({"a": 6.0}, counts, np), spread, rtol=1e-9)
    drawn = many.simulate({"a": 6.0}, stream(1, "test/composition"))["counts"]
    np.testing.assert_array_equal(drawn.sum(axis=1), counts["counts"].sum(axis=1))


def test_a_weight_scales_and_zero_leaves_out():
    e = chance()
    seen = e.observations[0]
    half = Binomial(seen.name, seen.data, seen.labels, seen.parameters, seen.predict, 0.5)
    assert log_likelihood(half, {"p": 0.4}) == pytest.approx(0.5 * log_likelihood(seen, {"p": 0.4}))
    none = Binomial("other", seen.data, seen.labels, seen.parameters, seen.predict, 0.0)
    both = type(e)("both", "both", (seen, none))
    assert both.labels == e.labels
    np.testing.assert_allclose(both.pointwise(np.zeros(1), both.data), e.pointwise(np.zeros(1), e.data))


@pytest.mark.parametrize(("make", "line"), [
    (lambda: Binomial("coin", {"k": np.array([4.0]), "n": np.array([3.0])}, ("a",), (), lambda *_: 0.5), "0 to n"),
    (lambda: Counts("foci", {"count": np.array([-1.0])}, ("a",), (), lambda *_: 1.0), "whole numbers"),
    (lambda: Levels("ev", {"value": np.array([0.0]), "lod": np.array([0.0])}, ("a",), (), lambda *_: 1.0), "limit"),
    (lambda: Counts("foci", {"count": np.array([np.nan])}, ("a",), (), lambda *_: 1.0), "finite"),
    (lambda: Counts("foci", {"count": np.array([1.0])}, ("a",), (), lambda *_: 1.0, -1.0), "weight"),
])  # fmt: skip
def test_data_outside_the_support_are_refused(make, line):
    with pytest.raises(InputError, match=line):
        make()
