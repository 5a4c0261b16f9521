"""The human mature miRNAs that the embedded name table holds."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from . import tables


@dataclass(frozen=True)
class Mature:
    """One human mature miRNA.

    Attributes:
        name: miRBase v22 name.
        mimat: accession, or empty.
        sequence: RNA letters 5' to 3', or empty where no source at hand has it.
        cpm: mean counts per million over the organs of the tissue atlas; 0 where it is not listed there.
        old: names of earlier releases.
    """

    name: str
    mimat: str
    sequence: str
    cpm: float
    old: tuple[str, ...] = ()

    @property
    def seed(self) -> str:
        """Positions 2-8, RNA letters; empty where the sequence is not known."""
        return self.sequence[1:8]


@functools.cache
def mirna_names() -> dict[str, Mature]:
    """Return every known human mature miRNA by its v22 name."""
    out = {}
    for row in tables.rows("mirna_names.tsv.gz"):
        old = tuple(x for x in row["old"].split(";") if x)
        out[row["name"]] = Mature(row["name"], row["mimat"], row["sequence"], float(row["cpm"]), old)
    return out
