"""Power and sample size by simulation: trials of two separate groups drawn from the virtual cohorts.

Each simulated trial draws patients with replacement, independently for its two groups, follows them up to `follow_up`
days with exponential drop-out, and tests by log-rank at two-sided `alpha`. Power is the share of trials that reject.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.streams import stream
from .trial_endpoints import Times

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
MOST_PATIENTS = 20_000


@dataclass(frozen=True)
class Power:
    """Power of a trial with `n_per_arm` patients, with the 95% Wilson interval of the simulation.

    Attributes:
        n_per_arm: patients in each group.
        power, low, high: share of simulated trials that reject.
        alpha: two-sided error.
        trials: how many were simulated.
    """

    n_per_arm: int
    power: float
    low: float
    high: float
    alpha: float
    trials: int


@dataclass(frozen=True)
class SampleSize:
    """Patients per group for a wanted power; None where more than :data:`MOST_PATIENTS` would be needed."""

    n_per_arm: int | None
    wanted: float
    reached: Power


def power(
    arm: Times, control: Times, n_per_arm: int, *, seed: int, trials: int = 1000, alpha: float = 0.05,
    follow_up: float | None = None, dropout_per_year: float = 0.0,
) -> Power:  # fmt: skip
    """Return the power of a trial that compares `arm` with `control`.

    Args:
        arm, control: the virtual patients to draw from.
        n_per_arm: patients in each group.
        seed: of the draws.
        trials: simulated trials.
        alpha: two-sided error.
        follow_up: days each patient is followed; as long as the virtual ones when not given.
        dropout_per_year: rate of leaving the trial.

    Raises:
        InputError: a size, error or rate that makes no sense.
    """
    from ..readouts import share_with_interval

    _check(n_per_arm, trials, alpha, follow_up, dropout_per_year)
    critical = _critical(alpha)
    rejected = 0
    for k in range(trials):
        draw = stream(seed, "trial/power", n_per_arm, k)
        groups = [_drawn(found, draw, n_per_arm, follow_up, dropout_per_year / 365.25) for found in (arm, control)]
        rejected += abs(logrank_z(*groups[0], *groups[1])) > critical
    share, low, high = share_with_interval(rejected, trials)
    return Power(n_per_arm, float(share), float(low), float(high), alpha, trials)


def sample_size(
    arm: Times, control: Times, *, seed: int, wanted: float = 0.8, trials: int = 400, alpha: float = 0.05,
    follow_up: float | None = None, dropout_per_year: float = 0.0,
) -> SampleSize:  # fmt: skip
    """Return the patients per group with which simulated trials reach the power `wanted`, found by bisection to 5%."""

    def at(n: int) -> Power:
        return power(
            arm, control, n, seed=seed, trials=trials, alpha=alpha, follow_up=follow_up,
            dropout_per_year=dropout_per_year,
        )  # fmt: skip

    low, high = 0, 25
    found = at(high)
    while found.power < wanted:
        if high >= MOST_PATIENTS or (high >= 1600 and found.power < 2 * alpha):
            return SampleSize(None, wanted, found)
        low, high = high, min(2 * high, MOST_PATIENTS)
        found = at(high)
    while high - low > max(1, round(0.05 * high)):
        middle = (low + high) // 2
        tried = at(middle)
        low, high, found = (low, middle, tried) if tried.power >= wanted else (middle, high, found)
    return SampleSize(high, wanted, found)


def logrank_z(time_a: Floats, event_a: Bools, time_b: Floats, event_b: Bools) -> float:
    """Return the log-rank statistic: positive where group a has more events than expected.

    Mantel (1966): at each time, expected events d n_a / n, variance d n_a n_b (n - d) / (n^2 (n - 1)). Zero where
    there is no event.
    """
    time = np.concatenate([time_a, time_b])
    event = np.concatenate([event_a, event_b])
    is_a = np.repeat([True, False], [len(time_a), len(time_b)])
    order = np.argsort(time, kind="stable")
    time, event, is_a = time[order], event[order], is_a[order]
    start = np.flatnonzero(np.r_[True, time[1:] != time[:-1]])
    d = np.add.reduceat(event.astype(np.float64), start)
    d_a = np.add.reduceat((event & is_a).astype(np.float64), start)
    n = (len(time) - start).astype(np.float64)
    before = np.concatenate([[0], np.cumsum(is_a)])
    n_a = (before[-1] - before[start]).astype(np.float64)
    met = d > 0
    d, d_a, n, n_a = d[met], d_a[met], n[met], n_a[met]
    several = n > 1
    spread = d * n_a * (n - n_a) * (n - d) / (n * n * np.where(several, n - 1, 1.0))
    variance = float(np.sum(spread[several]))
    return 0.0 if variance <= 0 else float(np.sum(d_a - d * n_a / n)) / math.sqrt(variance)


def _drawn(
    found: Times, draw: np.random.Generator, n: int, follow_up: float | None, leaving: float
) -> tuple[Floats, Bools]:
    at = draw.integers(0, found.n, n)
    time, event = found.time[at], found.event[at]
    end = np.full(n, np.inf if follow_up is None else follow_up)
    if leaving > 0:
        end = np.minimum(end, draw.exponential(1.0 / leaving, n))
    return np.minimum(time, end), event & (time <= end)


def _critical(alpha: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(1.0 - alpha / 2.0))


def _check(n: int, trials: int, alpha: float, follow_up: float | None, dropout: float) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or not 2 <= n <= MOST_PATIENTS:
        raise InputError("not a usable group", field="n_per_arm", value=n, expected=f"2 to {MOST_PATIENTS:,} patients")
    if trials < 1:
        raise InputError("not a usable number of trials", field="trials", value=trials, expected="1 or more")
    if not 0 < alpha < 0.5:
        raise InputError("not a usable error", field="alpha", value=alpha, expected="between 0 and 0.5")
    if follow_up is not None and not follow_up > 0:
        raise InputError("not a usable follow-up", field="follow_up", value=follow_up, expected="days above 0")
    if not 0 <= dropout < math.inf:
        raise InputError("not a usable drop-out", field="dropout_per_year", value=dropout, expected="0 or more")
