"""What one patient needs while being solved, allocated once per block of patients, and the clock of breaks and
actions."""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.experimental import structref
from numpy.typing import NDArray

from .laws import logistic_gain

Floats = NDArray[np.float64]


@structref.register
class WorkType(types.StructRef):
    """State of one patient under way; the fields are listed in :data:`WORK`."""


_ROW, _GRID = types.float64[::1], types.float64[:, ::1]
WORK = WorkType([
    ("y", _ROW), ("keep", _ROW),  # state now, and at the start of the cell
    ("base", _ROW), ("p", _ROW), ("c", _ROW),  # parameters after events; and levers; prepared
    ("now", _ROW), ("mid", _ROW), ("end", _ROW),  # outputs at start, middle and end of the cell
    ("rate", _ROW), ("rate2", _ROW), ("atol", _ROW), ("rk", _GRID),  # rates of states; the integrator's memory
    ("length", types.float64),  # days of the next cell
    ("fired", types.boolean[::1]), ("event_day", _ROW),
    ("asleep", _ROW), ("ahead", _ROW), ("item", types.int64[::1]), ("drawn", types.int64[::1]),
    ("cells", _ROW), ("recorded", _GRID), ("burden", _GRID),  # lesion cells now; quantities and burden at times
])  # fmt: skip


@njit(cache=True)
def new_work(plan: Any, states: int, params: int, constants: int, rows: int, extra: int) -> Any:
    """Return an empty workspace."""
    pairs, days = plan.organs * len(plan.intensity), len(plan.times)
    k = structref.new(WORK)
    k.y, k.keep, k.rate, k.rate2 = np.zeros(states), np.zeros(states), np.zeros(states), np.zeros(states)
    k.atol, k.rk = np.full(states, plan.atol), np.zeros((rows, states + extra))
    k.base, k.p, k.c = np.zeros(params), np.zeros(params), np.zeros(constants)
    k.now, k.mid, k.end = np.zeros(plan.outputs), np.zeros(plan.outputs), np.zeros(plan.outputs)
    k.length = 1.0
    k.fired, k.event_day = np.zeros(len(plan.event_day), dtype=np.bool_), np.zeros(len(plan.event_day))
    k.asleep, k.ahead, k.item = np.zeros(pairs), np.zeros(pairs), np.zeros(pairs, dtype=np.int64)
    k.drawn = np.zeros(plan.organs, dtype=np.int64)
    k.cells, k.recorded, k.burden = (
        np.zeros(plan.organs),
        np.zeros((len(plan.record), days)),
        np.zeros((plan.organs, days)),
    )
    return k


@njit(cache=True)
def reset(k: Any, params: Floats, start: Floats) -> None:
    """Start a new patient."""
    k.base[:] = params
    k.y[:] = start
    k.rk[:] = 0.0
    k.fired[:] = False
    k.event_day[:] = np.nan
    k.asleep[:] = 0.0
    k.ahead[:] = -1.0
    k.item[:] = 0
    k.drawn[:] = 0
    k.cells[:] = 0.0
    k.burden[:] = 0.0


@njit(cache=True)
def set_levers(plan: Any, k: Any, t: float) -> None:
    """Put the parameters of day `t` into ``k.p``: those after events, times the levers active from that day on."""
    k.p[:] = k.base
    for j in range(len(plan.lever_index)):
        if plan.lever_start[j] <= t < plan.lever_stop[j]:
            k.p[plan.lever_index[j]] *= plan.lever_factor[j]


@njit(cache=True)
def lever_edge(plan: Any, t: float) -> bool:
    """Return whether a lever starts or stops on day `t`."""
    for j in range(len(plan.lever_index)):  # noqa: SIM110  (numba has no any() of a generator)
        if plan.lever_start[j] == t or plan.lever_stop[j] == t:
            return True
    return False


@njit(cache=True)
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
    j = np.searchsorted(plan.times, t, side="right")
    if j < len(plan.times) and plan.times[j] < stop:
        stop = plan.times[j]
    return stop


@njit(cache=True)
def quantity(index: int, y: Floats, out: Floats) -> float:
    """Return output `index`, or state ``-1 - index``."""
    return out[index] if index >= 0 else y[-1 - index]


@njit(cache=True)
def met(plan: Any, k: Any, e: int, t: float, y: Floats, out: Floats) -> bool:
    """Return whether the trigger of event `e` is met."""
    if not math.isnan(plan.event_day[e]):
        return plan.event_day[e] <= t
    level = plan.event_threshold[e] if plan.event_param[e] < 0 else k.p[plan.event_param[e]]
    return quantity(plan.event_what[e], y, out) >= level


@njit(cache=True)
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


@njit(cache=True)
def ended(plan: Any, k: Any) -> bool:
    """Return whether an event that ends the follow-up has happened."""
    for e in range(len(plan.event_ends)):  # noqa: SIM110
        if k.fired[e] and plan.event_ends[e] == 1:
            return True
    return False


@njit(cache=True)
def hold(plan: Any, k: Any, t: float, out: Floats) -> None:
    """Let every curve keep its value of day `t`, the end of follow-up, on the recording days after it."""
    for j in range(len(plan.times)):
        if plan.times[j] > t:
            for r in range(len(plan.record)):
                k.recorded[r, j] = quantity(plan.record[r], k.y, out)
            k.burden[:, j] = k.cells


@njit(cache=True)
def note_record(plan: Any, k: Any, t: float, out: Floats) -> None:
    """Write the recorded quantities if `t` is a recording day."""
    j = np.searchsorted(plan.times, t, side="left")
    if j < len(plan.times) and plan.times[j] == t:
        for r in range(len(plan.record)):
            k.recorded[r, j] = quantity(plan.record[r], k.y, out)


@njit(cache=True, error_model="numpy")
def expected_cells(plan: Any, k: Any, g: int, days: float) -> float:
    """Return the organ's lesion cells `days` on, at the rates of the window's start."""
    rate = k.now[plan.birth + g] - k.now[plan.death + g]
    if rate <= 0.0:
        return k.cells[g] * math.exp(rate * days)
    return k.cells[g] * logistic_gain(k.cells[g], math.exp(rate * days), k.now[plan.saturation + g])
