"""One patient's cells: how long the next one is, what it leaves in the table of rates, and what happens at its end."""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..numerics.pointer import call_2, call_3
from .inner import inner
from .lanes import LANES, OBSERVE, PREPARE, put, take
from .status import BAD_RATE, BAD_SIZE, ENDLESS_EVENTS, FINE, STEP_TOO_SMALL, TABLE_FULL
from .table import widen
from .work import CAPACITY, START_CELL, act, copy, ended, lever_edge, met, next_break, note_record, set_levers

Floats = NDArray[np.float64]
Code = NDArray[np.int64]
_SHORTEST = 1e-9  # days
SAFETY = 0.93  # of the step the error would allow
_SMALLEST, _LARGEST = math.exp(-5.0), math.exp(5.0)  # factors of a rate over a cell


@inner
def look(plan: Any, k: Any, code: Code, out: Floats) -> None:
    """Bring parameters and outputs up to date with day, events and state."""
    set_levers(plan, k, k.t)
    call_2(code[PREPARE], k.p, k.c)
    call_3(code[OBSERVE], k.y, k.c, out)
    k.packed = False


@inner
def happen(plan: Any, k: Any, code: Code, out: Floats) -> bool:
    """Do every event due today; return whether any was."""
    jumped = lever_edge(plan, k.t)
    if jumped:
        look(plan, k, code, out)
    for _ in range(len(plan.event_day) + 1):
        done = True
        for e in range(len(plan.event_day)):
            if not k.fired[e] and met(plan, k, e, k.t, k.y, out):
                act(plan, k, e, k.t)
                look(plan, k, code, out)
                jumped, done = True, False
        if done:
            return jumped
    k.status = ENDLESS_EVENTS
    return jumped


@inner
def set_out(plan: Any, k: Any, v: Any, lane: int) -> None:
    """Choose the next cell and hand it to the lane."""
    dt = k.trial
    if dt <= 0.0:
        k.stop = next_break(plan, k, k.t, k.window_end)
        longest, left = min(k.length, plan.cell), k.stop - k.t
        dt = min(longest, k.step)
        if left <= dt or (left < 1.3 * longest and left <= k.step):
            dt = left
        elif left < 2.0 * dt:
            dt = 0.5 * left
    k.dt = dt
    v.h[lane] = dt
    put(v.y, lane, k.y, len(k.y))
    if k.cut:
        for i in range(len(k.y)):
            v.top[LANES * i + lane] = 0.0
        k.cut = False
    if not k.packed:
        put(v.c, lane, k.c, len(k.c))
    elif k.moved and plan.burden >= 0:
        put(v.c, lane, k.c, 2 * plan.organs)
    k.packed, k.moved = True, False


@inner
def arrive(plan: Any, k: Any, code: Code, v: Any, lane: int) -> bool:
    """Take the lane's answer; return False where the cell must be tried again, shorter."""
    error = v.error[lane]
    if not error < 1.0:
        k.step = k.dt * (max(0.1, min(0.9, SAFETY * error ** (-1.0 / 3.0))) if math.isfinite(error) else 0.1)
        k.trial = 0.0
        if k.step < _SHORTEST:
            k.status = STEP_TOO_SMALL
        return False
    take(v.new, lane, k.new)
    take(v.out, lane, k.end)
    if tripped(plan, k, k.t + k.dt, k.new, k.end):
        take(v.mid, lane, k.half)
        day = locate(plan, k, code)
        take(v.out, lane, k.end)
        if k.dt - day > 1e-3 and k.tries < 20:
            k.trial, k.tries = day, k.tries + 1
            return False
    take(v.out_mid, lane, k.mid)
    wider = k.dt * min(4.0, max(0.2, SAFETY * max(error, 1e-9) ** (-1.0 / 3.0)))
    k.step = max(k.step, wider) if k.dt < k.step and wider > k.dt else wider
    k.trial, k.tries = 0.0, 0
    return True


@inner
def tripped(plan: Any, k: Any, t: float, y: Floats, out: Floats) -> bool:
    """Return whether a quantity has reached the threshold of an event."""
    for e in range(len(plan.event_day)):
        if not k.fired[e] and math.isnan(plan.event_day[e]) and met(plan, k, e, t, y, out):
            return True
    return False


