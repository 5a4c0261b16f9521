"""Sobol indices of a function whose indices are known, and profiles of a chance."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.core.errors import InputError, ModelError
from metastasome.core.parameters import Prior
from metastasome.inference.sensitivity import profile, sensitivity

from .small import chance, parameter

UNIT = Prior("uniform", 0.0, 1.0)


def test_a_sum_has_the_indices_of_its_variances():
    ps = [parameter("a", UNIT, 0, 1), parameter("b", UNIT, 0, 1), parameter("c", UNIT, 0, 1)]
    made = sensitivity(lambda t: 2 * t["a"] + t["b"] + 0 * t["c"], ps, n=512, seed=2)
    np.testing.assert_allclose(made.first[:, 0], [0.8, 0.2, 0.0], atol=0.05)
    np.testing.assert_allclose(made.total[:, 0], [0.8, 0.2, 0.0], atol=0.05)
    np.testing.assert_allclose(made.tornado, [[0.6, 2.4], [1.05, 1.95], [1.5, 1.5]], atol=1e-6)
    assert list(made.table()["parameter"]) == ["a", "b", "c"]


def test_a_product_of_centred_inputs_acts_by_interaction_only():
    ps = [parameter(n, Prior("uniform", -1.0, 1.0), -1, 1) for n in "ab"]
    made = sensitivity(lambda t: t["a"] * t["b"], ps, n=512, seed=2)
    assert made.first[:, 0].max() < 0.1 < 0.9 < made.total[:, 0].min()


def test_bad_requests_are_refused():
    ps = [parameter("a", UNIT, 0, 1)]
    with pytest.raises(InputError, match="power of two"):
        sensitivity(lambda t: t["a"], ps, n=100)
    with pytest.raises(ModelError, match="not finite at a ="):
        sensitivity(lambda t: float("nan"), ps, n=8)
    with pytest.raises(InputError, match="no such free parameter"):
        profile(chance(), "q")


def test_profile_of_a_chance_ends_where_the_likelihood_ratio_does():
    from scipy.optimize import brentq

    made = profile(chance(7, 10), "p")

    def fall(p):
        return 7 * np.log(p / 0.7) + 3 * np.log((1 - p) / 0.3) + 1.920729

    assert made.low == pytest.approx(brentq(fall, 0.05, 0.7), rel=0.02)
    assert made.high == pytest.approx(brentq(fall, 0.7, 0.99), rel=0.02)
    assert "identified" in made.words


def test_one_sided_and_unidentified_parameters_are_said_to_be():
    assert "bounded above only" in profile(chance(0, 10), "p").words
    assert "cannot be identified" in profile(chance(0, 0), "p").words
