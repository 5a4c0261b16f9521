"""One patient after another: integrate the body, tabulate rates, draw lesions, feed back. Compiled per model.

The text of this file is the source of a generated module: the line that imports the model is replaced (`generate`).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from metastasome.engine.lesions import COLUMNS, cells_now, follow, found
from metastasome.engine.no_model import (
    N_CONSTANTS,
    WORK_EXTRA,
    WORK_ROWS,
    observe_c,
    prepare,
    rhs_c,
    step_window,
)
from metastasome.engine.philox import make_stream, rekey
from metastasome.engine.plan import referred
from metastasome.engine.results import ROW, referred_block, write_patient
from metastasome.engine.status import BAD_RATE, BAD_SIZE, ENDLESS_EVENTS, FINE, TABLE_FULL
from metastasome.engine.table import finish, new_table
from metastasome.engine.work import (
    act,
    ended,
    expected_cells,
    hold,
    lever_edge,
    met,
    new_work,
    next_break,
    note_record,
    reset,
    set_levers,
)

Floats = NDArray[np.float64]
START_CELL = 1.0  # days; cells start this short after a jump, and double
CAPACITY = 4096


@njit(cache=True, nogil=True, error_model="numpy")
def look(plan: Any, k: Any, t: float, out: Floats) -> None:
    """Bring parameters and outputs up to date with day, events and state."""
    set_levers(plan, k, t)
    prepare(k.p, k.c)
    observe_c(k.y, k.c, out)


@njit(cache=True, nogil=True, error_model="numpy")
def happen(plan: Any, k: Any, t: float, out: Floats) -> tuple[bool, int]:
    """Do every event due on day `t`; return whether any was, and a status."""
    jumped = lever_edge(plan, t)
    if jumped:
        look(plan, k, t, out)
    for _ in range(len(plan.event_day) + 1):
        done = True
        for e in range(len(plan.event_day)):
            if not k.fired[e] and met(plan, k, e, t, k.y, out):
                act(plan, k, e, t)
                look(plan, k, t, out)
                jumped, done = True, False
        if done:
            return jumped, FINE
    return jumped, ENDLESS_EVENTS


@njit(cache=True, nogil=True, error_model="numpy")
def cross(plan: Any, k: Any, t: float, dt: float) -> int:
    """Take the state through a cell, outputs noted at its middle and end."""
    status = step_window(k.y, k.c, t, t + 0.5 * dt, plan.rtol, k.atol, k.rk)
    if status == FINE:
        observe_c(k.y, k.c, k.mid)
        status = step_window(k.y, k.c, t + 0.5 * dt, t + dt, plan.rtol, k.atol, k.rk)
        observe_c(k.y, k.c, k.end)
    return status


@njit(cache=True, nogil=True, error_model="numpy")
def tripped(plan: Any, k: Any, t: float) -> bool:
    """Return whether a quantity has reached the threshold of an event at the end of the cell."""
    for e in range(len(plan.event_day)):
        if not k.fired[e] and math.isnan(plan.event_day[e]) and met(plan, k, e, t, k.y, k.end):
            return True
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def locate(plan: Any, k: Any, t: float, dt: float) -> float:
    """Return the days after `t` at which the first threshold is reached, by bisection to a thousandth of a day."""
    low, high = 0.0, dt
    while high - low > 1e-3:
        middle = 0.5 * (low + high)
        k.y[:] = k.keep
        k.rk[:] = 0.0
        step_window(k.y, k.c, t, t + middle, plan.rtol, k.atol, k.rk)
        observe_c(k.y, k.c, k.end)
        if tripped(plan, k, t + middle):
            high = middle
        else:
            low = middle
    return high


@njit(cache=True, error_model="numpy")
def mean(first: float, middle: float, last: float) -> float:
    """Return Simpson's mean; numerical dust below zero becomes zero."""
    value = (first + 4.0 * middle + last) / 6.0
    return 0.0 if -1e-8 < value < 0.0 else value