@inner
def locate(plan: Any, k: Any, code: Code) -> float:
    """Return the days into the cell at which the first threshold is reached: bisection on the parabola through the
    states at start, middle and end. The cell is then taken again with this length, until it ends at the threshold."""
    low, high = 0.0, 1.0
    while (high - low) * k.dt > 2e-4:
        x = 0.5 * (low + high)
        a, b, c = (1.0 - x) * (1.0 - 2.0 * x), 4.0 * x * (1.0 - x), x * (2.0 * x - 1.0)
        for i in range(len(k.y)):
            k.there[i] = a * k.y[i] + b * k.half[i] + c * k.new[i]
        call_3(code[OBSERVE], k.there, k.c, k.end)
        if tripped(plan, k, k.t + x * k.dt, k.there, k.end):
            high = x
        else:
            low = x
    return high * k.dt


@inner
def mean(first: float, middle: float, last: float) -> float:
    """Return Simpson's mean; numerical dust below zero becomes zero."""
    value = (first + 4.0 * middle + last) / 6.0
    return 0.0 if -1e-8 < value < 0.0 else value


@inner
def bent(first: float, middle: float, last: float) -> float:
    """Return how far a rate's middle lies from the mean of its ends."""
    return abs(middle - 0.5 * (first + last))


@inner
def write_cell(plan: Any, k: Any) -> None:
    """Write the mean rates of a cell and choose how long the next may be."""
    table, count, dt, now, mid, end = k.table, k.count, k.dt, k.now, k.mid, k.end
    birth, death, size, enter, wake = table.b, table.d, table.size, table.enter, table.wake
    bend = 0.0
    for g in range(plan.organs):
        j = plan.birth + g
        birth[g, count] = mean(now[j], mid[j], end[j])
        bend = max(bend, bent(now[j], mid[j], end[j]) * dt)
        j = plan.death + g
        death[g, count] = mean(now[j], mid[j], end[j])
        bend = max(bend, bent(now[j], mid[j], end[j]) * dt)
        j = plan.saturation + g
        size[g, count] = mean(now[j], mid[j], end[j])
        k.least[g] = min(k.least[g], size[g, count])
        good = 0.0 <= birth[g, count] < np.inf and 0.0 <= death[g, count] < np.inf
        if plan.enter >= 0:
            i, j = plan.enter + g, plan.wake + g
            enter[g, count] = mean(now[i], mid[i], end[i])
            wake[g, count] = mean(now[j], mid[j], end[j])
            bend = max(bend, 0.1 * bent(now[j], mid[j], end[j]) * dt)
            good = good and 0.0 <= enter[g, count] < np.inf and 0.0 <= wake[g, count] < np.inf
        bend = write_founders(plan, k, g, bend)
        if not (good and bend < np.inf):
            k.status, k.organ = BAD_RATE, g
            return
        if not size[g, count] > 0.0:
            k.status, k.organ = BAD_SIZE, g
            return
    k.length = dt * max(0.5, min(2.0, 0.8 * (0.05 / max(bend, 1e-4)) ** (1.0 / 3.0)))  # it grows as the cube


@inner
def write_founders(plan: Any, k: Any, g: int, bend: float) -> float:
    """Write the founders of an organ: their mean rate and the factor by which it moves over the cell.

    Return how far rates bend away from that, or `bend` if that is more; infinity where one is impossible.
    """
    nu, rise, origins = k.table.nu, k.table.rise, len(plan.intensity)
    for o in range(origins):
        j, i = plan.intensity[o] + g, g * origins + o
        first, middle, last = k.now[j], k.mid[j], k.end[j]
        value = mean(first, middle, last)
        nu[i, k.count], rise[i, k.count] = value, 1.0
        if not 0.0 <= value < np.inf:
            return np.inf
        off, tilts = bent(first, middle, last), first > 0.0 and last > 0.0
        if tilts:
            rise[i, k.count] = max(_SMALLEST, min(_LARGEST, last / first))
        if 0.4 * off > bend * value:  # roots and quotients only where they can matter
            off = min(abs(middle - math.sqrt(first * last)), off) if tilts else off
            bend = max(bend, 0.4 * off / value) if value > 0.0 else bend
    return bend


@inner
def settle(plan: Any, k: Any, code: Code) -> None:
    """End a cell: rates into the table, then whatever happens on its last day."""
    if k.count == k.table.b.shape[1]:
        if k.count == CAPACITY:
            k.status = TABLE_FULL
            return
        widen(k.table)
    write_cell(plan, k)
    if k.status != FINE:
        return
    copy(k.y, k.new)
    k.t = k.stop if k.t + k.dt >= k.stop - 1e-9 else k.t + k.dt
    k.count += 1
    k.table.time[k.count] = k.t
    jumped = happen(plan, k, code, k.end)
    copy(k.now, k.end)
    note_record(plan, k)
    if jumped:
        k.length, k.step = START_CELL, min(k.step, START_CELL)
        k.over = ended(plan, k)
