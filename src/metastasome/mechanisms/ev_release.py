"""Vesicle release: tumour cells of the primary and of lesions shed EVs into blood, each at its rate per cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class EVRelease(Mechanism):
    """EVs released to blood per day = rate x modifiers x (primary cells + lesion cells)."""

    key = "ev_release"
    rank = 20
    title = "release of extracellular vesicles"
    claims = ("A6", "A7", "B6")
    reads = ("primary_cells",)
    inputs = (
        Input("burden", "organ", "cell", "tumour cells in lesions of each organ", "engine", 0.0),
        Input("lever_release", "body", "1", "what interventions leave of release per cell", "lever", 1.0),
    )
    derives = (
        Quantity("release_per_cell", "body", "EV/cell/day", "release per tumour cell into blood"),
        Quantity("release", "body", "EV/day", "tumour EVs entering blood"),
    )

    rate: float = parameter(
        1000.0,
        "EV/cell/day",
        low=1.0,
        high=1e6,
        spread=0.7,
        prior=Prior("loguniform", 100.0, 10000.0),
        source=ASSUMPTION,
        evidence=("ev_secretion_07", "ev_secretion_01", "ev_plasma_level_13"),
        meaning="EVs per tumour cell and day that reach blood; the tumour share of plasma EVs bounds it by about 2,200",
    )

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return release per cell and in all."""
        per_cell = p.rate * q.lever_release * q.modifier("release")
        return {"release_per_cell": per_cell, "release": per_cell * (q.primary_cells + xp.sum(q.burden))}
