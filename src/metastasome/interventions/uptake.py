"""Less uptake of vesicles by recipient cells."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.parameters import ASSUMPTION, parameter
from .base import Effect, Inputs, Intervention


@dataclass(frozen=True)
class BlockUptake(Intervention):
    """Lower the uptake of vesicles by all cells by the share `strength`; they stay longer in blood."""

    key = "block_uptake"
    title = "vesicle uptake blocked"
    side_conditions = (
        "Heparin blocks binding, not internalisation (doi:10.1007/s11060-013-1235-y); vesicles stay longer in blood."
    )
    strength: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of uptake by every cell held back"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on uptake."""
        return (Effect("lever_uptake", 1.0 - self.strength),)


@dataclass(frozen=True)
class Heparin(Intervention):
    """Heparin: vesicles bind less to heparan sulphate; those bound already go in as before.

    Uptake left = 1 - strength x by_heparan: only the share of uptake that starts on heparan sulphate can be blocked.
    """

    key = "heparin"
    title = "heparin"
    side_conditions = (
        "Blocks binding, not internalisation (doi:10.1007/s11060-013-1235-y). No dose with an effect size was found. "
        "Less uptake everywhere leaves more vesicles in blood: where no other loss takes them, organs get them later."
    )
    strength: float = parameter(
        0.8, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of heparan binding held back"
    )
    by_heparan: float = parameter(
        0.6,
        "1",
        low=0.0,
        high=1.0,
        source=ASSUMPTION,
        meaning="share of uptake that starts on heparan sulphate",
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on uptake."""
        return (Effect("lever_uptake", 1.0 - self.strength * self.by_heparan),)


@dataclass(frozen=True)
class IntegrinBlockade(Intervention):
    """Block the integrins that steer vesicles to one organ (alpha6beta4 to lung, alphavbeta5 to liver).

    Attributes:
        organ: the organ protected.
    """

    key = "integrin_blockade"
    title = "integrin blockade"
    side_conditions = (
        "Knock-down of beta4 or beta5 integrin lowered uptake and metastasis in lung or liver (Hoshino 2015, "
        "PMC4788391). Vesicles kept from one organ reach the others a little more."
    )
    places = ("organ",)
    organ: str = "lung"
    strength: float = parameter(
        0.7, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of uptake by the organ held back"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on uptake by the organ."""
        return (Effect("lever_integrin", 1.0 - self.strength, self.organ),)
