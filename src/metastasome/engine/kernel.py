"""Patients in lanes: integrate the bodies side by side, tabulate rates, draw lesions, feed back. Compiled once.

The model comes as machine code behind addresses (`numerics.native`), so this kernel serves every model. Its text goes
into the cache of generated code with a digest of all files it is compiled from (`generate`).
"""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from metastasome.engine.cells import arrive, happen, look, set_out, settle
from metastasome.engine.handle import borrowed, done_with, handle
from metastasome.engine.inner import inner, merged
from metastasome.engine.lanes import LANES, OBSERVE, new_lanes, step
from metastasome.engine.laws import logistic_gain
from metastasome.engine.lesions import cells_now, follow, found
from metastasome.engine.philox import make_stream, rekey
from metastasome.engine.plan import referred
from metastasome.engine.results import ROW, referred_block, write_patient
from metastasome.engine.status import FINE
from metastasome.engine.table import after, between_records, finish
from metastasome.engine.work import ended, hold, new_work, note_record, reset
from metastasome.numerics.pointer import call_3

Floats = NDArray[np.float64]
Code = NDArray[np.int64]


@inner
def window_end(plan: Any, k: Any) -> float:
    """Return the end of the next window: near enough that lesions founded within it do not grow large in it, and
    such that windows end on recording days."""
    fastest = 0.0
    for g in range(plan.organs):
        fastest = max(fastest, k.now[plan.birth + g] - k.now[plan.death + g])
    days = plan.window if fastest * plan.window <= plan.feedback_tol else plan.feedback_tol / fastest
    stop = plan.times[after(plan.times, k.t)]
    parts = math.ceil((stop - k.t) / (1.1 * days))
    return stop if parts <= 1.0 else k.t + (stop - k.t) / parts


@inner
def open_window(plan: Any, k: Any, code: Code) -> None:
    """Start a window: its end, and the lesion cells the model sees in it.

    They grow exponentially from today's, at the rates of today, slowed as by saturation.
    """
    k.first, k.window_end = k.count, plan.times[-1]
    if plan.burden < 0:
        return
    k.window_end = window_end(plan, k)
    days = k.window_end - k.t
    k.y[len(k.y) - 1] = 0.0  # the clock of lesion cells
    some = False
    for g in range(plan.organs):
        n, rate = k.cells[g], k.now[plan.birth + g] - k.now[plan.death + g]
        some = some or n > 0.0 or k.c[g] > 0.0
        k.c[g], k.c[plan.organs + g] = n, rate
        if rate > 0.0 and n > 0.0:
            gain = logistic_gain(k.typical[g], math.exp(rate * days), k.now[plan.saturation + g])
            k.c[plan.organs + g] = math.log(gain) / days
    if some:
        k.moved = True
        call_3(code[OBSERVE], k.y, k.c, k.now)


@merged
def close_window(plan: Any, k: Any, s: Any) -> bool:
    """Draw and follow the clones of a window; return whether the patient is done."""
    table, count = k.table, k.count
    finish(table, k.first, count, k.asleep)
    between_records(table, plan.times, k.first, count)
    last = k.over or k.window_end == plan.times[-1]
    follow(s, plan, table, count, k, last)
    k.status = found(s, plan, table, count, k, last)
    cells_now(k.ward, k.used, k.cells, k.typical)
    if k.over:
        hold(plan, k)
    return last or k.status != FINE


@inner
def admit(plan: Any, k: Any, code: Code, row: int, params: Floats, start: Floats) -> None:
    """Put a patient into a lane."""
    reset(k, row, params, start)
    look(plan, k, code, k.now)
    happen(plan, k, code, k.now)
    note_record(plan, k)
    k.over = ended(plan, k)
    open_window(plan, k, code)


