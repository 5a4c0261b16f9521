"""Sites of every seed on every gene, gathered by affinity: what occupancy needs, whoever found the sites.

Two ways in: a scan of 3'UTRs with an affinity for each site, or the embedded reference's counts of sites by type. Both
become entries (seed, gene, level of ln K_D, count), sorted by seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..core.errors import InputError

LEVELS = 64
"""Greatest number of affinity levels; above it sites are gathered in steps of ln K_D (about 0.13)."""


@dataclass(frozen=True, repr=False)
class SiteSource:
    """Sparse (seed, gene) -> sites by affinity level.

    Attributes:
        seeds: guide nucleotides 2-8 (RNA letters), ``s`` of them.
        genes: gene symbols, ``g`` of them, in the order of the stockroom.
        indptr: entries of seed i are ``indptr[i]:indptr[i + 1]``, int64 ``(s + 1,)``.
        gene, level, count: gene index, level index, number of sites, each ``(e,)``; fractions of a site are allowed.
        levels: ln K_D of each level, ``(l,)``.
        ln_kd_sd: standard deviation of ln K_D, one figure for a seed, ``(s,)``.
        lengths: 3'UTR length in nucleotides, or the number of all sites where lengths are not known, ``(g,)``.
        origin: how the sites were found, for the notes.
    """

    seeds: tuple[str, ...]
    genes: tuple[str, ...]
    indptr: NDArray[np.int64]
    gene: NDArray[np.int32]
    level: NDArray[np.uint8]
    count: NDArray[np.float32]
    levels: NDArray[np.float64]
    ln_kd_sd: NDArray[np.float64]
    lengths: NDArray[np.float64]
    origin: str = ""

    @property
    def seeds_n(self) -> int:
        """Number of seeds."""
        return len(self.seeds)

    def __repr__(self) -> str:
        return f"<SiteSource: {self.count.sum():.0f} sites of {self.seeds_n} seeds on {len(self.genes)} genes>"

    def targets(self) -> NDArray[np.int64]:
        """Return how many genes have a site of each seed, ``(s,)``."""
        return np.asarray(_count_genes(self.indptr, self.gene, len(self.genes)))

    def matrix(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Return counts (or counts times a weight per level) as a dense ``(s, g)`` array; for small problems."""
        w = self.count.astype(np.float64) * (1.0 if weights is None else weights[self.level])
        seed = np.repeat(np.arange(self.seeds_n), np.diff(self.indptr))
        shape = (self.seeds_n, len(self.genes))
        flat = np.bincount(seed * shape[1] + self.gene, weights=w, minlength=shape[0] * shape[1])
        return np.asarray(flat.reshape(shape))


def from_sites(
    seeds: Sequence[str],
    genes: Sequence[str],
    seed_index: NDArray[np.integer],
    gene_index: NDArray[np.integer],
    ln_kd: NDArray[np.float64],
    *,
    count: NDArray[np.float64] | None = None,
    ln_kd_sd: NDArray[np.float64] | float = 0.8,
    lengths: NDArray[np.float64] | None = None,
    origin: str = "",
    levels: int = LEVELS,
) -> SiteSource:
    """Return the source of a flat list of sites.

    Sites whose ln K_D is not below zero bind no better than no site and are dropped (McGeary 2019). More than `levels`
    distinct affinities are gathered in equal steps of ln K_D, each standing at the mean of its members.

    Raises:
        InputError: no site at all, an affinity that is not a number, or more than 256 levels.
    """
    if not 1 <= levels <= 256:
        raise InputError("a level is one byte", field="levels", value=levels, expected="1 to 256")
    if not np.isfinite(ln_kd).all():
        raise InputError("an affinity is not a number", field="ln_kd")
    keep = ln_kd < 0.0
    if not keep.any():
        raise InputError(
            "no site of any miRNA on any gene",
            field="sites",
            hint="check that miRNAs and 3'UTRs are of one species",
        )
    n = np.ones(len(ln_kd)) if count is None else np.asarray(count, np.float64)
    s, g, k, n = seed_index[keep], gene_index[keep], ln_kd[keep], n[keep]
    centres, level = _gather(k, n, levels)
    if (np.diff(s) < 0).any():
        order = np.argsort(s.astype(np.uint16) if len(seeds) < 2**16 else s, kind="stable")
        s, g, level, n = s[order], g[order], level[order], n[order]
    indptr = np.searchsorted(s, np.arange(len(seeds) + 1))
    per_gene = np.bincount(g, weights=n, minlength=len(genes))
    return SiteSource(
        tuple(seeds),
        tuple(genes),
        indptr.astype(np.int64),
        g.astype(np.int32),
        level.astype(np.uint8),
        n.astype(np.float32),
        centres,
        np.broadcast_to(np.asarray(ln_kd_sd, np.float64), (len(seeds),)).copy(),
        np.asarray(per_gene if lengths is None else lengths, np.float64),
        origin,
    )


@njit(cache=True, nogil=True)
def _count_genes(indptr: NDArray[np.int64], gene: NDArray[np.int32], n_genes: int) -> NDArray[np.int64]:
    """Return the distinct genes among each seed's entries."""
    out = np.zeros(indptr.size - 1, np.int64)
    last = np.full(n_genes, -1)
    for s in range(out.size):
        for e in range(indptr[s], indptr[s + 1]):
            if last[gene[e]] != s:
                last[gene[e]] = s
                out[s] += 1
    return out


def _gather(
    ln_kd: NDArray[np.float64], count: NDArray[np.float64], levels: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return level centres and each site's level; exact where there are few distinct affinities."""
    some = np.unique(ln_kd[:: max(1, ln_kd.size // 5000)])
    if some.size <= levels:
        every, inverse = np.unique(ln_kd, return_inverse=True)
        if every.size <= levels:
            return every, inverse
    low, high = float(ln_kd.min()), float(ln_kd.max())
    raw = np.minimum(((ln_kd - low) * (levels / (high - low))).astype(np.int64), levels - 1)
    weight = np.bincount(raw, weights=count, minlength=levels)
    used = np.flatnonzero(weight > 0)
    mean = np.bincount(raw, weights=count * ln_kd, minlength=levels)[used] / weight[used]
    place = np.zeros(levels, np.int64)
    place[used] = np.arange(used.size)
    return mean, place[raw]
