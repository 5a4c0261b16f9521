"""What a lesion's origin says of its genome: who founded it, and what it shares with the primary.

Truncal variants are those that every cell of the primary carries. A lesion founded by a tumour cell carries them all,
one founded by a resident cell none, but for tumour DNA it took up; a hybrid carries both genomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..core.errors import InputError, nearest

Genome = Literal["tumour", "hybrid", "transferred", "resident"]
GENOMES: dict[Genome, str] = {
    "tumour": "a tumour cell's",
    "hybrid": "a tumour cell's and a host cell's, fused",
    "transferred": "a resident cell's with tumour DNA taken up",
    "resident": "a resident cell's",
}


@dataclass(frozen=True)
class Origin:
    """How a lesion came about.

    Attributes:
        key: name in tables of lesions.
        label: for people.
        genome: whose genome it has.
    """

    key: str
    label: str
    genome: Genome

    @property
    def truncal_share(self) -> float:
        """Share of truncal variants that the founder carries by definition, transferred DNA apart."""
        return 1.0 if self.genome in ("tumour", "hybrid") else 0.0


ORIGINS: dict[str, Origin] = {
    o.key: o
    for o in (
        Origin("seeded", "circulating tumour cell", "tumour"),
        Origin("emt", "tumour cell through EMT and MET", "tumour"),
        Origin("hybrid", "macrophage-tumour hybrid", "hybrid"),
        Origin("genometastasis", "resident cell with tumour DNA", "transferred"),
        Origin("tota_direct", "resident cell transformed by vesicles", "resident"),
        Origin("tota_indirect", "resident cell transformed by disturbed stroma", "resident"),
        Origin("stem_mutation", "mutated resident stem cell", "resident"),
        Origin("macrophage", "transformed macrophage", "resident"),
    )
}


def origin(key: str) -> Origin:
    """Return the origin called `key`; :class:`InputError` names the nearest known one."""
    if key not in ORIGINS:
        raise InputError("unknown origin", value=key, hint=nearest(key, ORIGINS) or f"known: {', '.join(ORIGINS)}")
    return ORIGINS[key]
