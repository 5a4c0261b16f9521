"""Kendall's laws against closed forms, direct integration and the plain Gillespie twin. alpha 1e-3 per statistical
check."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import integrate, stats

from metastasome.engine.laws import (
    alive,
    leap,
    leap_many,
    leap_with_immigration,
    logistic_gain,
    newcomers,
    ratio,
    spread,
    stretch,
)
from metastasome.engine.philox import make_stream
from metastasome.engine.pooled import pool_at

from . import twin

ALPHA = 1e-3
rates = st.floats(0.0, 2.0)


@njit
def leaps(seed, count, n, m, q):
    s = make_stream(seed, 0)
    return np.array([leap(s, n, m, q) for _ in range(count)])


@njit
def large_leaps(seed, count, n, m, q, shape):
    s = make_stream(seed, 0)
    return np.array([leap_many(s, n, m, q, shape) for _ in range(count)])


@njit
def arrivals(seed, count, shape, odds):
    s = make_stream(seed, 0)
    return np.array([newcomers(s, shape, odds) for _ in range(count)])


@settings(deadline=None, max_examples=40)
@given(b=rates, d=rates, one=st.floats(0.01, 5.0), two=st.floats(0.01, 5.0))
def test_stretches_compose(b, d, one, two):
    m1, q1 = stretch(b, d, one)
    m2, q2 = stretch(b, d, two)
    m, q = stretch(b, d, one + two)
    assert m1 * m2 == pytest.approx(m, rel=1e-9)
    assert q1 + q2 / m1 == pytest.approx(q, rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(b=st.floats(0.01, 2.0), d=st.floats(0.01, 2.0), days=st.floats(0.1, 5.0))
def test_published_extinction_and_ratio(b, d, days):
    """Kendall 1948 eq. 12 as DESIGN states it: a = d(E-1)/(bE-d), e = b(E-1)/(bE-d)."""
    if abs(b - d) < 1e-3:
        return
    m, q = stretch(b, d, days)
    E = np.exp((b - d) * days)
    assert 1 - alive(q) == pytest.approx(d * (E - 1) / (b * E - d), rel=1e-9)
    assert ratio(m, q) == pytest.approx(b * (E - 1) / (b * E - d), rel=1e-9)


def test_time_dependent_rates_by_direct_integration():
    """The law is exact in its two integrals: many short stretches converge to Kendall's formula at second order."""

    def b(t):
        return 0.3 + 0.2 * np.sin(t)

    def d(t):
        return 0.25 + 0.2 * np.cos(0.7 * t)

    def rho(t):
        return integrate.quad(lambda u: d(u) - b(u), 0, t, limit=200)[0]

    exact_q = integrate.quad(lambda u: d(u) * np.exp(rho(u)), 0, 8.0, limit=200)[0]
    gaps = []
    for cells in (40, 80, 160):
        m, q, h = 1.0, 0.0, 8.0 / cells
        for c in range(cells):
            m2, q2 = stretch(b((c + 0.5) * h), d((c + 0.5) * h), h)
            m, q = m * m2, q + q2 / m
        gaps.append(abs(q - exact_q))
    assert gaps[2] < 1e-4 * exact_q
    assert gaps[0] / gaps[1] == pytest.approx(4, rel=0.1)


def test_yule():
    """Pure birth from one cell is geometric. n = 1e5."""
    x = leaps(3, 100_000, 1.0, *stretch(0.5, 0.0, 4.0))
    p = np.exp(-2.0)
    assert twin.chi2_p(x, lambda k: stats.geom.pmf(k, p), 200) > ALPHA
    assert twin.chi2_p(x, lambda k: stats.geom.pmf(k, 1.03 * p), 200) < ALPHA


def test_immigration_birth_death_is_negative_binomial():
    """n = 1e5; Kendall 1949."""
    x = pool_at(birth=0.3, death=0.2, founding=0.15, days=20.0, n=100_000, seed=2)
    E = np.exp(0.1 * 20)
    e = 0.3 * (E - 1) / (0.3 * E - 0.2)
    assert twin.chi2_p(x, lambda k: stats.nbinom.pmf(k, 0.5, 1 - e), 200) > ALPHA
    assert twin.chi2_p(x, lambda k: stats.nbinom.pmf(k, 0.52, 1 - e), 200) < ALPHA


def test_immigration_death_is_poisson():
    """Without births: Poisson of mean nu (1 - exp(-d t)) / d plus binomial survivors; here through the clones' law."""
    x = leaps(5, 100_000, 40.0, *stretch(0.0, 0.1, 7.0))
    assert twin.chi2_p(x, lambda k: stats.binom.pmf(k, 40, np.exp(-0.7)), 41) > ALPHA


def test_newcomers_are_negative_binomial():
    x = arrivals(4, 200_000, 0.04, 300.0)
    assert twin.chi2_p(x, lambda k: stats.nbinom.pmf(k, 0.04, 1 / 301), 3000) > ALPHA
    assert twin.chi2_p(x, lambda k: stats.nbinom.pmf(k, 0.0425, 1 / 301), 3000) < ALPHA


