"""One index of every 6-mer of every 3'UTR: a site search is then a lookup, whatever the number of miRNAs.

Positions are grouped by the 2-bit code of the 6-mer that starts there (counting sort, so each group is in ascending
order), each with the packed letters and AU content around it. Six letters are what every site type shares; the
letters that tell the types apart are in the context.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..core.errors import InputError
from .context import REACHED, WEIGHTS, au_of_utr, pack_utr

K = 6
OTHER = 4
"""Code of an ambiguous letter and of the separators: it pairs with nothing and ends every word."""

_LETTERS = np.full(256, 255, np.uint8)
for _i, _pair in enumerate((b"Aa", b"Cc", b"Gg", b"TtUu")):
    _LETTERS[list(_pair)] = _i
_LETTERS[list(b"RYSWKMBDHVNXryswkmbdhvnx")] = OTHER


@dataclass(frozen=True, repr=False)
class UtrIndex:
    """Every 3'UTR, encoded, and where each 6-mer occurs.

    Attributes:
        names: UTR ids, ``u`` of them.
        codes: nucleotides (A 0, C 1, G 2, U/T 3, other 4) with one separator (4) before, between and after, uint8.
        starts: index in `codes` of the first nucleotide of each UTR, int64 ``(u,)``.
        lengths: nucleotides in each UTR, int32 ``(u,)``.
        order: indices in `codes` where an unambiguous 6-mer starts, grouped by 6-mer, ascending in each group, int32.
        context: what surrounds each entry of `order`, packed (see ``matchmaking.context``), uint32.
        bounds: group ``w`` is ``order[bounds[w]:bounds[w + 1]]``, int64 ``(4097,)``.
    """

    names: tuple[str, ...]
    codes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int32]
    order: NDArray[np.int32]
    context: NDArray[np.uint32]
    bounds: NDArray[np.int64]

    def __repr__(self) -> str:
        return f"<UtrIndex: {len(self.names)} 3'UTRs, {int(self.lengths.sum())} nt>"

    def __len__(self) -> int:
        return len(self.names)


def encode(sequence: str, *, name: str = "sequence") -> NDArray[np.uint8]:
    """Return the codes of one sequence: RNA or DNA letters, either case, alignment gaps dropped, IUPAC letters as 4.

    Raises:
        InputError: not text, or a letter that is no nucleotide code.
    """
    if not isinstance(sequence, str):
        raise InputError("not a nucleotide sequence", field=name, value=sequence, expected="text of A, C, G, U or T")
    text = "".join(sequence.split()).replace("-", "")
    codes = _LETTERS[np.frombuffer(text.encode("latin-1", "replace"), np.uint8)]
    if codes.size and codes.max() == 255:
        where = int(np.argmax(codes == 255))
        raise InputError(
            f"letter {where + 1} is no nucleotide",
            field=name,
            value=text[where],
            expected="A, C, G, U, T or N",
        )
    return codes


def named(sequences: Mapping[str, str] | Sequence[str], *, what: str = "utr") -> tuple[tuple[str, ...], list[str]]:
    """Return names and sequences; a bare list is named by its place (``"0"``, ``"1"``, ...).

    Raises:
        InputError: a single string was given, where one letter would have been taken for one sequence; or a frame of
            several columns, or nothing of the kind.
    """
    wanted = "a list or a {name: sequence} map"
    if isinstance(sequences, str):
        raise InputError("one bare sequence", field=what, value=sequences, expected=wanted)
    sequences = one_column(sequences, what)
    if hasattr(sequences, "items"):  # a mapping or a pandas Series
        pairs = list(sequences.items())
        return tuple(str(name) for name, _ in pairs), [sequence for _, sequence in pairs]
    if not isinstance(sequences, Iterable):
        raise InputError("no sequences", field=what, value=sequences, expected=wanted)
    found = [str(x) if isinstance(x, str) else x for x in sequences]  # numpy's strings print otherwise
    return tuple(str(i) for i in range(len(found))), found


def one_column(given: Any, what: str) -> Any:
    """Return the only column of a pandas DataFrame as a Series; anything else as it is.

    Raises:
        InputError: the frame has several columns.
    """
    if not (hasattr(given, "columns") and hasattr(given, "iloc")):
        return given
    if given.shape[1] != 1:
        shown, expected = ", ".join(map(str, given.columns[:5])), "one column, with names as index"
        hint = "give frame.set_index(NAMES)[COLUMN]"
        raise InputError("which column?", field=what, value=shown, expected=expected, hint=hint)
    return given.iloc[:, 0]


def build_index(utrs: Mapping[str, str] | Sequence[str] | UtrIndex) -> UtrIndex:
    """Return the 6-mer index of `utrs`; an index is returned as it is.

    Raises:
        InputError: a sequence holds letters that are no nucleotides, or together they pass 2^31 nucleotides.
    """
    if isinstance(utrs, UtrIndex):
        return utrs
    names, sequences = named(utrs)
    parts = [encode(sequence, name=name) for name, sequence in zip(names, sequences, strict=True)]
    lengths = np.array([len(part) for part in parts], np.int32)
    starts = np.ones(len(parts), np.int64)
    starts[1:] += np.cumsum(lengths.astype(np.int64) + 1)[:-1]
    total = 2 + int(lengths.sum(dtype=np.int64)) + len(parts)
    if total >= 2**31:
        raise InputError("too many nucleotides for one index", field="utrs", value=total, expected="fewer than 2^31")
    codes = np.full(total, OTHER, np.uint8)
    for start, part in zip(starts, parts, strict=True):
        codes[start : start + len(part)] = part
    return UtrIndex(names, codes, starts, lengths, *_sort_words(codes, starts, lengths, WEIGHTS, REACHED))


def word(codes: NDArray[np.uint8]) -> int:
    """Return the 2-bit number of a 6-mer, or -1 when it is not six unambiguous letters."""
    if len(codes) != K or (codes > 3).any():
        return -1
    number = 0
    for code in codes:
        number = number * 4 + int(code)
    return number


@njit(cache=True, nogil=True)
def _sort_words(codes, starts, lengths, weights, reached):  # type: ignore[no-untyped-def]
    """Sort all positions by the 6-mer that starts there, stably: by its last three letters, then its first three.

    Two passes of 64 streams each, because writing 4096 streams at once defeats the memory caches.
    """
    sizes = _count_words(codes)
    bounds = np.zeros(4097, np.int64)
    bounds[1:] = np.cumsum(sizes)
    n = bounds[4096]
    order, around, word_of = _by_last_letters(codes, starts, lengths, weights, reached, sizes)
    place = bounds[:4096:64].copy()
    by_word, context = np.empty(n, np.int32), np.empty(n, np.uint32)
    for i in range(n):
        w = word_of[i] >> 6
        by_word[place[w]], context[place[w]] = order[i], around[i]
        place[w] += 1
    return by_word, context, bounds


@njit(cache=True, nogil=True)
def _count_words(codes):  # type: ignore[no-untyped-def]
    sizes = np.zeros(4096, np.int64)
    good, number = 0, 0
    for i in range(codes.size):
        good = good + 1 if codes[i] < 4 else 0
        number = ((number << 2) | (codes[i] & 3)) & 4095
        if good >= 6:
            sizes[number] += 1
    return sizes


@njit(cache=True, nogil=True)
def _by_last_letters(codes, starts, lengths, weights, reached, sizes):  # type: ignore[no-untyped-def]
    """Walk the UTRs in order; return positions, contexts and words grouped by the last three letters of the word."""
    totals = sizes.reshape(64, 64).sum(axis=0)
    place = np.cumsum(totals) - totals
    n = totals.sum()
    order, around, word_of = np.empty(n, np.int32), np.empty(n, np.uint32), np.empty(n, np.uint16)
    longest = lengths.max() if lengths.size else 0
    is_au, score = np.empty(longest + 2 * (weights.size + 7), np.float32), np.empty(longest, np.float32)
    au, packed = np.empty(longest, np.uint32), np.empty(longest, np.uint32)
    for u in range(lengths.size):
        utr = codes[starts[u] : starts[u] + lengths[u]]
        au_of_utr(utr, is_au, score, weights, reached, au)
        pack_utr(utr, au, packed)
        good, number = 0, 0
        for i in range(utr.size):
            good = good + 1 if utr[i] < 4 else 0
            number = ((number << 2) | (utr[i] & 3)) & 4095
            if good >= 6:
                at = place[number & 63]
                order[at], around[at], word_of[at] = starts[u] + i - 5, packed[i - 5], number
                place[number & 63] += 1
    return order, around, word_of
