"""Rates over time, cell by cell: what the lesion laws read.

A cell is a stretch of days over which an organ's birth and death rates are replaced by their averages (Simpson's rule
over the integrator's steps); every law is exact for the rates in the table.
"""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.experimental import structref
from numpy.typing import NDArray

from ..numerics.straightline import straight_line
from .inner import inner

Floats = NDArray[np.float64]


@structref.register
class TableType(types.StructRef):
    """Cells from day 0 to now, organ first, then cell; the first `count` columns are in use.

    Fields: `time` (cells + 1,) days at their ends; `b`, `d` (organs, cells) births and deaths per cell and day; `size`
    saturation; `nu` (organs * origins, cells) founders per day on average, `rise` the factor by which they grow over
    the cell; `m`, `q` Kendall's numbers of the whole cell, `back` is 1/m; `growth`
    (organs, cells + 1) integral of b - d up to the cell; `enter`, `wake` rates of falling asleep and waking; `rest` q
    from the cell to the end of the table and `peak` the largest growth on the way there (see `look_ahead`). By
    recording day: `at` (days,) the cell that starts on it, `gain` (organs, days) growth since the recording day before.
    `x`, `e`: room for exponentials.
    """


_ROW, _GRID = types.float64[::1], types.float64[:, ::1]
_GRIDS = ("b", "d", "size", "nu", "rise", "m", "back", "q", "growth", "enter", "wake", "rest", "peak", "gain")
TABLE = TableType(
    [("time", _ROW), ("x", _ROW), ("e", _ROW), ("at", types.int64[::1]), *((name, _GRID) for name in _GRIDS)]
)
_LANES = 8
_exp = straight_line("e[0] = math.exp(x[0])", ("x", "e"), lanes=_LANES)
_FAR = 30.0  # exponent of a factor that is not to be multiplied up


