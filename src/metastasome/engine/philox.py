"""Counter-based random bits for compiled code: Philox 4x64-10 keyed by (seed, patient).

A stream is a small ``uint64`` array holding the key, the counter and the last block of four words. The counter is
(draw, item, decision, 0): `decision` says what is being decided (founders of an organ, fate of its clones), `item`
which one (the clone's number), `draw` counts. Nothing else enters, so a patient's numbers do not depend on chunking,
order, workers or restarts, and two arms of a comparison share them.

Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", doi:10.1145/2063384.2063405 (section 3.3; the
constants are those of its reference library).
"""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

M0, M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
W0, W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
WORDS = 9  # key 0, key 1, draw, item, decision, then the four words of the current block
_ZERO, _ONE, _TWO, _TWELVE = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(12)
_THREE = np.uint64(3)
_FIVE = np.uint64(5)


@intrinsic
def _mul128(typing: Any, a: Any, b: Any) -> Any:
    """Return (high, low) words of the 128-bit product of two 64-bit words."""
    signature = types.UniTuple(types.uint64, 2)(types.uint64, types.uint64)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        wide, word = ir.IntType(128), ir.IntType(64)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        low = builder.trunc(product, word)
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), word)
        return context.make_tuple(builder, sig.return_type, [high, low])

    return signature, codegen


@njit(inline="always")
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Return the four words of Philox 4x64-10 for a counter of four words and a key of two (all ``uint64``)."""
    for _ in range(10):
        h0, l0 = _mul128(M0, c0)
        h1, l1 = _mul128(M1, c2)
        c0, c1, c2, c3 = h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0
        k0 += W0
        k1 += W1
    return c0, c1, c2, c3


@njit(cache=True)
def make_stream(seed: int, patient: int) -> NDArray[np.uint64]:
    """Return the stream of (seed, patient), standing at decision 0, item 0."""
    s = np.zeros(WORDS, dtype=np.uint64)
    s[0] = np.uint64(seed)
    s[1] = np.uint64(patient)
    return s


@njit(cache=True)
def rekey(s: NDArray[np.uint64], seed: int, patient: int) -> None:
    """Turn `s` into the stream of (seed, patient) without allocating."""
    for i in range(WORDS):
        s[i] = _ZERO
    s[0] = np.uint64(seed)
    s[1] = np.uint64(patient)


@njit(inline="always")
def seek(s: NDArray[np.uint64], decision: int, item: int) -> None:
    """Move `s` to the first draw of (decision, item)."""
    s[2] = np.uint64(0)
    s[3] = np.uint64(item)
    s[4] = np.uint64(decision)


@njit()
def _refill(s: NDArray[np.uint64], block: Any) -> None:
    s[5], s[6], s[7], s[8] = philox(block, s[3], s[4], _ZERO, s[0], s[1])


@njit(inline="always")
def word(s: NDArray[np.uint64]) -> Any:
    """Return the next 64-bit word of the stream."""
    draw = s[2]
    place = draw & _THREE
    s[2] = draw + _ONE
    if place == 0:
        _refill(s, draw >> _TWO)
    return s[place + _FIVE]


@njit(inline="always")
def uniform(s: NDArray[np.uint64]) -> float:
    """Return a uniform number strictly between 0 and 1 (52 bits, centred in its cell)."""
    return (np.float64(word(s) >> _TWELVE) + 0.5) * 2.220446049250313e-16


@njit(cache=True)
def patient_keys(seed: int, n: int) -> NDArray[np.uint64]:
    """Return one word per patient, of a decision used for nothing else."""
    keys = np.empty(n, dtype=np.uint64)
    s = make_stream(seed, 0)
    for i in range(n):
        rekey(s, seed, i)
        seek(s, 0, 1)
        keys[i] = word(s)
    return keys