@njit(cache=True, nogil=True, error_model="numpy")
def write_cell(plan: Any, k: Any, table: Any, count: int, dt: float) -> tuple[int, int]:
    """Write the mean rates of a cell and choose the next cell's length; return (status, organ)."""
    origins = len(plan.intensity)
    bend = 0.0
    for g in range(plan.organs):
        j = plan.birth + g
        table.b[g, count] = mean(k.now[j], k.mid[j], k.end[j])
        bend = max(bend, abs(k.mid[j] - 0.5 * (k.now[j] + k.end[j])) * dt)
        j = plan.death + g
        table.d[g, count] = mean(k.now[j], k.mid[j], k.end[j])
        bend = max(bend, abs(k.mid[j] - 0.5 * (k.now[j] + k.end[j])) * dt)
        j = plan.saturation + g
        table.size[g, count] = mean(k.now[j], k.mid[j], k.end[j])
        if plan.enter >= 0:
            table.enter[g, count] = mean(k.now[plan.enter + g], k.mid[plan.enter + g], k.end[plan.enter + g])
            table.wake[g, count] = mean(k.now[plan.wake + g], k.mid[plan.wake + g], k.end[plan.wake + g])
        good = 0.0 <= table.b[g, count] < np.inf and 0.0 <= table.d[g, count] < np.inf
        good = good and 0.0 <= table.enter[g, count] < np.inf and 0.0 <= table.wake[g, count] < np.inf
        for o in range(origins):
            j = plan.intensity[o] + g
            value = mean(k.now[j], k.mid[j], k.end[j])
            table.nu[g * origins + o, count] = value
            good = good and 0.0 <= value < np.inf
            if value > 0.0:
                bend = max(bend, 0.4 * abs(k.mid[j] - 0.5 * (k.now[j] + k.end[j])) / value)
        if not good:
            return BAD_RATE, g
        if not table.size[g, count] > 0.0:
            return BAD_SIZE, g
    k.length = dt * (2.0 if bend < 0.02 else (1.0 if bend < 0.05 else 0.5))
    return FINE, -1


@njit(cache=True, nogil=True, error_model="numpy")
def tabulate(plan: Any, k: Any, table: Any, count: int, t: float, end: float) -> tuple[int, int, float, int]:
    """Integrate from day `t` to `end`, or to the end of follow-up, adding to the `count` cells of the table.

    Return (cells, status, day, organ to blame).
    """
    while t < end:
        if count == table.b.shape[1]:
            return count, TABLE_FULL, t, -1
        stop = next_break(plan, k, t, end)
        dt = min(max(k.length, 1e-3), plan.cell)
        dt = stop - t if stop - t < 1.3 * dt else dt
        k.keep[:] = k.y
        status = cross(plan, k, t, dt)
        if status != FINE:
            return count, status, t, -1
        if tripped(plan, k, t + dt):
            dt = locate(plan, k, t, dt)
            k.y[:] = k.keep
            k.rk[:] = 0.0
            cross(plan, k, t, dt)
        wanted = k.length
        status, organ = write_cell(plan, k, table, count, dt)
        if k.length >= dt:
            k.length = max(k.length, wanted)
        if status != FINE:
            return count, status, t, organ
        t = stop if t + dt >= stop else t + dt
        count += 1
        table.time[count] = t
        jumped, status = happen(plan, k, t, k.end)
        if status != FINE:
            return count, status, t, -1
        if jumped:
            k.length = START_CELL
            k.rk[:] = 0.0
        k.now[:] = k.end
        note_record(plan, k, t, k.now)
        if jumped and ended(plan, k):
            break
    return count, FINE, t, -1


@njit(cache=True, nogil=True, error_model="numpy")
def set_cells(plan: Any, k: Any, t: float, days: float, out: Floats) -> None:
    """Tell the model the lesion cells expected `days` on."""
    for g in range(plan.organs):
        k.base[plan.burden + g] = expected_cells(plan, k, g, days)
    look(plan, k, t, out)


@njit(cache=True, nogil=True, error_model="numpy")
def change(plan: Any, k: Any, days: float) -> float:
    """Return the largest effect, over a window, of lesion growth within it: outputs `now` and rates against `end`
    and `rate2`."""
    worst = 0.0
    for g in range(plan.organs):
        for j in (plan.birth + g, plan.death + g):
            worst = max(worst, abs(k.end[j] - k.now[j]) * days)
        for o in range(len(plan.intensity)):
            j = plan.intensity[o] + g
            if k.now[j] > 0.0 or k.end[j] > 0.0:
                worst = max(worst, abs(k.end[j] - k.now[j]) / max(k.now[j], k.end[j]))
    for i in range(len(k.y)):
        size = abs(k.y[i]) + abs(k.rate[i]) * days + k.atol[i] / plan.rtol
        worst = max(worst, abs(k.rate2[i] - k.rate[i]) * days / size)
    return worst


