"""Things that happen at a given time: instant additions (a bolus) and changes of parameters (an infusion)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from .layout import Layout

Float = NDArray[np.float64]


class HasLayouts(Protocol):
    """A system, traced or compiled."""

    @property
    def states(self) -> Layout: ...  # noqa: D102
    @property
    def params(self) -> Layout: ...  # noqa: D102


@dataclass(frozen=True)
class Event:
    """At `time`, `add` to states and `set` parameters to new values (by block name; scalars fill a block).

    An infusion is two events: a parameter of the rates set to the infusion rate, and back to zero.
    """

    time: float
    add: Mapping[str, ArrayLike] = field(default_factory=dict)
    set: Mapping[str, ArrayLike] = field(default_factory=dict)

    def apply(self, system: HasLayouts, y: Float, p: Float) -> tuple[Float, Float]:
        """Return states ``(batch, states)`` and parameters ``(batch, params)`` after the event."""
        y, p = y.copy(), p.copy()
        for name, amount in self.add.items():
            y[:, system.states.slice(name)] += np.asarray(amount, dtype=np.float64)
        for name, value in self.set.items():
            p[:, system.params.slice(name)] = np.asarray(value, dtype=np.float64)
        if not (np.all(np.isfinite(y)) and np.all(np.isfinite(p))):
            raise InputError("an event gives a number that is not finite", field="events", value=self)
        return y, p


@dataclass(frozen=True)
class Stretch:
    """Time from `begin` to `end` without events inside; `events` happen at `begin`; `rows` of the output lie in it."""

    begin: float
    end: float
    events: tuple[Event, ...]
    rows: slice

    def start(self, system: HasLayouts, y: Float, p: Float) -> tuple[Float, Float]:
        """Return states and parameters at `begin`, after its events."""
        for event in self.events:
            y, p = event.apply(system, y, p)
        return y, p


def segments(times: Float, events: Sequence[Event]) -> Iterator[Stretch]:
    """Yield the stretches between events from ``times[0]`` to ``times[-1]``; events of one time keep their order.

    Raises:
        InputError: an event lies outside the times.
    """
    for event in events:
        if not times[0] <= event.time <= times[-1]:
            raise InputError("an event lies outside the times", field="events", value=event.time,
                             expected=f"{times[0]:g} to {times[-1]:g}")  # fmt: skip
    marks = np.unique([times[0], *(e.time for e in events), times[-1]])
    ends = np.append(marks[1:], marks[-1])
    for k, (begin, end) in enumerate(zip(marks, ends, strict=True)):
        last = k == len(marks) - 1
        low = int(np.searchsorted(times, begin, side="left"))
        high = len(times) if last else int(np.searchsorted(times, end, side="left"))
        yield Stretch(float(begin), float(end), tuple(e for e in events if e.time == begin), slice(low, high))
