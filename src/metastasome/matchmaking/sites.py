"""Every seed site of every miRNA on every 3'UTR.

A guide's nucleotides 2-7 are its seed. With the UTR written 5' to 3', the site of a guide reads

    opposite guide nt:   8   7 6 5 4 3 2   1
    8mer                 m   m m m m m m   A
    7mer-m8              m   m m m m m m   -
    7mer-A1              -   m m m m m m   A
    6mer                 -   m m m m m m   -
    offset-6mer          m   m m m m m -   .
    6mer-A1              .   - m m m m m   A

(m match, - no match, . anything). Definitions: Bartel 2009 doi:10.1016/j.cell.2009.01.002; McGeary 2019
doi:10.1126/science.aav1741.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..core.errors import InputError, nearest
from .kmers import UtrIndex, build_index, encode, named, word

TYPES: tuple[str, ...] = ("8mer", "7mer-m8", "7mer-A1", "6mer", "offset-6mer", "6mer-A1")
ANCHOR_SHIFT = np.array([0, 0, 0, 0, 1, -1], np.int32)
"""What to add to a site's position to get the nucleotide opposite guide nucleotide 7."""


@dataclass(frozen=True, repr=False)
class SiteTable:
    """Sites as flat arrays of one length ``n``, sorted by miRNA, then UTR, then position.

    Attributes:
        mirna: index into `mirnas`, int32.
        utr: index into `utrs`, int32.
        position: 0-based UTR coordinate where the six matched letters start (for 6mer-A1 the five and the A), int32.
        type: index into :data:`TYPES`, uint8.
        context: local AU and letters around the site, packed (see ``matchmaking.context``), uint32.
        mirnas: miRNA names.
        utrs: UTR ids.
        utr_lengths: nucleotides in each UTR, int32.
        guides: the sequences that were searched for, in the order of `mirnas`.
    """

    mirna: NDArray[np.int32]
    utr: NDArray[np.int32]
    position: NDArray[np.int32]
    type: NDArray[np.uint8]
    context: NDArray[np.uint32]
    mirnas: tuple[str, ...]
    utrs: tuple[str, ...]
    utr_lengths: NDArray[np.int32]
    guides: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.mirna.size)

    def __repr__(self) -> str:
        return f"<SiteTable: {len(self)} sites of {len(self.mirnas)} miRNAs on {len(self.utrs)} 3'UTRs>"

    @property
    def anchor(self) -> NDArray[np.int32]:
        """UTR coordinate opposite guide nucleotide 7, ``(n,)``; -1 is possible for 6mer-A1 at the very start."""
        return self.position + ANCHOR_SHIFT[self.type]

    def select(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> SiteTable:
        """Return the table of the sites that `keep` (mask or indices) picks."""
        columns = ("mirna", "utr", "position", "type", "context")
        return replace(self, **{name: getattr(self, name)[keep] for name in columns})

    def counts(self) -> NDArray[np.int32]:
        """Return sites by miRNA, UTR and type, shape ``(m, u, 6)``."""
        shape = (len(self.mirnas), len(self.utrs), len(TYPES))
        flat = (self.mirna.astype(np.int64) * shape[1] + self.utr) * shape[2] + self.type
        return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape).astype(np.int32)


def scan(
    utrs: Sequence[str] | Mapping[str, str] | UtrIndex,
    seeds_or_mirnas: Sequence[str] | Mapping[str, str],
    *,
    types: Sequence[str] = TYPES,
) -> SiteTable:
    """Return every site of every miRNA on every UTR.

    Args:
        utrs: 3'UTR sequences (RNA or DNA letters, either case; N and other IUPAC letters match nothing), or a
            ready index when several scans share the UTRs.
        seeds_or_mirnas: guides written 5' to 3': whole miRNAs (8 letters or more), 7-mers (guide nucleotides 2-8) or
            6-mers (2-7; types that need nucleotide 8 are then not told apart). A list is named by its sequences.
        types: which of :data:`TYPES` to report.

    Raises:
        InputError: a letter that is no nucleotide, a guide too short, an unknown type.

    >>> scan(["GGGACATTCCAGG"], {"miR-1": "UGGAAUGUAAAGAAGUAUGUAU"}).counts()[0, 0].tolist()
    [1, 0, 0, 0, 0, 0]
    """
    wanted = _wanted(types)
    index = build_index(utrs)
    names, guides = named(seeds_or_mirnas, what="miRNA")
    if not hasattr(seeds_or_mirnas, "items"):
        names = tuple(guides)
    words, letters = _targets(names, guides)
    words[:, 0][not wanted[:4].any()] = -1
    words[:, 1][not wanted[4]] = -1
    words[:, 2][not wanted[5]] = -1
    sizes = np.append(np.diff(index.bounds), 0)
    room = int(sizes[words].sum())
    columns = [np.empty(room, kind) for kind in (np.int32, np.int32, np.int32, np.uint8, np.uint32)]
    n = _find(index.order, index.context, index.bounds, index.starts, words, letters, wanted, *columns)
    kept: list[NDArray[Any]] = [column[:n] if 2 * n > room else column[:n].copy() for column in columns]
    mirna, utr, position, kind, context = kept
    return SiteTable(mirna, utr, position, kind, context, names, index.names, index.lengths, tuple(guides))


