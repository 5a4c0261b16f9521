"""What an intervention is: a frozen object that turns itself into actions on the model's inputs.

A subclass says what it does at full effect (:meth:`Intervention.effects`); the base lays the schedule over it. Numbers
are declared like those of mechanisms (:func:`metastasome.core.parameters.parameter`): unit, range, source.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.organs import organ
from ..core.parameters import Parameter, parameters_of
from ..core.units import in_unit
from .schedule import Window, windows

Inputs = Mapping[str, NDArray[np.float64]]
#: A quantity of the model and the value at which it triggers: a number or the name of a patient-specific input.
Trigger = tuple[str, float | str]
RESECTION_SIZE = "diameter_at_resection"


@dataclass(frozen=True)
class Effect:
    """What an input is multiplied by at full effect; `organ` limits it to one organ of an input by organ."""

    input: str
    factor: float
    organ: str | None = None


@dataclass(frozen=True)
class Action:
    """One change of one input of the model.

    Attributes:
        input: name of the input.
        factor: what it is multiplied by.
        start_day, stop_day: from when to when; `stop_day` may be infinite.
        when: None for a change by the calendar; ``(quantity, threshold)`` for one that happens when the quantity first
            reaches the threshold, a number or the name of a single-valued input, and then stays.
        organ: the organ it is limited to; None for all.
    """

    input: str
    factor: float
    start_day: float = 0.0
    stop_day: float = math.inf
    when: Trigger | None = None
    organ: str | None = None

    @property
    def idle(self) -> bool:
        """True where it changes nothing: a factor of exactly 1."""
        return self.factor == 1.0


@dataclass(frozen=True, kw_only=True)
class Intervention:
    """Base of all interventions; a subclass gives its `effects`.

    Attributes:
        start_day, stop_day: the schedule, in days from the start of the study.
        days_on, days_off: cycles within it; 0 days off is without a break.
        from_diameter: begin when the primary's diameter reaches this (cm, or ``"resection"``) instead of on a day, and
            stay on.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    side_conditions: ClassVar[str] = ""
    #: Half-life of the effect after the last dose, days; 0 where it goes with the dose.
    washout_days: ClassVar[float] = 0.0
    #: (name in a study file, field), where they differ.
    written: ClassVar[tuple[tuple[str, str], ...]] = ()
    #: (field, words it may hold).
    words: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()
    #: Inputs whose value it reads.
    needs: ClassVar[tuple[str, ...]] = ()
    #: Fields that name an organ.
    places: ClassVar[tuple[str, ...]] = ()
    start_day: float = 0.0
    stop_day: float = math.inf
    days_on: float = 0.0
    days_off: float = 0.0
    from_diameter: float | str | None = None

    def __post_init__(self) -> None:
        for p in parameters_of(type(self)):
            _checked(p, getattr(self, p.name), self.key)
        for name, allowed in self.words:
            if getattr(self, name) not in allowed:
                choices = ", ".join(allowed)
                raise InputError(
                    "not a choice", field=f"{self.key}.{name}", value=getattr(self, name), expected=choices
                )
        for name in self.places:
            if getattr(self, name) is not None:
                object.__setattr__(self, name, organ(getattr(self, name)).name)
        if not (math.isfinite(self.start_day) and self.start_day >= 0):
            raise InputError("a schedule starts at day 0 or later", field=f"{self.key}.start", value=self.start_day)
        if not self.stop_day > self.start_day:
            raise InputError("a schedule stops after it starts", field=f"{self.key}.stop", value=self.stop_day)
        if self.days_off and not (self.days_on > 0 and 0 < self.days_off < math.inf):
            raise InputError("not a cycle", field=f"{self.key}.days_on", expected="days on and off above 0")
        self._check_size_schedule()

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return what this does to a model with these `inputs`, at full effect."""
        raise InputError("an intervention without effects", field=type(self).__name__)

    def actions(self, inputs: Inputs) -> tuple[Action, ...]:
        """Return the changes this makes to a model with these `inputs`, on its schedule."""
        found = self.effects(inputs)
        if self.from_diameter is not None:
            size = RESECTION_SIZE if self.from_diameter == "resection" else self.from_diameter
            return tuple(Action(e.input, e.factor, when=("primary_diameter", size), organ=e.organ) for e in found)
        return tuple(
            Action(e.input, 1.0 + (e.factor - 1.0) * w.intensity, w.start_day, w.stop_day, organ=e.organ)
            for e in found
            for w in self.windows()
        )

    def windows(self) -> tuple[Window, ...]:
        """Return when it acts, and how strongly (1: in full)."""
        return windows(
            self.start_day, self.stop_day, days_on=self.days_on, days_off=self.days_off,
            washout_days=self.washout_days, field=self.key,
        )  # fmt: skip

    def with_(self, **changes: Any) -> Intervention:
        """Return a changed copy."""
        return dataclasses.replace(self, **changes)

    def describe(self) -> str:
        """Return what is done and when, in words."""
        named = {field: name for name, field in self.written}
        p = [f"{named.get(p.name, p.name).replace('_', ' ')} {p.default:g}{_unit(p.unit)}" for p in parameters_of(self)]
        return f"{self.title}" + (f" ({', '.join(p)})" if p else "") + f", {self.when_in_words()}"

    @property
    def last_day(self) -> float:
        """Day of the last dose; infinite where it goes on to the end."""
        return self.stop_day

    def when_in_words(self) -> str:
        """Return the schedule in words."""
        if self.from_diameter is not None:
            where = "resection" if self.from_diameter == "resection" else f"{self.from_diameter:g} cm on"
            return f"from {where}"
        until = "to the end" if math.isinf(self.last_day) else f"to day {self.last_day:g}"
        cycles = f", {self.days_on:g} days on and {self.days_off:g} off" if self.days_off else ""
        return f"from day {self.start_day:g} {until}{cycles}"

    def dose_days(self, horizon_days: float) -> float:
        """Return the days of full effect up to the horizon, the measure of dose of a trade-off; NaN without a day."""
        if self.from_diameter is not None:
            return math.nan
        return sum(w.intensity * max(0.0, min(w.stop_day, horizon_days) - w.start_day) for w in self.windows())

    def _check_size_schedule(self) -> None:
        given = self.from_diameter
        if given is None or given == "resection":
            pass
        elif isinstance(given, str) or not (math.isfinite(given) and given > 0):
            raise InputError("not a size", field=f"{self.key}.from", value=given, expected="cm, or 'resection'")
        if given is not None and (self.start_day or math.isfinite(self.stop_day) or self.days_off):
            raise InputError(
                "begins by size and by day at once",
                field=f"{self.key}.from",
                value=given,
                hint="give 'from' or 'start'",
            )


def _checked(p: Parameter, value: Any, key: str) -> None:
    if value is None:
        return
    field = f"{key}.{p.name}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError("not a number", field=field, value=value, expected=in_unit("a number", p.unit))
    p.check(value, field=field)


def _unit(unit: str) -> str:
    return "" if unit == "1" else f" {unit}"
