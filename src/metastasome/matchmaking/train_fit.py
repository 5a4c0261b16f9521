"""What is fitted: the whole occupancy model and its derivatives, against HeLa fold changes.

For gene g and transfected miRNA m, with sites i of its guide and passenger strands,

    N_gm  = sum_i sigmoid(a_i - ln K_D,i),   a_i = a (guide) or a + p (passenger)
    ln FC = ln(1 + b N_bg) - ln(1 + b N)     (McGeary 2019 doi:10.1126/science.aav1741)

A strand with many targets is diluted over them: a falls by `dilution` per unit of ln target abundance. Pairings too
weak to be sites join N by their counts.

Where it is known how strongly a gene answers (``matchmaking.responsive``), its prediction is multiplied by that.
Both sides are centred over miRNAs and freed of what is linear in length, GC and expression of a gene, because every
sample has its own such trend. Squared error, ridge on the terms, weak normal priors on the rest; the solver is in
``matchmaking.train_newton``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .affinity import FIXED_LN_KD
from .kmers import build_index
from .sites import scan
from .terms import NAMES, blocks
from .train_data import Transfections
from .weak import KINDS, ln_abundance, weak_counts

F8 = NDArray[np.float64]
VARIANCE = 0.03
"""Of ln fold changes about the model: sets how much the priors weigh."""
PRIOR = {"a": (-6.0, 2.0), "p": (-2.0, 1.0), "b": (0.57, 0.5), "dilution": (0.0, 0.5), "start_gc": (0.0, 1.0)}
"""Mean and sd of ln free AGO (published code of McGeary 2019 suggests -6.5), passenger's ln share, ln b, dilution, and
what a passenger that starts with G or C loses (AGO2 binds U and A best, Frank 2010 doi:10.1038/nature09039)."""
WEAK = -0.7
"""Prior mean of ln K_D of weak pairings, between no site and the weakest site."""
TYPE_SD = 1.0
N_TYPES, N_WEAK = 6, len(KINDS)
REST = slice(N_TYPES, N_TYPES + len(PRIOR))
WEAKS = slice(REST.stop, REST.stop + N_WEAK)
SLOPES = slice(WEAKS.stop, None)
"""Where a, p, b, dilution and start_gc, the weak ln K_D, and the terms' coefficients sit among the parameters."""


@dataclass(frozen=True)
class Problem:
    """Everything the loss reads: sites of all strands, and centred targets.

    Attributes:
        terms: ``(n, t)``; type, pair (gene x miRNA) and passenger flag of each site beside it.
        level: ``(g, m)`` ln expression.
        weight: ``(g,)``, mean 1.
        trend: orthonormal basis of what is projected out, ``(g, 4)``, after weighting.
        weak: weak pairings, ``(2, m, g, 3)``, guides then passengers.
        abundance: ln target abundance over the usual, ``(2, m)``.
        starts_gc: 1 where the passenger starts with G or C, ``(m,)``.
        sites: sites and weak pairings of each strand, ``(2, g, m)``.
    """

    terms: F8
    type: NDArray[np.int64]
    gene: NDArray[np.int64]
    mirna: NDArray[np.int64]
    passenger: NDArray[np.bool_]
    level: F8
    weight: F8
    trend: F8
    weak: F8
    abundance: F8
    starts_gc: F8
    sites: F8


