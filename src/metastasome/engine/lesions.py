"""All clones of one patient: drawing founders, following the living, keeping what is worth a row."""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .clones import advance, note_start
from .founders import anchors, candidates, chances, mature, tilted, to_anchor
from .inner import inner, merged
from .laws import alive, ratio
from .philox import seek, uniform
from .samplers import exponential, geometric
from .status import FINE, MAX_FOUNDERS, TOO_MANY
from .table import look_ahead

Floats = NDArray[np.float64]
Stream = NDArray[np.uint64]
# columns of the ward: cells on a day (in a cell of the table), day first seen (NaN: not), day founded, organ, origin,
# number of the clone, draws used, mean cells now
CELLS, DAY, CELL, SEEN, FOUNDED, ORGAN, ORIGIN, ITEM, DRAWS, NOW = range(10)
COLUMNS = 10


@inner
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


@inner
def follow(s: Stream, plan: Any, table: Any, count: int, k: Any, last: bool) -> None:
    """Take clones to the end of the table: all of them at the `last` window, before that only those that saturate.

    The others wait at an earlier day with an exact size, and their mean grows on (see `cells_now`). The dead that were
    never seen are dropped.
    """
    kept, ward, growth, pace = 0, k.ward, table.growth, k.pace
    for g in range(plan.organs):
        if last:
            look_ahead(table, g, np.int64(0), count)
        else:
            pace[g] = math.exp(growth[g, count] - growth[g, k.first])
    for i in range(k.used):
        row = ward[i]
        g = np.int64(row[ORGAN])
        if row[CELLS] > 0.0:
            row[NOW] *= pace[g]
            if last or row[NOW] > plan.share * table.size[g, count - 1]:
                _take_on(s, plan, table, count, k, row, g, last)
        if plan.everyone or row[CELLS] > 0.0 or not math.isnan(row[SEEN]):
            if kept < i:
                for j in range(COLUMNS):
                    ward[kept, j] = ward[i, j]
            kept += 1
    k.used = kept


@merged
def _take_on(s: Stream, plan: Any, table: Any, count: int, k: Any, row: Floats, g: int, last: bool) -> None:
    """Take the clone of a row of the ward from its day to the end of the table."""
    seek(s, 1 + g * len(plan.intensity) + np.int64(row[ORIGIN]), np.int64(row[ITEM]))
    s[2] = (np.uint64(row[DRAWS]) + np.uint64(3)) & ~np.uint64(3)
    free = plan.share * k.least[g] if last else 0.0
    row[CELLS], row[SEEN] = advance(
        s, table, count, g, row[CELLS], row[DAY], np.int64(row[CELL]), row[SEEN], plan.detectable[g], plan.share, free,
        plan.times, k.burden[g],
    )  # fmt: skip
    row[NOW], row[DRAWS], row[DAY], row[CELL] = row[CELLS], np.float64(s[2]), table.time[count], count


@inner
def cells_now(ward: Floats, used: int, cells: Floats, typical: Floats) -> None:
    """Fill each organ's lesion cells at the end of the table, each clone by its mean since its last exact size.

    `typical` becomes the size of the clone that a cell drawn at random belongs to: what saturation slows.
    """
    for g in range(len(cells)):
        cells[g] = typical[g] = 0.0
    for i in range(used):
        if ward[i, CELLS] > 0.0:
            g, n = np.int64(ward[i, ORGAN]), ward[i, NOW]
            cells[g] += n
            typical[g] += n * n
    for g in range(len(cells)):
        if cells[g] > 0.0:
            typical[g] /= cells[g]


@inner
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
        chances(table, first, upto, g, anchor, q, bound)
        k.ahead_of = count  # `look_ahead` is called when a clone needs it
        for o in range(origins):
            total = candidates(table, first, upto, g * origins + o, bound, rate)
            if not total < MAX_FOUNDERS:
                return TOO_MANY
            _origin(s, plan, table, first, upto, count, g, o, k)
        k.drawn[g] = upto
    return FINE


@merged
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
    time, ahead, item = table.time, k.ahead, k.item
    rate = k.rate
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
        n, seen = _life(s, plan, table, count, g, c, day, k)
        if plan.everyone or n > 0.0 or not math.isnan(seen):
            make_room(k)
            row = k.ward[k.used]
            row[CELLS], row[SEEN], row[FOUNDED], row[ORGAN], row[ORIGIN] = n, seen, day, g, o
            row[ITEM], row[DRAWS], row[DAY], row[CELL] = item[pair], np.float64(s[2]), time[count], count
            row[NOW] = n
            k.used += 1
        item[pair] += 1
        seek(s, 1 + pair, item[pair])
        left += exponential(s)


@merged
def _life(s: Stream, plan: Any, table: Any, count: int, g: int, c: int, day: float, k: Any) -> tuple[float, float]:
    """Return (cells at the end of the table, day first seen) of the clone of a candidate founder of `day` in cell
    `c`."""
    n, start, seen, anchor, burden = 1.0, day, np.nan, k.anchor[c], k.burden[g]
    if anchor < 0:
        anchor = c
        seen = day if plan.detectable[g] <= 1.0 else np.nan
    else:
        m, q = to_anchor(table, g, c, day, k.ahead_m, k.ahead_q)
        if uniform(s) * k.bound[c] > alive(q):
            return 0.0, np.nan
        n, start = geometric(s, ratio(m, q)), table.time[anchor]
        note_start(table, g, c, day, anchor, n, q, plan.times, burden)
    if k.ahead_of > k.drawn[g]:
        look_ahead(table, g, k.drawn[g], count)
        k.ahead_of = k.drawn[g]
    free = plan.share * k.least[g]
    return advance(s, table, count, g, n, start, anchor, seen, plan.detectable[g], plan.share, free, plan.times, burden)
