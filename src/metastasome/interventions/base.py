"""What an intervention is: a frozen object that turns itself into actions on the model's inputs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError

Inputs = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Action:
    """One change of one input of the model.

    Attributes:
        input: name of the input.
        factor: what it is multiplied by.
        start_day, stop_day: from when to when; `stop_day` may be infinite.
        when: None for a change by the calendar; ``(quantity, threshold)`` for one that happens when the quantity first
            reaches the threshold, a number or the name of a single-valued input, and then stays.
    """

    input: str
    factor: float
    start_day: float = 0.0
    stop_day: float = math.inf
    when: tuple[str, float | str] | None = None


@dataclass(frozen=True, kw_only=True)
class Intervention:
    """Base of all interventions; a subclass gives its `actions`.

    Attributes:
        start_day, stop_day: the schedule, in days from the start of the study.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    side_conditions: ClassVar[str] = ""
    start_day: float = 0.0
    stop_day: float = math.inf

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_day) and self.start_day >= 0):
            raise InputError("a schedule starts at day 0 or later", field=f"{self.key}.start", value=self.start_day)
        if not self.stop_day > self.start_day:
            raise InputError("a schedule stops after it starts", field=f"{self.key}.stop", value=self.stop_day)

    def actions(self, inputs: Inputs) -> tuple[Action, ...]:
        """Return the changes this makes to a model with these `inputs`."""
        raise InputError("an intervention without actions", field=type(self).__name__)

    def with_(self, **changes: Any) -> Intervention:
        """Return a changed copy."""
        return dataclasses.replace(self, **changes)

    def _share(self, name: str) -> float:
        value = float(getattr(self, name))
        if not 0.0 <= value <= 1.0:
            raise InputError("not a share", field=f"{self.key}.{name}", value=value, expected="0 to 1")
        return value
