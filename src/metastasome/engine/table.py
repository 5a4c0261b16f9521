"""Rates over time, cell by cell: what the lesion laws read.

A cell is a stretch of days over which an organ's birth and death rates are replaced by their averages (Simpson's rule
over the integrator's steps); every law is exact for the rates in the table.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .laws import stretch

Floats = NDArray[np.float64]


class Table(NamedTuple):
    """Cells of one window; organ first, then cell. `capacity` columns are allocated, the first `count` are in use."""

    time: Floats  # (capacity + 1,) days at the ends of cells
    b: Floats  # (organs, capacity) births per cell and day
    d: Floats  # deaths
    size: Floats  # saturation size
    nu: Floats  # (organs * origins, capacity) founders per day
    m: Floats  # (organs, capacity) Kendall's m and q of the whole cell
    q: Floats
    growth: Floats  # (organs, capacity + 1) integral of b - d up to the start of the cell
    enter: Floats  # (organs, capacity) chance to fall asleep on arrival; rate of waking
    wake: Floats


@njit(cache=True)
def new_table(organs: int, origins: int, capacity: int) -> Any:
    """Return an empty table."""
    return Table(
        np.zeros(capacity + 1), np.zeros((organs, capacity)), np.zeros((organs, capacity)), np.zeros((organs, capacity)),
        np.zeros((organs * origins, capacity)), np.zeros((organs, capacity)), np.zeros((organs, capacity)),
        np.zeros((organs, capacity + 1)), np.zeros((organs, capacity)), np.zeros((organs, capacity)),
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def finish(table: Any, count: int, asleep: Floats) -> None:
    """Fill what follows from the rates: m, q, growth, and founders kept back by sleep. `asleep` (organs * origins,) moves on.

    On arrival a founder falls asleep with chance f = enter / (enter + birth + death); a sleeper wakes at rate w and
    chooses again. Sleepers are Poisson, so those who start are a Poisson process of intensity (1 - f)(nu + w asleep),
    with asleep' = f nu - (1 - f) w asleep (displacement of a Poisson process; Kingman 1993, Poisson Processes, ch. 5).
    """
    organs = table.b.shape[0]
    origins = table.nu.shape[0] // organs
    for g in range(organs):
        total = 0.0
        for c in range(count):
            dt = table.time[c + 1] - table.time[c]
            table.growth[g, c] = total
            total += (table.b[g, c] - table.d[g, c]) * dt
            table.m[g, c], table.q[g, c] = stretch(table.b[g, c], table.d[g, c], dt)
        table.growth[g, count] = total
        if table.enter[g, :count].max() > 0.0 or asleep[g * origins : (g + 1) * origins].max() > 0.0:
            for k in range(g * origins, (g + 1) * origins):
                _sleep(table, count, asleep, g, k)


@njit(cache=True, error_model="numpy")
def _sleep(table: Any, count: int, asleep: Floats, g: int, k: int) -> None:
    for c in range(count):
        dt = table.time[c + 1] - table.time[c]
        e, w = table.enter[g, c], table.wake[g, c]
        f = e / (e + table.b[g, c] + table.d[g, c]) if e > 0.0 else 0.0
        rate = (1.0 - f) * w
        nu = table.nu[k, c]
        if rate * dt < 1e-9:
            mean = asleep[k] + 0.5 * f * nu * dt
            asleep[k] += f * nu * dt
        else:
            rest = f * nu / rate
            fade = -np.expm1(-rate * dt)
            mean = rest + (asleep[k] - rest) * fade / (rate * dt)
            asleep[k] += (rest - asleep[k]) * fade
        table.nu[k, c] = (1.0 - f) * (nu + w * mean)


@njit(cache=True)
def find(time: Floats, count: int, t: float) -> int:
    """Return the cell that holds day `t`."""
    low, high = 0, count - 1
    while low < high:
        mid = (low + high + 1) // 2
        if time[mid] <= t:
            low = mid
        else:
            high = mid - 1
    return low


@njit(cache=True, error_model="numpy")
def growth_at(table: Any, g: int, c: int, t: float) -> float:
    """Return the integral of b - d from the start of the table to day `t`, which lies in cell `c`."""
    return table.growth[g, c] + (table.b[g, c] - table.d[g, c]) * (t - table.time[c])
