"""Random streams keyed by what they decide, never by the order in which they are asked for.

A stream is a pure function of (seed, decision, key): the same patient gets the same numbers for any chunk size,
order, worker count or restart, and two arms of a comparison differ only where their causes differ.
Counter-based generator: Philox 4x64 (Salmon et al. 2011, doi:10.1145/2063384.2063405).
"""

from __future__ import annotations

import hashlib
import secrets

import numpy as np

from .errors import InputError


def decision_key(decision: str) -> int:
    """Return the 64-bit key of a decision's name, the same on every machine (BLAKE2b, not ``hash()``)."""
    return int.from_bytes(hashlib.blake2b(decision.encode(), digest_size=8).digest(), "little")


def stream(seed: int, decision: str, *key: int) -> np.random.Generator:
    """Return the generator of `decision` (``"cohort/parameters"``) for `key` (patient, organ, ...).

    >>> stream(1, "cohort/parameters", 3).random() == stream(1, "cohort/parameters", 3).random()
    True
    """
    words = np.random.SeedSequence(check_seed(seed), spawn_key=(decision_key(decision), *key))
    return np.random.Generator(np.random.Philox(words))


def check_seed(seed: int) -> int:
    """Return `seed` if it is a whole number from 0 to 2^63 - 1, else raise :class:`InputError`."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= int(seed) < 2**63:
        raise InputError("not a usable seed", field="seed", value=seed, expected="a whole number from 0 to 2^63 - 1")
    return int(seed)


def choose_seed() -> int:
    """Return a fresh seed for a run that named none; the run records it."""
    return secrets.randbelow(2**31)
