"""The announced chance of naming the truth, tried out by simulation: barcodes and an arm that lacks vesicles.

4000 simulated experiments each (seed 3), judged by an evidence of their own (quadrature over midpoints); 4 standard
errors. Sabotage: experiments that work worse than was planned name the truth clearly less often.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from metastasome.inference.design import design
from metastasome.inference.experiments import EXPERIMENTS
from metastasome.inference.hypotheses import hypothesis

TRIES = 4000
U = (np.arange(80) + 0.5) / 80


def announced(keys, experiment, n):
    made = design([hypothesis(k) for k in keys], [EXPERIMENTS[experiment]], sizes=(n,), draws=4000)
    return made.plans[0].correct


def close(found, told):
    return abs(found - told) < 4 * np.sqrt(told * (1 - told) / TRIES) + 0.003  # 0.003: 4000 draws of the plan


def barcodes(n, wrong, real_wrong):
    """Return how often simulated lesions with misread barcodes are ascribed to the truth."""
    rng, k = np.random.default_rng(3), np.arange(n + 1)
    rho = 0.02 + 0.98 * U
    seeded = binom.pmf(k, n, wrong)
    resident = binom.pmf(k[:, None], n, rho * (1 - wrong) + (1 - rho) * wrong).mean(axis=1)
    truth, r = rng.integers(2, size=TRIES), rng.uniform(0.02, 1.0, TRIES)
    r = np.where(truth == 1, r, 0.0)
    seen = rng.binomial(n, r * (1 - real_wrong) + (1 - r) * real_wrong)
    return float(((resident > seeded)[seen] == truth).mean())


def arms(n, strength, real_strength):
    """Return the same of mice with and without depletion, of ``n`` in each arm."""
    rng, k = np.random.default_rng(3), np.arange(n + 1)
    p, fed = (x.ravel() for x in np.meshgrid(0.5 + 0.4 * U, 0.02 + 0.98 * U, indexing="ij"))
    control = binom.pmf(k[:, None], n, p)
    treated = binom.pmf(k[:, None], n, 1 - (1 - p) ** (1 - strength * fed))
    alone, with_vesicles = control @ control.T / len(p), control @ treated.T / len(p)
    truth, take = rng.integers(2, size=TRIES), rng.uniform(0.5, 0.9, TRIES)
    share = np.where(truth == 1, rng.uniform(0.02, 1.0, TRIES), 0.0)
    first = rng.binomial(n, take)
    second = rng.binomial(n, 1 - (1 - take) ** (1 - real_strength * share))
    return float(((with_vesicles > alone)[first, second] == truth).mean())


@pytest.mark.parametrize("n", [3, 20])
def test_barcodes_name_the_truth_as_often_as_announced(n):
    told = announced(["totr", "tota_alone"], "barcode", n)
    assert close(barcodes(n, 0.01, 0.01), told)
    assert not close(barcodes(n, 0.01, 0.2), told)


@pytest.mark.parametrize("n", [12, 50])
def test_a_depleted_arm_names_the_truth_as_often_as_announced(n):
    told = announced(["cells_only", "totr"], "deplete", n)
    assert close(arms(n, 0.9, 0.9), told)
    assert not close(arms(n, 0.9, 0.3), told)
