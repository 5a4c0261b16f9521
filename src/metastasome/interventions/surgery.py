"""Surgery: the primary is taken out, on a day or when it reaches a size."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..core.errors import InputError
from .base import Action, Inputs, Intervention


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
    at_diameter: float | str | None = None
    residual: float = 0.0

    def actions(self, inputs: Inputs) -> tuple[Action, ...]:
        """Return the change of ``primary_present``."""
        left = self._share("residual")
        if self.at_diameter is None:
            return (Action("primary_present", left, self.start_day, math.inf),)
        if not isinstance(self.at_diameter, str) and not self.at_diameter > 0:
            raise InputError("must be positive", field=f"{self.key}.at_diameter", value=self.at_diameter)
        return (Action("primary_present", left, when=("primary_diameter", self.at_diameter)),)
