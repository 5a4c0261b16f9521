"""Interventions by the name a study file gives them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from ..core.errors import InputError, StudyError, nearest
from ..core.parameters import Parameter, parameters_of
from ..core.units import to
from . import blood, cargo, classical, delivery, niche, release, surgery, uptake
from .base import Intervention

#: class of intervention -> where it lives, in the order of the vesicle's way
CLASSES = {
    "release": release,
    "blood": blood,
    "uptake": uptake,
    "cargo": cargo,
    "niche": niche,
    "delivery": delivery,
    "surgery": surgery,
    "classical": classical,
}
#: setting of the schedule -> field
SCHEDULE = {"days_on": "days_on", "days_off": "days_off", "from": "from_diameter"}


def catalogue() -> dict[str, type[Intervention]]:
    """Return name -> class of every intervention, in the order of :data:`CLASSES`."""
    return {kind.key: kind for module in CLASSES.values() for kind in _of(module)}


def class_of(kind: type[Intervention]) -> str:
    """Return the class an intervention belongs to (a key of :data:`CLASSES`)."""
    return next(name for name, module in CLASSES.items() if module.__name__ == kind.__module__)


def settings_of(kind: type[Intervention]) -> dict[str, str]:
    """Return setting -> field of `kind`, as a study file writes them, schedule last."""
    other = {field: name for name, field in kind.written}
    own = [p.name for p in parameters_of(kind)] + [*kind.places, *(w for w, _ in kind.words), *_sizes(kind)]
    return {other.get(f, f): f for f in own} | SCHEDULE


def make(
    do: str, settings: Mapping[str, Any], *, start: float | None = None, stop: float | None = None
) -> Intervention:
    """Return the intervention `do` with `settings` as a study file writes them; `start` and `stop` are days.

    Raises:
        StudyError: an unknown intervention or setting. InputError: a value out of range or in the wrong unit.
    """
    known = catalogue()
    if do not in known:
        raise StudyError(
            f"intervention '{do}' is unknown",
            field="interventions.do",
            hint=nearest(do, known) or f"known: {', '.join(known)}",
        )
    kind, made = known[do], {}
    names, numbers = settings_of(kind), {p.name: p for p in parameters_of(kind)}
    for name, value in settings.items():
        if name not in names:
            raise StudyError(
                f"'{do}' has no setting '{name}'",
                field=f"interventions.{name}",
                hint=nearest(name, names) or f"known: {', '.join(names)}",
            )
        made[names[name]] = _read(names[name], value, numbers, f"interventions.{do}.{name}")
    for name, day in (("start_day", start), ("stop_day", stop)):
        if day is not None:
            made[name] = day
    return kind(**made)


def written(one: Intervention) -> dict[str, Any]:
    """Return `one` as a study file writes it, defaults left out, so that :func:`make` gives it back."""
    kind = type(one)
    plain = {f.name: f.default for f in dataclasses.fields(kind)}
    made: dict[str, Any] = {"do": kind.key}
    for name, field in settings_of(kind).items():
        value = getattr(one, field)
        if value != plain[field]:
            made[name] = value
    if one.start_day > 0:
        made["start"] = f"{one.start_day!r} day"
    if math.isfinite(one.stop_day):
        made["stop"] = f"{one.stop_day!r} day"
    return made


def _read(field: str, value: Any, numbers: Mapping[str, Parameter], where: str) -> Any:
    if field in numbers:
        return to(value, numbers[field].unit, field=where)
    if field in ("days_on", "days_off"):
        return to(value, "day", field=where)
    if field == "at_diameter" or (field == "from_diameter" and value != "resection"):
        return to(value, "cm", field=where)
    if not isinstance(value, str):
        raise InputError("not a word", field=where, value=value)
    return value


def _sizes(kind: type[Intervention]) -> list[str]:
    return [f.name for f in dataclasses.fields(kind) if f.name == "at_diameter"]


def _of(module: Any) -> list[type[Intervention]]:
    found = [
        kind for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Intervention) and kind.__module__ == module.__name__
    ]  # fmt: skip
    return [k for k in found if k is not Intervention]
