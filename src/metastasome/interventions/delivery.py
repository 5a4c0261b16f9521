"""Vesicles as a vehicle: engineered ones that carry an siRNA or a microRNA to an organ (A10)."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.parameters import ASSUMPTION, parameter
from .base import Effect, Inputs, Intervention

#: niche state -> (cell class, programme) whose response it follows
TARGETS = {
    "leakiness": ("endothelium", "barrier"),
    "matrix": ("stroma", "matrix"),
    "marrow_cells": ("macrophage", "inflammation"),
    "suppression": ("macrophage", "immune_suppression"),
}


@dataclass(frozen=True)
class EngineeredVesicles(Intervention):
    """Engineered vesicles silence, in one organ, what a niche step needs: its response there falls by `knockdown`.

    :func:`knockdown_table` says what knock-down a microRNA or siRNA seed would reach, and what else it would hit.

    Attributes:
        organ: where they are delivered.
        target: niche step: leakiness, matrix, marrow_cells or suppression.
    """

    key = "engineered_vesicles"
    title = "engineered vesicles with siRNA or microRNA"
    side_conditions = (
        "Vesicles without steering go to liver and spleen first; the knock-down is what reaches the cells of the "
        "organ, and no figure in patients was found. Off-targets are the table's, not the trial's."
    )
    places = ("organ",)
    words = (("target", tuple(TARGETS)),)
    organ: str = "liver"
    target: str = "matrix"
    knockdown: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of the response silenced in the organ"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the factors on the greatest response of the target in the organ, by route."""
        cell, programme = TARGETS[self.target]
        left = 1.0 - self.knockdown
        return tuple(Effect(f"{route}_top_{cell}_{programme}", left, self.organ) for route in ("rna", "protein"))
