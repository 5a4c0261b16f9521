"""Clones in the compiled kernel against exact laws. alpha 1e-3 per check; n patients x 3 organs, seeds in the
calls."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from metastasome.engine import Lever, Settings, first_detection, mean_field, run_cohort
from metastasome.engine.meanfield import expected, gap, rates_of

from . import problems, twin

ALPHA = 1e-3


@pytest.fixture(scope="module")
def reference():
    return problems.constant(organs=3, local=0.005, days=1500.0, steps=61, saturation=1e18)


@pytest.fixture(scope="module")
def cohort(reference):
    return run_cohort(reference, n=3000, seed=3)


def test_number_of_lesions_is_poisson(reference, cohort):
    mean = mean_field(reference).lesions[0, -1]
    x = cohort.lesion_count.ravel()
    assert twin.chi2_p(x, lambda k: stats.poisson.pmf(k, mean), 30) > ALPHA
    assert twin.chi2_p(x, lambda k: stats.poisson.pmf(k, 1.05 * mean), 30) < ALPHA


def test_sizes_at_the_horizon_follow_kendalls_law(cohort):
    """Cells given founding day: geometric; its distribution function at the sizes found must be uniform."""
    rows = cohort.lesions
    E = np.exp(0.02 * (1500.0 - rows["founded_day"].to_numpy(dtype=float)))
    e = 0.25 * (E - 1) / (0.25 * E - 0.23)
    old = E > 20
    u = 1 - e[old] ** rows["cells"].to_numpy()[old]
    assert stats.kstest(u, "uniform").pvalue > ALPHA
    assert stats.kstest(np.clip(1.02 * u, 0, 1), "uniform").pvalue < ALPHA


def test_founding_days_of_those_that_live(cohort):
    """Survivors are founded with intensity nu P(alive): uniform after that change of time; both origins in their
    shares."""
    s = np.linspace(0, 1500, 3001)
    E = np.exp(0.02 * (1500 - s))
    alive = 0.02 * E / (0.25 * E - 0.23)
    law = np.concatenate([[0], np.cumsum(0.5 * (alive[1:] + alive[:-1]))])
    u = np.interp(cohort.lesions["founded_day"], s, law / law[-1])
    assert stats.kstest(u, "uniform").pvalue > ALPHA
    share = (cohort.lesions["origin"] == "local").mean()
    assert share == pytest.approx(1 / 3, abs=4 * np.sqrt(2 / 9 / len(u)))


def test_first_detection_day_matches_the_mean_field(reference, cohort):
    """sup |F_n - F| below the 1e-3 point of Kolmogorov's law, 1.95 / sqrt(n), on every recording day."""
    exact = mean_field(reference).p_detect[0]
    x = np.sort(cohort.first_seen.ravel())
    found = np.searchsorted(x, reference.times, side="right") / len(x)
    assert np.abs(found - exact).max() < 1.95 / np.sqrt(len(x))
    wrong = mean_field(reference.with_(detectable=np.full(3, 2e6))).p_detect[0]
    assert np.abs(found - wrong).max() > 1.95 / np.sqrt(len(x))
    np.testing.assert_allclose(cohort.detected_by.mean(axis=0), found, atol=1e-12)


def test_every_founder_or_only_those_that_matter(reference, cohort):
    """Drawing all founders or only those whose clones live to matter gives the same law of what can be observed."""
    everyone = run_cohort(reference.with_(horizon_founders="all"), n=1500, seed=4)
    assert stats.ks_2samp(everyone.first_seen.ravel(), cohort.first_seen.ravel(), nan_policy="omit").pvalue > ALPHA
    assert stats.ks_2samp(everyone.lesion_count.ravel(), cohort.lesion_count.ravel()).pvalue > ALPHA
    per_organ = everyone.lesions.groupby(["patient", "organ"], observed=True).size().mean()
    assert per_organ == pytest.approx(0.015 * 1500, rel=0.03)
    assert (everyone.lesions["cells"] == 0).mean() > 0.8


def test_clones_and_pooled_law_agree():
    """A lone origin: the day the largest lesion is seen is close to the day the organ holds as many cells (pooled
    law)."""
    problem = problems.constant(organs=3, founding=0.002, days=2500.0)
    ours = np.sort(run_cohort(problem, n=3000, seed=5).first_seen.ravel())
    pooled = np.sort(
        first_detection(birth=0.25, death=0.23, founding=0.002, size=1e6, days=2500.0, organs=3, n=3000, seed=6).ravel()
    )
    for day in (1000.0, 1500.0, 2500.0):
        a, b = ((x <= day).mean() for x in (ours, pooled))
        assert a == pytest.approx(b, abs=0.01 + 4 * np.sqrt(0.5 / 9000))


