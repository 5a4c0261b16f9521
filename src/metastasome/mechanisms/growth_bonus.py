"""Growth bonus: vesicles raise growth and survival of normal residents, short of transformation (claim B10).

A bonus B per organ, between 0 and 1, follows

    dB/dt = build stimulus (1 - B) - decay B,    stimulus = 1 - exp(-(gain of stemness + loss of apoptosis))

in natural-log units of the two programmes in parenchyma at the dose delivered. It fades when vesicles are withdrawn.
Residents with it feed lesions next to them: the death rate of lesion cells falls by up to `survival_gain`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, parameter
from ._response import response_inputs, response_shift, share_of
from .base import Array, Mechanism, Quantities, Quantity, State


@dataclass(frozen=True)
class GrowthBonus(Mechanism):
    """Reversible growth and survival bonus of resident cells."""

    key = "growth_bonus"
    rank = 42
    title = "reversible growth bonus of residents"
    claims = ("B10",)
    default_on = False
    states = (State("bonus", "organ", "1", "growth and survival bonus of resident cells"),)
    reads = ("dose_parenchyma",)
    inputs = (*response_inputs("parenchyma", "stemness"), *response_inputs("parenchyma", "apoptosis"))
    derives = (Quantity("stimulus_bonus", "organ", "1", "gain of stemness and loss of apoptosis in parenchyma"),)
    modifies = ("death",)

    build: float = parameter(
        0.1, "1/day", low=0.001, high=10.0, source=ASSUMPTION, evidence=("cargo_effect_02",),
        meaning="rise of the bonus at full stimulus; genes of exposed marrow change within 2 to 7 days",
    )  # fmt: skip
    decay: float = parameter(
        0.05, "1/day", low=0.001, high=10.0, source=ASSUMPTION,
        meaning="fading of the bonus after withdrawal; transient in Lee 2016, no rate seen",
    )  # fmt: skip
    survival_gain: float = parameter(
        0.01, "1", low=0.0, high=0.5, source=ASSUMPTION,
        meaning="greatest share by which the bonus of residents lowers the death rate of lesion cells",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the stimulus, between 0 and 1."""
        dose = q.dose_parenchyma
        stem = share_of(xp, response_shift(q, dose, "parenchyma", "stemness"), 1)
        survival = share_of(xp, response_shift(q, dose, "parenchyma", "apoptosis"), -1)
        return {"stimulus_bonus": 1 - (1 - stem) * (1 - survival)}

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balance of the bonus."""
        return {"bonus": p.build * q.stimulus_bonus * (1 - q.bonus) - p.decay * q.bonus}

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the factor on the death rate of lesion cells, at most 1."""
        return {"death": 1 - p.survival_gain * q.bonus}
