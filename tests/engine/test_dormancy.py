"""Founders that fall asleep and wake: the engine against a plain Gillespie twin and the closed form of the mean.

One organ, 100 days, n = 4000 of the engine and 2000 of the twin, alpha 0.001 per test.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from metastasome.engine import Event, Problem, run_cohort
from metastasome.numerics import Layout, compile_system
from metastasome.numerics.trace import trace

from . import problems, twin

ALPHA = 1e-3
BIRTH, DEATH, NU, ENTER, WAKE, DAYS = 0.2, 0.17, 0.03, 0.6, 0.03, 100.0
NAMES = ("birth", "death", "saturation", "intensity_seeded", "dormancy_enter", "dormancy_wake")


def _rates(xp: Any, state: dict[str, Any], param: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"idle": -state["idle"]}, {n: param[n] for n in NAMES}


@functools.cache
def _compiled() -> Any:
    one = Layout(NAMES, (1,) * len(NAMES))
    return compile_system(trace(_rates, states=Layout(("idle",), (1,)), params=one, outputs=one), jacobian=False)


def sleepy(*, enter: float = ENTER, wake: float = WAKE, **changes: Any) -> Problem:
    system = _compiled()
    values = dict(zip(NAMES, (BIRTH, DEATH, 1e13, NU, enter, wake), strict=True))
    fields: dict[str, Any] = {
        "compiled": system,
        "groups": ("liver",),
        "origins": ("seeded",),
        "detectable": np.array([1e6]),
        "burden": None,
        "record": ("idle",),
        "times": np.linspace(0.0, DAYS, 5),
        "levers": (),
        "events": (),
        "patients": problems.same(system, values, {"idle": 1.0}),
    }
    return Problem(**(fields | changes))


def slow_twin(count: int, seed: int, *, enter: float = ENTER, wake: float = WAKE) -> np.ndarray:
    """Return the cells of `count` runs: every arrival, every waking, every birth and death, one by one."""
    rng, found = np.random.default_rng(seed), np.empty(count)
    asleep_share = enter / (enter + BIRTH + DEATH)
    for run in range(count):
        t, asleep, cells = 0.0, 0, 0
        while True:
            rates = np.array([NU, wake * asleep, BIRTH * cells, DEATH * cells])
            t += rng.exponential(1.0 / rates.sum())
            if t >= DAYS:
                break
            event = int(np.searchsorted(np.cumsum(rates), rng.random() * rates.sum()))
            if event == 2:
                cells += 1
            elif event == 3:
                cells -= 1
            elif rng.random() >= asleep_share:  # arrived or woken, and stays awake
                cells += 1
                asleep -= event
            elif event == 0:
                asleep += 1
        found[run] = cells
    return found


def mean_cells(wake_at: Any) -> float:
    """Return the expected cells by small steps of the two linear equations of sleepers and cells."""
    share, asleep, cells, dt = ENTER / (ENTER + BIRTH + DEATH), 0.0, 0.0, 0.02
    for t in np.arange(0.0, DAYS, dt):
        started = (1.0 - share) * (NU + wake_at(t) * asleep)
        asleep += dt * (NU - started)
        cells += dt * (started + (BIRTH - DEATH) * cells)
    return cells


@pytest.fixture(scope="module")
def awake() -> np.ndarray:
    return run_cohort(sleepy(), n=4000, seed=3).cells[:, 0]


@pytest.fixture(scope="module")
def obvious() -> np.ndarray:
    return slow_twin(2000, 4)


def test_sleep_follows_gillespie(awake: np.ndarray, obvious: np.ndarray) -> None:
    assert twin.ks_p(awake, obvious) > ALPHA


def test_the_twin_notices_sleep_that_is_left_out(obvious: np.ndarray) -> None:
    """Sabotage: nobody falls asleep, or nobody wakes."""
    always = run_cohort(sleepy(enter=0.0), n=4000, seed=3).cells[:, 0]
    never = run_cohort(sleepy(wake=0.0), n=4000, seed=3).cells[:, 0]
    assert twin.ks_p(always, obvious) < ALPHA
    assert twin.ks_p(never, obvious) < ALPHA


def test_the_mean_is_that_of_the_linear_equations(awake: np.ndarray) -> None:
    expect = mean_cells(lambda t: WAKE)
    assert awake.mean() == pytest.approx(expect, abs=4 * awake.std() / np.sqrt(len(awake)))
    assert abs(awake.mean() - mean_cells(lambda t: 4 * WAKE)) > 4 * awake.std() / np.sqrt(len(awake))


def test_an_event_can_wake_the_sleepers() -> None:
    """Surgery on day 30 makes sleepers wake 20 times faster; without it the mean is far lower."""
    surgery = Event(30.0, {}, {"dormancy_wake": 20.0}, "surgery")
    cells = run_cohort(sleepy(events=(surgery,)), n=4000, seed=5).cells[:, 0]
    expect = mean_cells(lambda t: WAKE * (20.0 if t >= 30.0 else 1.0))
    assert cells.mean() == pytest.approx(expect, abs=4 * cells.std() / np.sqrt(len(cells)))
    assert expect > 1.2 * mean_cells(lambda t: WAKE)
