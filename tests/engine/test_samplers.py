"""Every sampler against its law: n = 2e5, seed 7, alpha 1e-4 each (15 checks: a false alarm once in 700 suites)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from metastasome.engine.samplers import LARGE, draw_many, log_binomial, log_poisson, ndtri

from .twin import chi2_p

N, SEED, ALPHA = 200_000, 7, 1e-4


@pytest.mark.parametrize(
    ("kind", "args", "law"),
    [
        ("exponential", (), stats.expon()),
        ("normal", (), stats.norm()),
        ("gamma", (0.04,), stats.gamma(0.04)),
        ("gamma", (3.3,), stats.gamma(3.3)),
        ("gamma", (1e6,), stats.gamma(1e6)),
    ],
)
def test_continuous(kind, args, law):
    x = draw_many(kind, N, SEED, *args)
    assert stats.kstest(x, law.cdf).pvalue > ALPHA
    assert stats.kstest(1.02 * x + 0.01, law.cdf).pvalue < ALPHA


@pytest.mark.parametrize(
    ("kind", "args", "law", "wrong"),
    [
        ("poisson", (3.0,), stats.poisson(3.0), stats.poisson(3.05)),
        ("poisson", (12.0,), stats.poisson(12.0), stats.poisson(12.1)),
        ("poisson", (1e4,), stats.poisson(1e4), stats.poisson(10005)),
        ("binomial", (5.0, 0.3), stats.binom(5, 0.3), stats.binom(5, 0.31)),
        ("binomial", (60.0, 0.7), stats.binom(60, 0.7), stats.binom(60, 0.705)),
        ("binomial", (1e5, 0.2), stats.binom(100_000, 0.2), stats.binom(100_000, 0.2002)),
        ("geometric", (0.9,), stats.geom(0.1), stats.geom(0.102)),
        ("negative_binomial", (2.5, 4.0), stats.nbinom(2.5, 0.2), stats.nbinom(2.5, 0.204)),
    ],
)
def test_counts(kind, args, law, wrong):
    x = draw_many(kind, N, SEED, *args)
    low = max(0, int(law.ppf(1e-9)) - 1)
    top = int(law.ppf(1 - 1e-9)) + 2 - low
    assert chi2_p(x - low, lambda k: law.pmf(k + low), top) > ALPHA
    assert chi2_p(x - low, lambda k: wrong.pmf(k + low), top) < ALPHA


@pytest.mark.parametrize("mean", [1e9, 1e12, 5 * LARGE])
def test_large_means_keep_their_variance(mean):
    x = draw_many("poisson", N, SEED, mean)
    z = (x - mean) / np.sqrt(mean)
    assert abs(z.mean()) < 4 / np.sqrt(N)
    assert abs(z.var() - 1) < 4 * np.sqrt(2 / N)


def test_log_probabilities_and_normal_quantile():
    for k, mean in ((0.0, 2.0), (3.0, 2.0), (20.0, 12.0), (1e6, 1.001e6), (40.0, 5.0)):
        np.testing.assert_allclose(log_poisson(k, mean), stats.poisson.logpmf(k, mean), rtol=1e-9)
    for k, n, p in ((0.0, 9.0, 0.2), (9.0, 9.0, 0.2), (4.0, 9.0, 0.2), (2e5, 1e6, 0.2)):
        np.testing.assert_allclose(log_binomial(k, n, p), stats.binom.logpmf(k, n, p), rtol=1e-7)
    for u in (1e-15, 1e-7, 0.02, 0.3, 0.5, 0.9, 1 - 1e-12):
        np.testing.assert_allclose(ndtri(u), stats.norm.ppf(u), rtol=1e-12, atol=1e-14)


def test_degenerate_arguments():
    assert draw_many("poisson", 3, 1, 0.0).tolist() == [0, 0, 0]
    assert draw_many("binomial", 3, 1, 10.0, 0.0).tolist() == [0, 0, 0]
    assert draw_many("binomial", 3, 1, 10.0, 1.0).tolist() == [10, 10, 10]
    assert draw_many("geometric", 3, 1, 0.0).tolist() == [1, 1, 1]
    assert draw_many("negative_binomial", 3, 1, 0.0, 5.0).tolist() == [0, 0, 0]
