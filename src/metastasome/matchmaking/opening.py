"""How open a 3'UTR is around a site: the chance that no hairpin covers it.

A 3'UTR folds into any number of hairpins side by side, each of at most :data:`SPAN` nucleotides (as TargetScan 7 folds,
RNAplfold -L 40): stems of A-U, C-G and G-U pairs with single mismatches, bulges of one and loops of two by two. Their
Boltzmann weights are summed exactly, from the 3' end and from the 5' end (McCaskill 1990 doi:10.1002/bip.360290621);
of a window that starts after letter i and ends before letter j

    P(open) = Z(5' end .. i) Z(j .. 3' end) / Z.

Energies at 37 degrees C: Mathews 2004 doi:10.1073/pnas.0401799101. Left out: larger inner loops, multiloops, and
windows that lie open inside a loop.
"""

from __future__ import annotations

import math
import weakref
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .kmers import UtrIndex

F8 = NDArray[np.float64]
SPAN = 40
"""Most nucleotides from the first to the last of a hairpin, less one."""
KT = 0.0019872 * 310.15
"""kcal/mol."""
_PAIRS = ("CG", "GC", "GU", "UG", "AU", "UA")
_STACK = np.array([
    [-2.4, -3.3, -2.1, -1.4, -2.1, -2.1], [-3.3, -3.4, -2.5, -1.5, -2.2, -2.4], [-2.1, -2.5, 1.3, -0.5, -1.4, -1.3],
    [-1.4, -1.5, -0.5, 0.3, -0.6, -1.0], [-2.1, -2.2, -1.4, -0.6, -1.1, -0.9], [-2.1, -2.4, -1.3, -1.0, -0.9, -1.3],
])  # fmt: skip
"""Stack of a pair on the next inner one, which is read from its 3' letter."""
_READ_BACK = [1, 0, 3, 2, 5, 4]
_WEAK = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0])
_LOOP = (5.4, 5.6, 5.7, 5.4, 6.0, 5.5, 6.4)
"""Hairpin loops of 3 to 9 letters; longer ones grow by 1.75 kT ln(size / 9)."""
MISMATCH, WEAK_END, ONE_BY_ONE, TWO_BY_TWO, BULGE, DANGLE = -0.8, 0.5, 0.9, 1.0, 3.8, -0.5
"""Mean over letters of: a hairpin's first mismatch, an A-U or G-U pair at an end, inner loops, a bulge of one (its
stack counts too), and letters that stack on a stem's outer end."""
FAR = 1e60
"""Sums are scaled down beyond this."""
_NONE = len(_PAIRS)
"""Type of two letters that do not pair; all its weights are 0, so that sums need not ask."""
_PAD = 2
"""Empty columns of stem-loops before span 0: what lies within a short one."""
STEPS = 16


@dataclass(frozen=True)
class _Weights:
    """Boltzmann weights: pair type of two letters, then by type (last: no pair) what closes, joins and ends stems."""

    pair: NDArray[np.int8]
    stack: F8
    hairpin: F8
    one: F8
    two: F8
    bulge: F8
    end: F8


def closed(index: UtrIndex) -> NDArray[np.uint8]:
    """Return -ln P(open) of the site at every letter, in steps of 1/:data:`STEPS`, in the order of ``index.codes``.

    The site at a letter is the six matched letters that start there with one more on each side: what lies opposite
    guide nucleotides 8 to 1. 255 stands for that and more; separators have 0. Takes half a second for a million
    nucleotides, so the answer for the last index is kept while the index lives.
    """
    global _last
    if _last is not None and _last[0]() is index:
        return _last[1]
    w = _weights()
    out = np.zeros(index.codes.size, np.uint8)
    longest = int(index.lengths.max(initial=0))
    stems, outer = np.zeros((longest + 4, _PAD + SPAN + 1)), np.zeros((longest, SPAN + 1))
    kinds = np.full(stems.shape, _NONE, np.int8)
    _fold_all(
        index.codes, index.starts, index.lengths, w.pair, w.stack, w.hairpin, w.one, w.two, w.bulge, w.end, kinds,
        stems, outer, STEPS, out,
    )  # fmt: skip
    _last = weakref.ref(index), out
    return out


_last: tuple[weakref.ReferenceType[UtrIndex], NDArray[np.uint8]] | None = None


