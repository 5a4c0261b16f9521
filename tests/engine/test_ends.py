"""An event that ends follow-up: nothing later is founded, grows or is seen."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.engine import Event, run_cohort

from .problems import constant, tumour

END = 1825.0


@pytest.mark.parametrize("founders", ["all", "detectable"])
def test_a_patient_whose_follow_up_ends_is_one_followed_for_that_long(founders):
    """Cut off on day 1825 by an event, or by the horizon: the same law (n = 4,000, seed 1; 4 standard errors).

    The sabotage twin, not cut off, has several times as many lesions.
    """
    long = constant(founding=0.002, days=3650.0, horizon_founders=founders)
    cut = run_cohort(long.with_(events=(Event(END, name="end", ends=True),)), n=4000, seed=1)
    short = run_cohort(constant(founding=0.002, days=END, horizon_founders=founders), n=4000, seed=2)
    whole = run_cohort(long, n=4000, seed=1)
    for a, b, c in zip(*(x.lesion_count.mean(axis=0) for x in (cut, short, whole)), strict=True):
        error = np.sqrt((cut.lesion_count.var() + short.lesion_count.var()) / 4000)
        assert abs(a - b) < 4 * error
        assert c - a > 4 * error
    seen = np.isfinite(cut.first_seen).mean(), np.isfinite(short.first_seen).mean()
    assert abs(seen[0] - seen[1]) < 4 * np.sqrt(2 * seen[1] * (1 - seen[1]) / 8000)
    assert cut.lesions["founded_day"].max() <= END
    assert not (cut.first_seen > END).any()


def test_curves_keep_their_last_value_after_the_end():
    problem = tumour(events=(Event(700.0, name="end", ends=True),))
    cohort = run_cohort(problem, n=40, seed=3)
    after = cohort.times >= 720.0
    assert (cohort.event_day == 700.0).all()
    assert after.sum() > 2
    raw = cohort.recorded.raw[..., after]
    np.testing.assert_array_equal(raw, np.repeat(raw[..., :1], after.sum(), axis=-1))
    burden = cohort.burden.raw[..., after]
    np.testing.assert_array_equal(burden, np.repeat(burden[..., :1], after.sum(), axis=-1))
