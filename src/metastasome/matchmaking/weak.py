"""Weak pairing that is no site by itself but adds up over a long 3'UTR: five pairs without a sixth.

    opposite guide nt:   8   7 6 5 4 3 2   1
    pairs 2-6            .   - m m m m m   not A
    pairs 3-7            -   m m m m m -   .
    pairs 2-5 and A1     .   . - m m m m   A

(m match, - no match, . anything). Counts only: position and context are not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .kmers import UtrIndex, word
from .sites import seed_of

KINDS: tuple[str, ...] = ("pairs 2-6", "pairs 3-7", "pairs 2-5 and A1")
PRIOR_MB, USUAL_PER_MB = 0.2, 140.0
"""How many Mb of ordinary 3'UTR stand in where few UTRs are given, and how many 8mer and 7mer sites they hold per Mb
(median over the strands of the HeLa transfections)."""


def weak_counts(index: UtrIndex, guides: Sequence[str]) -> NDArray[np.float64]:
    """Return weak pairings of every guide on every UTR, ``(m, u, 3)``; a seed of 6 letters has no second kind."""
    out = np.zeros((len(guides), len(index), len(KINDS)))
    for i, guide in enumerate(guides):
        seed = seed_of(guide)
        if (seed > 3).any():
            continue
        site = (3 - seed)[::-1].astype(np.uint8)  # opposite guide nt 8 (or 7) to 2
        core = site[-6:]
        m8 = int(site[0]) if len(site) == 7 else -1
        for x in range(4):
            letter = np.array([x], np.uint8)
            if x != 0:
                out[i, :, 0] += _count(index, np.append(core[1:], letter), int(core[0]))
            if x != core[5] and m8 >= 0:
                out[i, :, 1] += _count(index, np.append(core[:5], letter), m8)
            if x != core[1]:
                out[i, :, 2] += _count(index, np.concatenate([letter, core[2:], [np.uint8(0)]]), -1)
    return out


def _count(index: UtrIndex, six: NDArray[np.uint8], not_before: int) -> NDArray[np.float64]:
    """Return occurrences of a 6-mer by UTR, leaving out those that a given letter precedes."""
    number = word(six.astype(np.uint8))
    rows = slice(int(index.bounds[number]), int(index.bounds[number + 1]))
    at = index.order[rows]
    if not_before >= 0:
        at = at[(index.context[rows] >> np.uint32(9) & np.uint32(7)) != not_before]
    utr = np.searchsorted(index.starts, at, side="right") - 1
    return np.bincount(utr, minlength=len(index)).astype(np.float64)


def ln_abundance(strong: NDArray[np.float64], nucleotides: float) -> NDArray[np.float64]:
    """Return ln of target abundance over the usual, from 8mer and 7mer sites by guide on `nucleotides` of 3'UTR."""
    mb = nucleotides / 1e6
    return np.log((strong + USUAL_PER_MB * PRIOR_MB) / (mb + PRIOR_MB) / USUAL_PER_MB)
