"""Lesions that act back on the body: windows, events and levers."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.engine import Event, Lever, Settings, mean_field, run_cohort
from metastasome.engine.meanfield import gap

from . import problems


@pytest.fixture(scope="module")
def coupled():
    return run_cohort(problems.tumour(reseed=3.0), n=1000, seed=3)


def test_halving_the_window_changes_nothing_beyond_sampling_error(coupled):
    fine = run_cohort(problems.tumour(reseed=3.0), n=1000, seed=8, settings=Settings(window_days=15, feedback_tol=0.5))
    a, b = coupled.lesion_count, fine.lesion_count
    error = np.sqrt((a.var(axis=0) + b.var(axis=0)) / 1000)
    assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) < 4 * error).all()
    p, q = coupled.p_detect, fine.p_detect
    assert (np.abs(p - q) < 4 * np.sqrt(0.5 / 1000) * np.sqrt(np.maximum(p * (1 - p), 0.01) * 4)).all()


def test_feedback_matters_and_the_mean_field_says_so(coupled):
    """With reseeding, lesions are far more than the mean field without it expects; without it they agree."""
    alone = run_cohort(problems.tumour(reseed=0.0), n=1000, seed=3)
    mean = mean_field(problems.tumour(reseed=0.0), patients=1000)
    assert np.abs(gap(alone, mean)["standard_errors"]).max() < 4
    assert alone.lesion_count.mean(axis=0) == pytest.approx(mean.lesions[:, -1], rel=0.03)
    assert coupled.lesion_count.mean() > 1.5 * alone.lesion_count.mean()


def test_feedback_off_is_the_same_as_a_parameter_that_does_nothing():
    """Windows do not change the law: with a burden that nothing reads, counts agree with one whole window."""
    windows = run_cohort(problems.tumour(reseed=0.0), n=1000, seed=1)
    whole = run_cohort(problems.tumour(reseed=0.0, burden=None), n=1000, seed=2)
    a, b = windows.lesion_count, whole.lesion_count
    assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) < 4 * np.sqrt((a.var(axis=0) + b.var(axis=0)) / 1000)).all()


def test_finer_cells_and_tolerances_change_nothing_beyond_sampling_error():
    coarse = run_cohort(problems.tumour(), n=1000, seed=1)
    fine = run_cohort(problems.tumour(), n=1000, seed=2, settings=Settings(cell_days=7, rtol=1e-6))
    a, b = coarse.lesion_count, fine.lesion_count
    assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) < 4 * np.sqrt((a.var(axis=0) + b.var(axis=0)) / 1000)).all()
    # the primary has grown by a factor of 1e4 in 2000 days, with an error of up to 4e-3 a step
    np.testing.assert_allclose(coarse.recorded.mean, fine.recorded.mean, rtol=6e-3)


def test_resection_happens_at_the_patients_own_diameter():
    event = Event(("diameter", "limit"), {"size": 1e-9}, {"shed": 0.0}, "resection")
    cohort = run_cohort(problems.tumour(events=(event,)), n=300, seed=1)
    again = run_cohort(problems.tumour(), n=300, seed=1)
    at = cohort.recorded.index("diameter")
    day = cohort.event_day[:, 0]
    assert np.isfinite(day).mean() > 0.5
    before = again.recorded.raw[0, at]
    reached = np.interp(2.0, before, again.times)
    assert day[0] == pytest.approx(reached, abs=5)
    assert cohort.recorded.raw[0, at].max() < 2.01
    assert cohort.lesions[cohort.lesions["origin"] == "seeded"]["founded_day"].max() < np.nanmax(day) + 1
    assert cohort.lesion_count.mean() < again.lesion_count.mean()


def test_arms_share_their_random_numbers():
    """A lever that starts late changes nothing founded and seen before it; one of factor 1 changes nothing at all."""
    base = run_cohort(problems.constant(organs=3, days=1500.0, steps=11), n=300, seed=1)
    same = run_cohort(
        problems.constant(organs=3, days=1500.0, steps=11, levers=(Lever("birth", 0, 0.0, np.inf, 1.0),)), n=300, seed=1
    )
    np.testing.assert_array_equal(base.cells, same.cells)
    less = run_cohort(
        problems.constant(organs=3, days=1500.0, steps=11, levers=(Lever("intensity_seeded", 0, 0.0, np.inf, 0.0),)),
        n=300,
        seed=1,
    )
    np.testing.assert_array_equal(base.cells[:, 1:], less.cells[:, 1:])
    assert (less.cells[:, 0] == 0).all() and base.cells[:, 0].any()


def test_timed_events_and_levers_break_the_record_where_they_should():
    event = Event(250.0, {}, {"growth": 0.0}, "stop")
    cohort = run_cohort(problems.tumour(events=(event,), days=1000.0), n=20, seed=1)
    size = cohort.recorded.raw[:, cohort.recorded.index("size")]
    assert np.allclose(cohort.event_day, 250.0)
    after = cohort.times >= 250
    np.testing.assert_allclose(size[:, after], np.repeat(size[:, after][:, :1], after.sum(), axis=1), rtol=1e-6)
