"""Apoptosis: deaths of tumour cells, in the primary and in lesions (A11).

Births per cell less deaths per cell are net growth. With the division rate given and the net growth g of
:mod:`.primary_growth`, deaths per cell are ``max(division - g, 0)``. Killing raises them by a factor and takes the
difference from growth; deaths shed DNA into blood (0.014% of a genome each, Avanzini 2020, doi:10.1126/sciadv.abc4308)
and make apoptotic bodies (:mod:`.ev_classes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class Apoptosis(Mechanism):
    """Deaths per day of tumour cells, the extra ones that interventions cause, and the DNA they shed."""

    key = "apoptosis"
    rank = 12
    title = "death of tumour cells"
    claims = ("A11",)
    reads = ("primary_growth_rate", "primary_cells", "death")
    inputs = (
        Input("burden", "organ", "cell", "tumour cells in lesions of each organ", "engine", 0.0),
        Input("lever_primary_death", "body", "1", "factor of interventions on deaths in the primary", "lever", 1.0),
    )
    derives = (
        Quantity("primary_death", "body", "1/day", "deaths per cell of the primary"),
        Quantity("primary_kill", "body", "1/day", "deaths per cell of the primary beyond those of untouched growth"),
        Quantity("cell_deaths", "body", "cell/day", "tumour cells that die, primary and lesions"),
        Quantity("dna_release", "body", "copy/day", "genome equivalents of tumour DNA shed into blood by dying cells"),
    )

    division: float = parameter(
        0.14, "1/day", low=0.01, high=2.0, prior=Prior("lognormal", 0.14, 0.4), source="doi:10.7554/eLife.00747",
        evidence=("tumour_growth_07", "tumour_growth_08"),
        meaning="births per cell of the primary: one in 7 days (1 to 14 seen)",
    )  # fmt: skip
    dna_per_death: float = parameter(
        1.4e-4, "copy/cell", low=1e-6, high=1.0, prior=Prior("lognormal", 1.4e-4, 1.0),
        source="doi:10.1126/sciadv.abc4308", evidence=("ctdna_01",),
        meaning="genome equivalents that a dying cell sheds into blood (176 patients with lung cancer)",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return deaths per cell, the extra ones, all deaths per day, and the DNA they shed."""
        untouched = xp.maximum(p.division - q.primary_growth_rate, 0.0 * q.primary_growth_rate)
        factor = q.lever_primary_death * q.modifier("primary_death")
        deaths = factor * untouched * q.primary_cells + xp.sum(q.burden * q.death)
        return {
            "primary_death": factor * untouched,
            "primary_kill": (factor - 1) * untouched,
            "cell_deaths": deaths,
            "dna_release": p.dna_per_death * deaths,
        }