@pytest.mark.parametrize("start", [1, 12])
def test_leap_against_gillespie(start):
    """Time-dependent rates in three stretches against every single event: n = 4000 each, KS and extinction."""
    steps = ((0.5, 0.3), (0.2, 0.5), (0.6, 0.4))
    m, q = 1.0, 0.0
    for b, d in steps:
        m2, q2 = stretch(b, d, 2.0)
        m, q = m * m2, q + q2 / m
    slow = twin.many(
        4000, 11, birth=lambda t: steps[min(2, int(t / 2))][0], death=lambda t: steps[min(2, int(t / 2))][1],
        founding=lambda t: 0.0, ceiling=1.0, days=6.0, start=start,
    )  # fmt: skip
    fast = leaps(6, 4000, float(start), m, q)
    assert twin.ks_p(fast, slow) > ALPHA
    assert abs((fast == 0).mean() - (slow == 0).mean()) < 4 * np.sqrt(0.5 / 4000)
    wrong = leaps(6, 4000, float(start), *stretch(0.6, 0.4, 6.0))
    assert twin.ks_p(wrong, slow) < ALPHA


def test_dispersion():
    m, q = stretch(0.25, 0.23, 40.0)
    x = leaps(8, 200_000, 30.0, m, q)
    assert x.mean() == pytest.approx(30 * m, rel=4 * np.sqrt(spread(m, q) / 30 / 200_000))
    assert x.var() / x.mean() ** 2 == pytest.approx(spread(m, q) / 30, rel=0.03)


@pytest.mark.parametrize("days", [1.0, 30.0])
def test_large_leaps_have_the_exact_distribution(days):
    """The claim of `leap_many`: distribution function right to 2e-6 at 1e4 lineages (here from 1.2e4 to 1e5 cells)."""
    m, q = stretch(0.25, 0.23, days)
    n = 1.3e4 * (1 + q)
    low, exact = _exact_cdf(round(n), m, q)
    z = np.linspace(-4.5, 4.5, 1501)
    k = np.array([_quantile(x, round(n), m, q) for x in z])
    at = np.interp(np.floor(k) + 0.5, k, z)
    inside = np.abs(at) < 4.4
    error = np.abs(stats.norm.cdf(at) - exact[np.floor(k).astype(int) - low])[inside].max()
    assert error < 2e-6
    plain = np.abs(stats.norm.cdf(z) - exact[(n * m + z * np.sqrt(n * m * m * spread(m, q))).astype(int) - low]).max()
    assert plain > 1e-4  # a bare normal is fifty times worse: the corrections do their work


def _exact_cdf(n, m, q):
    """Characteristic function of n independent clones, inverted by FFT."""
    p, mean = alive(q), m * (1 + q)
    e = 1 - 1 / mean
    sd = np.sqrt(n * m * m * spread(m, q))
    size = int(2 ** np.ceil(np.log2(24 * sd)))
    low = int(n * m - size / 2)
    theta = 2 * np.pi * np.fft.fftfreq(size)
    z = np.exp(1j * theta)
    phi = np.exp(n * np.log(1 - p + p * (1 - e) * z / (1 - e * z)) - 1j * theta * low)
    return low, np.cumsum(np.real(np.fft.fft(phi)) / size)


def _quantile(z, n, m, q):
    """The same corrected normal as leap_many, at a given z (twin of its arithmetic)."""
    h = m * (1 + q) - 1
    f = [m, 2 * m * h, 6 * m * h**2, 24 * m * h**3]
    raw = [f[0], f[1] + f[0], f[2] + 3 * f[1] + f[0], f[3] + 6 * f[2] + 7 * f[1] + f[0]]
    k2 = n * (raw[1] - m * m)
    k3 = n * (raw[2] - 3 * raw[1] * m + 2 * m**3)
    k4 = n * (raw[3] - 4 * m * raw[2] - 3 * raw[1] ** 2 + 12 * m * m * raw[1] - 6 * m**4)
    g1, g2 = k3 / k2**1.5, k4 / k2**2
    w = z + g1 * (z * z - 1) / 6 + g2 * (z**3 - 3 * z) / 24 - g1 * g1 * (2 * z**3 - 5 * z) / 36
    return n * m + np.sqrt(k2) * w


def test_large_leaps_draw_what_the_formula_says():
    m, q = stretch(0.25, 0.23, 10.0)
    x = large_leaps(3, 100_000, 1e6, m, q, 0.0)
    z = (x - 1e6 * m) / np.sqrt(1e6 * m * m * spread(m, q))
    assert stats.kstest(z, "norm").pvalue > ALPHA
    assert stats.kstest(1.03 * z, "norm").pvalue < ALPHA


@settings(deadline=None, max_examples=30)
@given(n=st.floats(1, 1e8), one=st.floats(0.01, 3), two=st.floats(0.01, 3))
def test_logistic_growth_composes_and_stays_below_its_size(n, one, two):
    size = 1e9
    first = n * logistic_gain(n, np.exp(one), size)
    second = first * logistic_gain(first, np.exp(two), size)
    assert second == pytest.approx(n * logistic_gain(n, np.exp(one + two), size), rel=1e-9)
    assert second <= size


def test_leap_with_immigration_from_nothing_without_founders():
    @njit
    def call():
        s = make_stream(1, 0)
        return leap_with_immigration(s, 0.0, 2.0, 0.5, 0.0)

    assert call() == 0.0
