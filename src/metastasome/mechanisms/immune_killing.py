"""Killing of tumour cells by NK and T cells where they arrive and in lesions, held back by checkpoints (claim A11).

    activity = lever_killing (1 - lever_checkpoint brake),   brake = 1 - (1 - checkpoint)(1 - escape)

`checkpoint` is the brake that tumour cells put on by themselves, `escape` the one that vesicles add where that
mechanism is on; a checkpoint inhibitor lowers `lever_checkpoint`. Survival on arrival falls by 1 / (1 + arrival
activity), the death rate in lesions rises by 1 + lesion activity. Suppression in a trained niche is a separate factor
on death (:mod:`.niche_training`). Measured growth of lesions in patients holds the killing that goes on there, so the
mechanism is off by default; with it on, net growth is what would be left without killing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class ImmuneKilling(Mechanism):
    """NK and T-cell killing with its brake."""

    key = "immune_killing"
    rank = 63
    title = "killing by NK and T cells"
    claims = ("A11",)
    default_on = False
    reads_if_there = ("escape",)
    inputs = (
        Input("lever_checkpoint", "body", "1", "what interventions leave of the brake on killing", "lever", 1.0),
        Input("lever_killing", "body", "1", "factor of interventions on killing", "lever", 1.0),
    )
    derives = (Quantity("killing", "organ", "1", "activity of NK and T cells against tumour cells"),)
    modifies = ("success", "death")

    checkpoint: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.0, 1.0),
        meaning="share of killing that tumour cells hold back by themselves (PD-L1)",
    )  # fmt: skip
    arrival: float = parameter(
        2.0, "1", low=0.0, high=1000.0, source=ASSUMPTION, prior=Prior("loguniform", 0.01, 100.0),
        meaning="odds of being killed on arrival at full activity",
    )  # fmt: skip
    lesion: float = parameter(
        0.05, "1", low=0.0, high=10.0, source=ASSUMPTION, evidence=("metastasis_establishment_01",),
        prior=Prior("loguniform", 0.001, 1.0),
        meaning="relative rise of the death rate of lesion cells at full activity",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the activity left by the brake, by organ."""
        brake = 1 - (1 - p.checkpoint) * (1 - q.escape)
        return {"killing": q.lever_killing * (1 - q.lever_checkpoint * brake)}

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return factors on success (at most 1) and on the death rate of lesion cells (at least 1)."""
        return {"success": 1 / (1 + p.arrival * q.killing), "death": 1 + p.lesion * q.killing}
