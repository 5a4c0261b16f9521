"""A problem laid out as plain arrays for compiled code."""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.experimental import structref
from numpy.typing import NDArray

from .inner import inner
from .problem import Event, Problem, Settings

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class Plan(NamedTuple):
    """Offsets into the flat vectors, actions and settings. A quantity is an index: output k is k, state k is -1 -
    k."""

    organs: int
    outputs: int
    birth: int
    death: int
    saturation: int
    intensity: Indices  # (origins,)
    enter: int  # -1: no dormancy
    wake: int
    detectable: Floats
    burden: int  # -1: no feedback
    record: Indices
    times: Floats
    lever_index: Indices
    lever_start: Floats
    lever_stop: Floats
    lever_factor: Floats
    event_day: Floats  # nan: triggered by a quantity
    event_what: Indices
    event_param: Indices  # parameter holding the threshold, or -1
    event_threshold: Floats
    event_ends: Indices  # 1 where follow-up ends
    act_event: Indices  # one row per multiplication: which event,
    act_what: Indices  # which entry (state k is -1 - k, parameter k is k),
    act_factor: Floats  # by what
    everyone: bool  # follow every founder
    rtol: float
    atol: float
    cell: float  # longest cell, days
    window: float  # longest feedback window, days
    feedback_tol: float
    share: float  # of the saturation size below which growth is unsaturated


_WHOLE, _NUMBER, _FLAG = types.int64, types.float64, types.boolean
_INDICES, _FLOATS = types.int64[::1], types.float64[::1]
_KINDS = {"int": _WHOLE, "float": _NUMBER, "bool": _FLAG, "Indices": _INDICES, "Floats": _FLOATS}


@structref.register
class PlanType(types.StructRef):
    """A :class:`Plan` behind one pointer: functions that pass it on compile many times faster."""


PLAN = PlanType([(name, _KINDS[kind.__forward_arg__]) for name, kind in Plan.__annotations__.items()])


@inner
def referred(given: Any) -> Any:
    """Return the plan behind one pointer."""
    plan = structref.new(PLAN)
    plan.organs = given.organs
    plan.outputs = given.outputs
    plan.birth = given.birth
    plan.death = given.death
    plan.saturation = given.saturation
    plan.intensity = given.intensity
    plan.enter = given.enter
    plan.wake = given.wake
    plan.detectable = given.detectable
    plan.burden = given.burden
    plan.record = given.record
    plan.times = given.times
    plan.lever_index = given.lever_index
    plan.lever_start = given.lever_start
    plan.lever_stop = given.lever_stop
    plan.lever_factor = given.lever_factor
    plan.event_day = given.event_day
    plan.event_what = given.event_what
    plan.event_param = given.event_param
    plan.event_threshold = given.event_threshold
    plan.event_ends = given.event_ends
    plan.act_event = given.act_event
    plan.act_what = given.act_what
    plan.act_factor = given.act_factor
    plan.everyone = given.everyone
    plan.rtol = given.rtol
    plan.atol = given.atol
    plan.cell = given.cell
    plan.window = given.window
    plan.feedback_tol = given.feedback_tol
    plan.share = given.share
    return plan


def plan_of(problem: Problem, settings: Settings) -> Plan:
    """Return the arrays of `problem`."""
    start = {n: problem.outputs.slice(n).start for n in problem.outputs.names}
    horizon = float(problem.times[-1])
    cell = min(settings.cell_days, horizon / 20.0)
    return Plan(
        len(problem.groups), problem.outputs.size, start["birth"], start["death"], start["saturation"],
        np.array([start[f"intensity_{o}"] for o in problem.origins], dtype=np.int64),
        start.get("dormancy_enter", -1), start.get("dormancy_wake", -1), problem.detectable,
        -1 if problem.burden is None else problem.params.slice(problem.burden).start,
        np.array([k for name in problem.record for k in quantities(problem, name)], dtype=np.int64), problem.times,
        *_levers(problem), *_triggers(problem), *_actions(problem), problem.horizon_founders == "all",
        settings.rtol, settings.atol, cell, settings.window_days, settings.feedback_tol, settings.saturation_share,
    )  # fmt: skip


def quantities(problem: Problem, name: str) -> list[int]:
    """Return the quantity indices of a recorded block."""
    if name in problem.outputs.names:
        part = problem.outputs.slice(name)
        return list(range(part.start, part.stop))
    part = problem.states.slice(name)
    return [-1 - k for k in range(part.start, part.stop)]


def _levers(problem: Problem) -> tuple[Indices, Floats, Floats, Floats]:
    rows: list[tuple[int, float, float, float]] = []
    for lever in problem.levers:
        part = problem.params.slice(lever.param)
        entries = range(part.start, part.stop) if lever.index is None else [part.start + lever.index]
        rows += [(k, lever.start_day, lever.stop_day, lever.factor) for k in entries]
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    start, stop, factor = (np.ascontiguousarray(table[:, j]) for j in (1, 2, 3))
    return table[:, 0].astype(np.int64), start, stop, factor


def _triggers(problem: Problem) -> tuple[Floats, Indices, Indices, Floats, Indices]:
    day, what, param, threshold = [], [], [], []
    for event in problem.events:
        on = isinstance(event.trigger, tuple)
        quantity, level = event.trigger if isinstance(event.trigger, tuple) else ("", 0.0)
        day.append(np.nan if on else float(event.trigger))
        what.append(quantities(problem, quantity)[0] if on else 0)
        named = isinstance(level, str)
        param.append(problem.params.slice(level).start if isinstance(level, str) else -1)
        threshold.append(0.0 if named else float(level))
    ints = [np.array(x, dtype=np.int64) for x in (what, param, [e.ends for e in problem.events])]
    return np.array(day, dtype=np.float64), ints[0], ints[1], np.array(threshold, dtype=np.float64), ints[2]


def _actions(problem: Problem) -> tuple[Indices, Indices, Floats]:
    rows: list[tuple[int, int, float]] = []
    for e, event in enumerate(problem.events):
        rows += _entries(problem, e, event)
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), np.ascontiguousarray(table[:, 2])


def _entries(problem: Problem, e: int, event: Event) -> list[tuple[int, int, float]]:
    found: list[tuple[int, int, float]] = []
    for name, factor in event.states.items():
        part = problem.states.slice(name)
        found += [(e, -1 - k, float(factor)) for k in range(part.start, part.stop)]
    for name, factor in event.params.items():
        part = problem.params.slice(name)
        found += [(e, k, float(factor)) for k in range(part.start, part.stop)]
    return found
