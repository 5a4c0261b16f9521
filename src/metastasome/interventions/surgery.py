"""Surgery: the primary is taken out, on a day or when it reaches a size; and what softens the wound response."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..core.errors import InputError
from ..core.parameters import ASSUMPTION, parameter
from .base import Action, Effect, Inputs, Intervention


@dataclass(frozen=True)
class Resection(Intervention):
    """Take out the primary, leaving the share `residual` behind.

    Attributes:
        at_diameter: what the primary's diameter must reach: cm, or the name of a patient-specific input. None: by the
            day `start_day`.
        residual: share of the primary left in place; what is left does not regrow in this model.
    """

    key = "resection"
    title = "resection of the primary"
    side_conditions = (
        "Surgery may end dormancy: relapse peaks at 18 and 60 months (PMC4937089), over half of metastatic relapses by "
        "one model (doi:10.3390/cancers2020305); here only where 'dormancy' and 'surgery_wake' are on. "
        "CD63+ plasma vesicles fell 0.72-fold and caveolin-1+ rose 2.2-fold after resection, neither significantly "
        "(doi:10.3390/cancers11030429)."
    )
    written = (("at", "at_diameter"),)
    at_diameter: float | str | None = None
    residual: float = parameter(
        0.0, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of the primary left behind"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        at = self.at_diameter
        if at is not None and not isinstance(at, str) and not (math.isfinite(at) and at > 0):
            raise InputError("must be positive", field=f"{self.key}.at_diameter", value=at)

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return what is left of the primary."""
        return (Effect("primary_present", self.residual),)

    def actions(self, inputs: Inputs) -> tuple[Action, ...]:
        """Return the change of ``primary_present``; what is out stays out."""
        if self.from_diameter is not None:
            return super().actions(inputs)
        if self.at_diameter is None:
            return (Action("primary_present", self.residual, self.start_day, math.inf),)
        return (Action("primary_present", self.residual, when=("primary_diameter", self.at_diameter)),)

    def when_in_words(self) -> str:
        """Return when, in words."""
        if self.at_diameter is None:
            return f"on day {self.start_day:g}" if self.from_diameter is None else super().when_in_words()
        return "at its size of detection" if isinstance(self.at_diameter, str) else f"at {self.at_diameter:g} cm"


@dataclass(frozen=True)
class CalmWound(Intervention):
    """Lower the wound response around surgery by the share `strength` (perioperative anti-inflammatory drugs)."""

    key = "calm_wound"
    title = "wound response lowered"
    side_conditions = (
        "Acts where 'surgery_wake' is on. No figure for its effect on waking was found: an assumption to try."
    )
    strength: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of the wound response held back"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on the wound response."""
        return (Effect("lever_wound", 1.0 - self.strength),)