@njit(cache=True, nogil=True, error_model="numpy")
def choose_window(plan: Any, k: Any, t: float, days: float) -> float:
    """Return the length of the next window and set the lesion cells the model sees in it (those of its middle)."""
    days = min(days, plan.times[-1] - t)
    if k.cells.max() > 0.0:
        set_cells(plan, k, t, 0.0, k.now)
        rhs_c(k.y, k.c, k.rate)
        while days > 1.0:
            set_cells(plan, k, t, days, k.end)
            rhs_c(k.y, k.c, k.rate2)
            if change(plan, k, days) <= plan.feedback_tol:
                break
            days *= 0.5
    set_cells(plan, k, t, 0.5 * days, k.end)
    k.now[:] = k.end
    return days


@njit(cache=True, nogil=True, error_model="numpy")
def one_patient(plan: Any, k: Any, s: Any, table: Any, ward: Floats) -> tuple[Floats, int, int, float, int]:
    """Solve one patient; return (ward, clones in it, status, day, organ)."""
    t, used, count, days = 0.0, 0, 0, plan.window
    k.length = START_CELL
    look(plan, k, t, k.now)
    _, status = happen(plan, k, t, k.now)
    note_record(plan, k, t, k.now)
    over = ended(plan, k)
    while t < plan.times[-1] and status == FINE and not over:
        end = plan.times[-1]
        if plan.burden >= 0:
            days = choose_window(plan, k, t, min(plan.window, 2.0 * days))
            end = end if end - t - days < 1e-6 else t + days
        first = count
        count, status, day, organ = tabulate(plan, k, table, count, t, end)
        if status != FINE:
            return ward, used, status, day, organ
        finish(table, first, count, k.asleep)
        over = ended(plan, k)
        last = over or end == plan.times[-1]
        used = follow(s, plan, table, count, ward, used, k.burden, last)
        ward, used, status = found(s, plan, table, count, ward, used, k, last)
        cells_now(table, count, ward, used, k.cells)
        t = day if over else end
    if over:
        hold(plan, k, t, k.now)
    return ward, used, status, t, -1


@njit(cache=True, nogil=True, error_model="numpy")
def run_block(
    given: Any, seed: int, first: int, params: Floats, starts: Floats, slots: Any, keep: int, results: Any
) -> tuple[Floats, int, int, float, int]:
    """Solve patients ``first ..``; fill `results`; return (lesion rows, patient stopped at, status, day, organ).

    Args:
        slots: (n,) row of the reservoir that keeps the patient's trajectories, or -1.
        keep: lesion rows are kept for patients below this number.
    """
    plan, block = referred(given), referred_block(results)
    s = make_stream(seed, first)
    k = new_work(plan, starts.shape[1], params.shape[1], N_CONSTANTS, WORK_ROWS, WORK_EXTRA)
    table = new_table(plan.organs, len(plan.intensity), CAPACITY)
    ward = np.empty((256, COLUMNS))
    rows, used = np.empty((1024, ROW)), 0
    for i in range(len(params)):
        rekey(s, seed, first + i)
        reset(k, params[i], starts[i])
        ward, alive, status, day, organ = one_patient(plan, k, s, table, ward)
        if status != FINE:
            return rows[:used], first + i, status, day, organ
        rows, used = write_patient(block, plan, k, i, first + i, slots[i], ward, alive, rows, used, first + i < keep)
    return rows[:used], -1, FINE, 0.0, -1


@njit(cache=True, nogil=True, error_model="numpy")
def rates_of(
    given: Any, params: Floats, start: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats, int, float, int]:
    """Return the rates one patient without lesions would meet: (days, birth, death, saturation, founders, status,
    day, organ).

    Arrays are organ (and origin) by cell; days are the ends of cells.
    """
    plan = referred(given)
    k = new_work(plan, len(start), len(params), N_CONSTANTS, WORK_ROWS, WORK_EXTRA)
    table = new_table(plan.organs, len(plan.intensity), CAPACITY)
    reset(k, params, start)
    look(plan, k, 0.0, k.now)
    happen(plan, k, 0.0, k.now)
    count, status, day, organ = tabulate(plan, k, table, 0, 0.0, plan.times[-1])
    finish(table, 0, count, k.asleep)
    cells = slice(0, count)
    return (
        table.time[: count + 1],
        table.b[:, cells],
        table.d[:, cells],
        table.size[:, cells],
        table.nu[:, cells],
        status,
        day,
        organ,
    )
