"""Weights, recovery and verdicts where the answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from metastasome.core.errors import InputError, ModelError
from metastasome.inference.comparison import compare
from metastasome.inference.weights import evidence_weights, stacking_weights
from metastasome.inference.words import verdict

from .small import chance, fixed


def test_weights_are_those_of_bayes_for_a_coin():
    made = compare([fixed(0.5), chance()], sets=0, draws=200, chains=2)
    fair = 120 * 0.5**10
    expected = fair / (fair + 1 / 11)
    assert made.weights["fair"] == pytest.approx(expected, rel=1e-4)
    assert "can't separate" in made.verdict


def test_recovery_grows_with_the_data_and_the_verdict_carries_it():
    few = compare([fixed(0.5, 3, 4), chance(3, 4)], sets=60, draws=200, chains=2, recover_from="prior")
    many = compare([fixed(0.5, 300, 400), chance(300, 400)], sets=60, draws=200, chains=2, recover_from="prior")
    assert few.recovery.share < many.recovery.share
    assert many.recovery.share > 0.85
    assert "recovery" in few.verdict and "can't separate" in few.verdict
    assert "The data support free chance" in many.verdict
    np.testing.assert_allclose(few.recovery.found.sum(axis=1), 1.0)


def test_rivals_that_predict_the_same_share_the_find():
    made = compare([chance(key="one"), chance(key="two")], sets=20, draws=200, chains=1)
    np.testing.assert_allclose(made.recovery.found, 0.5)
    assert made.weights["one"] == pytest.approx(0.5)


def test_mean_weight_of_the_truth_is_calibrated_under_the_prior():
    """Weights are probabilities: averaged over data from both hypotheses, w(a | a) and w(a | b) obey Bayes' rule."""
    made = compare([fixed(0.5, 15, 30), chance(15, 30)], sets=300, draws=100, chains=1, recover_from="prior").recovery
    # E[w_b | a] = E[w_a | b] for equal beliefs (both are sum over y of p_a p_b / (p_a + p_b))
    assert made.weights[0, 1] == pytest.approx(made.weights[1, 0], abs=0.06)


def test_the_impossible_is_kept_apart_with_its_sentence(tmp_path):
    made = compare([fixed(0.0, key="never"), chance()], sets=0, draws=200, chains=1)
    assert made.weights["never"] == 0.0
    assert "gives zero probability" in made.impossible["never"]
    made.save(tmp_path)
    assert (tmp_path / "comparison.json").is_file()
    with pytest.raises(ModelError, match="never"):
        compare([fixed(0.0, key="never"), fixed(1.0, key="always")], sets=0)


def test_hypotheses_about_different_data_are_refused():
    other = chance()
    seen = other.observations[0]
    changed = type(other)(
        "other", "other", (type(seen)("dice", seen.data, seen.labels, seen.parameters, seen.predict),)
    )
    with pytest.raises(InputError, match="not about the same data"):
        compare([chance(), changed], sets=0)


def test_wider_priors_cost_a_free_hypothesis():
    from metastasome.core.parameters import Prior

    narrow = Prior("lognormal", 0.5, 0.2)
    made = compare([fixed(0.5, 50, 100), chance(50, 100, prior=narrow)], sets=0, draws=2000, chains=2)
    w = [made.wider[k]["free"] for k in ("priors half as wide", "as stated", "priors twice as wide")]
    assert w[0] > w[1] > w[2]
    assert made.wider["as stated"]["free"] == pytest.approx(made.weights["free"], rel=1e-6)


def test_stacking_prefers_what_predicts_and_mixes_what_complements():
    n = 200
    best = np.stack([np.full(n, -1.0), np.full(n, -3.0)], axis=1)
    np.testing.assert_allclose(stacking_weights(best), [1.0, 0.0], atol=1e-6)
    halves = np.where(np.arange(n)[:, None] < n // 2, [[-1.0, -9.0]], [[-9.0, -1.0]])
    np.testing.assert_allclose(stacking_weights(halves), [0.5, 0.5], atol=1e-6)


def test_beliefs_and_impossible_evidence_in_weights():
    np.testing.assert_allclose(evidence_weights([0.0, 0.0], [3.0, 1.0]), [0.75, 0.25])
    np.testing.assert_allclose(evidence_weights([0.0, -np.inf], [1.0, 1.0]), [1.0, 0.0])


@pytest.mark.parametrize(("weights", "recovery", "words"), [
    ({"a": 0.99, "b": 0.01}, 0.97, "The data support A"),
    ({"a": 0.99, "b": 0.01}, 0.51, "would not name it reliably"),
    ({"a": 0.55, "b": 0.45}, 0.52, "These data can't separate A from B: weights 0.55/0.45, recovery 52%."),
    ({"a": 0.85, "b": 0.15}, 0.80, "lean"),
])  # fmt: skip
def test_verdicts(weights, recovery, words):
    assert words in verdict({"a": "A", "b": "B"}, weights, recovery)


def test_the_error_of_evidences_is_said_where_it_is_not_negligible():
    from dataclasses import replace

    from metastasome.cli.compare import _text
    from metastasome.report.explain_page import explain_page

    made = compare([fixed(0.5), chance()], sets=4, draws=200, chains=1)
    assert made.recovery.evidence_error < 0.1 and made.recovery.words == ""
    for error, said in ((0.05, False), (0.4, True)):
        found = replace(made, recovery=replace(made.recovery, evidence_error=error))
        assert ("sampling error of 0.40" in explain_page(found)) is said
        assert ("sampling error of 0.40" in _text(found, Path("out"))) is said
        assert found.as_dict()["recovery"]["evidence_error"] == error
    assert "0.64 and 0.36" in found.recovery.words  # 1 / (1 + exp(-0.4 sqrt 2)) = 0.638
