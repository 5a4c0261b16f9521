"""Candidate terms of a site's affinity and of a gene's answer, for validation/repression_choices.py."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from metastasome.matchmaking.features import compute
from metastasome.matchmaking.kmers import UtrIndex, build_index
from metastasome.matchmaking.sites import SiteTable, scan
from metastasome.matchmaking.train_data import Transfections

F8 = NDArray[np.float64]
WINDOW, BEFORE = 14, 4
"""Nucleotides that must be open, and how many of them lie before the six matched letters: about TargetScan's."""


def site_features(data: Transfections, rnaplfold: bool) -> Iterator[tuple[str, F8]]:
    """Yield names and standardised columns, ``(n, k)``, for the sites in the order of ``build_problem``."""
    index = build_index(list(data.utrs))
    strands = [*data.guides, *data.passengers]
    table = scan(index, strands)
    around = compute(table, index, pairing3=False)
    ends = np.minimum(table.position, around.to_end)
    yield "distance to the nearest end (ln)", _standard(np.log1p(ends)[:, None])
    near = (around.neighbour >= 8) & (around.neighbour <= 60)
    yield "another site of the strand 8 to 60 nt away", _standard(near[:, None])
    letters = np.array([["ACGU".index(strand[at]) for at in (0, 7)] for strand in strands])
    own = letters[table.mirna]
    canonical = (table.type < 4)[:, None]
    yield "guide nucleotides 1 and 8", _standard(np.hstack([(own == k) * canonical for k in range(3)]))
    for reach in (50, 500):
        yield f"U, C and G within {reach} nt", _standard(_composition(table, index, reach))
    if rnaplfold:
        yield "accessibility (RNAplfold -W 80 -L 40)", _standard(_folded(data, table)[:, None])


def gene_features(data: Transfections) -> F8:
    """Return standardised features of each gene's 3'UTR, ``(g, k)``: length, composition, signals."""
    rows = []
    for utr in (u.upper().replace("T", "U") for u in data.utrs):
        n = len(utr) + 20
        shares = [(utr.count(letter) + 5) / n for letter in "UCG"]
        counts = [np.sqrt(utr.count("CG") / n), np.log1p(utr.count("AUUUA")), np.log1p(utr.count("AAUAAA"))]
        rows.append([np.log10(n), np.log10(n) ** 2, *shares, *counts, float("AAUAAA" in utr[-50:])])
    return _standard(np.array(rows))


def _standard(columns: NDArray[np.generic]) -> F8:
    x = columns.astype(np.float64)
    return np.asarray((x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-9))


def _composition(table: SiteTable, index: UtrIndex, reach: int) -> F8:
    place = index.starts[table.utr] + table.position
    start = index.starts[table.utr]
    low = np.maximum(start, place - reach)
    high = np.minimum(start + table.utr_lengths[table.utr], place + 6 + reach)
    out = []
    for code in (3, 1, 2):
        sums = np.append(0, np.cumsum(index.codes == code))
        seen = sums[place] - sums[low] + sums[high] - sums[np.minimum(place + 6, high)]
        out.append((seen + 2.5) / (high - low + 4))
    return np.stack(out, axis=1)


def _folded(data: Transfections, table: SiteTable) -> F8:
    """Return ln of the probability that the window is open, the mean where it cannot be told."""
    import RNA

    ends = table.position - BEFORE + WINDOW
    out, order = np.full(len(table), np.nan), np.argsort(table.utr, kind="stable")
    at = np.searchsorted(table.utr[order], np.arange(len(data.utrs) + 1))
    for u, utr in enumerate(data.utrs):
        rows = order[at[u] : at[u + 1]]
        if len(rows) == 0 or len(utr) < WINDOW:
            continue
        folded = RNA.pfl_fold_up(utr, WINDOW, 40, 80)
        end = np.clip(ends[rows], WINDOW, len(utr))
        out[rows] = np.log(np.maximum([folded[int(e)][WINDOW] for e in end], 1e-6))
    return np.where(np.isfinite(out), out, np.nanmean(out))
