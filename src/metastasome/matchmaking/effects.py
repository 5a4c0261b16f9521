"""Programme shifts from sums of single guides: fast enough for nulls, donors and intervals.

Exact curves need every site at every dose. To first order in the change of occupancy, the shift of a programme is a sum
over guides, each a function of its own copies only:

    s_p = sum_i F_i(c_i)
    F_i(c) = -sum_l C_il (theta_l(e_i + c) - theta_l(e_i)),    C_il = sum_g w_pg n_gl b / (1 + b N0_g)

(and the same with the opposite sign for the background, where every site counts as none)

with theta the occupancy of level l, titration included, e_i the endogenous copies and N0 the occupancy before. A table
of F over copies (steps of 2) and over shifts of ln K_D answers any number of cargos. Every match measures the misfit
against the exact curves and reports it (`Match.linear_error`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .delivery import Delivery
from .occupancy import F8, gather_pool, solve_one
from .sitesource import SiteSource

SHIFTS = np.array([-2.0, 0.0, 2.0])
"""Shifts of ln K_D in the table; between them a parabola is read."""


@dataclass(frozen=True)
class Variant:
    """Cargos to evaluate: copies delivered per cell ``(s, v)``, and shifts of ln K_D ``(s, v)`` or None for none."""

    copies: F8
    shift: F8 | None = None


def variant(copies: F8, shift: F8 | None = None) -> Variant:
    """Return the variants given one a row, ``(v, s)``."""
    return Variant(np.ascontiguousarray(copies.T), None if shift is None else np.ascontiguousarray(shift.T))


@dataclass(frozen=True)
class Slice:
    """The sites of the genes that matter: the entries of a source whose gene is in some programme."""

    indptr: NDArray[np.int64]
    gene: NDArray[np.int32]
    level: NDArray[np.uint8]
    count: NDArray[np.float32]


def programme_sites(source: SiteSource, genes: NDArray[np.bool_]) -> Slice:
    """Return the entries of `source` on the genes marked, ``(g,)``."""
    keep = genes[source.gene]
    ends = np.concatenate([[0], np.cumsum(keep)])
    return Slice(ends[source.indptr], source.gene[keep], source.level[keep], source.count[keep])


def copies_grid(largest: float, *, steps: int = 22) -> F8:
    """Return copies per cell in steps of 2 up to `largest`; below the first, effects are proportional."""
    return np.asarray(max(largest, 1e-6) * 2.0 ** np.arange(-(steps - 1), 1, dtype=np.float64))


def evaluate(
    source: SiteSource,
    sites: Slice,
    targets: F8,
    weights: F8,
    n0: F8,
    background: F8,
    endogenous: F8,
    delivery: Delivery,
    active: NDArray[np.int64],
    grid: F8,
    variants: tuple[Variant, ...],
) -> list[F8]:
    """Return the shifts of every variant in one recipient, a list of ``(v, p)``.

    Args:
        source, sites: all sites (for titration), and those on programme genes.
        targets: mRNA copies, ``(g,)``.
        weights: programme weights, ``(p, g)``.
        n0, background: occupancy before delivery, and had no site been a site, ``(g,)``.
        endogenous: guides there already, copies per cell, ``(s,)``.
        delivery: the constants.
        active: indices of the seeds that some variant delivers, ``(a,)``; variants' columns are these.
        grid: copies per cell of the table.
        variants: cargos whose seeds are `active`.
    """
    slope = np.stack([weights.T * (delivery.b / (1.0 + delivery.b * n))[:, None] for n in (n0, background)])
    table = _table(
        source.indptr,
        source.gene,
        source.level,
        source.count,
        sites.indptr,
        sites.gene,
        sites.level,
        sites.count,
        np.exp(source.levels),
        targets * delivery.relative_per_copy,
        slope,
        active,
        endogenous,
        grid,
        delivery.relative_per_copy,
        SHIFTS,
    )
    nothing = np.zeros((1, 1))
    return [
        _read(table, grid, v.copies, nothing if v.shift is None else v.shift, v.shift is not None) for v in variants
    ]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _table(
    indptr: NDArray[np.int64],
    gene: NDArray[np.int32],
    level: NDArray[np.uint8],
    count: NDArray[np.float32],
    p_indptr: NDArray[np.int64],
    p_gene: NDArray[np.int32],
    p_level: NDArray[np.uint8],
    p_count: NDArray[np.float32],
    kd: F8,
    sites: F8,
    slope: F8,
    active: NDArray[np.int64],
    endogenous: F8,
    grid: F8,
    unit: float,
    shifts: F8,
) -> F8:
    """Return F, ``(a, shifts, k, p)``: the shift by one seed alone at each copy number and shift of ln K_D."""
    n_p, n_l = slope.shape[2], kd.size
    out = np.zeros((active.size, shifts.size, grid.size, n_p))
    column = sites.reshape(-1, 1)
    pool = np.empty((1, n_l))
    coefficient = np.empty((n_l + 1, n_p))
    before = np.empty(n_l + 1)
    for i in range(active.size):
        s = active[i]
        coefficient[:] = 0.0
        for e in range(p_indptr[s], p_indptr[s + 1]):
            for p in range(n_p):
                coefficient[p_level[e], p] += p_count[e] * slope[0, p_gene[e], p]
                coefficient[n_l, p] -= p_count[e] * slope[1, p_gene[e], p]
        gather_pool(indptr[s], indptr[s + 1], gene, level, count, column, pool)
        for j in range(shifts.size):
            factor = np.exp(-shifts[j])
            # theta(A, K e^x, T) = theta(A e^-x, K, T e^-x): a shift of ln K_D is one of amounts
            scaled = pool[0] * factor
            a = solve_one(endogenous[s] * unit * factor, kd, scaled, 0.0)
            for k in range(n_l):
                before[k] = a / (a + kd[k])
            before[n_l] = a / (a + 1.0)
            for c in range(grid.size):
                a = solve_one((endogenous[s] + grid[c]) * unit * factor, kd, scaled, a)
                for k in range(n_l + 1):
                    change = a / (a + (kd[k] if k < n_l else 1.0)) - before[k]
                    for p in range(n_p):
                        out[i, j, c, p] -= change * coefficient[k, p]
    return out


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _read(table: F8, grid: F8, copies: F8, shift: F8, shifted: bool) -> F8:
    """Sum the table over seeds for every variant: linear in copies between grid points, a parabola in the shift.

    Seeds are the outer loop, so that one seed's table stays in the cache; `copies` and `shift` come as ``(s, v)``.
    """
    n_p, last = table.shape[3], grid.size - 1
    out = np.zeros((copies.shape[1], n_p))
    first = np.log2(grid[0])
    for i in range(copies.shape[0]):
        own = table[i]
        for v in range(copies.shape[1]):
            c = copies[i, v]
            if c <= 0.0:
                continue
            k = min(max(int(np.floor(np.log2(c) - first)), -1), last - 1)
            if k < 0:
                low, high, left, right = 0.0, c / grid[0], 0, 0
            else:
                high = min((c - grid[k]) / (grid[k + 1] - grid[k]), 1.0)
                low, left, right = 1.0 - high, k, k + 1
            if not shifted:
                for p in range(n_p):
                    out[v, p] += low * own[1, left, p] + high * own[1, right, p]
                continue
            x = min(max(shift[i, v] / 2.0, -1.5), 1.5)
            w0, w1, w2 = 0.5 * x * (x - 1.0), 1.0 - x * x, 0.5 * x * (x + 1.0)
            for p in range(n_p):
                below = w0 * own[0, left, p] + w1 * own[1, left, p] + w2 * own[2, left, p]
                above = w0 * own[0, right, p] + w1 * own[1, right, p] + w2 * own[2, right, p]
                out[v, p] += low * below + high * above
    return out