def test_pooled_law_against_the_exact_distribution():
    """P(N(t) >= D) of the immigration-birth-death process is an upper bound met to 1e-3 while growth dominates; n =
    2.4e5."""
    x = first_detection(birth=0.25, death=0.23, founding=0.01, size=1e5, days=1500.0, organs=12, n=20_000, seed=1)
    for day in (700, 1000, 1500):
        E = np.exp(0.02 * day)
        e = 0.25 * (E - 1) / (0.25 * E - 0.23)
        exact = stats.nbinom.sf(1e5 - 1, 0.04, 1 - e)
        assert (x <= day).mean() == pytest.approx(exact, abs=1e-3 + 4 * np.sqrt(exact * (1 - exact) / x.size))
    same = first_detection(
        birth=0.25, death=0.23, founding=0.01, size=1e5, days=1500.0, organs=12, n=5, seed=1, first=100
    )
    np.testing.assert_array_equal(same, x[100:105])


def test_large_lesions_stop_at_their_saturation_size():
    problem = problems.constant(organs=3, saturation=1e8, days=3000.0)
    cells = run_cohort(problem, n=200, seed=1).lesions
    old = cells[cells["founded_day"] < 1000]["cells"]
    assert old.max() < 1.01e8 and old.median() == pytest.approx(1e8, rel=1e-3)


def test_a_treatment_window_kills_clones():
    """Death tripled for 100 days: the clones alive fall as Kendall's law says."""
    lever = (Lever("death", None, 800.0, 900.0, 3.0),)
    problem = problems.constant(organs=3, days=1000.0, levers=lever, founding=0.05)
    treated = run_cohort(problem, n=1000, seed=2)
    table = gap(treated, mean_field(problem))
    assert np.abs(table["standard_errors"]).max() < 4
    mean = mean_field(problem).lesions[:, -1]
    assert treated.lesion_count.mean(axis=0) == pytest.approx(mean, abs=4 * np.sqrt(mean.max() / 1000))
    untreated = mean_field(problem.with_(levers=())).lesions[0, -1]
    assert mean[0] < 0.4 * untreated


def test_luria_delbrueck():
    """Mutants of an exponentially growing culture follow Lea and Coulson 1949 (doi:10.1007/BF02986080). n = 9000."""
    start, days, expect = 1e3, 12.0, 1.5
    rate = expect / (start * (np.exp(days) - 1))
    problem = problems.tumour(days=days, burden=None, detectable=np.full(3, 1e12), record=(), times=np.array([0, days]))
    params = {
        "growth": 1.0, "capacity": 1e30, "training": 0.0, "forgetting": 0.0, "burden": 0.0, "reseed": 0.0, "birth": 1.0,
        "death": 0.0, "shelter": 0.0, "saturation": 1e15, "shed": rate, "turn": 0.0, "limit": 1.0,
    }  # fmt: skip
    problem = problem.with_(patients=problems.same(problem.compiled, params, {"size": start, "niche": 0.0}))
    x = run_cohort(problem, n=3000, seed=9, settings=Settings(cell_days=0.5, rtol=1e-4)).cells.ravel()
    assert twin.chi2_p(x, lambda k: lea_coulson(expect, len(k)), 60) > ALPHA
    assert twin.chi2_p(x, lambda k: lea_coulson(1.08 * expect, len(k)), 60) < ALPHA


def lea_coulson(m, top):
    p = np.zeros(top)
    p[0] = np.exp(-m)
    for n in range(1, top):
        p[n] = m / n * sum(p[i] / (n - i + 1) for i in range(n))
    return p


def test_mean_field_is_differentiable():
    """The derivative of P(detectable by t) to every birth rate, by JAX, agrees with a finite difference."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    problem = problems.constant(organs=3, days=800.0, steps=5)
    rates = rates_of(problem, *(x[0] for x in problem.patients(0, 1)))

    def seen(shift, xp):
        changed = rates.__class__(rates.days, rates.birth + shift, rates.death, rates.saturation, rates.intensity)
        return expected(changed, problem.detectable, xp=xp).p_detect[0, -1]

    slope = float(jax.grad(lambda x: seen(x, jax.numpy))(0.0))
    assert slope == pytest.approx((seen(1e-6, np) - seen(-1e-6, np)) / 2e-6, rel=1e-4)
