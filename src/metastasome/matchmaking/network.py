"""Which guide changes which gene: the edges behind a match."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .results import Match


def edges(match: Match, r: int, top: int) -> pd.DataFrame:
    """Return the `top` strongest miRNA -> gene edges of recipient `r` at the tested dose.

    The weight is what the guide's own change of occupancy does to ln FC to first order, shared out so that the weights
    of a gene sum to its exact ln FC.
    """
    sites, names = match.sites, np.array(match.guides.names, object)
    seed = np.repeat(np.arange(sites.seeds_n), np.diff(sites.indptr))
    changed = np.flatnonzero(match.free[1, :, r] != match.free[0, :, r])
    keep = np.isin(seed, changed) & (np.nan_to_num(match.mrna[:, r], nan=0.0) > 0)[sites.gene]
    seed, gene, kd = seed[keep], sites.gene[keep], np.exp(sites.levels)[sites.level[keep]]
    before, after = match.free[0, seed, r], match.free[1, seed, r]
    gain = sites.count[keep] * (after / (after + kd) - before / (before + kd))
    key, inverse = np.unique(seed * len(match.gene_names) + gene, return_inverse=True)
    gain = np.bincount(inverse, weights=gain, minlength=key.size)
    seed, gene = key // len(match.gene_names), key % len(match.gene_names)
    per_gene = np.bincount(gene, weights=gain, minlength=len(match.gene_names))
    share = np.divide(gain, per_gene[gene], out=np.zeros(gain.shape), where=per_gene[gene] != 0)
    weight = share * match.ln_fc[r, match.tested][gene]
    best = np.argsort(-np.abs(weight), kind="stable")[:top]
    best = best[weight[best] != 0]
    home = _programme_of(match)
    who = match.recipients[r]
    return pd.DataFrame(
        {
            "source": names[seed[best]],
            "target": np.array(match.gene_names, object)[gene[best]],
            "weight": weight[best],
            "programme": home[gene[best]],
            "organ": who.organ or "",
            "cell": who.cell,
            "recipient": who.name,
        }
    )


def _programme_of(match: Match) -> NDArray[np.object_]:
    """Return the smallest programme that holds each gene, empty where it is in none, ``(g,)``."""
    inside = match.programme_sets.members(match.gene_names)
    by_size = np.argsort(inside.sum(axis=1), kind="stable")
    out = np.full(len(match.gene_names), "", object)
    for p in by_size[::-1]:
        out[inside[p]] = match.programme_sets.names[p]
    return out
