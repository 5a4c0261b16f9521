"""Free guides from mass balance over all their targets, and the occupancy that follows.

For one guide with A_total in the cell (relative units), and T_j sites of dissociation constant K_j,

    A_total = A + sum_j T_j A / (A + K_j)

has one root in [0, A_total]. The right-hand side is increasing and concave, so Newton's method started left of the root
(at ``A_total / (1 + sum_j T_j / K_j)``) climbs to it without ever passing it. Sites are gathered by level of K_j first.

Endogenous and delivered guides of one seed are one guide; guides of different seeds meet through a limiting AGO pool
only (their overlapping sites are taken as independent).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .delivery import Delivery
from .sitesource import SiteSource

F8 = NDArray[np.float64]
TOLERANCE = 1e-10
"""Relative step at which the free guide counts as solved."""
MAX_STEPS = 200


@dataclass(frozen=True)
class Occupancy:
    """Occupancy of every mRNA in every recipient at every dose.

    Attributes:
        n: bound complexes per mRNA, ``(g, r, d)``.
        background: the same had no site been a site, ``(g, r, d)``.
        free: free guide by seed, relative units, ``(s, r, d)``.
    """

    n: F8
    background: F8
    free: F8


def free_guide(total: F8, kd: F8, pool: F8) -> F8:
    """Return the free guide, relative units, for a batch.

    Args:
        total: guide in the cell, ``(q,)``.
        kd: dissociation constants of the levels, ``(l,)``.
        pool: sites at each level, ``(q, l)`` or ``(l,)`` for all.
    """
    pools = np.ascontiguousarray(np.broadcast_to(pool, (total.size, kd.size)), np.float64)
    return np.asarray(_solve_batch(np.ascontiguousarray(total, np.float64), np.ascontiguousarray(kd), pools))


def occupy(
    source: SiteSource, mrna: F8, guides: F8, delivery: Delivery, *, workers: int = 2, chunk: int = 6
) -> Occupancy:
    """Return the occupancy of every mRNA, solved recipient by recipient.

    Args:
        source: sites by seed, gene and affinity level.
        mrna: copies per cell, ``(g, r)``; not measured counts as none.
        guides: loaded guides by seed, recipient and dose, copies per cell, ``(s, r, d)``.
        delivery: the constants.
        workers: threads; the answer does not depend on them.
        chunk: recipients solved together.
    """
    g, r = mrna.shape
    d = guides.shape[2]
    out = Occupancy(np.zeros((g, r, d)), np.zeros((g, r, d)), np.zeros((source.seeds_n, r, d)))
    sites = target_copies(mrna, delivery) * delivery.relative_per_copy
    totals = guides * delivery.relative_per_copy
    kd = np.exp(source.levels)

    def run(lo: int) -> None:
        part = slice(lo, min(lo + chunk, r))
        n, low = np.zeros((g, part.stop - lo, d)), np.zeros((g, part.stop - lo, d))
        free = np.zeros((source.seeds_n, part.stop - lo, d))
        _accumulate(
            source.indptr,
            source.gene,
            source.level,
            source.count,
            kd,
            np.ascontiguousarray(sites[:, part]),
            np.ascontiguousarray(totals[:, part]),
            n,
            low,
            free,
        )
        out.n[:, part], out.background[:, part], out.free[:, part] = n, low, free

    in_threads(run, range(0, r, chunk), workers)
    return out


def target_copies(mrna: F8, delivery: Delivery) -> F8:
    """Return mRNA copies ``(g, r)`` raised so that each column sums to at least the cell's whole mRNA."""
    known = np.nan_to_num(mrna, nan=0.0)
    sums = known.sum(axis=0)
    factor = np.where(sums > 0, np.maximum(delivery.total_mrna / np.where(sums > 0, sums, 1.0), 1.0), 0.0)
    return np.asarray(known * factor)


def load(guides: F8, ago_copies: float | None) -> F8:
    """Return the loaded guides: all of them, or their share of a limiting AGO pool (``(s, r, d)``, copies per cell)."""
    if ago_copies is None:
        return guides
    sums = guides.sum(axis=0)
    return np.asarray(guides * np.minimum(1.0, ago_copies / np.where(sums > 0, sums, 1.0)))


