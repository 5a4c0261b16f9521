"""Expected information against closed forms, and what must hold of any plan."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm

from metastasome.core.errors import InputError
from metastasome.inference.design import _information, design
from metastasome.inference.experiments import EXPERIMENTS, experiment
from metastasome.inference.hypotheses import hypothesis

RIVALS = [hypothesis("totr"), hypothesis("tota_alone")]


def test_information_between_two_known_chances_is_the_jensen_shannon_divergence():
    points, n = [np.array([[0.2]]), np.array([[0.6]])], 5
    bits, correct = _information(points, np.array([0.5, 0.5]), n, False)
    p, q = (binom.pmf(np.arange(n + 1), n, x) for x in (0.2, 0.6))
    mid = 0.5 * (p + q)
    assert bits == pytest.approx(0.5 * (p * np.log2(p / mid)).sum() + 0.5 * (q * np.log2(q / mid)).sum(), rel=1e-9)
    assert correct == pytest.approx(np.maximum(p, q).sum() / 2, rel=1e-9)


def test_more_units_never_tell_less_and_never_more_than_there_is_to_know():
    made = design(RIVALS, [EXPERIMENTS["sequence"]], sizes=(1, 4, 16, 64), draws=300)
    bits = [p.bits for p in made.plans]
    assert (np.diff(bits) > 0).all() and bits[-1] < 1.0
    assert all(0.5 <= p.correct <= 1.0 for p in made.plans)


def test_sequencing_separates_resident_from_seeded_and_depletion_does_not():
    made = design(RIVALS, [EXPERIMENTS["sequence"], EXPERIMENTS["deplete"]], sizes=(5, 20, 80), draws=500)
    best = made.needed().iloc[0]
    assert best["experiment"] == "sequence" and best["enough"]
    told = {e: max(p.bits for p in made.plans if p.experiment.key == e) for e in ("sequence", "deplete")}
    assert told["sequence"] > 10 * told["deplete"]
    assert "To separate" in made.words[0] and "lesions" in made.words[0]


def test_depletion_separates_vesicles_from_cells_alone():
    pair = [hypothesis("cells_only"), hypothesis("totr")]
    made = design(pair, [EXPERIMENTS["sequence"], EXPERIMENTS["deplete"]], sizes=(5, 80), draws=500)
    told = {e: max(p.bits for p in made.plans if p.experiment.key == e) for e in ("sequence", "deplete")}
    assert told["deplete"] > 0.1 and told["sequence"] < 1e-6


def test_what_cannot_be_planned_is_refused():
    with pytest.raises(InputError, match="two hypotheses"):
        design(RIVALS[:1], [EXPERIMENTS["sequence"]])
    with pytest.raises(InputError, match="did you mean 'sequence'"):
        experiment("sequense")
    with pytest.raises(InputError, match="0 to 1"):
        experiment("deplete", strength=2.0)
    assert experiment("sequence", each=3.0).cost(10) == 30.0


def test_the_announced_number_names_the_truth_as_often_as_announced():
    """The plan's number, tried out: outcomes simulated, evidence by quadrature of its own, the truth counted."""
    made = design(RIVALS, [EXPERIMENTS["sequence"]], draws=2000)
    row = made.needed().iloc[0]
    n, tries, rng = int(row["n"]), 4000, np.random.default_rng(3)
    u = (np.arange(200) + 0.5) / 200
    rho, missed = np.meshgrid(0.02 + 0.98 * u, 0.02 * np.exp(0.8 * norm.ppf(u)), indexing="ij")
    seen = np.arange(n + 1)
    seeded = np.array([binom.pmf(k, n, missed[0]).mean() for k in seen])
    resident = np.array([binom.pmf(k, n, rho + (1 - rho) * missed).mean() for k in seen])
    right = 0
    for _ in range(tries):
        truth = rng.integers(2)
        m = 0.02 * np.exp(0.8 * rng.standard_normal())
        chance = m if truth == 0 else (r := rng.uniform(0.02, 1.0)) + (1 - r) * m
        k = rng.binomial(n, min(chance, 1.0))
        right += int(resident[k] > seeded[k]) == truth
    assert row["enough"] and row["correct"] >= 0.95
    assert right / tries == pytest.approx(row["correct"], abs=4 * np.sqrt(0.05 * 0.95 / tries))
