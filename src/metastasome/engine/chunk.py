"""The unit of work: some consecutive patients, solved anywhere, always with the same answer."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .problem import Problem, Settings

BLOCK = 256  # patients summed together; chunks are whole blocks, so that sums do not depend on chunking
PER_PATIENT = ("first_seen", "seen", "lesions", "cells", "event_day", "founders")
PER_BLOCK = ("recorded_sum", "burden_sum", "seen_by")


@dataclass(frozen=True)
class Task:
    """Patients ``lo .. hi`` of a cohort of `n`, with all that a worker needs, generated code included."""

    problem: Problem
    settings: Settings
    seed: int
    n: int
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ChunkResult:
    """What a chunk leaves: `arrays` by name (per patient, per block), `kept` trajectories, lesion `rows` (m,)."""

    lo: int
    hi: int
    arrays: dict[str, NDArray[Any]]
    kept: NDArray[np.float32]
    rows: NDArray[Any]


class Stopped(Exception):  # noqa: N818
    """Somebody asked for a chunk to be given up."""


def solve_chunk(task: Task, lo: int, hi: int, stop: threading.Event | None = None) -> ChunkResult:
    """Solve patients ``lo .. hi`` block by block; `stop`, once set, ends it before the next block.

    Raises:
        InputError: patients of the wrong shape or with a number that is not finite.
        ModelError: a rate is impossible or too many founders are expected. SolverError: the integrator stopped.
        Stopped: `stop` was set.
    """
    from .generate import build
    from .plan import plan_of
    from .rows import packed

    kernel, plan = build(task.parts), plan_of(task.problem, task.settings)
    chosen = reservoir(task.seed, task.n, task.settings)
    chosen = chosen[slice(*np.searchsorted(chosen, (lo, hi)))]
    kept = np.empty((len(chosen), len(plan.record) + plan.organs, len(plan.times)), np.float32)
    blocks, rows = [], []
    for first in range(lo, hi, BLOCK):
        if stop is not None and stop.is_set():
            raise Stopped
        last = min(first + BLOCK, hi)
        here = slice(*np.searchsorted(chosen, (first, last)))
        block, found = _solve_block(task, kernel, plan, chosen[here], kept[here], first, last)
        blocks.append(block)
        rows.append(packed(found))
    arrays = {name: np.concatenate([getattr(b, name) for b in blocks]) for name in PER_PATIENT}
    arrays |= {name: np.stack([getattr(b, name) for b in blocks]) for name in PER_BLOCK}
    arrays["recorded_sum"] = arrays["recorded_sum"].swapaxes(1, 2)
    return ChunkResult(lo, hi, arrays, kept, np.concatenate(rows))


def _solve_block(
    task: Task, kernel: Any, plan: Any, chosen: NDArray[np.int64], kept: NDArray[np.float32], first: int, last: int
) -> tuple[Any, Any]:
    from .results import new_block
    from .status import FINE, stop

    params, starts = _patients(task.problem, first, last)
    slots = np.full(last - first, -1)
    slots[chosen - first] = np.arange(len(chosen))
    block = new_block(plan, last - first, kept)
    try:
        rows, patient, status, day, organ = kernel.module.run_block(
            plan, *kernel.model, task.seed, first, params, starts, slots, task.settings.keep, block
        )
    except SystemError as error:  # Ctrl-C while compiled code was being called: it ends the block first
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise error.__cause__ from None
        raise
    if status != FINE:
        stop(patient, status, day, f", {task.problem.groups[organ]}" if organ >= 0 else "")
    return block, rows[np.argsort(rows[:, 0], kind="stable")]


def _patients(problem: Problem, lo: int, hi: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    params, starts = problem.patients(lo, hi)
    for what, array, layout in (("parameters", params, problem.params), ("states", starts, problem.states)):
        if np.shape(array) != (hi - lo, layout.size):
            raise InputError(
                f"patients have {what} of the wrong shape",
                value=np.shape(array),
                expected=str((hi - lo, layout.size)),
            )
        if not np.isfinite(array).all():
            row, column = np.argwhere(~np.isfinite(array))[0]
            raise InputError(
                "not a finite number",
                row=int(lo + row),
                field=layout.entry_names()[column],
                value=float(array[row, column]),
                hint="rows are patients, counted from 0",
            )
    return np.ascontiguousarray(params, dtype=np.float64), np.ascontiguousarray(starts, dtype=np.float64)


@functools.lru_cache(maxsize=8)
def reservoir(seed: int, n: int, settings: Settings) -> NDArray[np.int64]:
    """Return the patients whose trajectories are kept, in order: the first `raw`, and those of the `reservoir`
    smallest keys.

    A patient's key is one Philox word of (seed, patient), so the choice is a simple random sample that nothing else
    depends on.
    """
    return np.union1d(_sample(seed, n, settings.reservoir), np.arange(min(n, settings.raw))).astype(np.int64)


def sample_of(seed: int, n: int, settings: Settings) -> NDArray[np.bool_]:
    """Return which of the kept patients belong to the random sample (the others are kept only to be looked at)."""
    return np.isin(reservoir(seed, n, settings), _sample(seed, n, settings.reservoir))


def _sample(seed: int, n: int, size: int) -> NDArray[np.int64]:
    from .philox import patient_keys

    keys = patient_keys(seed, n)
    few = np.flatnonzero(keys <= np.partition(keys, size - 1)[size - 1]) if size < n else np.arange(n)
    return few[np.argsort(keys[few], kind="stable")][:size]
