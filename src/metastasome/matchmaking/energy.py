"""Nearest-neighbour pairing energy of a guide's seed with its site, by site type."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .kmers import encode

_PAIRS = (
    ("AA", -0.93), ("UU", -0.93), ("AU", -1.10), ("UA", -1.33), ("CU", -2.08), ("AG", -2.08), ("CA", -2.11),
    ("UG", -2.11), ("GU", -2.24), ("AC", -2.24), ("GA", -2.35), ("UC", -2.35), ("CG", -2.36), ("GG", -3.26),
    ("CC", -3.26), ("GC", -3.42),
)  # fmt: skip
_STACK = np.zeros((5, 5))
for _pair, _energy in _PAIRS:
    _STACK["ACGU".index(_pair[0]), "ACGU".index(_pair[1])] = _energy
_STACK[4, :] = _STACK[:, 4] = np.mean([energy for _, energy in _PAIRS])

PAIRED = ((2, 8), (2, 8), (2, 7), (2, 7), (3, 8), (2, 6))
"""First and last guide nucleotide paired, by site type in the order of ``sites.TYPES``."""


def seed_energies(guide: str) -> NDArray[np.float64]:
    """Return the stacking energy of the guide with each type of site, kcal/mol at 37 degrees C, ``(6,)``.

    Sums of Watson-Crick stacks of Xia et al. 1998 (doi:10.1021/bi9809425, table 4), no initiation term; a seed given
    without its first nucleotide (6 or 7 letters) is read as starting at nucleotide 2; letters that are ambiguous or
    missing take the mean stack.
    """
    codes = encode(guide)
    full = codes if len(codes) > 7 else np.concatenate([[np.uint8(4)], codes])
    full = np.concatenate([full, np.full(8, 4, np.uint8)])[:8]
    stacks = _STACK[full[:-1], full[1:]]  # stack k joins guide nt k+1 and k+2
    return np.array([stacks[first - 1 : last - 1].sum() for first, last in PAIRED])
