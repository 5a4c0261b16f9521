"""The cargo null gene by gene: which genes fall more than under random cargo of the same size?

The same draws as the question `cargo` of a match (seeds matched for GC and number of targets take over the copies by
rank). Each guide's free amount is solved with its own titration at the tested dose; the change of a gene is summed over
guides to first order in occupancy, for the observed cargo and for the drawn ones alike. Genes are many and correlated,
so Benjamini-Hochberg runs over every expressed gene of every recipient asked, not over those that are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from . import nulls, tables
from .occupancy import gather_pool, in_threads, solve_one, target_copies

if TYPE_CHECKING:
    from .results import Match

F8 = NDArray[np.float64]
COLUMNS = (
    "recipient", "organ", "cell", "gene", "dose", "ln_fc", "low", "high", "null_median", "null_sd", "n", "p", "q",
)  # fmt: skip


def gene_significance(
    match: Match, recipients: Sequence[str] | None, top: int | None, n: int, workers: int
) -> pd.DataFrame:
    """Return the table of :meth:`Match.gene_significance`."""
    who = range(len(match.names)) if recipients is None else [match.index(name) for name in recipients]
    delivered = np.flatnonzero(match.guides.delivered > 0)
    seed = int(match.settings.get("seed", 0))
    drawn = nulls.matched_seeds(match.guides.seeds, match.sites.targets(), delivered, n, seed)
    dose = match.test_dose
    copies = match.guides.delivered[delivered] * match.delivery.copies_per_dose * dose
    targets = target_copies(match.mrna, match.delivery) * match.delivery.relative_per_copy
    found: dict[int, pd.DataFrame] = {}

    def run(k: int) -> None:
        found[k] = _of(match, who[k], np.vstack([delivered, drawn]), copies, np.ascontiguousarray(targets[:, who[k]]))

    in_threads(run, range(len(who)), workers)
    table = pd.concat([found[k] for k in range(len(who))], ignore_index=True)
    table["q"] = nulls.benjamini_hochberg(table["p"].to_numpy(np.float64))
    table = table.merge(_intervals(match, dose), how="left", on=["recipient", "gene"])
    order = table["ln_fc"].abs().sort_values(ascending=False, kind="stable").index
    place = {name: i for i, name in enumerate(match.names)}
    table = table.loc[order].sort_values("recipient", key=lambda x: x.map(place), kind="stable")
    kept = table if top is None else table.groupby("recipient", sort=False).head(top)
    return kept[list(COLUMNS)].reset_index(drop=True)


def _intervals(match: Match, dose: float) -> pd.DataFrame:
    return tables.genes(match, dose, None)[["recipient", "gene", "low", "high"]]


def _of(match: Match, r: int, seeds: NDArray[np.int64], copies: F8, targets: F8) -> pd.DataFrame:
    """Return the expressed genes of recipient `r`; `seeds` holds the observed cargo first, then the draws."""
    sites = match.sites
    changes = _changes(
        sites.indptr, sites.gene, sites.level, sites.count, np.exp(sites.levels), targets,
        np.ascontiguousarray(match.free[0, :, r]), match.delivery.relative_per_copy * copies, seeds, match.delivery.b,
    )  # fmt: skip
    expressed = np.flatnonzero(np.nan_to_num(match.mrna[:, r], nan=0.0) > 0)
    observed, null = changes[0, expressed], changes[1:, expressed]
    varies = np.ptp(null, axis=0) > 0 if len(null) else np.zeros(expressed.size, bool)
    people = tables.people(match, np.full(expressed.size, r))
    return people.assign(
        gene=np.array(match.gene_names, object)[expressed],
        dose=match.test_dose,
        ln_fc=match.ln_fc[r, match.tested, expressed],
        null_median=np.median(null, axis=0) if len(null) else np.nan,
        null_sd=null.std(axis=0) if len(null) else np.nan,
        n=len(null),
        p=np.where(varies, nulls.p_value(observed, null), np.nan) if len(null) else np.nan,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _changes(  # type: ignore[no-untyped-def]
    indptr, gene, level, count, kd, targets, free, amounts, seeds, b
):
    """Return the first-order ln FC of every gene under every cargo, ``(v, g)``.

    `free` is each guide before delivery, `amounts` what each rank of the cargo brings (relative units), `seeds` which
    guide has which rank, ``(v, ranks)``.
    """
    n_g, n_l, n_s = targets.size, kd.size, indptr.size - 1
    pools, totals = np.zeros((n_s, n_l)), np.zeros(n_s)
    n0, low0 = np.zeros(n_g), np.zeros(n_g)
    column, one = targets.reshape(-1, 1), np.zeros((1, n_l))
    for s in range(n_s):
        gather_pool(indptr[s], indptr[s + 1], gene, level, count, column, one)
        pools[s], a, totals[s] = one[0], free[s], free[s]
        for k in range(n_l):
            totals[s] += pools[s, k] * a / (a + kd[k])
        for e in range(indptr[s], indptr[s + 1]):
            n0[gene[e]] += count[e] * a / (a + kd[level[e]])
            low0[gene[e]] += count[e] * a / (a + 1.0)
    out = np.zeros((seeds.shape[0], n_g))
    gain = np.empty(n_l)
    for v in range(seeds.shape[0]):
        for j in range(seeds.shape[1]):
            s = seeds[v, j]
            a = solve_one(totals[s] + amounts[j], kd, pools[s], free[s])
            for k in range(n_l):
                gain[k] = a / (a + kd[k]) - free[s] / (free[s] + kd[k])
            nowhere = a / (a + 1.0) - free[s] / (free[s] + 1.0)
            for e in range(indptr[s], indptr[s + 1]):
                g = gene[e]
                out[v, g] -= count[e] * b * (gain[level[e]] / (1.0 + b * n0[g]) - nowhere / (1.0 + b * low0[g]))
    return out
