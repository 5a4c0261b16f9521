"""Tumour DNA: cells that die, in the primary and in lesions, shed DNA into blood (A11).

0.014% of a genome per death, from 176 patients with lung cancer (Avanzini 2020, doi:10.1126/sciadv.abc4308). Readouts
turn it into a plasma level; :mod:`.genometastasis`, where on, lets it transform.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class TumourDNA(Mechanism):
    """Deaths of all tumour cells per day and the DNA they shed."""

    key = "tumour_dna"
    rank = 64
    title = "DNA shed by dying tumour cells"
    claims = ("A11",)
    reads = ("primary_deaths", "death")
    inputs = (Input("burden", "organ", "cell", "tumour cells in lesions of each organ", "engine", 0.0),)
    derives = (
        Quantity("cell_deaths", "body", "cell/day", "tumour cells that die, in primary and lesions"),
        Quantity("dna_release", "body", "copy/day", "genome equivalents of tumour DNA shed into blood by dying cells"),
    )
    requires = ("apoptosis",)

    dna_per_death: float = parameter(
        1.4e-4, "copy/cell", low=1e-6, high=1.0, prior=Prior("lognormal", 1.4e-4, 1.0),
        source="doi:10.1126/sciadv.abc4308", evidence=("ctdna_01",),
        meaning="genome equivalents that a dying cell sheds into blood",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return deaths per day and the DNA they shed."""
        deaths = q.primary_deaths + xp.sum(q.burden * q.death)
        return {"cell_deaths": deaths, "dna_release": p.dna_per_death * deaths}
