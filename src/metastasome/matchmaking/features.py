"""What surrounds a site: local AU, flanking letters, distances, and pairing of the guide's 3' half."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from . import context
from .kmers import UtrIndex, build_index
from .sites import SiteTable


@dataclass(frozen=True, repr=False)
class SiteFeatures:
    """Features of the sites of one table, one array element per site.

    Attributes:
        local_au: share of A and U within 30 nt on both sides, each nucleotide weighted by 1/distance, float32.
        to_end: nucleotides between the six matched letters and the 3' end of the UTR, int32.
        neighbour: nucleotides to the nearest other site of the same miRNA on the same UTR, -1 for none, int32.
        half_pairs: 3' pairing score in half units, uint8 (see :attr:`pairing3`); empty when not asked for.
        context: packed letters around the site, uint32.
    """

    local_au: NDArray[np.float32]
    to_end: NDArray[np.int32]
    neighbour: NDArray[np.int32]
    half_pairs: NDArray[np.uint8]
    context: NDArray[np.uint32]

    @property
    def pairing3(self) -> NDArray[np.float64]:
        """3' supplementary pairing score (see ``matchmaking.pairing``)."""
        return self.half_pairs.astype(np.float64) / 2

    @property
    def flanks(self) -> NDArray[np.uint8]:
        """Letters at -3, -2, -1, +1, +2, +3 around the six matched ones (A 0, C 1, G 2, U 3, other 4), ``(n, 6)``."""
        return context.letters(self.context)


def compute(
    table: SiteTable,
    utrs: Mapping[str, str] | Sequence[str] | UtrIndex | None = None,
    *,
    pairing3: bool = True,
) -> SiteFeatures:
    """Return the features of every site of `table`.

    Args:
        table: sites of :func:`~metastasome.matchmaking.sites.scan`.
        utrs: the sequences (or index) that were scanned; only 3' pairing reads them.
        pairing3: also score 3' pairing.
    """
    n = len(table)
    to_end, neighbour = np.empty(n, np.int32), np.empty(n, np.int32)
    local_au = np.empty(n, np.float32)
    columns = (table.mirna, table.utr, table.position, table.context)
    _around(table.utr_lengths, *columns, np.float32(1 / context.AU_STEPS), local_au, to_end, neighbour)
    half = np.zeros(0, np.uint8)
    if pairing3:
        from .pairing import half_scores

        half = half_scores(table, build_index(utrs if utrs is not None else ()))
    return SiteFeatures(local_au, to_end, neighbour, half, table.context)


@njit(cache=True, nogil=True)
def _around(lengths, mirna, utr, position, packed, step, local_au, to_end, neighbour):  # type: ignore[no-untyped-def]
    for i in range(mirna.size):
        local_au[i] = np.float32(packed[i] >> np.uint32(18)) * step
        to_end[i] = lengths[utr[i]] - 6 - position[i]
        neighbour[i] = -1
        if i > 0 and mirna[i - 1] == mirna[i] and utr[i - 1] == utr[i]:
            gap = position[i] - position[i - 1]
            neighbour[i] = gap
            if neighbour[i - 1] < 0 or gap < neighbour[i - 1]:
                neighbour[i - 1] = gap
