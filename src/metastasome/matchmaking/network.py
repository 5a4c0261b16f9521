"""Which guide changes which gene: the edges behind a match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .results import Match


@dataclass(frozen=True)
class _Links:
    """Sites of the guides that delivery changes anywhere, by (seed, gene); the same for every recipient."""

    seed: NDArray[np.int64]  # (k,) of each site entry
    count: NDArray[np.float64]
    kd: NDArray[np.float64]
    pair: NDArray[np.int64]  # (k,) link of each entry
    link_seed: NDArray[np.int64]  # (l,)
    link_gene: NDArray[np.int64]


def edges(match: Match, recipients: Sequence[int], top: int) -> pd.DataFrame:
    """Return the `top` strongest miRNA -> gene edges of each of `recipients` at the tested dose.

    The weight is what the guide's own change of occupancy does to ln FC to first order, shared out so that the weights
    of a gene sum to its exact ln FC.
    """
    links, home = _links(match), _programme_of(match)
    return pd.concat([_of(match, links, home, r, top) for r in recipients], ignore_index=True)


def _links(match: Match) -> _Links:
    sites = match.sites
    changed = (match.free[1] != match.free[0]).any(axis=1)
    seed = np.repeat(np.arange(sites.seeds_n), np.diff(sites.indptr))
    keep = np.flatnonzero(changed[seed])
    seed, gene = seed[keep], sites.gene[keep]
    key, pair = np.unique(seed * len(match.gene_names) + gene, return_inverse=True)
    count, kd = sites.count[keep].astype(np.float64), np.exp(sites.levels)[sites.level[keep]]
    return _Links(seed, count, kd, pair, key // len(match.gene_names), key % len(match.gene_names))


def _of(match: Match, links: _Links, home: NDArray[np.object_], r: int, top: int) -> pd.DataFrame:
    before, after = match.free[0, :, r][links.seed], match.free[1, :, r][links.seed]
    each = links.count * (after / (after + links.kd) - before / (before + links.kd))
    gain = np.bincount(links.pair, weights=each, minlength=links.link_seed.size).astype(np.float64)
    gain *= (np.nan_to_num(match.mrna[:, r], nan=0.0) > 0)[links.link_gene]
    per_gene = np.bincount(links.link_gene, weights=gain, minlength=len(match.gene_names))[links.link_gene]
    share = np.divide(gain, per_gene, out=np.zeros(gain.shape), where=per_gene != 0)
    weight = share * match.ln_fc[r, match.tested][links.link_gene]
    best = _strongest(np.abs(weight), top)
    gene, who = links.link_gene[best], match.recipients[r]
    return pd.DataFrame(
        {
            "source": np.array(match.guides.names, object)[links.link_seed[best]],
            "target": np.array(match.gene_names, object)[gene],
            "weight": weight[best],
            "programme": home[gene],
            "organ": who.organ or "",
            "cell": who.cell,
            "recipient": who.name,
        }
    )


def _strongest(size: NDArray[np.float64], top: int) -> NDArray[np.int64]:
    """Return the places of the `top` largest values above zero, largest first, ties by place."""
    if size.size > top:
        least = np.partition(size, size.size - top)[size.size - top]
        places = np.flatnonzero(size >= least)
    else:
        places = np.arange(size.size)
    order = places[np.argsort(-size[places], kind="stable")][:top]
    return order[size[order] > 0]


def _programme_of(match: Match) -> NDArray[np.object_]:
    """Return the smallest programme that holds each gene, empty where it is in none, ``(g,)``."""
    inside = match.programme_sets.members(match.gene_names)
    by_size = np.argsort(inside.sum(axis=1), kind="stable")
    out = np.full(len(match.gene_names), "", object)
    for p in by_size[::-1]:
        out[inside[p]] = match.programme_sets.names[p]
    return out
