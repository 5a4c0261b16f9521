"""All clones of one patient: drawing founders, following the living, keeping what is worth a row."""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .clones import advance, note_start
from .founders import anchors, candidates, mature, tilted, to_anchor
from .laws import alive, ratio
from .philox import seek, uniform
from .samplers import exponential, geometric
from .status import FINE, MAX_FOUNDERS, TOO_MANY
from .table import growth_at

Floats = NDArray[np.float64]
Stream = NDArray[np.uint64]
# columns of the ward: cells on a day (in a cell of the table), day first seen (NaN: not), day founded, organ, origin,
# number of the clone, draws used
CELLS, DAY, CELL, SEEN, FOUNDED, ORGAN, ORIGIN, ITEM, DRAWS = range(9)
COLUMNS = 9


@njit()
def make_room(k: Any) -> None:
    """Make the ward twice as large when it is full."""
    ward = k.ward
    if k.used < ward.shape[0]:
        return
    larger = np.empty((2 * ward.shape[0], COLUMNS))
    for i in range(k.used):
        for j in range(COLUMNS):
            larger[i, j] = ward[i, j]
    k.ward = larger


@njit(error_model="numpy")
def follow(s: Stream, plan: Any, table: Any, count: int, ward: Floats, used: int, burden: Floats, last: bool) -> int:
    """Take clones to the end of the table: all of them at the `last` window, before that only those that saturate.

    The others wait at an earlier day with an exact size (see `cells_now`). Return rows in use; the dead that were
    never
    seen are dropped.
    """
    kept = 0
    for i in range(used):
        row = ward[i]
        g = np.int64(row[ORGAN])
        if row[CELLS] > 0.0 and (
            last or row[CELLS] * _gain(table, g, row, count) > plan.share * table.size[g, count - 1]
        ):
            seek(s, 1 + g * len(plan.intensity) + np.int64(row[ORIGIN]), np.int64(row[ITEM]))
            s[2] = (np.uint64(row[DRAWS]) + np.uint64(3)) & ~np.uint64(3)
            row[CELLS], row[SEEN] = advance(
                s,
                table,
                count,
                g,
                row[CELLS],
                row[DAY],
                np.int64(row[CELL]),
                row[SEEN],
                plan.detectable[g],
                plan.share,
                plan.times,
                burden[g],
            )
            row[DRAWS], row[DAY], row[CELL] = np.float64(s[2]), table.time[count], count
        if plan.everyone or row[CELLS] > 0.0 or not math.isnan(row[SEEN]):
            if kept < i:
                for j in range(COLUMNS):
                    ward[kept, j] = ward[i, j]
            kept += 1
    return kept


@njit(error_model="numpy")
def _gain(table: Any, g: int, row: Floats, count: int) -> float:
    """Return the factor by which the mean of a clone has grown since its day."""
    c = np.int64(row[CELL])
    here = table.growth[g, count] if c >= count else growth_at(table, g, c, row[DAY])
    return math.exp(table.growth[g, count] - here)


@njit(error_model="numpy")
def cells_now(table: Any, count: int, ward: Floats, used: int, cells: Floats, typical: Floats) -> None:
    """Fill each organ's lesion cells at the end of the table, each clone by its mean since its last exact size.

    `typical` becomes the size of the clone that a cell drawn at random belongs to: what saturation slows.
    """
    for g in range(len(cells)):
        cells[g] = typical[g] = 0.0
    for i in range(used):
        g = np.int64(ward[i, ORGAN])
        if ward[i, CELLS] > 0.0:
            n = ward[i, CELLS] * _gain(table, g, ward[i], count)
            cells[g] += n
            typical[g] += n * n
    for g in range(len(cells)):
        if cells[g] > 0.0:
            typical[g] /= cells[g]


@njit(error_model="numpy")
def found(s: Stream, plan: Any, table: Any, count: int, k: Any, last: bool) -> int:
    """Draw the founders whose clones matter by now, at the `last` window all, into ``k.ward``. Return a status.

    ``k.drawn`` (organs,) is the first cell whose founders are not drawn yet; ``k.ahead`` holds, per organ and
    origin, the part
    of a unit-exponential spacing still to come (below 0: none drawn yet), ``k.item`` the number of the clone it
    leads to.
    """
    anchor, m, q, bound, rate = k.anchor, k.ahead_m, k.ahead_q, k.bound, k.rate
    origins = len(plan.intensity)
    for g in range(plan.organs):
        first = k.drawn[g]
        limit = min(plan.detectable[g], plan.share * k.least[g])
        upto = count if last else mature(table, first, count, g, limit)
        if upto <= first:
            continue
        anchors(table, first, upto, count, g, limit, plan.everyone, anchor, m, q)
        for o in range(origins):
            total = candidates(table, first, upto, g, g * origins + o, anchor, m, q, bound, rate)
            if not total < MAX_FOUNDERS:
                return TOO_MANY
            _origin(s, plan, table, first, upto, count, g, o, k)
        k.drawn[g] = upto
    return FINE


@njit(error_model="numpy")
def _origin(
    s: Stream,
    plan: Any,
    table: Any,
    first: int,
    upto: int,
    count: int,
    g: int,
    o: int,
    k: Any,
) -> None:
    """Draw the founders of one organ and origin in cells ``first .. upto`` and take their clones to the table's
    end."""
    time, ahead, item, burden = table.time, k.ahead, k.item, k.burden
    anchor, m, q, bound, rate = k.anchor, k.ahead_m, k.ahead_q, k.bound, k.rate
    pair = g * len(plan.intensity) + o
    seek(s, 1 + pair, item[pair])
    spacing = exponential(s)
    left = spacing if ahead[pair] < 0.0 else ahead[pair]
    c, passed = first, 0.0
    while True:
        while c < upto and passed + rate[c] < left:
            passed += rate[c]
            c += 1
        if c == upto:
            ahead[pair] = left - passed
            return
        day = time[c] + tilted((left - passed) / rate[c], table.rise[pair, c]) * (time[c + 1] - time[c])
        n, seen = _life(s, plan, table, count, g, c, day, anchor[c], m, q, bound[c], burden[g])
        if plan.everyone or n > 0.0 or not math.isnan(seen):
            make_room(k)
            row = k.ward[k.used]
            row[CELLS], row[SEEN], row[FOUNDED], row[ORGAN], row[ORIGIN] = n, seen, day, g, o
            row[ITEM], row[DRAWS], row[DAY], row[CELL] = item[pair], np.float64(s[2]), time[count], count
            k.used += 1
        item[pair] += 1
        seek(s, 1 + pair, item[pair])
        left += exponential(s)


@njit(error_model="numpy")
def _life(
    s: Stream,
    plan: Any,
    table: Any,
    count: int,
    g: int,
    c: int,
    day: float,
    anchor: int,
    m: Floats,
    q: Floats,
    bound: float,
    burden: Floats,
) -> tuple[float, float]:
    """Return (cells at the end of the table, day first seen) of the clone of a candidate founder of `day` in cell
    `c`."""
    seen_at = plan.detectable[g]
    if anchor < 0:
        start = day if seen_at <= 1.0 else np.nan
        return advance(s, table, count, g, 1.0, day, c, start, seen_at, plan.share, plan.times, burden)
    m1, q1 = to_anchor(table, g, c, day, m, q)
    if uniform(s) * bound > alive(q1):
        return 0.0, np.nan
    n = geometric(s, ratio(m1, q1))
    note_start(table, g, c, day, anchor, n, q1, plan.times, burden)
    return advance(s, table, count, g, n, table.time[anchor], anchor, np.nan, seen_at, plan.share, plan.times, burden)