@merged
def follow_up(plan: Any, k: Any, code: Code, v: Any, lane: int, s: Any) -> bool:
    """Take a lane's answer; return whether its patient is done."""
    if not arrive(plan, k, code, v, lane):
        return k.status != FINE
    settle(plan, k, code)
    if k.status != FINE:
        return True
    if k.over or k.t == k.window_end:
        if close_window(plan, k, s):
            return True
        open_window(plan, k, code)
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def run_block(
    given: Any,
    code: Code,
    sizes: Any,
    seed: int,
    first: int,
    params: Floats,
    starts: Floats,
    slots: Any,
    keep: int,
    results: Any,
) -> tuple[Floats, int, int, float, int]:
    """Solve patients ``first ..``; fill `results`; return (lesion rows, patient stopped at, status, day, organ).

    Args:
        code: addresses of the model's functions. sizes: its states (clock included), constants, outputs, LU entries.
        slots: (n,) row of the reservoir that keeps the patient's trajectories, or -1.
        keep: lesion rows are kept for patients below this number.
    """
    owned = referred(given), referred_block(results), make_stream(seed, first), new_lanes(sizes)
    plan, block, s, v = handle(owned[0]), handle(owned[1]), borrowed(owned[2]), handle(owned[3])
    a, b = new_work(plan, params.shape[1], sizes), new_work(plan, params.shape[1], sizes)
    c, d = new_work(plan, params.shape[1], sizes), new_work(plan, params.shape[1], sizes)
    e, f = new_work(plan, params.shape[1], sizes), new_work(plan, params.shape[1], sizes)
    g, h = new_work(plan, params.shape[1], sizes), new_work(plan, params.shape[1], sizes)
    lanes = (handle(a), handle(b), handle(c), handle(d), handle(e), handle(f), handle(g), handle(h))
    found = _run(plan, block, s, v, lanes, code, seed, first, params, starts, slots, keep)
    done_with((owned, a, b, c, d, e, f, g, h))
    return found


@merged
def _run(
    plan: Any,
    block: Any,
    s: Any,
    v: Any,
    lanes: Any,
    code: Code,
    seed: int,
    first: int,
    params: Floats,
    starts: Floats,
    slots: Any,
    keep: int,
) -> tuple[Floats, int, int, float, int]:
    """Solve patients in lanes whose arrays are owned by the caller (see `run_block`)."""
    used, waiting, busy = np.int64(0), np.int64(0), np.int64(0)  # a literal 0 would compile callees twice
    rows = np.empty((1024, ROW))
    while True:
        for lane in range(LANES):
            k = lanes[lane]
            while k.row < 0 and waiting < len(params):
                admit(plan, k, code, waiting, params[waiting], starts[waiting])
                waiting, busy = waiting + 1, busy + 1
                if k.status != FINE:
                    return rows[:used], first + k.row, k.status, k.t, k.organ
                if k.over:
                    hold(plan, k)
                    rows, used = write_patient(block, plan, k, slots[k.row], first + k.row, rows, used, keep)
                    k.row, busy = -1, busy - 1
            if k.row >= 0:
                set_out(plan, k, v, lane)
        if busy == 0:
            return rows[:used], -1, FINE, 0.0, -1
        step(v, code, plan.rtol, plan.atol)
        for lane in range(LANES):
            k = lanes[lane]
            if k.row >= 0:
                rekey(s, seed, first + k.row)
                if follow_up(plan, k, code, v, lane, s):
                    if k.status != FINE:
                        return rows[:used], first + k.row, k.status, k.t, k.organ
                    rows, used = write_patient(block, plan, k, slots[k.row], first + k.row, rows, used, keep)
                    k.row, busy = -1, busy - 1


@njit(cache=True, nogil=True, error_model="numpy")
def rates_of(
    given: Any, code: Code, sizes: Any, params: Floats, start: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats, int, float, int]:
    """Return the rates one patient without lesions would meet: (days, birth, death, saturation, founders, tilt,
    status, day, organ).

    Arrays are organ (and origin) by cell; days are the ends of cells.
    """
    owned = referred(given), new_lanes(sizes)
    work = new_work(owned[0], len(params), sizes)
    plan, v, k = handle(owned[0]), handle(owned[1]), handle(work)
    admit(plan, k, code, 0, params, start)
    k.window_end = plan.times[-1]
    while k.t < k.window_end and not k.over and k.status == FINE:
        set_out(plan, k, v, 0)
        step(v, code, plan.rtol, plan.atol)
        if arrive(plan, k, code, v, 0):
            settle(plan, k, code)
    table = k.table
    finish(table, 0, k.count, k.asleep)
    cells = slice(0, k.count)
    found = (
        table.time[: k.count + 1].copy(),
        table.b[:, cells].copy(),
        table.d[:, cells].copy(),
        table.size[:, cells].copy(),
        table.nu[:, cells].copy(),
        np.log(table.rise[:, cells]),
        k.status,
        k.t,
        k.organ,
    )
    done_with((owned, work))
    return found
