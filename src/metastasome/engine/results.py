"""What a block of patients leaves behind."""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.experimental import structref
from numpy.typing import NDArray

from .inner import inner, merged
from .lesions import CELLS, FOUNDED, ORGAN, ORIGIN, SEEN
from .work import copy

Floats = NDArray[np.float64]
ROW = 6  # columns of a lesion row: patient, organ, origin, founded, seen, cells


class Block(NamedTuple):
    """Results of the patients ``first .. first + n``; organs o, recorded quantities r, times t, events e."""

    first_seen: NDArray[np.float32]  # (n, o) day, NaN: never
    seen: NDArray[np.int32]  # (n, o) lesions ever seen
    lesions: NDArray[np.int32]  # (n, o) lesions alive at the horizon
    cells: Floats  # (n, o) lesion cells at the horizon
    event_day: NDArray[np.float32]  # (n, e)
    founders: NDArray[np.int64]  # (n,) founders drawn
    recorded_sum: Floats  # (t, r)
    burden_sum: Floats  # (o, t)
    seen_by: Floats  # (o, t) patients with a lesion seen in the organ by then
    kept: NDArray[np.float32]  # (patients of the reservoir, r + o, t)


_SHORT, _COUNT, _GRID = types.float32[:, ::1], types.int32[:, ::1], types.float64[:, ::1]


@structref.register
class BlockType(types.StructRef):
    """A :class:`Block` behind one pointer (see `plan.PlanType`)."""


BLOCK = BlockType([
    ("first_seen", _SHORT), ("seen", _COUNT), ("lesions", _COUNT), ("cells", _GRID), ("event_day", _SHORT),
    ("founders", types.int64[::1]), ("recorded_sum", _GRID), ("burden_sum", _GRID), ("seen_by", _GRID),
    ("kept", types.float32[:, :, ::1]),
])  # fmt: skip


@inner
def referred_block(given: Any) -> Any:
    """Return the block behind one pointer."""
    block = structref.new(BLOCK)
    block.first_seen, block.seen, block.lesions, block.cells = (
        given.first_seen,
        given.seen,
        given.lesions,
        given.cells,
    )
    block.event_day, block.founders, block.kept = given.event_day, given.founders, given.kept
    block.recorded_sum, block.burden_sum, block.seen_by = given.recorded_sum, given.burden_sum, given.seen_by
    return block


def new_block(plan: Any, n: int, kept: NDArray[np.float32]) -> Block:
    """Return an empty block for `n` patients, with the place for the trajectories of those who keep them."""
    o, r, t = plan.organs, len(plan.record), len(plan.times)
    return Block(
        np.full((n, o), np.nan, np.float32), np.zeros((n, o), np.int32), np.zeros((n, o), np.int32), np.zeros((n, o)),
        np.full((n, len(plan.event_day)), np.nan, np.float32), np.zeros(n, np.int64),
        np.zeros((t, r)), np.zeros((o, t)), np.zeros((o, t)), kept,
    )  # fmt: skip


@inner
def roomier(rows: Floats, used: int, more: int) -> Floats:
    """Return the lesion rows with room for `more`."""
    if used + more <= rows.shape[0]:
        return rows
    larger = np.empty((max(2 * rows.shape[0], used + more), ROW))
    for i in range(used):
        copy(larger[i], rows[i])
    return larger


@inner
def write_patient(
    block: Any, plan: Any, k: Any, slot: int, patient: int, rows: Floats, used: int, keep: int
) -> tuple[Floats, int]:
    """Add a patient to the block; return the lesion rows (larger if need be) and how many are in use."""
    i, ward, alive, wanted = k.row, k.ward, k.used, patient < keep
    if wanted:
        rows = roomier(rows, used, alive)
    cells, lesions, seen, first = block.cells, block.lesions, block.seen, block.first_seen
    for j in range(alive):
        g, day, n = np.int64(ward[j, ORGAN]), ward[j, SEEN], ward[j, CELLS]
        cells[i, g] += n
        lesions[i, g] += n > 0.0
        if not math.isnan(day):
            seen[i, g] += 1
            if not first[i, g] <= day:
                first[i, g] = day
        if wanted:
            rows[used, 0], rows[used, 1], rows[used, 2] = patient, ward[j, ORGAN], ward[j, ORIGIN]
            rows[used, 3], rows[used, 4], rows[used, 5] = ward[j, FOUNDED], day, n
            used += 1
    for e in range(len(k.event_day)):
        block.event_day[i, e] = k.event_day[e]
    for j in range(len(k.item)):
        block.founders[i] += k.item[j]
    _add(block, plan, k, i, slot)
    return rows, used


@merged
def _add(block: Any, plan: Any, k: Any, i: int, slot: int) -> None:
    recorded, burden, first = k.recorded, k.burden, block.first_seen
    kept, recorded_sum, burden_sum, seen_by = block.kept, block.recorded_sum, block.burden_sum, block.seen_by
    r, times = recorded.shape[1], plan.times
    for j in range(len(times)):
        for a in range(r):
            recorded_sum[j, a] += recorded[j, a]
    for g in range(plan.organs):
        for j in range(len(times)):
            burden_sum[g, j] += burden[g, j]
            seen_by[g, j] += first[i, g] <= times[j]
    if slot < 0:
        return
    for a in range(r):
        for j in range(len(times)):
            kept[slot, a, j] = recorded[j, a]
    for g in range(plan.organs):
        for j in range(len(times)):
            kept[slot, r + g, j] = burden[g, j]
