"""From miRNA names to guides: which seed each name has, and how much of it is delivered and already there.

miRNAs that share nucleotides 2-8 compete for the same sites and are treated as one guide; its sites and affinities are
those of the member with the most copies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..cargo.cargo import Cargo
from ..core.errors import InputError
from ..stockroom.stockroom import Stockroom

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Guides:
    """Guides by seed.

    Attributes:
        seeds: nucleotides 2-8 (RNA letters), ``s`` of them.
        names: the member that stands for each seed.
        sequences: its sequence, or the seed preceded by N where only the seed is known.
        delivered: copies per vesicle, ``(s,)``.
        delivered_log_sd: log-scale standard deviation, weighted by the members' copies, ``(s,)``.
        endogenous: copies per cell, ``(s, r)``.
        of_cargo: seed index of each miRNA of the cargo, -1 where its sequence is not known, ``(m,)``.
        notes: what was lost or assumed.
    """

    seeds: tuple[str, ...]
    names: tuple[str, ...]
    sequences: tuple[str, ...]
    delivered: F8
    delivered_log_sd: F8
    endogenous: F8
    of_cargo: NDArray[np.int64]
    notes: tuple[str, ...] = ()


def gather(cargo: Cargo, stockroom: Stockroom, sequences: Mapping[str, str]) -> Guides:
    """Return the guides of a cargo and a stockroom together.

    Args:
        cargo, stockroom: what is delivered and what is there.
        sequences: miRNA name -> mature sequence (or 7-letter seed); RNA or DNA letters.

    Raises:
        InputError: no miRNA of the cargo has a known sequence.
    """
    names = tuple(dict.fromkeys((*cargo.mirnas, *stockroom.mirnas)))
    seed_of = {n: s for n in names if (s := _seed(sequences.get(n, ""))) is not None}
    lost = [n for n in cargo.mirnas if n not in seed_of]
    if len(lost) == len(cargo.mirnas):
        raise InputError(
            "no miRNA of the cargo has a known sequence",
            field=cargo.name,
            value=list(cargo.mirnas[:3]),
            expected=f"names like {list(sequences)[:3]}",
            hint="use miRBase v22 mature names, or give mirna_sequences",
        )
    there, notes = _endogenous(stockroom)
    weight = dict.fromkeys(names, 0.0)
    for i, n in enumerate(stockroom.mirnas):
        weight[n] += float(there[i].mean()) * 1e-9
    for i, n in enumerate(cargo.mirnas):
        weight[n] += float(cargo.copies[i])
    members: dict[str, list[str]] = {}
    for n in seed_of:
        members.setdefault(seed_of[n], []).append(n)
    seeds = tuple(sorted(members))
    place = {s: i for i, s in enumerate(seeds)}
    best = tuple(max(members[s], key=lambda n: (weight[n], n)) for s in seeds)
    of_cargo = np.array([place[seed_of[n]] if n in seed_of else -1 for n in cargo.mirnas], np.int64)
    of_stock = np.array([place[seed_of[n]] if n in seed_of else -1 for n in stockroom.mirnas], np.int64)
    delivered = _sum(of_cargo, cargo.copies, len(seeds))
    spread = _sum(of_cargo, cargo.copies * cargo.copies_log_sd, len(seeds))
    spread = np.divide(spread, delivered, out=np.zeros_like(spread), where=delivered > 0)
    endogenous = np.zeros((len(seeds), there.shape[1]))
    np.add.at(endogenous, of_stock[of_stock >= 0], there[of_stock >= 0])
    return Guides(
        seeds,
        best,
        tuple(_sequence(sequences[n], s) for n, s in zip(best, seeds, strict=True)),
        delivered,
        spread,
        endogenous,
        of_cargo,
        (*notes, *_lost(lost, cargo), *_unheld(stockroom, seed_of)),
    )


def _sum(place: NDArray[np.int64], values: F8, n: int) -> F8:
    out = np.zeros(n)
    np.add.at(out, place[place >= 0], values[place >= 0])
    return out


def _seed(sequence: str) -> str | None:
    letters = sequence.upper().replace("T", "U")
    if len(letters) > 8:
        letters = letters[1:8]
    return letters if len(letters) == 7 and set(letters) <= set("ACGU") else None


def _sequence(sequence: str, seed: str) -> str:
    return sequence.upper().replace("T", "U") if len(sequence) > 8 else "N" + seed


def _endogenous(stockroom: Stockroom) -> tuple[F8, tuple[str, ...]]:
    """Return endogenous copies without gaps: one not measured takes its mean over the other recipients."""
    known = np.asarray(np.isfinite(stockroom.mirna))
    if not len(stockroom.mirnas):
        return np.zeros((0, len(stockroom.recipients))), (
            "The stockroom has no miRNA: recipients count as empty of it.",
        )
    counts = known.sum(axis=1)
    mean = np.where(known, stockroom.mirna, 0.0).sum(axis=1) / np.maximum(counts, 1)
    filled = np.where(known, stockroom.mirna, mean[:, None])
    if (filled < 0).any():
        raise InputError("negative miRNA copies", field=stockroom.name, hint="are these log values? give linear ones")
    bare = [
        x.name
        for x, any_known in zip(stockroom.recipients, np.atleast_1d(known.any(axis=0)), strict=True)
        if not any_known
    ]
    if not bare:
        return filled, ()
    shown = ", ".join(bare[:6]) + (" ..." if len(bare) > 6 else "")
    return filled, (f"No miRNA measured in {shown}: the mean over the other recipients stands in.",)


def _lost(lost: Sequence[str], cargo: Cargo) -> tuple[str, ...]:
    if not lost:
        return ()
    share = sum(c for n, c in zip(cargo.mirnas, cargo.copies, strict=True) if n in set(lost)) / max(
        cargo.copies.sum(), 1e-300
    )
    shown = ", ".join(lost[:5]) + (" ..." if len(lost) > 5 else "")
    return (f"{len(lost)} miRNAs of the cargo ({share:.1%} of its copies) have no known sequence: {shown}.",)


def _unheld(stockroom: Stockroom, seed_of: Mapping[str, str]) -> tuple[str, ...]:
    n = sum(name not in seed_of for name in stockroom.mirnas)
    return (f"{n} miRNAs of the stockroom have no known sequence and are left out.",) if n else ()
