"""Surgery wakes what sleeps: the primary's inhibition ends, and a wound stirs dormant cells (claim B2; SCIENCE 3).

While it is in place a primary of volume V keeps micrometastases from gaining vessels through a circulating inhibitor
(angiostatin: O'Reilly et al. 1994, doi:10.1016/0092-8674(94)90200-3); after resection the inhibitor is cleared and a
wound response fades (Retsky et al. 2010, doi:10.3390/cancers2020305):

    dI/dt = clearing (strength V / (V + half) - I)
    dH/dt = healing ((1 - present) - H),   wound = (1 - present) - H

`wound` is 0 before surgery, the share taken out on the day, and falls off at the rate `healing`. Waking of avascular
micrometastases is scaled by (1 - I)(1 + stir wound), ripening of solitary cells by 1 + stir_cells wound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity, State


@dataclass(frozen=True)
class SurgeryWake(Mechanism):
    """End of the primary's inhibition, and the wound response, after resection."""

    key = "surgery_wake"
    rank = 62
    title = "release of dormant lesions by surgery"
    claims = ("B2",)
    default_on = False
    states = (
        State("inhibitor", "body", "1", "inhibition of waking by the primary"),
        State("healed", "body", "1", "healed share of the operation"),
    )
    reads = ("primary_volume",)
    inputs = (
        Input("primary_present", "body", "1", "1 until resection, then the share left behind", "engine", 1.0),
        Input("lever_wound", "body", "1", "what interventions leave of the wound response", "lever", 1.0),
    )
    derives = (Quantity("wound", "body", "1", "wound response: 1 on the day of a full resection"),)
    modifies = ("waking", "ripening")
    requires = ("dormancy",)

    strength: float = parameter(
        0.95, "1", low=0.0, high=1.0, source=ASSUMPTION, evidence=("surgery_effect_01",),
        prior=Prior("uniform", 0.0, 1.0), meaning="share of waking that a large primary holds back",
    )  # fmt: skip
    half: float = parameter(
        0.1, "mL", low=1e-4, high=100.0, source=ASSUMPTION, prior=Prior("loguniform", 1e-2, 10.0),
        meaning="volume of the primary at half of that",
    )  # fmt: skip
    clearing: float = parameter(
        0.28, "1/day", low=0.01, high=10.0, source=ASSUMPTION, prior=Prior("lognormal", 0.28, 0.7),
        meaning="clearance of the inhibitor: half-life 2.5 days, recalled for angiostatin, not read in a source",
    )  # fmt: skip
    healing: float = parameter(
        0.02, "1/day", low=0.001, high=1.0, source=ASSUMPTION, prior=Prior("lognormal", 0.02, 0.7),
        meaning="fading of the wound response, about 5 weeks by half; no figure seen",
    )  # fmt: skip
    stir: float = parameter(
        100.0, "1", low=0.0, high=1e4, source=ASSUMPTION, evidence=("surgery_effect_03", "dormancy_06"),
        prior=Prior("loguniform", 0.1, 1000.0),
        meaning="relative rise of waking on the day of surgery; set so that an early peak of relapses stands out",
    )  # fmt: skip
    stir_cells: float = parameter(
        0.0, "1", low=0.0, high=1e4, source=ASSUMPTION, prior=Prior("uniform", 0.0, 1000.0),
        meaning="relative rise of ripening on the day of surgery; 0: the wound wakes micrometastases only",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the wound response."""
        return {"wound": 1 - q.primary_present - q.healed}

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balances of the inhibitor and of healing."""
        made = p.strength * q.primary_volume / (q.primary_volume + p.half)
        return {
            "inhibitor": p.clearing * (made - q.inhibitor),
            "healed": p.healing * (1 - q.primary_present - q.healed),
        }

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the factors on waking and on ripening."""
        felt = q.lever_wound * xp.maximum(q.wound, 0.0 * q.wound)
        return {"waking": (1 - q.inhibitor) * (1 + p.stir * felt), "ripening": 1 + p.stir_cells * felt}
