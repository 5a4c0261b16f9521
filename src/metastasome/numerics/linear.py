"""Sparse LU of ``shift * I - J``: ordered once, then straight-line code without a single index.

Pivots stay on the diagonal and are chosen by Markowitz's count (1957, doi:10.1287/mnsc.3.3.255), which keeps the
fill-in small; for small enough steps the diagonal dominates, so this is stable. Where the elimination is too long
to compile, the same operations run from a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .codegen import JIT, straight

Index = NDArray[np.int64]
STRAIGHT_LIMIT = 800  # operations; above, tables (compile time grows with every operation)


@dataclass(frozen=True)
class Elimination:
    """The pattern of L and U after fill-in.

    Attributes:
        order: pivots in order of elimination.
        position: ``(row, column)`` -> place in the array of LU values.
        lower, upper: per pivot, rows below and columns right of it that are not zero.
    """

    order: tuple[int, ...]
    position: dict[tuple[int, int], int]
    lower: tuple[tuple[int, ...], ...]
    upper: tuple[tuple[int, ...], ...]

    @property
    def operations(self) -> int:
        """Multiplications and divisions of one factorisation."""
        return sum(len(low) * (1 + len(up)) + 1 for low, up in zip(self.lower, self.upper, strict=True))


HEAD = """import numpy as np
from numba import njit

from metastasome.numerics.straightline import straight_line