def build_problem(data: Transfections) -> Problem:
    """Return sites, terms and targets of the transfections."""
    m = len(data.mirnas)
    index = build_index(list(data.utrs))
    strands = [*data.guides, *data.passengers]
    table = scan(index, strands)
    strong = np.bincount(table.mirna[table.type < 3], minlength=2 * m).astype(np.float64)
    abundance = ln_abundance(strong, float(index.lengths.sum())).reshape(2, m)
    terms = np.concatenate([part for _, part in blocks(table, index)])
    gc = np.array([(u.count("G") + u.count("C")) / max(1, len(u)) for u in data.utrs])
    length = np.log10(np.maximum(1, index.lengths))
    weight = 1 / (0.15**2 + 0.81 / (data.reads + 1))
    weight = weight / weight.mean()
    trends = np.stack([np.ones(len(gc)), np.log(data.cpm), length, gc], axis=1) * np.sqrt(weight)[:, None]
    strand = table.mirna.astype(np.int64)
    weak = weak_counts(index, strands).reshape(2, m, len(index), N_WEAK)
    sites = weak.sum(axis=3).swapaxes(1, 2)
    np.add.at(sites, (strand // m, table.utr, strand % m), 1.0)
    return Problem(
        terms,
        table.type.astype(np.int64),
        table.utr.astype(np.int64),
        strand % m,
        strand >= m,
        data.level,
        weight,
        np.linalg.qr(trends)[0],
        weak,
        abundance,
        np.array([float(strand[0] in "GC") for strand in data.passengers]),
        sites,
    )


def start(n_terms: int = len(NAMES)) -> F8:
    """Return the parameters to start from: intercepts, a, p, b, dilution and start_gc, weak ln K_D, coefficients."""
    return np.concatenate([FIXED_LN_KD, [v[0] for v in PRIOR.values()], [WEAK] * N_WEAK, np.zeros(n_terms)])


@dataclass(frozen=True)
class _State:
    """The model at some parameters: free complex, what it binds, and sums over sites.

    Attributes:
        free: ln free complex, ``(2, m)``.
        bound: of each site, ``(n,)``.
        weak: bound share of weak pairings, ``(2, m, 3)``.
        nowhere: bound share of what is no site, ``(2, m)``.
        n, background: sums over sites and over the same had none been a site, ``(g, m)``.
        b: of the repression law.
    """

    free: F8
    bound: F8
    weak: F8
    nowhere: F8
    n: F8
    background: F8
    b: float

    @property
    def ln_fc(self) -> F8:
        """Predicted ln fold changes, ``(g, m)``."""
        return np.asarray(np.log1p(self.b * self.background) - np.log1p(self.b * self.n))


def predict(problem: Problem, parameters: F8, columns: list[int]) -> F8:
    """Return predicted ln fold changes, ``(g, m)``."""
    return _state(problem, parameters, columns).ln_fc


def _state(q: Problem, v: F8, columns: list[int]) -> _State:
    g, m = q.level.shape
    a, p, b, dilution, start_gc = v[REST]
    free = a + np.stack([np.zeros(m), p + start_gc * q.starts_gc]) - dilution * q.abundance
    ln_kd = v[:N_TYPES][q.type] + q.terms[:, columns] @ v[SLOPES]
    bound = 1 / (1 + np.exp(ln_kd - free[q.passenger.astype(np.int64), q.mirna]))
    weak, nowhere = 1 / (1 + np.exp(v[WEAKS] - free[:, :, None])), 1 / (1 + np.exp(-free))
    n = np.bincount(q.gene * m + q.mirna, bound, minlength=g * m).reshape(g, m)
    n = n + np.einsum("smgk,smk->gm", q.weak, weak)
    return _State(free, bound, weak, nowhere, n, np.einsum("sgm,sm->gm", q.sites, nowhere), float(np.exp(b)))


def slopes(problem: Problem, parameters: F8, columns: list[int]) -> tuple[F8, F8]:
    """Return predicted ln fold changes, ``(g, m)``, and their derivatives by the parameters, ``(g, m, v)``."""
    q, at = problem, _state(problem, parameters, columns)
    out = np.zeros((*q.level.shape, len(parameters)))
    # what one more unit of ln free complex does to N, by strand; the sites' part comes first
    by_free = np.zeros((2, *q.level.shape))
    terms = np.ascontiguousarray(q.terms[:, columns])
    _add_sites(q.gene, q.mirna, q.passenger, q.type, terms, at.bound * (1 - at.bound), SLOPES.start, out, by_free)
    steep = at.weak * (1 - at.weak)
    by_free += np.einsum("smgk,smk->sgm", q.weak, steep)
    out[:, :, WEAKS] = -np.einsum("smgk,smk->gmk", q.weak, steep)
    more, less = at.b / (1 + at.b * at.n), at.b / (1 + at.b * at.background)
    out *= -more[:, :, None]
    by_free = q.sites * (at.nowhere * (1 - at.nowhere))[:, None] * less - by_free * more
    out[:, :, REST.start] = by_free.sum(axis=0)
    out[:, :, REST.start + 1] = by_free[1]
    out[:, :, REST.start + 2] = at.background * less - at.n * more
    out[:, :, REST.start + 3] = -(by_free * q.abundance[:, None]).sum(axis=0)
    out[:, :, REST.start + 4] = by_free[1] * q.starts_gc
    return at.ln_fc, out


@njit(cache=True, nogil=True)
def _add_sites(gene, mirna, passenger, kind, terms, steep, first, out, by_free):  # type: ignore[no-untyped-def]
    """Add the sites' part of dN by type and term (from column `first` on) to `out`, and by ln free complex."""
    for i in range(gene.size):
        g, m, e = gene[i], mirna[i], steep[i]
        row = out[g, m]
        row[kind[i]] -= e
        by_free[1 if passenger[i] else 0, g, m] += e
        for k in range(terms.shape[1]):
            row[first + k] -= e * terms[i, k]
