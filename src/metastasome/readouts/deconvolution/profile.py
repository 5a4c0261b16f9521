"""The profile to take apart: counts by mature miRNA, from a file, a count table or a mapping."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...cargo.classes import CASE, CONTROL, Marks
from ...cargo.counts import CountTable, read_mirna_counts
from ...core.errors import InputError
from ...reference.names import resolve
from .signatures import Signatures

Floats = NDArray[np.float64]
#: Least share of counts that the signatures' miRNAs must hold (assumption); below it the answer is about the rest.
MIN_COVERED = 0.2


@dataclass(frozen=True)
class Profiles:
    """Counts of samples over the miRNAs that signatures know.

    Attributes:
        samples, labels: names and ``"case"``, ``"control"`` or ``""``.
        mirnas: ``m`` names; counts: ``(n, m)``; covered: share of each sample's counts they hold, ``(n,)``.
        notes, files: what was decided; file -> SHA-256.
    """

    samples: tuple[str, ...]
    labels: tuple[str, ...]
    mirnas: tuple[str, ...]
    counts: Floats
    covered: Floats
    notes: tuple[str, ...]
    files: Mapping[str, str]

    def rows(self, at: NDArray[np.int64]) -> Profiles:
        """Return some samples."""
        return replace(
            self, samples=tuple(self.samples[i] for i in at), labels=tuple(self.labels[i] for i in at),
            counts=self.counts[at], covered=self.covered[at],
        )  # fmt: skip

    def labelled(self, label: str) -> NDArray[np.int64]:
        """Return the positions of samples of a class."""
        return np.array([i for i, x in enumerate(self.labels) if x == label], dtype=np.int64)


def read_profiles(
    profile: str | os.PathLike[str] | CountTable | Mapping[str, float],
    signatures: Signatures,
    *,
    samples: str | os.PathLike[str] | Mapping[str, str] | None = None,
    case: Marks = None,
    control: Marks = None,
    orientation: Literal["mirnas in rows", "mirnas in columns"] | None = None,
) -> Profiles:
    """Return the counts of `profile` over the miRNAs of `signatures`.

    Raises:
        InputError: no or mostly unknown miRNAs, a profile of zeros, or anything the count reader refuses.
    """
    if isinstance(profile, CountTable):
        table = profile
    elif isinstance(profile, Mapping):
        table = _from_mapping(profile)
    else:
        table = read_mirna_counts(profile, samples=samples, case=case, control=control, orientation=orientation)
    return align(table, signatures)


def align(table: CountTable, signatures: Signatures) -> Profiles:
    """Return the counts of a table over the miRNAs that it shares with the signatures."""
    known = set(signatures.mirnas)
    at = [j for j, m in enumerate(table.mirnas) if m in known]
    if not at:
        raise InputError(
            "no miRNA of the profile is in the signatures", field=table.name, value=next(iter(table.mirnas), ""),
            expected="miRNA names such as hsa-miR-21-5p",
        )  # fmt: skip
    counts = table.counts[:, at]
    empty = np.flatnonzero(counts.sum(axis=1) <= 0)
    if len(empty):
        raise InputError("all counts of a sample are zero", field=table.samples[int(empty[0])], file=table.name)
    covered = counts.sum(axis=1) / table.totals
    least = int(np.argmin(covered))
    if covered[least] < MIN_COVERED:
        raise InputError(
            "the signatures' miRNAs hold too little of a sample", field=table.samples[least],
            value=f"{covered[least]:.0%} of its counts", expected=f"at least {MIN_COVERED:.0%}",
            hint="are its names human miRNAs, and its values counts?",
        )  # fmt: skip
    note = f"{len(at)} miRNAs of the signatures are in the profile; they hold {np.median(covered):.0%} of its counts."
    return Profiles(
        table.samples, table.labels, tuple(table.mirnas[j] for j in at), counts, covered, (*table.notes, note),
        dict(table.sources),
    )  # fmt: skip


def controls(profiles: Profiles) -> NDArray[np.int64]:
    """Return the positions of controls."""
    return profiles.labelled(CONTROL)


def cases(profiles: Profiles) -> NDArray[np.int64]:
    """Return the positions of cases."""
    return profiles.labelled(CASE)


def _from_mapping(profile: Mapping[str, float]) -> CountTable:
    if not profile:
        raise InputError("the profile is empty", field="profile")
    values = np.array([float(v) for v in profile.values()])
    if not (np.isfinite(values).all() and (values >= 0).all()):
        bad = next(k for k, v in profile.items() if not (np.isfinite(v) and v >= 0))
        raise InputError("a count is negative or not finite", field=bad, value=profile[bad])
    if values.sum() <= 0:
        raise InputError("all counts of a sample are zero", field="profile")
    found = resolve(profile)
    if not found.names:
        raise InputError("no name in it is a known human miRNA", field="profile", value=next(iter(profile)))
    merged: dict[str, float] = {}
    for name, value in zip(profile, values, strict=True):
        if (mature := found.names.get(name)) is not None:
            merged[mature] = merged.get(mature, 0.0) + float(value)
    return CountTable(
        "profile", ("profile",), ("",), tuple(merged), np.array([list(merged.values())]), np.array([values.sum()]),
        found, found.sentences(),
    )  # fmt: skip
