"""The terms of a learned ln K_D: every site's features as columns of one matrix.

ln K_D = intercept(type) + terms @ coefficients. Terms are centred near the average site, so that the intercept is that
of an ordinary site. Lengths, signals upstream and base composition stand for what makes a site count less or more in
the cell: the K_D is an effective one. Some terms also multiply each other: :data:`PRODUCTS`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .energy import seed_energies
from .features import SiteFeatures, compute
from .kmers import UtrIndex, encode, word
from .opening import STEPS, closed
from .sites import SiteTable

F8 = NDArray[np.float64]
BLOCK = 400_000
"""Sites whose terms are laid out at once, so that memory stays small for any table."""
USUAL_ENERGY = np.array([-9.5, -9.5, -8.0, -8.0, -8.0, -6.3])
CLEAVAGE_SIGNALS = ("AATAAA", "ATTAAA")
LAST_SIGNAL, SIGNAL_GAP, WIDE = 60, 15, 200
"""Signals this near the end are the UTR's own; gap from a signal to a site after it; reach of composition, nt."""
USUAL_CLOSED = 4.0
"""-ln of the chance that the eight letters opposite guide nucleotides 8 to 1 are open, at an ordinary site."""
_FLANKS = ("-3", "-2", "-1", "+1", "+2", "+3")
SINGLE: tuple[str, ...] = (
    "local_au", "local_au_8mer", "utr_length", "pairing3", "mid_utr", *(f"after_{s}" for s in CLEAVAGE_SIGNALS),
    "wide_u", "wide_c", "seed_energy", "open", *(f"flank{at}{letter}" for at in _FLANKS for letter in "ACGU"),
)  # fmt: skip
USUAL = {
    "local_au": (0.2, 0.7), "utr_length": (0.3, 0.37), "mid_utr": (0.0, 0.3), "after_AATAAA": (1.0, 0.9),
    "after_ATTAAA": (0.9, 0.9), "wide_u": (0.7, 0.57), "wide_c": (-0.6, 0.53),
}  # fmt: skip
"""Mean and sd over the sites of the HeLa transfections, by which terms are standardised before they multiply."""
PRODUCTS: tuple[tuple[str, str], ...] = (
    ("wide_u", "wide_c"), ("utr_length", "wide_u"), ("local_au", "local_au"), ("utr_length", "utr_length"),
    ("wide_u", "wide_u"), ("utr_length", "mid_utr"), ("local_au", "wide_u"), ("utr_length", "after_ATTAAA"),
    ("local_au", "utr_length"), ("after_AATAAA", "wide_u"), ("wide_c", "wide_c"), ("after_AATAAA", "wide_c"),
)  # fmt: skip
"""Of the 45 products of nine context terms the twelve that moved ln K_D most in a fit on HeLa; a term with itself bends
its effect."""
FARTHEST = 4.0
"""A product counts no more than this, so that odd composition cannot outweigh the site."""
NAMES: tuple[str, ...] = (*SINGLE, *(f"{a} x {b}" for a, b in PRODUCTS))
"""Names of the terms, in the order of the columns."""


def blocks(table: SiteTable, index: UtrIndex) -> Iterator[tuple[slice, F8]]:
    """Yield slices of the table with the terms of their sites, ``(rows, len(NAMES))``."""
    wide = _running_counts(index)
    signals = [_signals(index, signal) for signal in CLEAVAGE_SIGNALS]
    energies = np.array([seed_energies(guide) for guide in table.guides]).reshape(-1, 6)
    shut = closed(index)
    for start in range(0, len(table), BLOCK):
        rows = slice(start, min(start + BLOCK, len(table)))
        part = table.select(np.arange(rows.start, rows.stop))
        yield rows, _terms(part, index, compute(part, index), wide, signals, energies, shut)


def _terms(
    table: SiteTable,
    index: UtrIndex,
    around: SiteFeatures,
    wide: list[NDArray[np.int32]],
    signals: list[tuple[NDArray[np.int64], NDArray[np.int64]]],
    energies: F8,
    shut: NDArray[np.uint8],
) -> F8:
    length = table.utr_lengths[table.utr].astype(np.float64)
    place = index.starts[table.utr] + table.position
    au = 5 * (around.local_au.astype(np.float64) - 0.58)
    columns = [
        au,
        au * (table.type == 0),
        np.log10(np.maximum(length, 6)) - 3.2,
        (np.clip(around.pairing3, 3, 6) - 3) * (table.type < 4),
        4 * (table.position / length - 0.5) ** 2 - 1 / 3,
    ]
    for at, before in signals:
        seen = np.searchsorted(at, place - SIGNAL_GAP) - before[table.utr]
        columns.append(np.clip(seen, 0, 2).astype(np.float64))
    columns += [10 * (_share(counts, table, index, place) - 0.25) for counts in wide]
    columns.append((energies[table.mirna, table.type] - USUAL_ENERGY[table.type]) / 1.5)
    columns.append((USUAL_CLOSED - shut[place] / STEPS) / 3)
    single = np.stack(columns, axis=1)
    return np.concatenate([single, _flanks(table, around), _products(single)], axis=1)


def _products(single: F8) -> F8:
    at = {name: (single[:, SINGLE.index(name)] - mean) / sd for name, (mean, sd) in USUAL.items()}
    columns = [np.clip(at[a] * at[b] - (a == b), -FARTHEST, FARTHEST) for a, b in PRODUCTS]
    return np.stack(columns, axis=1)


_SHOWN = np.concatenate([np.eye(4) - 0.25, np.zeros((1, 4))])
"""What a letter shows: itself beyond the quarter that any letter has; nothing where no letter is."""


def _flanks(table: SiteTable, around: SiteFeatures) -> F8:
    """One column per flank position and letter; a letter that the site's type fixes does not count."""
    shown = _SHOWN[around.flanks]
    shown[:, 2] *= np.isin(table.type, (2, 3))[:, None]
    shown[:, 3] *= np.isin(table.type, (1, 3))[:, None]
    return np.asarray(shown.reshape(len(table), -1))


def _running_counts(index: UtrIndex) -> list[NDArray[np.int32]]:
    """Counts of U and of C before each letter."""
    zero = np.zeros(1, np.int32)
    return [np.concatenate([zero, np.cumsum(index.codes == code, dtype=np.int32)]) for code in (3, 1)]


def _share(counts: NDArray[np.int32], table: SiteTable, index: UtrIndex, place: NDArray[np.int64]) -> F8:
    """Share of one letter within :data:`WIDE` nt of the six matched letters, shrunk to 1/4 by ten letters' weight."""
    start = index.starts[table.utr]
    low = np.maximum(start, place - WIDE)
    high = np.minimum(start + table.utr_lengths[table.utr], place + 6 + WIDE)
    seen = counts[place] - counts[low] + counts[high] - counts[place + 6]
    return np.asarray((seen + 2.5) / (high - low - 6 + 10))


def _signals(index: UtrIndex, signal: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of a cleavage signal, last :data:`LAST_SIGNAL` nt of each UTR left out; and how many precede each UTR."""
    number = word(encode(signal))
    at = index.order[index.bounds[number] : index.bounds[number + 1]].astype(np.int64)
    utr = np.searchsorted(index.starts, at, side="right") - 1
    at = at[at - index.starts[utr] < index.lengths[utr] - LAST_SIGNAL] if len(at) else at
    return at, np.searchsorted(at, index.starts)
