"""Gene programmes: which genes raise or lower each one."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from . import tables


@dataclass(frozen=True)
class ProgrammeGene:
    """A gene of a programme.

    Attributes:
        programme: one of ``matchmaking.PROGRAMMES``.
        gene: HGNC symbol.
        sign: +1 where the gene raises the programme, -1 where it lowers it.
        weight: 1 for genes named by hand, 0.5 for genes taken from a published set, whose role is less direct
            (assumption).
        source: ``"by hand"``, or the set's name.
    """

    programme: str
    gene: str
    sign: int
    weight: float
    source: str


@functools.cache
def programmes() -> tuple[ProgrammeGene, ...]:
    """Return the genes of all programmes, as embedded."""
    rows = tables.rows("programmes.tsv")
    return tuple(
        ProgrammeGene(r["programme"], r["gene"], int(r["sign"]), float(r["weight"]), r["source"]) for r in rows
    )
