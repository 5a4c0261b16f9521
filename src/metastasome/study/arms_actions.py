"""From interventions to what the engine does: levers and events, refused in one line where the model has no hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import StudyError, nearest

if TYPE_CHECKING:
    from ..engine import Event, Lever
    from ..interventions import Action, Intervention
    from ..mechanisms import Model

Inputs = Mapping[str, NDArray[np.float64]]


def levers_and_events(
    model: Model, inputs: Inputs, interventions: Sequence[Intervention]
) -> tuple[tuple[Lever, ...], tuple[Event, ...]]:
    """Return what `interventions` do to `model`; an action that changes nothing leaves no trace.

    Raises:
        StudyError: the mechanism that an intervention acts through is off, or an organ is not in the model.
        InputError: two operations overlap.
    """
    from ..engine import Event, Lever
    from ..interventions import together

    levers: list[Lever] = []
    events: list[Event] = []
    for done in together(interventions)[0]:
        for a in usable(model, inputs, done)[0]:
            if a.idle:
                continue
            if a.when is not None:
                events.append(Event(trigger=a.when, params={a.input: a.factor}, name=done.key))
            else:
                index = None if a.organ is None else model.organs.index(a.organ)
                levers.append(Lever(a.input, index, a.start_day, a.stop_day, a.factor))
    # What begins at the size of resection must be met before the primary, and its size, is gone.
    events.sort(key=lambda e: "primary_present" in e.params)
    return tuple(levers), tuple(events)


def usable(model: Model, inputs: Inputs, done: Intervention) -> tuple[tuple[Action, ...], tuple[str, ...]]:
    """Return the actions of `done` that `model` has a hold for, and a sentence for each mechanism that is off.

    Raises:
        StudyError: none is left, an input that the intervention reads is not there, or an organ is unknown.
    """
    there = {i.name: i for i in model.inputs}
    unread = [n for n in done.needs if n not in there]
    if unread:
        raise _off(done, unread)
    found = done.actions(inputs)
    kept = tuple(a for a in found if a.input in there)
    missing = list(dict.fromkeys(a.input for a in found if a.input not in there))
    if not kept:
        raise _off(done, missing)
    for a in kept:
        _check_organ(model, done, a, there[a.input].shape)
    said = tuple(f"{done.key} acts only in part: {_owners(n)} is off." for n in missing)
    return kept, tuple(dict.fromkeys(said))


def check_horizon(done: Intervention, horizon_days: float) -> None:
    """Refuse a schedule that starts at the end of follow-up or later."""
    if done.from_diameter is None and done.start_day >= horizon_days:
        raise StudyError(
            "starts after the follow-up has ended", field=f"{done.key}.start", value=f"day {done.start_day:g}",
            expected=f"before day {horizon_days:g}",
        )  # fmt: skip


def _check_organ(model: Model, done: Intervention, a: Action, shape: str) -> None:
    if a.organ is None:
        return
    if a.organ not in model.organs:
        hint = nearest(a.organ, model.organs) or f"known: {', '.join(model.organs)}"
        raise StudyError("not an organ of the model", field=f"{done.key}.organ", value=a.organ, hint=hint)
    if shape != "organ":
        raise StudyError(f"'{a.input}' is not set organ by organ", field=f"{done.key}.organ", value=a.organ)


def _off(done: Intervention, names: Sequence[str]) -> StudyError:
    owners = " or ".join(dict.fromkeys(_owners(n) for n in names))
    return StudyError(
        f"'{done.key}' acts through {owners}, which is off in this study", field=done.key,
        hint=f"switch it on under 'mechanisms', or leave out '{done.key}'",
    )  # fmt: skip


def _owners(name: str) -> str:
    from ..mechanisms import catalogue

    owners = [k for k, m in catalogue().items() if name in {i.name for i in m.inputs}]
    return " or ".join(f"'{o}'" for o in owners) or f"'{name}'"
