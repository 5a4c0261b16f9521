"""How strongly each 3'UTR answered in HeLa: a factor on predicted repression that its sequence does not show.

A sequence file may hold an isoform that cells do not make, and mRNAs of fast and slow turnover answer a miRNA unlike.
Of a gene g seen under miRNAs m, with centred prediction p and centred observation y, the factor is the ridge estimate

    k_g = (sum_m p y + PRIOR) / (sum_m p^2 + PRIOR)        between 0 and MOST

so that a 3'UTR of which nothing was predicted keeps 1. It belongs to the very sequence it was learned with: another
isoform of the same gene has its own answer, hence the lookup by a fingerprint of the sequence and not by name.
"""

from __future__ import annotations

import csv
import hashlib
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from .kmers import UtrIndex

F8 = NDArray[np.float64]
PRIOR, MOST = 0.25, 3.0
"""Weight of "answers as predicted" in squared ln fold change, by cross-validation on HeLa; and the largest factor."""
FILE = "responsiveness.csv"


def learn(predicted: F8, observed: F8, *, prior: float = PRIOR) -> F8:
    """Return the factor of every gene, ``(g,)``, from ln fold changes ``(g, m)`` (each is centred over miRNAs)."""
    p = predicted - predicted.mean(axis=1, keepdims=True)
    y = observed - observed.mean(axis=1, keepdims=True)
    factor = ((p * y).sum(axis=1) + prior) / ((p * p).sum(axis=1) + prior)
    return np.asarray(np.clip(factor, 0.0, MOST))


def factors(index: UtrIndex) -> tuple[F8, NDArray[np.bool_]]:
    """Return the factor of every 3'UTR and whether HeLa showed it, both ``(u,)``; an unseen 3'UTR has 1."""
    table = _table()
    found = [table.get(mark) for mark in fingerprints(index)]
    return np.array([1.0 if k is None else k for k in found]), np.array([k is not None for k in found], bool)


def fingerprints(index: UtrIndex) -> list[str]:
    """Return 12 hexadecimal digits for each sequence, the same for U and T and for either case."""
    starts, lengths = index.starts.tolist(), index.lengths.tolist()
    parts = (index.codes[start : start + n].tobytes() for start, n in zip(starts, lengths, strict=True))
    return [hashlib.blake2b(part, digest_size=6).hexdigest() for part in parts]


@lru_cache(maxsize=1)
def _table() -> dict[str, float]:
    text = resources.files(__package__).joinpath("data", FILE).read_text(encoding="utf-8")
    return {row["fingerprint"]: float(row["factor"]) for row in csv.DictReader(text.splitlines())}
