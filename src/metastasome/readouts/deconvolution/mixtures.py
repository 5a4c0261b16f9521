"""Mixtures of known shares: the test of every method."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mixed(
    parts: Mapping[str, Floats], shares: Mapping[str, float], *, reads: float, rng: np.random.Generator
) -> Floats:
    """Return the reads of a library in which each source holds its share, ``(m,)``.

    Args:
        parts: source -> its miRNA profile, ``(m,)``.
        shares: source -> share of reads; they sum to 1.
        reads: size of the library.
        rng: multinomial noise.
    """
    p = sum(shares[s] * parts[s] / parts[s].sum() for s in shares)
    return np.asarray(rng.multinomial(int(reads), p / np.sum(p)), dtype=np.float64)


def random_shares(
    sources: tuple[str, ...], *, among: int | None, rng: np.random.Generator, concentration: float = 1.0
) -> dict[str, float]:
    """Return Dirichlet shares over `among` random sources (all of them for None)."""
    chosen = sources if among is None else tuple(sources[i] for i in rng.choice(len(sources), among, replace=False))
    return dict(zip(chosen, map(float, rng.dirichlet(np.full(len(chosen), concentration))), strict=True))


def spiked(counts: Floats, part: Floats, share: float, *, rng: np.random.Generator) -> Floats:
    """Return a library in which `share` of the reads was replaced by reads of `part`, ``(m,)``."""
    n = counts.sum()
    p = (1 - share) * counts / n + share * part / part.sum()
    return np.asarray(rng.multinomial(round(n), p), dtype=np.float64)