@inner
def new_table(organs: int, origins: int, capacity: int, dormancy: bool, days: int) -> Any:
    """Return an empty table for so many recording days."""
    table, pairs = structref.new(TABLE), organs * origins
    table.time = np.zeros(capacity + 1)
    room = -(-organs // _LANES) * _LANES
    table.x, table.e = np.zeros(room), np.zeros(room)
    table.b, table.d = np.empty((organs, capacity)), np.empty((organs, capacity))
    table.size, table.q = np.empty((organs, capacity)), np.empty((organs, capacity))
    table.m, table.back = np.empty((organs, capacity)), np.empty((organs, capacity))
    table.nu, table.rise = np.empty((pairs, capacity)), np.empty((pairs, capacity))
    table.growth = np.zeros((organs, capacity + 1))
    table.rest, table.peak = np.empty((organs, capacity)), np.empty((organs, capacity))
    table.at, table.gain = np.zeros(days, dtype=np.int64), np.zeros((organs, days))
    asleep = organs if dormancy else 0
    table.enter, table.wake = np.empty((asleep, capacity)), np.empty((asleep, capacity))
    return table


@inner
def widen(table: Any) -> None:
    """Make room for twice as many cells."""
    n = table.b.shape[1]
    time = np.zeros(2 * n + 1)
    for c in range(n + 1):
        time[c] = table.time[c]
    table.time = time
    table.b, table.d = _wider(table.b, n), _wider(table.d, n)
    table.size, table.q = _wider(table.size, n), _wider(table.q, n)
    table.m, table.back = _wider(table.m, n), _wider(table.back, n)
    table.nu, table.rise = _wider(table.nu, n), _wider(table.rise, n)
    table.growth = _wider(table.growth, n)
    table.rest, table.peak = _wider(table.rest, n), _wider(table.peak, n)
    table.enter, table.wake = _wider(table.enter, n), _wider(table.wake, n)


@inner
def _wider(grid: NDArray[np.float64], more: int) -> NDArray[np.float64]:
    rows, columns = grid.shape
    made = np.empty((rows, columns + more))
    for i in range(rows):
        for c in range(columns):
            made[i, c] = grid[i, c]
    return made


@inner
def finish(table: Any, first: int, count: int, asleep: Floats) -> None:
    """Fill what follows from the rates of cells ``first ..``: m, q, growth, and founders kept back by sleep.

    On arrival a founder falls asleep with chance f = enter / (enter + birth + death); a sleeper wakes at rate w and
    chooses again. Sleepers are Poisson, so those who start are a Poisson process of intensity (1 - f)(nu + w asleep),
    with asleep' = f nu - (1 - f) w asleep (displacement of a Poisson process; Kingman 1993, Poisson Processes, ch. 5).
    """
    organs = table.b.shape[0]
    origins = table.nu.shape[0] // organs
    for c in range(first, count):
        _stretches(table, c)
    for g in range(table.enter.shape[0]):
        for k in range(g * origins, (g + 1) * origins):
            _sleep(table, first, count, asleep, g, k)


@inner
def _stretches(table: Any, c: int) -> None:
    """Fill m, 1/m, q and growth of a cell: `laws.whole_stretch` for all organs at once."""
    b, d, m, back, q, growth, x, e = table.b, table.d, table.m, table.back, table.q, table.growth, table.x, table.e
    dt, organs = table.time[c + 1] - table.time[c], b.shape[0]
    for g in range(organs):
        x[g] = abs(b[g, c] - d[g, c]) * dt
        growth[g, c + 1] = growth[g, c] + (b[g, c] - d[g, c]) * dt
    for g in range(0, organs, _LANES):
        _exp(x[g : g + _LANES], e[g : g + _LANES])
    for g in range(organs):
        y = x[g]
        part = e[g] - 1.0
        if y < 1e-2:  # (exp(y) - 1) / y by its series, where the difference would lose digits
            part = y * (1.0 + y / 2.0 * (1.0 + y / 3.0 * (1.0 + y / 4.0 * (1.0 + y / 5.0 * (1.0 + y / 6.0)))))
        high = 1.0 + part
        low = 1.0 / high
        days = dt * part / y if y > 0.0 else dt
        if b[g, c] > d[g, c]:
            m[g, c], back[g, c], q[g, c] = high, low, d[g, c] * days * low
        else:
            m[g, c], back[g, c], q[g, c] = low, high, d[g, c] * days


@inner
def _sleep(table: Any, first: int, count: int, asleep: Floats, g: int, k: int) -> None:
    """`asleep` (organs * origins,) moves on from cell to cell."""
    for c in range(first, count):
        dt = table.time[c + 1] - table.time[c]
        e, w = table.enter[g, c], table.wake[g, c]
        if e <= 0.0 and asleep[k] <= 0.0:
            continue
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
        table.rise[k, c] = 1.0


@inner
def between_records(table: Any, times: Floats, first: int, count: int) -> None:
    """Fill `gain` for the recording days in cells ``first ..``: 0 where the factor is too far from 1 to multiply up."""
    at, growth, gain, end = table.at, table.growth, table.gain, table.time[count]
    k = after(times, table.time[first])
    while k < len(times) and times[k] <= end:
        for g in range(growth.shape[0]):
            x = growth[g, at[k]] - growth[g, at[k - 1]]
            gain[g, k] = np.exp(x) if abs(x) < _FAR else 0.0
        k += 1


@inner
def look_ahead(table: Any, g: int, first: int, count: int) -> None:
    """Fill `rest` and `peak` of an organ for cells ``first ..``."""
    rest, peak, q, back, growth = table.rest, table.peak, table.q, table.back, table.growth
    odds, top = 0.0, -np.inf
    for c in range(count - 1, first - 1, -1):
        odds = q[g, c] + odds * back[g, c]
        top = max(top, growth[g, c + 1])
        rest[g, c], peak[g, c] = odds, top


@inner
def after(times: Floats, t: float) -> int:
    """Return the first place of increasing `times` that is later than `t`."""
    low, high = 0, len(times)
    while low < high:
        middle = (low + high) // 2
        if times[middle] <= t:
            low = middle + 1
        else:
            high = middle
    return low


@inner
def growth_at(table: Any, g: int, c: int, t: float) -> float:
    """Return the integral of b - d from the start of the table to day `t`, which lies in cell `c`."""
    return table.growth[g, c] + (table.b[g, c] - table.d[g, c]) * (t - table.time[c])
