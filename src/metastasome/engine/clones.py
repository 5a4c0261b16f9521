"""The life of one clone over a table of rates: exact leaps, saturation, and the day imaging would first see it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .inner import inner
from .laws import leap, logistic_gain, spread, stretch
from .table import after, growth_at

Floats = NDArray[np.float64]
Stream = NDArray[np.uint64]


@inner
def out_of_reach(n: float, m: float, q: float, size: float) -> bool:
    """Return whether `n` cells stay below `size` over a stretch (m, q), but for a chance below exp(-20)."""
    return size >= n * max(1.0, m) * _excess(spread(m, q) / n)


@inner
def _excess(part: float) -> float:
    """Return the factor of their mean that cells of relative variance `part` exceed with a chance below exp(-20).

    Tail bound of a gamma variable with the mean and variance of the cells (Boucheron et al. 2013, Concentration
    Inequalities, section 2.4): exceeding mean (1 + sqrt(2x/k) + x/k) has chance below exp(-x), k = 1 / (relative
    variance).
    """
    return 1.0 + math.sqrt(40.0 * part) + 20.0 * part


@inner
def saturated(n: float, b: float, d: float, dt: float, size: float) -> tuple[float, float]:
    """Return (m, q) of `dt` days for `n` cells that grow logistically towards `size`; decline is not slowed by it."""
    if b <= d:
        return stretch(b, d, dt)
    rate = math.log(logistic_gain(n, math.exp((b - d) * dt), size)) / dt
    return stretch(max(0.0, d + rate), max(d, -rate), dt)


@inner
def advance(
    s: Stream,
    table: Any,
    count: int,
    g: int,
    n: float,
    t: float,
    c: int,
    detected: float,
    seen_at: float,
    share: float,
    free: float,
    times: Floats,
    burden: Floats,
) -> tuple[float, float]:
    """Return cells at the end of the table, and the day first seen (NaN: not yet), of a clone of `n` cells at day `t`.

    Args:
        s: stream, already at the clone's own place. c: cell that holds `t`. detected: NaN or the day it was seen.
        seen_at: size that imaging sees. share: of the saturation size below which growth is free.
        free: size below which it is free in all cells from `c` on, with `look_ahead` called for them; 0 if not known.
        times, burden: recording days and the row (times,) to which the clone's cells are added.
    """
    end = table.time[count]
    while n > 0.0 and t < end:
        waiting = math.isnan(detected)
        aim = seen_at if waiting else np.inf
        m, q, stop, c_next = _whole_way(table, count, g, n, t, c, aim, free)
        if stop <= t:
            m, q, stop, c_next = _free_stretch(table, count, g, n, t, c, aim, share)
        if stop <= t:
            m, q, stop = _short_stretch(table, g, n, t, c, aim, share)
            c_next = c + 1 if stop >= table.time[c + 1] else c
        now = leap(s, n, m, q)
        _note(table, g, c, n, t, c_next, now, stop, count, times, burden)
        if waiting and now >= seen_at:
            detected = _crossing(n, t, now, stop, seen_at)
        n, t, c = now, stop, c_next
    return n, detected


@inner
def _whole_way(
    table: Any, count: int, g: int, n: float, t: float, c: int, seen_at: float, free: float
) -> tuple[float, float, float, int]:
    """Return (m, q, last day, cell there) to the end of the table where growth is free and `seen_at` out of reach all
    the way, as `_free_stretch` would find cell by cell; else a last day of `t`.

    By bounds for all cells at once: the mean is largest at the peak of growth, and the relative variance, which is
    1 + 2q - 1/m for one cell, stays below 1 + 2q at the end.
    """
    if free <= 0.0:
        return 1.0, 0.0, t, c
    here = growth_at(table, g, c, t)
    m = math.exp(table.growth[g, count] - here)
    top = n * max(m, math.exp(table.peak[g, c] - here))
    if top > free:
        return 1.0, 0.0, t, c
    q = table.rest[g, c]
    if t > table.time[c]:
        m1, q = stretch(table.b[g, c], table.d[g, c], table.time[c + 1] - t)
        q += table.rest[g, c + 1] / m1 if c + 1 < count else 0.0
    if seen_at < max(n, top) * _excess((1.0 + 2.0 * q) / n):
        return 1.0, 0.0, t, c
    return m, q, table.time[count], count


@inner
def _free_stretch(
    table: Any, count: int, g: int, n: float, t: float, c: int, seen_at: float, share: float
) -> tuple[float, float, float, int]:
    """Return (m, q, last day, cell there) of the longest run of whole cells with growth free and `seen_at` out of
    reach."""
    m, q, stop = 1.0, 0.0, t
    time, cell_m, cell_q, size = table.time, table.m, table.q, table.size
    m2, q2 = cell_m[g, c], cell_q[g, c]
    if t > time[c]:
        m2, q2 = stretch(table.b[g, c], table.d[g, c], time[c + 1] - t)
    while c < count:
        new_m, new_q = m * m2, q + q2 / m
        if n * new_m > share * size[g, c] or (seen_at < np.inf and not out_of_reach(n, new_m, new_q, seen_at)):
            break
        m, q, stop = new_m, new_q, time[c + 1]
        c += 1
        if c < count:
            m2, q2 = cell_m[g, c], cell_q[g, c]
    return m, q, stop, c


@inner
def _short_stretch(
    table: Any, g: int, n: float, t: float, c: int, seen_at: float, share: float
) -> tuple[float, float, float]:
    """Return (m, q, last day) of a stretch inside cell `c`: as long as `seen_at` is out of reach, but a day at
    least."""
    b, d, size = table.b[g, c], table.d[g, c], table.size[g, c]
    left = table.time[c + 1] - t
    dt = left
    while True:
        m, q = stretch(b, d, dt)
        if n * m > share * size:
            m, q = saturated(n, b, d, dt, size)
        if seen_at == np.inf or dt <= 1.0 or out_of_reach(n, m, q, seen_at):
            return m, q, (table.time[c + 1] if dt == left else t + dt)
        dt = max(1.0, min(0.7 * dt, _guess(n, b, d, dt, m, q, seen_at)))
        if dt >= left:
            dt = left


@inner
def _guess(n: float, b: float, d: float, dt: float, m: float, q: float, seen_at: float) -> float:
    if b <= d or m <= 1.0:
        return 0.5 * dt
    part = 2.0 * b / ((b - d) * n)
    room = seen_at / (n * _excess(part))
    return math.log(room) / math.log(m) * dt if room > 1.0 else 1.0


@inner
def _crossing(n0: float, t0: float, n1: float, t1: float, size: float) -> float:
    """Return the day at which `size` is crossed between two sizes, exponential in between (steps here are about a
    day)."""
    if n0 >= size:
        return t0
    return t0 + (t1 - t0) * math.log(size / n0) / math.log(n1 / n0)


@inner
def _note(
    table: Any,
    g: int,
    c0: int,
    n0: float,
    t0: float,
    c1: int,
    n1: float,
    t1: float,
    count: int,
    times: Floats,
    burden: Floats,
) -> None:
    """Add a clone's cells on recording days in (t0, t1], interpolated along the mean path between two exact sizes."""
    k = after(times, t0)
    if k >= len(times) or times[k] > t1:
        return
    if n1 <= 0.0:
        while k < len(times) and times[k] <= t1:
            burden[k] += n0 * (1.0 - (times[k] - t0) / (t1 - t0))
            k += 1
        return
    at, growth, gain = table.at, table.growth, table.gain
    start = growth_at(table, g, c0, t0)
    tilt = (math.log(n1 / n0) - growth_at(table, g, min(c1, count - 1), t1) + start) / (t1 - t0)
    n, days, slope, known = 0.0, 0.0, 1.0, False
    while k < len(times) and times[k] <= t1:
        if known and gain[g, k] > 0.0:  # from recording day to recording day without an exponential
            step = times[k] - times[k - 1]
            if abs(step - days) > 1e-9 * step:
                days, slope = step, math.exp(tilt * step)
            n *= gain[g, k] * slope
        else:
            n = n0 * math.exp(growth[g, at[k]] - start + tilt * (times[k] - t0))
        burden[k] += n
        known = True
        k += 1


@inner
def note_start(
    table: Any, g: int, c: int, day: float, anchor: int, n: float, q: float, times: Floats, burden: Floats
) -> None:
    """Add the cells of a clone between its founding and its anchor, where it has `n` cells after extinction odds `q`.

    The living clone's mean m (1 + q), scaled to end at the size it has: a clone that lives starts fast.
    """
    end = table.time[anchor]
    k = after(times, day)
    if k >= len(times) or times[k] > end:
        return
    at, cell_m, cell_q = table.at, table.m, table.q
    start = growth_at(table, g, c, day)
    scale = (n - 1.0) / max(1e-12, math.exp(table.growth[g, anchor] - start) * (1.0 + q) - 1.0)
    m, odds = stretch(table.b[g, c], table.d[g, c], table.time[c + 1] - day)
    c += 1
    while True:
        if at[k] == c:
            burden[k] += 1.0 + scale * (m * (1.0 + odds) - 1.0)
            k += 1
            if k >= len(times) or times[k] > end:
                return
        odds += cell_q[g, c] / m
        m *= cell_m[g, c]
        c += 1
