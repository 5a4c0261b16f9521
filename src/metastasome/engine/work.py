"""What one patient needs while being solved, allocated once per lane, and the clock of breaks and actions."""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.experimental import structref
from numpy.typing import NDArray

from .inner import inner
from .lesions import COLUMNS
from .status import FINE
from .table import TABLE, after, new_table

Floats = NDArray[np.float64]
ROOM = 264  # cells a table starts with; not a power of two, so that organs do not fall on the same cache lines
CAPACITY = 16 * ROOM  # cells it can grow to
START_CELL = 1.0  # days; cells start this short after a jump, and grow


@structref.register
class WorkType(types.StructRef):
    """State of one patient under way; the fields are listed in :data:`WORK`."""


_ROW, _GRID, _DAYS, _COUNT, _FLAG = types.float64[::1], types.float64[:, ::1], types.float64, types.int64, types.boolean
WORK = WorkType([
    ("row", _COUNT),  # place in the block, -1: idle
    ("y", _ROW), ("new", _ROW), ("half", _ROW), ("there", _ROW),  # state now; after the cell, half way, anywhere
    ("base", _ROW), ("p", _ROW), ("c", _ROW),  # parameters after events; and levers; prepared
    ("now", _ROW), ("mid", _ROW), ("end", _ROW),  # outputs at start, middle and end of the cell
    ("t", _DAYS), ("dt", _DAYS), ("stop", _DAYS),  # now; days of the cell under way; next break
    ("length", _DAYS), ("step", _DAYS),  # longest cell by the bend of rates, and by the integrator's error
    ("trial", _DAYS), ("tries", _COUNT),  # length to try again with (0: none) while an event is located
    ("packed", _FLAG), ("moved", _FLAG),  # whether the lane holds `c`; whether lesion cells were set since
    ("cut", _FLAG),  # whether an event changed a state: running sizes start again
    ("window_end", _DAYS), ("first", _COUNT), ("count", _COUNT),  # window; its first cell; cells so far
    ("over", _FLAG), ("status", _COUNT), ("organ", _COUNT),  # follow-up ended; what stopped the patient, and where
    ("fired", types.boolean[::1]), ("event_day", _ROW),
    ("asleep", _ROW), ("ahead", _ROW), ("item", types.int64[::1]), ("drawn", types.int64[::1]),
    ("cells", _ROW), ("typical", _ROW), ("recorded", _GRID), ("burden", _GRID),  # cells now; curves
    ("ward", _GRID), ("used", _COUNT), ("table", TABLE),  # clones, rows of them in use; rates over time
    ("least", _ROW), ("pace", _ROW),  # smallest saturation size so far, mean growth over a window, by organ
    ("anchor", types.int64[::1]), ("ahead_m", _ROW), ("ahead_q", _ROW), ("bound", _ROW), ("rate", _ROW),  # see `found`
    ("ahead_of", _COUNT),  # first cell that `look_ahead` was called for
])  # fmt: skip


@inner
def new_work(plan: Any, params: int, sizes: Any) -> Any:
    """Return an empty workspace for (states, constants, outputs, LU entries)."""
    pairs, days, n = plan.organs * len(plan.intensity), len(plan.times), sizes[0]
    k = structref.new(WORK)
    k.row, k.used = -1, 0
    k.y, k.new, k.half, k.there = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    k.base, k.p, k.c = np.zeros(params), np.zeros(params), np.zeros(sizes[1])
    k.now, k.mid, k.end = np.zeros(sizes[2]), np.zeros(sizes[2]), np.zeros(sizes[2])
    k.fired, k.event_day = np.zeros(len(plan.event_day), dtype=np.bool_), np.zeros(len(plan.event_day))
    k.asleep, k.ahead, k.item = np.zeros(pairs), np.zeros(pairs), np.zeros(pairs, dtype=np.int64)
    k.drawn, k.cells = np.zeros(plan.organs, dtype=np.int64), np.zeros(plan.organs)
    k.typical, k.least, k.pace = np.zeros(plan.organs), np.zeros(plan.organs), np.zeros(plan.organs)
    k.recorded, k.burden = np.zeros((days, len(plan.record))), np.zeros((plan.organs, days))
    k.ward = np.empty((256, COLUMNS))
    k.table = new_table(plan.organs, len(plan.intensity), ROOM, plan.enter >= 0, days)
    k.anchor, k.bound, k.rate = np.empty(CAPACITY, dtype=np.int64), np.empty(CAPACITY), np.empty(CAPACITY)
    k.ahead_m, k.ahead_q = np.empty(CAPACITY), np.empty(CAPACITY)
    return k


@inner
def copy(target: Floats, x: Floats) -> None:
    """Copy the entries of `x` (a slice assignment takes seconds to compile)."""
    for i in range(len(x)):
        target[i] = x[i]


