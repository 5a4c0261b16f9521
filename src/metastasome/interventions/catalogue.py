"""Interventions by the name a study file gives them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ..core.errors import StudyError, nearest
from ..core.units import to
from .base import Intervention
from .surgery import Resection
from .vesicles import BlockRelease, BlockUptake, RemoveVesicles

#: field of the object -> (name in the study file, unit)
_WRITTEN = {
    "strength": ("strength", "1"),
    "residual": ("residual", "1"),
    "at_diameter": ("at", "cm"),
    "clearance_ml_per_day": ("clearance", "mL/day"),
}


def catalogue() -> dict[str, type[Intervention]]:
    """Return name -> class of every intervention."""
    return {kind.key: kind for kind in (BlockRelease, BlockUptake, RemoveVesicles, Resection)}


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
    kind = known[do]
    names = {_WRITTEN[f.name][0]: f.name for f in dataclasses.fields(kind) if f.name in _WRITTEN}
    made: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in names:
            raise StudyError(
                f"'{do}' has no setting '{name}'",
                field=f"interventions.{name}",
                hint=nearest(name, names) or f"known: {', '.join(names)}",
            )
        made[names[name]] = to(value, _WRITTEN[names[name]][1], field=f"interventions.{do}.{name}")
    if start is not None:
        made["start_day"] = start
    if stop is not None:
        made["stop_day"] = stop
    return kind(**made)
