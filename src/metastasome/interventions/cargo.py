"""Changing what vesicles carry: microRNA inhibitors, loading, surface proteins."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.parameters import ASSUMPTION, parameter
from .base import Effect, Inputs, Intervention


@dataclass(frozen=True)
class AntiMir(Intervention):
    """Inhibitors or sponges against the delivered microRNAs: the RNA route works with the share that is left."""

    key = "anti_mir"
    title = "microRNA inhibitor or sponge"
    side_conditions = (
        "A sponge must outnumber the guides it holds; at 0.008 copies per vesicle the RNA route may do little to begin "
        "with (doi:10.1073/pnas.1408301111), and then this does nothing."
    )
    strength: float = parameter(
        0.8, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of delivered microRNA made idle"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on the RNA route."""
        return (Effect("lever_rna", 1.0 - self.strength),)


@dataclass(frozen=True)
class LoadingBlockade(Intervention):
    """Block the loading of RNA into vesicles in tumour cells (hnRNPA2B1, YBX1, AGO2 sorting)."""

    key = "loading_blockade"
    title = "loading of RNA blocked"
    side_conditions = "No effect size in vivo was found; the number of vesicles stays."
    strength: float = parameter(
        0.6, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of RNA kept out of vesicles"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on the RNA route."""
        return (Effect("lever_rna", 1.0 - self.strength),)


@dataclass(frozen=True)
class StripSurface(Intervention):
    """Take surface proteins off tumour vesicles: the protein route and organ steering weaken.

    Attributes:
        organ: organ whose steering is lost.
    """

    key = "strip_surface"
    title = "surface proteins of vesicles removed"
    side_conditions = (
        "Depleting surface membrane proteins lowered lung organotropism of tumour vesicles (PalmGRET study)."
    )
    places = ("organ",)
    organ: str = "lung"
    strength: float = parameter(
        0.8, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of surface protein taken off"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the levers on uptake by the organ and on the protein route."""
        return Effect("lever_integrin", 1.0 - self.strength, self.organ), Effect("lever_protein", 1.0 - self.strength)
