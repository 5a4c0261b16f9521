"""The fit: the whole occupancy model, differentiated by JAX, against HeLa fold changes.

For gene g and transfected miRNA m, with sites i of its guide and passenger strands,

    N_gm  = sum_i sigmoid(a_i - ln K_D,i),   a_i = a (guide) or a + p (passenger)
    ln FC = ln(1 + b N_bg) - ln(1 + b N)     (McGeary 2019 doi:10.1126/science.aav1741)

A strand with many targets is diluted over them: a falls by `dilution` per unit of ln target abundance. Pairings too
weak to be sites join N by their counts.

Where it is known how strongly a gene answers (``matchmaking.responsive``), its prediction is multiplied by that.
Both sides are centred over miRNAs and freed of what is linear in length, GC and expression of a gene, because every
sample has its own such trend. Squared error, ridge on the terms, weak normal priors on the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import MissingExtraError
from .affinity import FIXED_LN_KD
from .kmers import build_index
from .sites import scan
from .terms import NAMES, SINGLE, blocks
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
PRODUCT_RIDGE = 4000 / 3
"""Penalty of a product of terms over that of a term: of 10, 30, 100, 300, 4,000 and 20,000 (for products) the largest
whose held-out r2 on HeLa is within one standard error of the best (17 miRNAs, paired)."""
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
    return Problem(
        terms,
        table.type.astype(np.int64),
        table.utr.astype(np.int64),
        strand % m,
        strand >= m,
        data.level,
        weight,
        np.linalg.qr(trends)[0],
        weak_counts(index, strands).reshape(2, m, len(index), N_WEAK),
        abundance,
        np.array([float(strand[0] in "GC") for strand in data.passengers]),
    )


def start(n_terms: int = len(NAMES)) -> F8:
    """Return the parameters to start from: intercepts, a, p, b, dilution and start_gc, weak ln K_D, coefficients."""
    return np.concatenate([FIXED_LN_KD, [v[0] for v in PRIOR.values()], [WEAK] * N_WEAK, np.zeros(n_terms)])


def fit(
    problem: Problem, *, keep: list[int], ridge: float, first: F8, columns: list[int], steps: int, factor: F8
) -> F8:
    """Return the parameters that minimise the loss over the miRNAs `keep`, L-BFGS from `first`.

    `factor` multiplies the prediction of each gene, ``(g,)``.
    """
    from scipy.optimize import minimize

    value_and_grad = _loss(problem, keep, ridge, columns, factor)

    def both(x: F8) -> tuple[float, F8]:
        value, slope = value_and_grad(x)
        return float(value), np.asarray(slope, np.float64)

    answer = minimize(both, first, jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 20})
    return np.asarray(answer.x, np.float64)


def predict(problem: Problem, parameters: F8, columns: list[int]) -> F8:
    """Return predicted ln fold changes, ``(g, m)``."""
    terms, every = problem.terms[:, columns], np.arange(problem.level.shape[1])
    return np.asarray(_forward(np, problem, parameters, terms, slice(None), every, _sum_numpy(problem)))


def _forward(xp: Any, q: Problem, v: Any, terms: Any, at: Any, keep: Any, total: Any) -> Any:
    """Return ln fold changes of the miRNAs `keep`, ``(g, len(keep))``, from their sites `at`."""
    a, p, b, dilution, start_gc = v[REST]
    ln_kd = v[:N_TYPES][q.type[at]] + terms @ v[SLOPES]
    free = a + xp.stack([0 * q.starts_gc, p + start_gc * q.starts_gc]) - dilution * q.abundance
    own = free[q.passenger[at].astype(np.int64), q.mirna[at]]
    n, background = total(1 / (1 + xp.exp(ln_kd - own))), total(1 / (1 + xp.exp(-own)))
    b = xp.exp(b)
    for side in (0, 1):
        counts, f = q.weak[side][keep], free[side][keep][:, None]
        n = n + xp.einsum("mgk,mk->gm", counts, 1 / (1 + xp.exp(v[WEAKS] - f)))
        background = background + (counts.sum(axis=2) / (1 + xp.exp(-f))).T
    return xp.log1p(b * background) - xp.log1p(b * n)


def _sum_numpy(q: Problem) -> Any:
    shape = q.level.shape
    pair = q.gene * shape[1] + q.mirna
    return lambda x: np.bincount(pair, x, minlength=shape[0] * shape[1]).reshape(shape)


def _loss(q: Problem, keep: list[int], ridge: float, columns: list[int], factor: F8) -> Any:
    """Return a compiled function of the parameters: loss and gradient."""
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        raise MissingExtraError("jax", "infer", "training of affinities") from None
    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    at = np.flatnonzero(np.isin(q.mirna, keep))
    shape = (q.level.shape[0], len(keep))
    place = np.full(q.level.shape[1], -1)
    place[keep] = np.arange(len(keep))
    pair = q.gene[at] * shape[1] + place[q.mirna[at]]
    terms = jnp.asarray(q.terms[at][:, columns])
    level = q.level[:, keep] - q.level[:, keep].mean(axis=1, keepdims=True)
    root, centre = np.sqrt(q.weight)[:, None], np.array([v[0] for v in PRIOR.values()])
    spread = np.array([v[1] for v in PRIOR.values()])
    penalty = np.array([PRODUCT_RIDGE if NAMES[c] not in SINGLE else 1.0 for c in columns]) * ridge

    def total(x: Any) -> Any:
        return jax.ops.segment_sum(x, pair, shape[0] * shape[1]).reshape(shape)

    def loss(v: Any) -> Any:
        p = _forward(jnp, q, v, terms, at, np.array(keep), total) * factor[:, None]
        e = root * (level - p + p.mean(axis=1, keepdims=True))
        e = e - q.trend @ (q.trend.T @ e)
        prior = jnp.sum(((v[:N_TYPES] - FIXED_LN_KD) / TYPE_SD) ** 2) / 2
        prior += jnp.sum(((v[REST] - centre) / spread) ** 2) / 2
        prior += jnp.sum((v[WEAKS] - WEAK) ** 2) / 2
        return jnp.sum(e**2) / (2 * VARIANCE) + prior + jnp.sum(penalty * v[SLOPES] ** 2)

    return jax.jit(jax.value_and_grad(loss))
