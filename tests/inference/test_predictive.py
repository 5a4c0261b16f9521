"""What a fit expects of each number, beside what was seen."""

from __future__ import annotations

import numpy as np

from metastasome.core.parameters import ASSUMPTION, Parameter, Prior
from metastasome.inference.explanation import Explanation
from metastasome.inference.fitting import fit
from metastasome.inference.kinds.growth import ERROR, OMEGA, RATE, START, Curves
from metastasome.inference.laws import Composition
from metastasome.inference.predictive import expected_data

SHARE = Parameter("share", 0.5, "1", 0.0, 1.0, Prior("uniform", 0.0, 1.0), ASSUMPTION, "share of the first site")


def shares(theta, data, xp):
    p = theta["share"]
    zero = 0 * p
    return xp.stack([xp.stack([p, 1 - p, zero]), xp.stack([p, zero, 1 - p])])


def test_counts_of_several_classes_stand_one_by_one_without_those_that_can_only_be_zero():
    counts = np.array([[40.0, 60.0, 0.0], [5.0, 0.0, 95.0]])
    seen = Composition("sites", {"counts": counts}, ("a", "b"), (SHARE,), shares, classes=("x", "y", "z"))
    made = expected_data(fit(Explanation("one", "one share", (seen,)), seed=1)).set_index("datum")
    assert set(made.index) == {"a: x", "a: y", "b: x", "b: z"}
    assert made.loc["a: y", "seen"] == 60 and made.loc["b: z", "seen"] == 95
    assert not made["inside"].any()  # one share cannot be 0.4 and 0.05
    assert made.loc["a: x", "expected"] + made.loc["a: y", "expected"] == 100


def test_volumes_stand_by_mouse_and_day_and_most_lie_in_their_intervals():
    day, there = np.array([[0.0, 4.0, 8.0, 12.0], [0.0, 6.0, 0.0, 0.0]]), np.array([[1.0] * 4, [1.0, 1.0, 0.0, 0.0]])
    volume = 10 * np.exp(0.3 * day + 0.1 * np.array([[1, -1, 0, 1], [-1, 1, 0, 0]])) * there
    data = {"volume": volume, "day": day, "there": there, "lod": np.array([1e-9]), "last": np.array([12.0])}
    seen = Curves("mice", data, ("m1", "m2"), (RATE, START, OMEGA, ERROR), "exponential")
    made = expected_data(fit(Explanation("grow", "grow", (seen,)), method="importance", draws=250, seed=2))
    assert made["datum"].tolist() == [f"m1, day {d}" for d in (0, 4, 8, 12)] + ["m2, day 0", "m2, day 6"]
    assert made["inside"].mean() > 0.8 and (made["low"] < made["expected"]).all()