def seed_of(guide: str, *, name: str = "miRNA") -> NDArray[np.uint8]:
    """Return the codes of guide nucleotides 2-8 (2-7 for a 6-letter seed).

    Raises:
        InputError: fewer than six letters, or a letter that is no nucleotide.
    """
    codes = encode(guide, name=name)
    if len(codes) < 6:
        raise InputError("too short for a seed", field=name, value=guide, expected="6 letters or more")
    return codes if len(codes) <= 7 else codes[1:8]


def _wanted(types: Sequence[str]) -> NDArray[np.bool_]:
    chosen = [types] if isinstance(types, str) else list(types)
    for kind in chosen:
        if kind not in TYPES:
            hint = nearest(str(kind), TYPES)
            raise InputError("unknown site type", field="types", value=kind, expected=", ".join(TYPES), hint=hint)
    return np.array([kind in chosen for kind in TYPES])


def _targets(names: Sequence[str], guides: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return the UTR 6-mers to look up, ``(m, 3)``, and UTR letters opposite guide nt 8, 7 and 2, ``(m, 3)``.

    The 6-mers pair with guide nt 2-7, 3-8, and 2-6 followed by A. A letter of 9 matches nothing.
    """
    words = np.full((len(guides), 3), -1, np.int64)
    letters = np.full((len(guides), 3), 9, np.uint8)
    for i, (name, guide) in enumerate(zip(names, guides, strict=True)):
        seed = seed_of(guide, name=name)
        pair = np.where(seed < 4, 3 - seed, 9).astype(np.uint8)[::-1]  # the site, 5' to 3'
        core = pair[-6:]
        words[i, 0] = word(core)
        words[i, 2] = word(np.append(core[1:], np.uint8(0)))
        letters[i, 1:] = core[0], core[5]
        if len(seed) == 7:
            words[i, 1] = word(pair[:6])
            letters[i, 0] = pair[0]
    return words, letters


@njit(cache=True, nogil=True)
def _find(order, context, bounds, starts, words, letters, wanted, mirna, utr, position, kind, around):  # type: ignore[no-untyped-def]
    """Merge the three 6-mer groups of each miRNA in order of position; return how many sites were written."""
    n = 0
    far = np.int64(2**40)
    last = starts.size - 1
    for m in range(words.shape[0]):
        heads = np.zeros(3, np.int64)
        ends = np.zeros(3, np.int64)
        for j in range(3):
            if words[m, j] >= 0:
                heads[j], ends[j] = bounds[words[m, j]], bounds[words[m, j] + 1]
        a, b, c = heads
        a1, b1, c1 = ends
        m8, m7, m2 = letters[m]
        qa = np.int64(order[a]) if a < a1 else far
        qb = np.int64(order[b]) if b < b1 else far
        qc = np.int64(order[c]) if c < c1 else far
        u = 0
        while True:
            if qa <= qb and qa <= qc:
                q = qa
                if q == far:
                    break
                near = context[a]
                t = (0 if (near >> 9) & 7 == m8 else 2) + (0 if (near >> 6) & 7 == 0 else 1)
                a += 1
                qa = np.int64(order[a]) if a < a1 else far
            elif qb <= qc:
                q, near = qb, context[b]
                t = 4 if (near >> 6) & 7 != m2 else -1
                b += 1
                qb = np.int64(order[b]) if b < b1 else far
            else:
                q, near = qc, context[c]
                t = 5 if (near >> 9) & 7 != m7 else -1
                c += 1
                qc = np.int64(order[c]) if c < c1 else far
            if t < 0 or not wanted[t]:
                continue
            while u < last and starts[u + 1] <= q:
                u += 1
            mirna[n], utr[n], position[n], kind[n], around[n] = m, u, q - starts[u], t, near
            n += 1
    return n
