"""Survival statistics and power, against lifelines, by hand, and under the null."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.study import trial_power
from metastasome.study.arms_outcome import Outcome
from metastasome.study.trial_cox import hazard_ratio
from metastasome.study.trial_endpoints import Times, check_endpoint, clock_zero, times
from metastasome.study.trial_power import logrank_z, power, sample_size
from metastasome.study.trial_survival import Interval, compared, kaplan_meier, number_needed

HORIZON = 1000.0


def exponential(n: int, rate: float, *, key: int, horizon: float = HORIZON) -> Times:
    t = stream(11, "test/times", key).exponential(1 / rate, n)
    return Times(np.minimum(t, horizon), t <= horizon, np.full(n, horizon), np.arange(n))


def test_times_of_every_endpoint_by_hand():
    nan = np.nan
    found = Outcome(
        first_seen=np.array([[100.0, 300.0], [nan, nan], [nan, 400.0], [nan, nan]]),
        death_day=np.array([500.0, 600.0, math.inf, math.inf]),
        resection_day=np.array([50.0, 50.0, 450.0, nan]),
        seen=np.zeros((4, 2)), cells=np.zeros((4, 2)),
    )  # fmt: skip
    organs, zero = ("lung", "brain"), np.zeros(4)

    def of(endpoint: str) -> tuple[list[float], list[bool]]:
        t = times(found, endpoint, organs=organs, horizon=HORIZON, zero=zero)
        return t.time.tolist(), t.event.tolist()

    assert of("metastasis_free") == ([100, 600, 400, 1000], [True, True, True, False])
    assert of("survival") == ([500, 600, 1000, 1000], [True, True, False, False])
    assert of("metastasis") == ([100, 600, 400, 1000], [True, False, True, False])
    assert of("brain") == ([300, 600, 400, 1000], [True, False, True, False])
    assert clock_zero(found, "resection", HORIZON).tolist()[:2] == [50, 50]
    assert np.isnan(clock_zero(found, "resection", HORIZON)[2:]).all()  # one metastatic by then, one never operated
    with pytest.raises(InputError, match="host_death"):
        check_endpoint("survival", organs, dies=False)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_our_logrank_is_that_of_lifelines(key):
    from lifelines.statistics import logrank_test

    draw = stream(3, "test/logrank", key)
    t = [np.round(draw.exponential(s, 40), 1) + 0.1 for s in (1.0, 1.5)]
    e = [draw.random(40) < 0.7 for _ in range(2)]
    z = logrank_z(t[0], e[0], t[1], e[1])
    assert z**2 == pytest.approx(logrank_test(t[0], t[1], e[0], e[1]).test_statistic, rel=1e-9, abs=1e-12)


def test_curves_are_shares_where_nobody_leaves():
    found = exponential(500, 1 / 700, key=1)
    days = np.array([0.0, 200.0, 999.0])
    table = kaplan_meier(found, days)
    assert table["fraction"].to_numpy() == pytest.approx([(found.time > d).mean() for d in days])
    assert table["at_risk"].tolist() == [(found.time >= d).sum() for d in days]
    assert ((table["low"] <= table["fraction"]) & (table["fraction"] <= table["high"])).all()


@pytest.mark.parametrize("key", range(6))
def test_our_cox_is_that_of_lifelines(key):
    """n = 60 to 260 pairs, every other world with many ties; sabotage: without the pairs the interval is wider."""
    import pandas as pd
    from lifelines import CoxPHFitter

    draw = stream(7, "test/cox", key)
    n = int(draw.integers(60, 260))
    t = draw.exponential(700, n)
    t = np.round(t, -1) + 10 if key % 2 else t
    control, arm = (
        Times(np.minimum(x, HORIZON), x <= HORIZON, np.full(n, HORIZON), 3 * np.arange(n))
        for x in (t, t * draw.choice([1.0, 1.3, 2.0], n))
    )
    frame = pd.DataFrame({
        "time": np.concatenate([arm.time, control.time]), "event": np.concatenate([arm.event, control.event]),
        "arm": np.repeat([1.0, 0.0], n), "patient": np.tile(arm.patients, 2),
    })  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        row = CoxPHFitter().fit(frame, "time", "event", cluster_col="patient").summary.loc["arm"]
    theirs = [row[c] for c in ("exp(coef)", "exp(coef) lower 95%", "exp(coef) upper 95%")]
    assert hazard_ratio(arm, control) == pytest.approx(theirs, rel=1e-6)
    apart = Times(arm.time, arm.event, arm.horizon, arm.patients + 1)
    assert hazard_ratio(apart, control) != pytest.approx(theirs, rel=1e-2)


def test_a_hazard_ratio_without_end_is_none():
    """Everybody has the event in the arm before anybody has it under control."""
    n = 20
    late = Times(np.linspace(500, 600, n), np.ones(n, bool), np.full(n, HORIZON), np.arange(n))
    early = Times(np.linspace(100, 200, n), np.ones(n, bool), np.full(n, HORIZON), np.arange(n))
    assert hazard_ratio(early, late) is None and math.isnan(compared(early, late).hazard_ratio.value)


def test_a_hundred_thousand_patients_take_little_time_and_memory():
    """10 s would be far more than it takes (below 1 s of CPU); what is quadratic in patients would take minutes."""
    import time
    import tracemalloc

    arm, control = exponential(100_000, 0.8 / 700, key=21), exponential(100_000, 1 / 700, key=22)
    compared(exponential(50, 1 / 700, key=1), exponential(50, 1 / 700, key=2))  # imports
    began = time.process_time()
    tracemalloc.start()
    found = compared(arm, control)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - began < 10.0 and peak < 100e6
    assert found.hazard_ratio.low < 0.8 < found.hazard_ratio.high


def test_a_hazard_ratio_is_found_again():
    """n = 3000 per arm, true ratio 0.6; 99.9% interval at the standard error of that many events."""
    arm, control = exponential(3000, 0.6 / 700, key=2), exponential(3000, 1 / 700, key=3)
    arm = Times(arm.time, arm.event, arm.horizon, arm.patients + 3000)
    found = compared(arm, control).hazard_ratio
    error = math.sqrt(1 / arm.event.sum() + 1 / control.event.sum())
    assert abs(math.log(found.value / 0.6)) < 3.3 * error
    assert math.log(found.high / found.low) == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_pairing_narrows_the_interval():
    """The same patients delayed by a tenth: the paired interval is far narrower than that of separate groups."""
    control = exponential(400, 1 / 700, key=4)
    late = control.time * 1.1
    arm = Times(np.minimum(late, HORIZON), control.event & (late <= HORIZON), control.horizon, control.patients)
    paired = compared(arm, control)
    apart = compared(Times(arm.time, arm.event, arm.horizon, arm.patients + 400), control)
    width = [math.log(c.hazard_ratio.high / c.hazard_ratio.low) for c in (paired, apart)]
    assert width[0] < 0.6 * width[1]
    assert paired.verdict == "helps" and paired.rmst_gain.low > 0


def test_the_number_needed_and_its_interval():
    assert number_needed(Interval(-0.1, -0.2, -0.05)) == Interval(10.0, 5.0, 20.0)
    unclear = number_needed(Interval(-0.1, -0.2, 0.05))
    assert (unclear.value, unclear.low, unclear.high) == (10.0, 5.0, math.inf)
    assert number_needed(Interval(0.1, 0.05, 0.2)).value == -10.0
    assert math.isinf(number_needed(Interval(0.0, -0.1, 0.1)).value)


def test_nothing_happens_to_nobody():
    none = Times(np.full(50, HORIZON), np.zeros(50, bool), np.full(50, HORIZON), np.arange(50))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        c = compared(none, none)
    assert (c.risk, c.p_logrank, c.verdict) == (0.0, 1.0, "unclear")
    assert math.isnan(c.hazard_ratio.value) and math.isinf(c.median)


def rejections(n_per_arm: int, trials: int, alpha: float) -> int:
    one = exponential(200, 1 / 700, key=5)
    return round(power(one, one, n_per_arm, seed=8, trials=trials, alpha=alpha).power * trials)


def test_type_one_error_under_the_null(monkeypatch):
    """n = 60 per arm, 2000 trials, alpha = 0.05, seed 8: rejections within the 99.9% binomial range (67 to 135).

    Sabotage: a statistic with half the variance rejects about 17% and must fall outside.
    """
    low, high = 67, 135
    assert low <= rejections(60, 2000, 0.05) <= high
    right = trial_power.logrank_z
    monkeypatch.setattr(trial_power, "logrank_z", lambda *g: right(*g) * math.sqrt(2.0))
    assert not low <= rejections(60, 2000, 0.05) <= high


def test_power_is_that_of_schoenfeld():
    """Power near the formula (Schoenfeld 1981): z = |ln HR| sqrt(d / 4) - 1.96; n = 150 per arm, 1000 trials."""
    from scipy.stats import norm

    arm, control = exponential(4000, 0.6 / 700, key=6), exponential(4000, 1 / 700, key=7)
    events = 150 * (arm.event.mean() + control.event.mean())
    expected = norm.cdf(abs(math.log(0.6)) * math.sqrt(events / 4) - 1.96)
    found = power(arm, control, 150, seed=2, trials=1000)
    assert abs(found.power - expected) < 0.06
    assert found.low < found.power < found.high


def test_sample_size_reaches_its_power_and_gives_up_without_effect():
    arm, control = exponential(2000, 0.5 / 700, key=8), exponential(2000, 1 / 700, key=9)
    size = sample_size(arm, control, seed=1, wanted=0.8, trials=200)
    assert size.n_per_arm is not None and 40 < size.n_per_arm < 200 and size.reached.power >= 0.8
    smaller = power(arm, control, size.n_per_arm // 2, seed=1, trials=200)
    assert smaller.power < 0.8
    same = exponential(300, 1 / 700, key=10)
    assert sample_size(same, same, seed=1, trials=40).n_per_arm is None


def test_dropout_and_short_follow_up_cost_power():
    arm, control = exponential(2000, 0.6 / 700, key=11), exponential(2000, 1 / 700, key=12)
    full = power(arm, control, 120, seed=4, trials=300).power
    assert power(arm, control, 120, seed=4, trials=300, follow_up=150.0).power < full
    assert power(arm, control, 120, seed=4, trials=300, dropout_per_year=1.0).power < full


@pytest.mark.parametrize("wrong", [
    {"n_per_arm": 1}, {"n_per_arm": 10, "alpha": 0.7}, {"n_per_arm": 10, "trials": 0},
    {"n_per_arm": 10, "follow_up": -1.0}, {"n_per_arm": 10, "dropout_per_year": -1.0},
])  # fmt: skip
def test_a_senseless_trial_is_refused(wrong):
    one = exponential(20, 1 / 700, key=13)
    with pytest.raises(InputError):
        power(one, one, seed=1, **wrong)
