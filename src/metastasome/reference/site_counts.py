"""Seed sites of the panel genes by type, counted in real 3'UTRs, kept sparsely."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from . import tables

TYPES: tuple[str, ...] = ("8mer", "7mer-m8", "7mer-A1", "6mer")
"""Site types in the order of the last axis. Each match of positions 2-7 has one type only."""


@dataclass(frozen=True)
class SiteCounts:
    """Sites of each seed on each gene's 3'UTR.

    Attributes:
        seeds: positions 2-8 of the miRNA, RNA letters, ``s`` of them.
        genes: HGNC symbols of genes whose sites are known, ``g`` of them.
        lengths: 3'UTR length in nucleotides, ``(g,)``; NaN where the sequence is not known.
        origin: per gene ``"utr"`` (counted in the sequence) or ``"targetscan"`` (site numbers of TargetScan's conserved
            families, type not known and counted as 7mer-m8; other seeds are not known and stand at 0).
        families: seeds that TargetScan's table covers.
        seed_index, gene_index: where the entries lie, ``(n,)`` each, sorted by seed, then gene.
        counts: sites of each entry by type, ``(n, 4)``.
    """

    seeds: tuple[str, ...]
    genes: tuple[str, ...]
    lengths: NDArray[np.float64]
    origin: tuple[str, ...]
    families: frozenset[str]
    seed_index: NDArray[np.int32]
    gene_index: NDArray[np.int32]
    counts: NDArray[np.int16]

    def dense(self, seeds: Sequence[str]) -> NDArray[np.float64]:
        """Return counts of `seeds` on all genes by type, shape ``(len(seeds), g, 4)``.

        Raises:
            InputError: a seed that was not counted.
        """
        out = np.zeros((len(seeds), len(self.genes), len(TYPES)))
        for k, seed in enumerate(seeds):
            rows = self._rows(seed)
            out[k, self.gene_index[rows]] = self.counts[rows]
        return out

    def known(self, seed: str) -> NDArray[np.bool_]:
        """Return which genes' sites of `seed` are known, ``(g,)``: all with a sequence, others for covered families."""
        if seed not in self._place:
            return np.zeros(len(self.genes), dtype=bool)
        return np.array([o == "utr" or seed in self.families for o in self.origin])

    def __contains__(self, seed: object) -> bool:
        return seed in self._place

    def __repr__(self) -> str:
        return f"<SiteCounts: {len(self.seeds)} seeds x {len(self.genes)} genes, {int(self.counts.sum())} sites>"

    @property
    def _place(self) -> Mapping[str, int]:
        return _places(self.seeds)

    def _rows(self, seed: str) -> slice:
        if seed not in self._place:
            raise InputError("this seed was not counted in the embedded reference", field="seed", value=seed)
        k = self._place[seed]
        low, high = np.searchsorted(self.seed_index, [k, k + 1])
        return slice(int(low), int(high))


@functools.lru_cache(maxsize=8)
def _places(seeds: tuple[str, ...]) -> dict[str, int]:
    return {s: k for k, s in enumerate(seeds)}


@functools.cache
def site_counts() -> SiteCounts:
    """Return the embedded site counts."""
    genes = tables.rows("site_genes.tsv")
    lines = tables.rows("site_counts.tsv.gz")
    cells = np.array([[list(row[t].encode()) for t in TYPES] for row in lines], dtype=np.int16)
    counts = np.where(cells >= ord("a"), cells - ord("a") + 10, cells - ord("0")).transpose(0, 2, 1)
    seed_index, gene_index = np.nonzero(counts.any(axis=2))
    lengths = np.array([float(r["length"]) if r["origin"] == "utr" else np.nan for r in genes])
    return SiteCounts(
        seeds=tuple(row["seed"] for row in lines),
        genes=tuple(r["gene"] for r in genes),
        lengths=lengths,
        origin=tuple(r["origin"] for r in genes),
        families=frozenset(tables.manifest()["choices"]["site_counts"]["families"]),
        seed_index=seed_index.astype(np.int32),
        gene_index=gene_index.astype(np.int32),
        counts=counts[seed_index, gene_index].astype(np.int16),
    )
