"""Calibration of every law's posterior: ranks and coverage, with a twin that shows the test failing on a wrong model.

SBC: n = 120 data sets, seed 11, alpha 0.001 for the whole file shared over all tests of ranks (validation/ uses 500).
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from metastasome.inference.calibration import calibrate, predictive_check
from metastasome.inference.explanation import Explanation
from metastasome.inference.fitting import fit

from .small import chance, every_law

SETS, SEED = 120, 11
LAWS = every_law()


@pytest.mark.parametrize("name", LAWS)
def test_ranks_of_the_truth_are_uniform_and_intervals_cover(name):
    made = calibrate(LAWS[name], sets=SETS, draws=99, seed=SEED)
    assert made.fine(alpha=0.001 / len(LAWS)), made.table()
    expected, error = 0.95, np.sqrt(0.95 * 0.05 / SETS)
    assert (np.abs(made.table()["coverage_95"] - expected) < 4.5 * error).all()


@dataclasses.dataclass(frozen=True)
class Overconfident:
    """Sabotage: a likelihood that counts its data three times."""

    seen: object

    def __getattr__(self, name):
        return getattr(self.seen, name)

    def pointwise(self, theta, data, xp):
        return 3.0 * self.seen.pointwise(theta, data, xp)


def test_a_likelihood_that_counts_its_data_thrice_is_found_out():
    seen = LAWS["poisson"].observations[0]
    wrong = Explanation("wrong", "wrong", (Overconfident(seen),))
    made = calibrate(wrong, sets=SETS, draws=99, seed=SEED)
    assert not made.fine(alpha=0.001)
    assert made.table()["coverage_95"].iloc[0] < 0.9


def test_predictive_check_sees_data_that_the_hypothesis_does_not_make():
    good = LAWS["poisson"]
    seen = good.observations[0]
    odd = dataclasses.replace(seen, data={**seen.data, "count": np.array([0.0, 0.0, 0.0, 0.0, 0.0, 30.0])})
    fine = predictive_check(fit(good, draws=300, chains=1))
    bad = predictive_check(fit(Explanation("odd", "odd", (odd,)), draws=300, chains=1))
    assert fine.loc[0, "verdict"] != "the hypothesis does not make data like these"
    assert bad.loc[0, "verdict"] == "the hypothesis does not make data like these"


def test_a_chance_is_calibrated_to_the_letter_of_its_closed_form():
    made = calibrate(chance(0.0, 20.0), sets=60, draws=99, seed=SEED)
    assert made.ranks.shape == (60, 1) and made.names == ("p",)
    assert made.covered.mean() > 0.85