def in_threads(task: Callable[[int], None], items: range, workers: int) -> None:
    """Run `task` on every item, in threads where more than one worker is allowed; errors are raised here."""
    if workers <= 1 or len(items) <= 1:
        for item in items:
            task(item)
        return
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(task, item) for item in items]:
            done.result()


@njit(cache=True, nogil=True, error_model="numpy")
def solve_one(total: float, kd: F8, pool: F8, start: float) -> float:
    """Return the free guide of one mass balance; `start` must not lie right of the root (0 is always right)."""
    if total <= 0.0:
        return 0.0
    load = 1.0
    for j in range(kd.size):
        load += pool[j] / kd[j]
    a = max(start, total / load)
    for _ in range(MAX_STEPS):
        bound, slope = 0.0, 1.0
        for j in range(kd.size):
            share = pool[j] / (a + kd[j])
            bound += share * a
            slope += share * kd[j] / (a + kd[j])
        step = (total - a - bound) / slope
        a = min(max(a + step, 0.0), total)
        if abs(step) <= TOLERANCE * a:
            break
    return a


@njit(cache=True, nogil=True, error_model="numpy")
def _solve_batch(total: F8, kd: F8, pools: F8) -> F8:
    out = np.empty(total.size)
    for q in range(total.size):
        out[q] = solve_one(total[q], kd, pools[q], 0.0)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def gather_pool(
    lo: int,
    hi: int,
    gene: NDArray[np.int32],
    level: NDArray[np.uint8],
    count: NDArray[np.float32],
    sites: F8,
    pool: F8,
) -> None:
    """Fill `pool` ``(r, l)`` with the sites of one seed (entries lo to hi), relative units."""
    pool[:] = 0.0
    for e in range(lo, hi):
        for r in range(pool.shape[0]):
            pool[r, level[e]] += count[e] * sites[gene[e], r]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _accumulate(
    indptr: NDArray[np.int64],
    gene: NDArray[np.int32],
    level: NDArray[np.uint8],
    count: NDArray[np.float32],
    kd: F8,
    sites: F8,
    totals: F8,
    n: F8,
    low: F8,
    free: F8,
) -> None:
    """Add every seed's occupancy to `n` and `low`, ``(g, r, d)``; write `free`, ``(s, r, d)``."""
    n_r, n_d = totals.shape[1], totals.shape[2]
    pool = np.empty((n_r, kd.size))
    theta = np.empty((kd.size, n_r, n_d))
    nosite = np.empty((n_r, n_d))
    base = np.zeros((n.shape[0], 2, n_r))
    for s in range(totals.shape[0]):
        lo, hi = indptr[s], indptr[s + 1]
        if totals[s].max() <= 0.0:
            continue
        gather_pool(lo, hi, gene, level, count, sites, pool)
        changes = False
        for r in range(n_r):
            before = 0.0
            for d in range(n_d):
                if d > 0 and totals[s, r, d] == totals[s, r, d - 1]:
                    free[s, r, d] = before
                    continue
                start = before if d > 0 and totals[s, r, d] > totals[s, r, d - 1] else 0.0
                changes = changes or d > 0
                before = solve_one(totals[s, r, d], kd, pool[r], start)
                free[s, r, d] = before
        for r in range(n_r):
            for d in range(n_d):
                a = free[s, r, d]
                nosite[r, d] = a / (a + 1.0)
                for k in range(kd.size):
                    theta[k, r, d] = a / (a + kd[k])
        if changes:
            for e in range(lo, hi):
                t, row, bottom, c = theta[level[e]], n[gene[e]], low[gene[e]], count[e]
                for r in range(n_r):
                    for d in range(n_d):
                        row[r, d] += c * t[r, d]
                        bottom[r, d] += c * nosite[r, d]
        else:
            for e in range(lo, hi):
                for r in range(n_r):
                    base[gene[e], 0, r] += count[e] * theta[level[e], r, 0]
                    base[gene[e], 1, r] += count[e] * nosite[r, 0]
    for i in range(n.shape[0]):
        for r in range(n_r):
            for d in range(n_d):
                n[i, r, d] += base[i, 0, r]
                low[i, r, d] += base[i, 1, r]
