"""What a block of patients leaves behind."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .lesions import CELLS, FOUNDED, ORGAN, ORIGIN, SEEN

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
    recorded_sum: Floats  # (r, t)
    burden_sum: Floats  # (o, t)
    seen_by: Floats  # (o, t) patients with a lesion seen in the organ by then
    kept: NDArray[np.float32]  # (patients of the reservoir, r + o, t)


def new_block(plan: Any, n: int, kept: int) -> Block:
    """Return an empty block for `n` patients of whom `kept` keep their trajectories."""
    o, r, t = plan.organs, len(plan.record), len(plan.times)
    return Block(
        np.full((n, o), np.nan, np.float32), np.zeros((n, o), np.int32), np.zeros((n, o), np.int32), np.zeros((n, o)),
        np.full((n, len(plan.event_day)), np.nan, np.float32), np.zeros(n, np.int64),
        np.zeros((r, t)), np.zeros((o, t)), np.zeros((o, t)), np.zeros((kept, r + o, t), np.float32),
    )  # fmt: skip


@njit(cache=True)
def roomier(rows: Floats, used: int, more: int) -> Floats:
    """Return the lesion rows with room for `more`."""
    if used + more <= rows.shape[0]:
        return rows
    larger = np.empty((max(2 * rows.shape[0], used + more), ROW))
    larger[:used] = rows[:used]
    return larger


@njit(cache=True)
def write_patient(
    block: Any, plan: Any, k: Any, i: int, patient: int, slot: int, ward: Floats, alive: int, rows: Floats, used: int,
    wanted: bool,
) -> tuple[Floats, int]:
    """Add patient `i` of the block; return the lesion rows (larger if need be) and how many are in use."""
    if wanted:
        rows = roomier(rows, used, alive)
    for j in range(alive):
        g, seen, n = np.int64(ward[j, ORGAN]), ward[j, SEEN], ward[j, CELLS]
        block.cells[i, g] += n
        block.lesions[i, g] += n > 0.0
        if not math.isnan(seen):
            block.seen[i, g] += 1
            before = block.first_seen[i, g]
            if not before <= seen:
                block.first_seen[i, g] = seen
        if wanted:
            rows[used, 0], rows[used, 1], rows[used, 2] = patient, ward[j, ORGAN], ward[j, ORIGIN]
            rows[used, 3], rows[used, 4], rows[used, 5] = ward[j, FOUNDED], seen, n
            used += 1
    block.event_day[i] = k.event_day
    block.founders[i] = k.item.sum()
    _add(block, plan, k, i, slot)
    return rows, used


@njit(cache=True)
def _add(block: Any, plan: Any, k: Any, i: int, slot: int) -> None:
    r = k.recorded.shape[0]
    block.recorded_sum[:] += k.recorded
    block.burden_sum[:] += k.burden
    for g in range(plan.organs):
        for j in range(len(plan.times)):
            if block.first_seen[i, g] <= plan.times[j]:
                block.seen_by[g, j] += 1.0
    if slot >= 0:
        for a in range(r):
            block.kept[slot, a] = k.recorded[a]
        for g in range(plan.organs):
            block.kept[slot, r + g] = k.burden[g]