@inner
def fill(target: Any, value: float) -> None:
    """Set every entry."""
    for i in range(len(target)):
        target[i] = value


@inner
def reset(k: Any, row: int, params: Floats, start: Floats) -> None:
    """Start a new patient, the `row`-th of the block."""
    k.row, k.used, k.t, k.over, k.status, k.organ = row, 0, 0.0, False, FINE, -1
    k.length, k.step, k.trial, k.tries, k.first, k.count = START_CELL, START_CELL, 0.0, 0, 0, 0
    k.packed, k.moved, k.cut = False, True, True
    copy(k.base, params)
    copy(k.y, start)
    k.y[len(start)] = 0.0
    fill(k.c, 0.0)
    for e in range(len(k.fired)):
        k.fired[e], k.event_day[e] = False, np.nan
    for j in range(len(k.item)):
        k.asleep[j], k.ahead[j], k.item[j] = 0.0, -1.0, 0
    for g in range(len(k.cells)):
        k.drawn[g], k.cells[g], k.typical[g], k.least[g] = 0, 0.0, 0.0, np.inf
        fill(k.burden[g], 0.0)


@inner
def set_levers(plan: Any, k: Any, t: float) -> None:
    """Put the parameters of day `t` into ``k.p``: those after events, times the levers active from that day on."""
    copy(k.p, k.base)
    for j in range(len(plan.lever_index)):
        if plan.lever_start[j] <= t < plan.lever_stop[j]:
            k.p[plan.lever_index[j]] *= plan.lever_factor[j]


@inner
def lever_edge(plan: Any, t: float) -> bool:
    """Return whether a lever starts or stops on day `t`."""
    for j in range(len(plan.lever_index)):  # noqa: SIM110  (numba has no any() of a generator)
        if plan.lever_start[j] == t or plan.lever_stop[j] == t:
            return True
    return False


@inner
def next_break(plan: Any, k: Any, t: float, end: float) -> float:
    """Return the first day after `t` on which something is recorded, switched or done, at most `end`."""
    stop = end
    for j in range(len(plan.lever_index)):
        if t < plan.lever_start[j] < stop:
            stop = plan.lever_start[j]
        if t < plan.lever_stop[j] < stop:
            stop = plan.lever_stop[j]
    for j in range(len(plan.event_day)):
        if not k.fired[j] and t < plan.event_day[j] < stop:
            stop = plan.event_day[j]
    j = after(plan.times, t)
    if j < len(plan.times) and plan.times[j] < stop:
        stop = plan.times[j]
    return stop


@inner
def quantity(index: int, y: Floats, out: Floats) -> float:
    """Return output `index`, or state ``-1 - index``."""
    return out[index] if index >= 0 else y[-1 - index]


@inner
def met(plan: Any, k: Any, e: int, t: float, y: Floats, out: Floats) -> bool:
    """Return whether the trigger of event `e` is met."""
    if not math.isnan(plan.event_day[e]):
        return plan.event_day[e] <= t
    level = plan.event_threshold[e] if plan.event_param[e] < 0 else k.p[plan.event_param[e]]
    return quantity(plan.event_what[e], y, out) >= level


@inner
def act(plan: Any, k: Any, e: int, t: float) -> None:
    """Do what event `e` says, once."""
    k.fired[e] = True
    k.event_day[e] = t
    for j in range(len(plan.act_event)):
        if plan.act_event[j] == e:
            what = plan.act_what[j]
            if what >= 0:
                k.base[what] *= plan.act_factor[j]
            else:
                k.y[-1 - what] *= plan.act_factor[j]
                k.cut = True


@inner
def ended(plan: Any, k: Any) -> bool:
    """Return whether an event that ends the follow-up has happened."""
    for e in range(len(plan.event_ends)):  # noqa: SIM110
        if k.fired[e] and plan.event_ends[e] == 1:
            return True
    return False


@inner
def hold(plan: Any, k: Any) -> None:
    """Let every curve keep its value of today, the end of follow-up, on the recording days after it."""
    for j in range(after(plan.times, k.t), len(plan.times)):
        for r in range(len(plan.record)):
            k.recorded[j, r] = quantity(plan.record[r], k.y, k.now)
        for g in range(plan.organs):
            k.burden[g, j] = k.cells[g]


@inner
def note_record(plan: Any, k: Any) -> None:
    """Write the recorded quantities if today is a recording day."""
    j = after(plan.times, k.t) - 1
    if plan.times[j] == k.t:
        k.table.at[j] = k.count
        row, record, y, now = k.recorded[j], plan.record, k.y, k.now
        for r in range(len(record)):
            row[r] = quantity(record[r], y, now)