"""


def eliminate(n: int, indptr: Index, indices: Index) -> Elimination:
    """Return ordering and fill-in for a CSR pattern ``(n, n)``; the diagonal is added."""
    rows = [set(indices[indptr[i] : indptr[i + 1]].tolist()) | {i} for i in range(n)]
    columns: list[set[int]] = [set() for _ in range(n)]
    for i, row in enumerate(rows):
        for j in row:
            columns[j].add(i)
    left, order = set(range(n)), list[int]()
    lower, upper = list[tuple[int, ...]](), list[tuple[int, ...]]()
    while left:
        pivot = min(left, key=lambda k: ((len(rows[k]) - 1) * (len(columns[k]) - 1), k))
        left.discard(pivot)
        below, right = sorted(columns[pivot] - {pivot}), sorted(rows[pivot] - {pivot})
        for i in below:
            rows[i].update(right)
            rows[i].discard(pivot)
        for j in right:
            columns[j].update(below)
            columns[j].discard(pivot)
        order.append(pivot)
        lower.append(tuple(below))
        upper.append(tuple(right))
    return Elimination(tuple(order), _positions(order, lower, upper), tuple(lower), tuple(upper))


def _positions(
    order: list[int], lower: list[tuple[int, ...]], upper: list[tuple[int, ...]]
) -> dict[tuple[int, int], int]:
    pairs = list[tuple[int, int]]()
    for k, below, right in zip(order, lower, upper, strict=True):
        pairs += [(k, k), *((i, k) for i in below), *((k, j) for j in right)]
    return {pair: place for place, pair in enumerate(pairs)}


def source(n: int, indptr: Index, indices: Index, *, straight: bool | None = None) -> str:
    """Return source of ``factor(values, lu, shift)`` and ``solve(lu, b)`` (in place), with ``LU_SIZE``.

    Args:
        n, indptr, indices: pattern of J (CSR), whose non-zeros are `values`.
        straight: straight-line code, or tables; chosen by the number of operations when not given.
    """
    plan = eliminate(n, indptr, indices)
    if straight is None:
        straight = plan.operations <= STRAIGHT_LIMIT
    start = places(n, indptr, indices)
    body = _straight(plan, start) if straight else _table(plan, start)
    return f"LU_SIZE = {len(plan.position)}\n\n\n{body}"


def places(n: int, indptr: Index, indices: Index) -> dict[tuple[int, int], int]:
    """Return ``(row, column)`` -> place in the values of J."""
    return {(i, int(indices[k])): k for i in range(n) for k in range(indptr[i], indptr[i + 1])}


def _straight(plan: Elimination, start: dict[tuple[int, int], int]) -> str:
    factor, solve = statements(plan, start, values="values[{}]", shift="shift")
    return "\n\n".join([
        straight("factor", ("values", "lu"), factor, ("shift",), doc="LU of shift I - J; pivots are kept inverted."),
        straight("solve", ("lu", "b"), solve, doc="Solve in place."),
    ]) + "\n\n"  # fmt: skip


def statements(
    plan: Elimination, start: dict[tuple[int, int], int], *, values: str, shift: str
) -> tuple[list[str], list[str]]:
    """Return the statements that fill ``lu`` from the non-zeros of J, and those that solve for ``b`` in place.

    Args:
        plan, start: from :func:`eliminate` and :func:`places`.
        values: how the text names the k-th non-zero, with ``{}`` for k. shift: how it names the shift.
    """
    factor = []
    for i, j in plan.position:
        entry = ([shift] if i == j else []) + ([f"- {values.format(start[i, j])}"] if (i, j) in start else [])
        factor.append(f"a{i}_{j} = {' '.join(entry) or '0.0'}")
    forward, backward = list[str](), list[str]()
    for k, below, right in zip(plan.order, plan.lower, plan.upper, strict=True):
        factor.append(f"a{k}_{k} = 1.0 / a{k}_{k}")
        for i in below:
            factor.append(f"a{i}_{k} = a{i}_{k} * a{k}_{k}")
            factor += [f"a{i}_{j} = a{i}_{j} - a{i}_{k} * a{k}_{j}" for j in right]
            forward.append(f"x{i} = x{i} - lu[{plan.position[i, k]}] * x{k}")
        terms = "".join(f" - lu[{plan.position[k, j]}] * x{j}" for j in right)
        backward.insert(0, f"x{k} = (x{k}{terms}) * lu[{plan.position[k, k]}]")
    factor += [f"lu[{place}] = a{i}_{j}" for (i, j), place in plan.position.items()]
    load = [f"x{k} = b[{k}]" for k in range(len(plan.order))]
    store = [f"b[{k}] = x{k}" for k in range(len(plan.order))]
    return factor, load + forward + backward + store


def _table(plan: Elimination, start: dict[tuple[int, int], int]) -> str:
    """The same operations from index tables: ``target -= left * right``."""
    place = plan.position
    pivots, counts, lows, updates = list[int](), list[int](), list[int](), list[tuple[int, int, int]]()
    forward, backward, ends = list[tuple[int, int, int]](), list[tuple[int, int]](), list[int]()
    for k, below, right in zip(plan.order, plan.lower, plan.upper, strict=True):
        pivots.append(place[k, k])
        counts.append(len(below))
        for i in below:
            lows.append(place[i, k])
            forward.append((i, place[i, k], k))
            updates += [(place[i, j], place[i, k], place[k, j]) for j in right]
        backward += [(place[k, j], j) for j in right]
        ends.append(len(backward))
    rights = [len(right) for right in plan.upper]
    tables: dict[str, Sequence[object]] = {
        "START": [(place[pair], k) for pair, k in start.items()], "PIVOTS": pivots, "ORDER": plan.order,
        "BELOW": counts, "RIGHT": rights, "LOWS": lows, "UPDATES": updates, "FORWARD": forward,
        "BACKWARD": backward, "ENDS": ends,
    }  # fmt: skip
    width = {"START": 2, "UPDATES": 3, "FORWARD": 3, "BACKWARD": 2}
    text = "".join(
        f"{name} = np.array({list(rows)!r}, dtype=np.int64)"
        + (f".reshape(-1, {width[name]})\n" if name in width else "\n")
        for name, rows in tables.items()
    )
    return f"{text}\n\n{_TABLE_CODE.replace('@jit', JIT)}"


_TABLE_CODE = """@jit
def _factor(values, lu, shift):
    lu[:] = 0.0
    for r in range(START.shape[0]):
        lu[START[r, 0]] = -values[START[r, 1]]
    for k in range(PIVOTS.shape[0]):
        lu[PIVOTS[k]] += shift
    low = 0
    step = 0
    for k in range(PIVOTS.shape[0]):
        inverse = 1.0 / lu[PIVOTS[k]]
        lu[PIVOTS[k]] = inverse
        for _ in range(BELOW[k]):
            scaled = lu[LOWS[low]] * inverse
            lu[LOWS[low]] = scaled
            low += 1
            for _ in range(RIGHT[k]):
                lu[UPDATES[step, 0]] -= scaled * lu[UPDATES[step, 2]]
                step += 1


@jit
def _solve(lu, b):
    for r in range(FORWARD.shape[0]):
        b[FORWARD[r, 0]] -= lu[FORWARD[r, 1]] * b[FORWARD[r, 2]]
    for k in range(ORDER.shape[0] - 1, -1, -1):
        total = b[ORDER[k]]
        for r in range(ENDS[k] - RIGHT[k], ENDS[k]):
            total -= lu[BACKWARD[r, 0]] * b[BACKWARD[r, 1]]
        b[ORDER[k]] = total * lu[PIVOTS[k]]


factor, solve = _factor, _solve


"""
