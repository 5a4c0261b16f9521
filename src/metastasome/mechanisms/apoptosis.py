"""Apoptosis: deaths of tumour cells in the primary, and what killing more of them does to its growth (A11).

Births per cell less deaths per cell are net growth. With the division rate given and the net growth g of
:mod:`.primary_growth`, deaths per cell are ``max(division - g, 0)``. Killing raises them by a factor and takes the
difference from growth. Dying cells shed DNA (:mod:`.tumour_dna`) and make apoptotic bodies (:mod:`.ev_classes`). Deaths
in lesions are :mod:`.lesion_growth`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class Apoptosis(Mechanism):
    """Deaths of the primary's cells, and those that interventions add."""

    key = "apoptosis"
    rank = 12
    title = "death of the primary's cells"
    claims = ("A11",)
    reads = ("primary_growth_rate", "primary_cells")
    inputs = (
        Input("lever_primary_death", "body", "1", "factor of interventions on deaths in the primary", "lever", 1.0),
    )
    derives = (
        Quantity("primary_death", "body", "1/day", "deaths per cell of the primary"),
        Quantity("primary_kill", "body", "1/day", "deaths per cell of the primary beyond those of untouched growth"),
        Quantity("primary_deaths", "body", "cell/day", "tumour cells that die in the primary"),
    )

    division: float = parameter(
        0.14, "1/day", low=0.01, high=2.0, prior=Prior("lognormal", 0.14, 0.4), source="doi:10.7554/eLife.00747",
        evidence=("tumour_growth_07", "tumour_growth_08"),
        meaning="births per cell of the primary: one in 7 days (1 to 14 seen)",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return deaths per cell, the extra ones, and deaths per day."""
        untouched = xp.maximum(p.division - q.primary_growth_rate, 0.0 * q.primary_growth_rate)
        factor = q.lever_primary_death * q.modifier("primary_death")
        return {
            "primary_death": factor * untouched,
            "primary_kill": (factor - 1) * untouched,
            "primary_deaths": factor * untouched * q.primary_cells,
        }
