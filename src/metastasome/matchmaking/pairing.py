"""How well the 3' half of a guide pairs with the letters upstream of its site.

Score: the best run of Watson-Crick pairs of guide nucleotides 9-22, 1 per pair with nt 13-16 and 0.5 per other pair,
less 0.5 per nucleotide by which the loop between seed and 3' pairing is asymmetric beyond 2 (Grimson 2007
doi:10.1016/j.molcel.2007.06.017; McGeary 2019 doi:10.1126/science.aav1741). Runs are found with bit masks: one
machine word holds the letters of a site, one table lookup scores a pattern of pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .kmers import UtrIndex, encode
from .sites import ANCHOR_SHIFT, SiteTable

FIRST, LAST, MAX_SHIFT = 9, 22, 4
"""Guide nucleotides searched, and the largest loop asymmetry."""


def half_scores(table: SiteTable, index: UtrIndex) -> NDArray[np.uint8]:
    """Return the 3' pairing score of every site in half units; guides under 12 letters score 0."""
    half = np.zeros(len(table), np.uint8)
    if len(table):
        columns = (table.mirna, table.utr, table.position, table.type)
        bits = _guide_bits(table.guides)
        planes = _planes(index.codes)
        _pair(
            planes,
            index.codes.size,
            index.starts,
            *columns,
            ANCHOR_SHIFT,
            *bits,
            run_scores(),
            MAX_SHIFT,
            half,
        )
    return half


def run_scores() -> NDArray[np.uint8]:
    """Return the best run score, in half units, of every pattern of pairs; bit ``k`` is guide nucleotide 9 + k."""
    width = LAST - FIRST + 1
    patterns = np.arange(1 << width, dtype=np.int64)
    best = np.zeros(patterns.size, np.int64)
    run = np.zeros(patterns.size, np.int64)
    for k in range(width):
        weight = 2 if 13 <= FIRST + k <= 16 else 1
        run = np.where(patterns >> k & 1, run + weight, 0)
        best = np.maximum(best, run)
    return best.astype(np.uint8)


def _guide_bits(guides: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]:
    """Return high bits, low bits and mask of the letters that pair with guide nt 9-22; bit ``k`` is nt 9 + k."""
    high, low, mask = (np.zeros(len(guides), np.uint64) for _ in range(3))
    for i, guide in enumerate(guides):
        tail = encode(guide)[FIRST - 1 : LAST] if len(guide) >= 12 else np.zeros(0, np.uint8)
        for k, code in enumerate(tail):
            if code < 4:
                pair, bit = 3 - int(code), np.uint64(1 << k)
                mask[i] |= bit
                high[i] |= bit if pair & 2 else np.uint64(0)
                low[i] |= bit if pair & 1 else np.uint64(0)
    return high, low, mask


@njit(cache=True, nogil=True)
def _planes(codes):  # type: ignore[no-untyped-def]
    """Pack the letters, last first, as bit planes (high, low, unambiguous, unused), 32 letters to a row."""
    planes = np.zeros((codes.size // 32 + 4, 4), np.uint32)
    for i in range(codes.size):
        code = codes[i]
        if code < 4:
            r = codes.size - 1 - i
            bit, w = np.uint32(1) << np.uint32(r & 31), r >> 5
            planes[w, 2] |= bit
            if code & 2:
                planes[w, 0] |= bit
            if code & 1:
                planes[w, 1] |= bit
    return planes


@njit(cache=True, nogil=True)
def _window(planes, w, b, plane):  # type: ignore[no-untyped-def]
    """Return 32 letters of one plane that start `b` bits into row `w`."""
    both = np.uint64(planes[w, plane]) | np.uint64(planes[w + 1, plane]) << np.uint64(32)
    return both >> b


@njit(cache=True, nogil=True)
def _pair(  # type: ignore[no-untyped-def]
    planes, size, starts, mirna, utr, position, kind, shift, g_high, g_low, g_mask, runs, max_shift, half
):
    """Slide the guide's 3' half along the letters upstream of each site and keep the best run of pairs."""
    for i in range(mirna.size):
        m = mirna[i]
        mask, gh, gl = g_mask[m], g_high[m], g_low[m]
        if mask == 0:
            continue
        upstream = max(0, np.int64(position[i]) + shift[kind[i]] - 1)  # letters before guide nt 8's partner
        r0 = size - starts[utr[i]] - upstream  # the partner of nt 9 in a symmetric loop, counted from the end
        w, b = np.uint64(r0 >> 5), np.uint64(r0 & 31)
        h, lo = _window(planes, w, b, 0), _window(planes, w, b, 1)
        ok = _window(planes, w, b, 2) & ((np.uint64(1) << np.uint64(min(32, upstream))) - np.uint64(1))
        best = np.int64(0)
        for s in range(max_shift + 1):
            k = np.uint64(s)
            out = ~(((h >> k) ^ gh) | ((lo >> k) ^ gl)) & (ok >> k) & mask
            back = ~(((h << k) ^ gh) | ((lo << k) ^ gl)) & (ok << k) & mask
            best = max(best, np.int64(max(runs[out], runs[back])) - max(0, s - 2))
        half[i] = best
