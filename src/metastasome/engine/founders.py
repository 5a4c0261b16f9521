"""Founders of clones: a Poisson process inverted through its cumulative intensity, thinned to those that matter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .laws import alive, stretch

Floats = NDArray[np.float64]
_ROOM = 40.0  # an anchor lies where a living clone's mean size is this many times below anything that matters


@njit(cache=True, error_model="numpy")
def mature(table: Any, first: int, count: int, g: int, limit: float) -> int:
    """Return the first cell from `first` on whose founders' clones are still too small to matter at the table's
    end."""
    growth = table.growth
    need = math.log(max(limit / (10.0 * _ROOM), 1.0))
    c = first
    while c < count and growth[g, count] - growth[g, c + 1] >= need:
        c += 1
    return c


@njit(cache=True, error_model="numpy")
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
    cell_m, cell_q = table.m, table.q
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
            run_q = cell_q[g, c] + run_q / cell_m[g, c]
            run_m *= cell_m[g, c]
        first = after


@njit(cache=True, error_model="numpy")
def _reach(table: Any, count: int, g: int, first: int, limit: float) -> int:
    m, q, c = 1.0, 0.0, first
    cell_m, cell_q = table.m, table.q
    while c < count:
        q += cell_q[g, c] / m
        m *= cell_m[g, c]
        if m * (1.0 + q) * _ROOM > limit:
            break
        c += 1
    return c


@njit(cache=True, error_model="numpy")
def candidates(
    table: Any,
    first: int,
    upto: int,
    g: int,
    k: int,
    anchor: NDArray[np.int64],
    m: Floats,
    q: Floats,
    bound: Floats,
    rate: Floats,
) -> float:
    """Fill per cell the largest chance to matter (`bound`) and the candidates expected (`rate`); return their sum.

    Within a cell the extinction odds q(s) of a founder of day s solve a linear equation, so the chance is monotone
    in s
    and its bound lies at one of the ends.
    """
    total = 0.0
    time, nu, cell_m, cell_q = table.time, table.nu, table.m, table.q
    for c in range(first, upto):
        if anchor[c] < 0:
            bound[c] = 1.0
        else:
            bound[c] = max(alive(q[c]), alive(cell_q[g, c] + q[c] / cell_m[g, c]))
        rate[c] = nu[k, c] * (time[c + 1] - time[c]) * bound[c]
        total += rate[c]
    return total


@njit(cache=True, error_model="numpy")
def tilted(u: float, x: float) -> float:
    """Return the place in (0, 1) up to which a share `u` of a cell's founders come, when their rate grows by
    exp(`x`) over the cell."""
    return u if abs(x) < 1e-6 else math.log1p(u * math.expm1(x)) / x


@njit(cache=True, error_model="numpy")
def to_anchor(table: Any, g: int, c: int, day: float, m: Floats, q: Floats) -> tuple[float, float]:
    """Return (m, q) from a founder's `day` in cell `c` to the cell's anchor."""
    m1, q1 = stretch(table.b[g, c], table.d[g, c], table.time[c + 1] - day)
    return m1 * m[c], q1 + q[c] / m1
