"""All clones of one patient: drawing founders, following the living, keeping what is worth a row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .clones import advance, note_start
from .founders import anchors, candidates, to_anchor
from .laws import alive, ratio
from .philox import seek, uniform
from .samplers import exponential, geometric
from .status import FINE, MAX_FOUNDERS, TOO_MANY

Floats = NDArray[np.float64]
Stream = NDArray[np.uint64]
# columns of the ward: cells, day first seen (NaN: not), day founded, organ, origin, number of the clone, draws used
CELLS, SEEN, FOUNDED, ORGAN, ORIGIN, ITEM, DRAWS = range(7)
COLUMNS = 7


@njit(cache=True)
def roomy(ward: Floats, used: int) -> Floats:
    """Return the ward, twice as large when it is full."""
    if used < ward.shape[0]:
        return ward
    larger = np.empty((2 * ward.shape[0], COLUMNS))
    larger[:used] = ward
    return larger


@njit(cache=True, error_model="numpy")
def follow(
    s: Stream, plan: Any, table: Any, count: int, ward: Floats, used: int, burden: Floats
) -> int:
    """Take every living clone to the end of the table; drop the dead that were never seen. Return rows in use."""
    kept = 0
    for i in range(used):
        g = np.int64(ward[i, ORGAN])
        if ward[i, CELLS] > 0.0:
            decision = 1 + g * len(plan.intensity) + np.int64(ward[i, ORIGIN])
            seek(s, decision, np.int64(ward[i, ITEM]))
            s[2] = (np.uint64(ward[i, DRAWS]) + np.uint64(3)) & ~np.uint64(3)
            n, seen = advance(
                s, table, count, g, ward[i, CELLS], table.time[0], 0, ward[i, SEEN], plan.detectable[g], plan.share,
                plan.times, burden[g],
            )
            ward[i, CELLS], ward[i, SEEN], ward[i, DRAWS] = n, seen, np.float64(s[2])
        if plan.everyone or ward[i, CELLS] > 0.0 or not math.isnan(ward[i, SEEN]):
            ward[kept] = ward[i]
            kept += 1
    return kept


@njit(cache=True, error_model="numpy")
def found(
    s: Stream, plan: Any, table: Any, count: int, ward: Floats, used: int, ahead: Floats, item: NDArray[np.int64],
    burden: Floats,
) -> tuple[Floats, int, int]:
    """Draw the window's founders and take their clones to its end. Return (ward, rows in use, status).

    `ahead` holds, per organ and origin, the part of a unit-exponential spacing still to come (below 0: none drawn yet);
    `item` the number of the clone it leads to. Both are carried from window to window.
    """
    anchor = np.empty(count, dtype=np.int64)
    m, q, bound, rate = np.empty(count), np.empty(count), np.empty(count), np.empty(count)
    origins = len(plan.intensity)
    for g in range(plan.organs):
        size = table.size[g, 0]
        for c in range(1, count):
            size = min(size, table.size[g, c])
        limit = min(plan.detectable[g], plan.share * size)
        anchors(table, count, g, limit, plan.everyone, anchor, m, q)
        for o in range(origins):
            k = g * origins + o
            total = candidates(table, count, g, k, anchor, m, q, bound, rate)
            if not total < MAX_FOUNDERS:
                return ward, used, TOO_MANY
            seek(s, 1 + k, item[k])
            first = exponential(s)
            if ahead[k] < 0.0:
                ahead[k] = first
            c, passed = 0, 0.0
            while True:
                while c < count and passed + rate[c] < ahead[k]:
                    passed += rate[c]
                    c += 1
                if c == count:
                    ahead[k] -= passed
                    break
                day = table.time[c] + (ahead[k] - passed) / rate[c] * (table.time[c + 1] - table.time[c])
                n, seen = _life(s, plan, table, count, g, c, day, anchor[c], m, q, bound[c], burden[g])
                if plan.everyone or n > 0.0 or not math.isnan(seen):
                    ward = roomy(ward, used)
                    row = ward[used]
                    row[CELLS], row[SEEN], row[FOUNDED], row[ORGAN], row[ORIGIN] = n, seen, day, g, o
                    row[ITEM], row[DRAWS] = item[k], np.float64(s[2])
                    used += 1
                item[k] += 1
                seek(s, 1 + k, item[k])
                ahead[k] += exponential(s)
    return ward, used, FINE


@njit(cache=True, error_model="numpy")
def _life(
    s: Stream, plan: Any, table: Any, count: int, g: int, c: int, day: float, anchor: int, m: Floats, q: Floats,
    bound: float, burden: Floats,
) -> tuple[float, float]:
    """Return (cells at the end of the table, day first seen) of the clone of a candidate founder of `day` in cell `c`."""
    seen_at = plan.detectable[g]
    if anchor < 0:
        start = day if seen_at <= 1.0 else np.nan
        return advance(s, table, count, g, 1.0, day, c, start, seen_at, plan.share, plan.times, burden)
    m1, q1 = to_anchor(table, g, c, day, m, q)
    if uniform(s) * bound > alive(q1):
        return 0.0, np.nan
    n = geometric(s, ratio(m1, q1))
    note_start(table, g, c, day, anchor, n, count, plan.times, burden)
    return advance(s, table, count, g, n, table.time[anchor], anchor, np.nan, seen_at, plan.share, plan.times, burden)

