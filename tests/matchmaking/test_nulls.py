import numpy as np
import pytest
from scipy.stats import false_discovery_control, kstest, ttest_ind

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.matchmaking import nulls

ALPHA = 1e-3


def test_p_counts_draws_at_least_as_extreme():
    null = np.arange(-50.0, 51.0)[:, None]
    assert nulls.p_value(np.array([50.0]), null)[0] == pytest.approx(3 / 102)
    assert nulls.p_value(np.array([-60.0]), null)[0] == pytest.approx(1 / 102)
    assert nulls.p_value(np.array([0.0]), null)[0] == 1.0


def test_benjamini_hochberg_agrees_with_scipy_and_skips_the_untested():
    p = stream(1, "test/bh").random((5, 4))
    np.testing.assert_allclose(nulls.benjamini_hochberg(p).ravel(), false_discovery_control(p.ravel()))
    holes = p.copy()
    holes[0, 0] = np.nan
    q = nulls.benjamini_hochberg(holes)
    assert np.isnan(q[0, 0])
    np.testing.assert_allclose(q.ravel()[1:], false_discovery_control(p.ravel()[1:]))


def test_strata_are_full_and_ordered():
    x = stream(2, "test/strata").random(500)
    group = nulls.strata(x, x**2, bins=5, smallest=20)
    assert np.bincount(group).min() >= 20
    means = [x[group == g].mean() for g in np.unique(group)]
    assert means == sorted(means)
    assert nulls.strata(x[:3], smallest=20).tolist() == [0, 0, 0]


def test_drawn_seeds_keep_gc_and_target_number():
    rng = stream(3, "test/seeds")
    seeds = ["".join(rng.choice(list("ACGU"), 7)) for _ in range(400)]
    gc = np.array([s.count("G") + s.count("C") for s in seeds])
    targets = (1000 * np.exp(0.3 * rng.standard_normal(400)) / (1 + gc)).astype(int)
    delivered = np.sort(rng.choice(400, 60, replace=False))
    drawn = nulls.matched_seeds(seeds, targets, delivered, 200, 1)
    assert drawn.shape == (200, 60)
    assert all(np.unique(row).size == 60 for row in drawn)
    matched = np.corrcoef(targets[drawn].mean(axis=0), targets[delivered])[0, 1]
    anyhow = np.corrcoef(targets[rng.integers(0, 400, (200, 60))].mean(axis=0), targets[delivered])[0, 1]
    assert matched > 0.8 > 0.5 > abs(anyhow)  # the sabotage twin draws from all seeds


def gene_world(seed, effect=0.0):
    """Changes that follow 3'UTR length, and a programme of long genes; `effect` is the programme's own."""
    rng = stream(seed, "test/genes")
    lengths = np.exp(rng.normal(7, 1, 600))
    expression = np.exp(rng.normal(2, 1, 600))
    change = -1e-4 * lengths / lengths.mean() + 2e-5 * rng.standard_normal(600)
    members = rng.choice(np.argsort(lengths)[-150:], 20, replace=False)
    weights = np.zeros((1, 600))
    weights[0, members] = 1 / 20
    change[members] -= effect
    return change, weights, lengths, expression


def test_gene_null_forgives_long_utrs_but_not_a_real_effect():
    p, naive = [], []
    for i in range(60):  # n = 60 worlds, seeds 0-59
        change, weights, lengths, expression = gene_world(i)
        null = nulls.matched_genes(change, weights, lengths, expression, 200, stream(i, "test/null"))
        p.append(nulls.p_value(weights @ change, null)[0])
        flat = nulls.matched_genes(change, weights, np.ones(600), expression, 200, stream(i, "test/null"))
        naive.append(nulls.p_value(weights @ change, flat)[0])
    assert np.mean(np.array(p) < 0.05) < 0.25
    assert np.mean(np.array(naive) < 0.05) > 0.8  # sabotage: without matching, length alone looks like a match
    change, weights, lengths, expression = gene_world(1, effect=3e-4)
    null = nulls.matched_genes(change, weights, lengths, expression, 500, stream(1, "test/null"))
    assert nulls.p_value(weights @ change, null)[0] < 0.01


def test_genes_that_are_not_expressed_are_never_drawn():
    change, weights, lengths, expression = gene_world(2)
    off = np.flatnonzero(weights[0] == 0)[::2]
    expression[off], change[off] = 0.0, -1e9
    null = nulls.matched_genes(change, weights, lengths, expression, 50, stream(1, "test/null"))
    assert (null > -1.0).all()
    assert not nulls.matched_genes(change, weights, lengths, np.zeros(600), 5, stream(1, "x")).any()


def test_class_permutation_is_fair_without_and_sure_with_a_difference():
    # n = 200 worlds of 12 + 10 donors, seeds 0-199: p is uniform (KS, alpha 1e-3); permuting a real signal destroys it
    case = np.arange(22) < 12
    p = []
    for i in range(200):
        scores = stream(i, "test/class").standard_normal((22, 1)) * np.where(case, 2.0, 1.0)[:, None]
        p.append(nulls.p_value(*nulls.permute_classes(scores, case, 199, i))[0])
    assert kstest(p, "uniform").pvalue > ALPHA
    real = stream(1, "test/class").standard_normal((22, 1)) + 3.0 * case[:, None]
    observed, null = nulls.permute_classes(real, case, 999, 1)
    assert observed[0] == pytest.approx(ttest_ind(real[case], real[~case], equal_var=False).statistic[0], rel=1e-9)
    assert nulls.p_value(observed, null)[0] == pytest.approx(1e-3)
    shuffled = real[stream(2, "test/shuffle").permutation(22)]
    assert nulls.p_value(*nulls.permute_classes(shuffled, case, 999, 1))[0] > 0.05
    with pytest.raises(InputError, match="too few donors"):
        nulls.permute_classes(real, np.arange(22) < 1, 9, 1)


def test_organ_labels_move_within_donors_only():
    # donors differ by far more than organs: only a null within donors sees the organ
    rng = stream(6, "test/organs")
    donors = np.repeat(np.arange(8), 3)
    organs = ["liver", "lung", "brain"] * 8
    scores = 10.0 * rng.standard_normal(8)[donors][:, None] + 0.3 * rng.standard_normal((24, 2))
    scores[::3, 0] += 1.0
    names, observed, null = nulls.permute_organs(scores, organs, [str(d) for d in donors], 499, 1)
    assert names == ("brain", "liver", "lung")
    p = nulls.p_value(observed, null)
    assert p[1, 0] < 0.01 and p[1, 1] > 0.05
    every = nulls.permute_organs(scores, organs, ["one"] * 24, 499, 1)  # sabotage: donors ignored
    assert nulls.p_value(every[1], every[2])[1, 0] > 0.05
    with pytest.raises(InputError, match="no donor gave two organs"):
        nulls.permute_organs(scores, organs, [str(i) for i in range(24)], 9, 1)