def _weights() -> _Weights:
    pair = np.full((5, 5), _NONE, np.int8)
    for k, both in enumerate(_PAIRS):
        pair["ACGU".index(both[0]), "ACGU".index(both[1])] = k
    stack = _STACK[:, _READ_BACK]
    size = np.arange(SPAN + 1)
    loop = np.array([np.inf] * 3 + list(_LOOP))[np.minimum(size, 9)] + 1.75 * KT * np.log(np.maximum(size, 9) / 9)
    closing = np.where(size[:, None] > 3, MISMATCH + 0.6 * WEAK_END * _WEAK, WEAK_END * _WEAK)
    joined = WEAK_END * (_WEAK[:, None] + _WEAK)
    energies = (
        stack, loop[:, None] + closing, ONE_BY_ONE + joined, TWO_BY_TWO + joined, BULGE + stack,
        DANGLE + WEAK_END * _WEAK,
    )  # fmt: skip
    return _Weights(pair, *(_with_none(np.exp(-e / KT)) for e in energies))


def _with_none(weights: F8) -> F8:
    """Append the type that does not pair, on every axis of types: weight 0."""
    return np.pad(weights, [(0, int(n == _NONE)) for n in weights.shape])


@njit(cache=True, nogil=True, error_model="numpy")
def _fold_all(  # type: ignore[no-untyped-def]
    codes, starts, lengths, pair, stack, hairpin, one, two, bulge, end, kinds, stems, outer, steps, out
):
    for u in range(lengths.size):
        n = lengths[u]
        utr = codes[starts[u] : starts[u] + n]
        after, before = np.empty(n + 1), np.empty(n + 1)
        stems[n : n + 4] = 0.0
        outer[:n] = 0.0
        _from_3(utr, pair, stack, hairpin, one, two, bulge, end, kinds, stems, outer, after)
        _from_5(outer, before)
        for i in range(n):
            shut = after[0] - before[max(0, i - 1)] - after[min(n, i + 7)]
            out[starts[u] + i] = np.uint8(min(255.0, max(0.0, steps * shut + 0.5)))


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _from_3(utr, pair, stack, hairpin, one, two, bulge, end, kinds, stems, outer, ln_z):  # type: ignore[no-untyped-def]
    """Write the weights of stem-loops and ln Z from each place on.

    `kinds` holds types of pairs and `stems` weights by first letter and span, `outer` weights with their end's by last
    letter and span. Spans that pair are gathered first: a question for each would be guessed wrong every third time.
    """
    n, span = utr.size, outer.shape[1] - 1
    z, far = np.ones(n + 1), 0.0
    spans = np.empty(span + 1, np.int64)
    for i in range(n - 1, -1, -1):
        total = z[i + 1]
        stems[i] = 0.0
        found = 0
        for d in range(4, min(span, n - 1 - i) + 1):
            t = pair[utr[i], utr[i + d]]
            kinds[i, d + _PAD] = t
            spans[found] = d
            found += t != _NONE
        for k in range(found):
            d = spans[k]
            j, c = i + d, d + _PAD
            t = kinds[i, c]
            w = hairpin[d - 1, t]
            w += stems[i + 1, c - 2] * stack[t, kinds[i + 1, c - 2]]
            w += stems[i + 2, c - 3] * bulge[t, kinds[i + 2, c - 3]]
            w += stems[i + 1, c - 3] * bulge[t, kinds[i + 1, c - 3]]
            w += stems[i + 2, c - 4] * one[t, kinds[i + 2, c - 4]]
            w += stems[i + 3, c - 6] * two[t, kinds[i + 3, c - 6]]
            stems[i, c] = w
            outer[j, d] = w * end[t]
            total += outer[j, d] * z[j + 1]
        z[i] = total
        if total > FAR:
            for k in range(i, min(n, i + span + 1) + 1):
                z[k] /= total
            far += math.log(total)
        ln_z[i] = math.log(z[i]) + far
    ln_z[n] = 0.0


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _from_5(outer, ln_z):  # type: ignore[no-untyped-def]
    """Write ln Z up to each place, from the weights of stem-loops."""
    n, span = ln_z.size - 1, outer.shape[1] - 1
    z, far = np.ones(n + 1), 0.0
    ln_z[0] = 0.0
    for j in range(n):
        total = z[j]
        for d in range(4, min(span, j) + 1):
            total += outer[j, d] * z[j - d]
        z[j + 1] = total
        if total > FAR:
            for k in range(max(0, j - span), j + 2):
                z[k] /= total
            far += math.log(total)
        ln_z[j + 1] = math.log(z[j + 1]) + far
