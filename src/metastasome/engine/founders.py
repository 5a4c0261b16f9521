"""Founders of clones: a Poisson process inverted through its cumulative intensity, thinned to those that matter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .inner import inner
from .laws import alive, stretch

Floats = NDArray[np.float64]
_EARLY = math.log(64.0)
_ROOM = 40.0  # an anchor lies where a living clone's mean size is this many times below anything that matters


@inner
def mature(table: Any, first: int, count: int, g: int, limit: float) -> int:
    """Return the cell up to which founders are to be drawn now: none while their clones are too small to matter.

    Once those of the cell `first` may matter, later ones whose clones are up to 64 times smaller are drawn with them,
    so that this is seldom needed: when they are drawn does not change the law.
    """
    growth, c = table.growth, first
    need = math.log(max(limit / (10.0 * _ROOM), 1.0))
    if first >= count or growth[g, count] - growth[g, first + 1] < need:
        return first
    while c < count and growth[g, count] - growth[g, c + 1] >= need - _EARLY:
        c += 1
    return c


@inner
def anchors(
    table: Any,
    first: int,
    upto: int,
    count: int,
    g: int,
    limit: float,
    everyone: bool,
    anchor: NDArray[np.int64],
    m: Floats,
    q: Floats,
) -> None:
    """Choose for each cell the day up to which its founders' clones must live to matter.

    A clone that dies before its anchor can't have been seen: at the anchor its mean size, given life, is at most
    1/40 of `limit`, so the chance of having reached `limit` is below exp(-40). Filled per cell c of ``first ..
    upto``: `anchor` (number of the
    cell that starts on that day; c itself: no condition) and (m, q) from the end of cell c to the anchor.
    """
    cell_m, cell_q, back = table.m, table.q, table.back
    while first < upto:
        last = first if everyone else _reach(table, count, g, first, limit)
        if last <= first:
            anchor[first], m[first], q[first] = -1, 1.0, 0.0
            first += 1
            continue
        after = upto if last == count else min(upto, first + max(1, (last - first) // 2))
        run_m, run_q = 1.0, 0.0
        for c in range(last - 1, first - 1, -1):
            if c < after:
                anchor[c], m[c], q[c] = last, run_m, run_q
            run_q = cell_q[g, c] + run_q * back[g, c]
            run_m *= cell_m[g, c]
        first = after


@inner
def _reach(table: Any, count: int, g: int, first: int, limit: float) -> int:
    m, inverse, q, c = 1.0, 1.0, 0.0, first
    cell_m, cell_q, back = table.m, table.q, table.back
    while c < count:
        q += cell_q[g, c] * inverse
        m *= cell_m[g, c]
        inverse *= back[g, c]
        if m * (1.0 + q) * _ROOM > limit:
            break
        c += 1
    return c


@inner
def chances(
    table: Any,
    first: int,
    upto: int,
    g: int,
    anchor: NDArray[np.int64],
    q: Floats,
    bound: Floats,
) -> None:
    """Fill per cell the largest chance of a founder to matter.

    Within a cell the extinction odds q(s) of a founder of day s solve a linear equation, so the chance is monotone
    in s and its bound lies at one of the ends.
    """
    back, cell_q = table.back, table.q
    for c in range(first, upto):
        bound[c] = 1.0 if anchor[c] < 0 else alive(min(q[c], cell_q[g, c] + q[c] * back[g, c]))


@inner
def candidates(table: Any, first: int, upto: int, k: int, bound: Floats, rate: Floats) -> float:
    """Fill per cell the candidates expected of organ and origin `k`; return their sum."""
    total, time, nu = 0.0, table.time, table.nu
    for c in range(first, upto):
        rate[c] = nu[k, c] * (time[c + 1] - time[c]) * bound[c]
        total += rate[c]
    return total


@inner
def tilted(u: float, rise: float) -> float:
    """Return the place in (0, 1) up to which a share `u` of a cell's founders come, when their rate grows by a factor
    `rise` over the cell."""
    return u if abs(rise - 1.0) < 1e-6 else math.log1p(u * (rise - 1.0)) / math.log(rise)


@inner
def to_anchor(table: Any, g: int, c: int, day: float, m: Floats, q: Floats) -> tuple[float, float]:
    """Return (m, q) from a founder's `day` in cell `c` to the cell's anchor."""
    m1, q1 = stretch(table.b[g, c], table.d[g, c], table.time[c + 1] - day)
    return m1 * m[c], q1 + q[c] / m1
