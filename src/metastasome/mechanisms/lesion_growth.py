"""Lesion growth: birth and death of tumour cells at distant sites, the same rates for all clones of an organ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class LesionGrowth(Mechanism):
    """Birth and death per cell and day, scaled by niche and host; growth stops at the saturation size."""

    key = "lesion_growth"
    rank = 60
    title = "growth of lesions"
    claims = ("A1", "B1", "B10")
    inputs = (
        Input(
            "organ_growth",
            "organ",
            "1",
            "relative birth rate by organ; 1 unless the study says otherwise",
            "study",
            1.0,
        ),
        Input("lever_birth", "body", "1", "what interventions leave of birth", "lever", 1.0),
        Input("lever_death", "organ", "1", "factor of interventions on death", "lever", 1.0),
    )
    derives = (
        Quantity("birth", "organ", "1/day", "births per lesion cell"),
        Quantity("death", "organ", "1/day", "deaths per lesion cell"),
        Quantity("saturation", "organ", "cell", "size at which a lesion stops growing"),
    )

    division: float = parameter(
        0.14,
        "1/day",
        low=0.01,
        high=2.0,
        source="doi:10.7554/eLife.00747",
        evidence=("tumour_growth_07",),
        prior=Prior("lognormal", 0.14, 0.4),
        meaning="births per cell: one in 7 days (1 to 14 seen)",
    )
    net_growth: float = parameter(
        0.01,
        "1/day",
        low=0.0005,
        high=0.5,
        spread=0.35,
        source="doi:10.7554/eLife.00747",
        evidence=("tumour_growth_06", "tumour_growth_08"),
        prior=Prior("lognormal", 0.01, 0.5),
        meaning="births minus deaths without a trained niche (21 melanoma lesions: doubling in 69 days)",
    )
    size_max: float = parameter(
        1e12,
        "cell",
        low=1e6,
        high=1e13,
        source=ASSUMPTION,
        evidence=("tumour_growth_01",),
        prior=Prior("fixed", 1e12),
        meaning="cells at which a lesion stops growing; taken equal to the primary's",
    )

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return birth, death and saturation by organ."""
        birth = p.division * q.organ_growth * q.lever_birth * q.modifier("birth")
        death = (p.division - p.net_growth) * q.organ_growth * q.lever_death * q.modifier("death")
        return {"birth": birth, "death": death, "saturation": p.size_max + 0 * q.organ_growth}
