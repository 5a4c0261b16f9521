"""Rates over time, cell by cell: what the lesion laws read.

A cell is a stretch of days over which an organ's birth and death rates are replaced by their averages (Simpson's rule
over the integrator's steps); every law is exact for the rates in the table.
"""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.experimental import structref
from numpy.typing import NDArray

from .laws import stretch

Floats = NDArray[np.float64]


@structref.register
class TableType(types.StructRef):
    """Cells from day 0 to now, organ first, then cell; the first `count` columns are in use.

    Fields: `time` (cells + 1,) days at their ends; `b`, `d` (organs, cells) births and deaths per cell and day; `size`
    saturation; `nu` (organs * origins, cells) founders per day on average, `tilt` the exponent by which they grow over
    the cell; `m`, `q` Kendall's numbers of the whole cell; `growth`
    (organs, cells + 1) integral of b - d up to the cell; `enter`, `wake` rates of falling asleep and waking.
    """


_ROW, _GRID = types.float64[::1], types.float64[:, ::1]
TABLE = TableType(
    [("time", _ROW), *((f, _GRID) for f in ("b", "d", "size", "nu", "tilt", "m", "q", "growth", "enter", "wake"))]
)


@njit(cache=True)
def new_table(organs: int, origins: int, capacity: int) -> Any:
    """Return an empty table."""
    table = structref.new(TABLE)
    table.time = np.zeros(capacity + 1)
    table.b = np.zeros((organs, capacity))
    table.d = np.zeros((organs, capacity))
    table.size = np.zeros((organs, capacity))
    table.nu = np.zeros((organs * origins, capacity))
    table.tilt = np.zeros((organs * origins, capacity))
    table.m = np.zeros((organs, capacity))
    table.q = np.zeros((organs, capacity))
    table.growth = np.zeros((organs, capacity + 1))
    table.enter = np.zeros((organs, capacity))
    table.wake = np.zeros((organs, capacity))
    return table


@njit(cache=True, error_model="numpy")
def finish(table: Any, first: int, count: int, asleep: Floats) -> None:
    """Fill what follows from the rates of cells ``first ..``: m, q, growth, and founders kept back by sleep.

    On arrival a founder falls asleep with chance f = enter / (enter + birth + death); a sleeper wakes at rate w and
    chooses again. Sleepers are Poisson, so those who start are a Poisson process of intensity (1 - f)(nu + w asleep),
    with asleep' = f nu - (1 - f) w asleep (displacement of a Poisson process; Kingman 1993, Poisson Processes, ch. 5).
    """
    organs = table.b.shape[0]
    origins = table.nu.shape[0] // organs
    time, b, d, m, q, growth, enter = (
        table.time,
        table.b,
        table.d,
        table.m,
        table.q,
        table.growth,
        table.enter,
    )
    for g in range(organs):
        total, most = growth[g, first], 0.0
        for c in range(first, count):
            dt = time[c + 1] - time[c]
            growth[g, c] = total
            total += (b[g, c] - d[g, c]) * dt
            m[g, c], q[g, c] = stretch(b[g, c], d[g, c], dt)
            most = max(most, enter[g, c])
        growth[g, count] = total
        for k in range(g * origins, (g + 1) * origins):
            if most > 0.0 or asleep[k] > 0.0:
                _sleep(table, first, count, asleep, g, k)


@njit(cache=True, error_model="numpy")
def _sleep(table: Any, first: int, count: int, asleep: Floats, g: int, k: int) -> None:
    """`asleep` (organs * origins,) moves on from cell to cell."""
    for c in range(first, count):
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
        table.tilt[k, c] = 0.0


@njit(cache=True, error_model="numpy")
def growth_at(table: Any, g: int, c: int, t: float) -> float:
    """Return the integral of b - d from the start of the table to day `t`, which lies in cell `c`."""
    return table.growth[g, c] + (table.b[g, c] - table.d[g, c]) * (t - table.time[c])
