"""What surrounds six matched letters, packed into 32 bits once per UTR position.

The window is the six letters and one on each side. Bits, from the top: weighted local AU (14), then the letters at
-3, -2, -1 before and +1, +2, +3 after the six (3 bits each; A 0, C 1, G 2, U 3, 4 ambiguous or beyond the UTR).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

AU_REACH = 30
"""Nucleotides on each side of the window that count for local AU (Grimson 2007 doi:10.1016/j.molcel.2007.06.017)."""
AU_STEPS = 2**14 - 1
LETTER_SHIFT = np.array([15, 12, 9, 6, 3, 0], np.uint32)
"""Where the letters at -3, -2, -1, +1, +2, +3 sit in a packed context."""
WEIGHTS = np.append(0.0, 1.0 / np.arange(1, AU_REACH + 1)).astype(np.float32)
REACHED = np.cumsum(WEIGHTS).astype(np.float32)


def local_au(context: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Return the share of A and U within 30 nt on both sides of the window, each weighted by 1/distance."""
    return (context >> np.uint32(18)).astype(np.float32) * np.float32(1 / AU_STEPS)


def letters(context: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return the letters at -3, -2, -1, +1, +2, +3 around the six matched ones, ``(n, 6)``, as codes 0-4."""
    return (context[:, None] >> LETTER_SHIFT & np.uint32(7)).astype(np.uint8)


@njit(cache=True, nogil=True, fastmath=True)
def au_of_utr(codes, is_au, score, weights, reached, au):  # type: ignore[no-untyped-def]
    """Write the local AU of a window starting one before each letter of one UTR, in steps, into `au`.

    Two one-sided convolutions, one distance at a time so that they vectorise; `is_au` and `score` are scratch.
    """
    reach, size = weights.size - 1, codes.size
    pad = reach + 8
    is_au[: size + 2 * pad] = 0
    score[:size] = 0
    for i in range(size):
        is_au[pad + i] = np.float32(1) if codes[i] == 0 or codes[i] == 3 else np.float32(0)
    for d in range(1, reach + 1):
        w, left, right = weights[d], is_au[pad - 1 - d :], is_au[pad + 6 + d :]
        for i in range(size):
            score[i] += w * (left[i] + right[i])
    for i in range(size):
        weight = reached[min(reach, max(0, i - 1))] + reached[min(reach, max(0, size - 7 - i))]
        au[i] = np.uint32(16383 * (score[i] / weight) + np.float32(0.5)) if weight > 0 else np.uint32(8192)


@njit(cache=True, nogil=True)
def pack_utr(codes, au, packed):  # type: ignore[no-untyped-def]
    """Write the packed context of each window of one UTR into `packed`, rolling twelve letters along."""
    size = codes.size
    near = np.uint64(0)
    for j in range(-3, 8):
        near = near << np.uint64(3) | np.uint64(codes[j] if 0 <= j < size else 4)
    for i in range(size):
        near = near << np.uint64(3) | np.uint64(codes[i + 8] if i + 8 < size else 4)
        six = (near >> np.uint64(27) & np.uint64(511)) << np.uint64(9) | near & np.uint64(511)
        packed[i] = np.uint32(six) | au[i] << np.uint32(18)
