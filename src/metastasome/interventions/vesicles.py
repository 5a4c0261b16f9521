"""Interventions on vesicles: less release, less uptake, removal from blood."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.errors import InputError
from .base import Action, Inputs, Intervention


@dataclass(frozen=True)
class BlockRelease(Intervention):
    """Lower the release of vesicles per tumour cell by the share `strength` while it lasts.

    Stands for Rab27 or nSMase2 loss, proton-pump inhibitors or buffers as an effect size; no dose-effect figure in
    patients was found (see docs/interventions.md), so the strength is the user's.
    """

    key = "block_release"
    title = "vesicle release blocked"
    side_conditions = (
        "Rab27a loss acts in 4T1 but not TS/A cells and also lowers MMP9; proton-pump inhibitors go with more deaths "
        "under checkpoint inhibitors (hazard ratio 1.29, 1.10 to 1.50, PMC8907621)."
    )
    strength: float = 0.8

    def actions(self, inputs: Inputs) -> tuple[Action, ...]:
        """Return the lever on release."""
        return (Action("lever_release", 1.0 - self._share("strength"), self.start_day, self.stop_day),)


@dataclass(frozen=True)
class BlockUptake(Intervention):
    """Lower the uptake of vesicles by all cells by the share `strength` (heparin-like; integrin blockade)."""

    key = "block_uptake"
    title = "vesicle uptake blocked"
    side_conditions = (
        "Heparin blocks binding, not internalisation (doi:10.1007/s11060-013-1235-y); vesicles stay longer in blood."
    )
    strength: float = 0.5

    def actions(self, inputs: Inputs) -> tuple[Action, ...]:
        """Return the lever on uptake."""
        return (Action("lever_uptake", 1.0 - self._share("strength"), self.start_day, self.stop_day),)


@dataclass(frozen=True)
class RemoveVesicles(Intervention):
    """Remove vesicles from blood by a device that clears `clearance_ml_per_day` of plasma (affinity hemofiltration)."""

    key = "remove_vesicles"
    title = "vesicles removed from blood"
    side_conditions = "Removal in one filter does not act on vesicles that reach organs on first pass."
    clearance_ml_per_day: float = 30_000.0

    def actions(self, inputs: Inputs) -> tuple[Action, ...]:
        """Return the lever that raises the loss from blood by the device's clearance."""
        if not self.clearance_ml_per_day >= 0:
            raise InputError("must not be negative", field=f"{self.key}.clearance", value=self.clearance_ml_per_day)
        factor = 1.0 + self.clearance_ml_per_day / float(inputs["loss"][0])
        return (Action("lever_loss", factor, self.start_day, self.stop_day),)
