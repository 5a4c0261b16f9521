"""The whole model's twin, for the kinds that are built on it: their shared options and the parameters to fit.

Vesicles move programmes alike in every organ (options `top` and `half`, assumptions), unless a table of responses is
given (:func:`metastasome.inference.kinds.world.read_response`). Dormancy is off.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...core.errors import InputError, nearest
from ...core.parameters import Parameter
from ..twin import Twin
from .base import Given

if TYPE_CHECKING:
    from ...matchmaking import DoseResponse

FREE = (
    "ctc_seeding.competence", "lesion_growth.net_growth", "niche_training.leak_gain", "tota_direct.transformation",
    "tota_indirect.transformation",
)  # fmt: skip
OPTIONS: dict[str, tuple[Any, str]] = {
    "primary": ("breast", "organ of the primary"),
    "organs": ("lung, liver, bone, brain, breast", "organs of the model"),
    "top": (0.3, "greatest shift of every programme"), "half": (10.0, "EV per cell and day of half of it"),
    "horizon_days": (7300.0, "days followed"), "cells": (40, "stretches of time"),
    "nodes": (128, "patients averaged over; few miss small chances"),
    "free": ("", "parameters to fit, with commas; the usual ones when empty"),
}  # fmt: skip


def whole_model(
    given: Given,
    *,
    soil: Mapping[str, float] | None = None,
    response: DoseResponse | None = None,
    response_key: str = "",
    resected_at: float | None = None,
) -> Twin:
    """Return the twin of the whole model under the hypothesis and options of `given`; made once for equal ones.

    Args:
        soil: organ -> relative readiness of it, 1 where not named.
        response: what vesicles do; that of `top` and `half` when not given. response_key: tells one from another.
        resected_at: diameter in cm at which the primary is taken out; None: never.

    Raises:
        InputError: an organ that the body lacks, a primary outside the organs, a number out of range.
    """
    o, switches = given.options, given.hypothesis.switches
    organs = organs_of(given)
    return _twin(
        tuple(sorted((k, repr(v)) for k, v in switches.items())), response_key, _Box((switches, response)), organs,
        str(o["primary"]).strip(), tuple(sorted((soil or {}).items())), _at_least(given, "top", 0.0),
        _at_least(given, "half", 1e-9), _at_least(given, "horizon_days", 1.0), int(_at_least(given, "cells", 2)),
        int(_at_least(given, "nodes", 1)), resected_at,
    )  # fmt: skip


def free_of(given: Given, twin: Twin) -> tuple[Parameter, ...]:
    """Return the parameters to fit, as the option `free` names them (the model's usual ones where it names none)."""
    known = twin.model.parameters
    text = str(given.options["free"]).strip()
    names = [w.strip() for w in text.split(",")] if text else [n for n in FREE if n in known]
    for name in names:
        if name not in known:
            raise InputError("no such parameter", field=f"{given.name}.free", value=name, hint=nearest(name, known))
    return tuple(dataclasses.replace(known[n], name=n) for n in names)


def organs_of(given: Given) -> tuple[str, ...]:
    """Return the organs of the model, as the option `organs` names them; errors as of :func:`whole_model`."""
    from ...body import human

    organs = tuple(w.strip() for w in str(given.options["organs"]).split(",") if w.strip())
    known = human().organs
    for name in organs:
        if name not in known:
            hint = nearest(name, known) or f"known: {', '.join(known)}"
            raise InputError("the body has no such organ", field=f"{given.name}.organs", value=name, hint=hint)
    if len(set(organs)) < len(organs):
        raise InputError("an organ is named twice", field=f"{given.name}.organs", value=", ".join(organs))
    primary = str(given.options["primary"]).strip()
    if primary not in organs:
        raise InputError(
            "the primary is not among the organs", field=f"{given.name}.primary", value=primary,
            expected=f"one of {', '.join(organs)}",
        )  # fmt: skip
    return organs


def _at_least(given: Given, option: str, low: float) -> float:
    value = float(given.options[option])
    if not low <= value < float("inf"):
        raise InputError("not usable", field=f"{given.name}.{option}", value=value, expected=f"{low:g} or more")
    return value


class _Box:
    """What counts as equal, so that a twin is made once per set of switches (the text beside them differs)."""

    def __init__(self, content: Any) -> None:
        self.content = content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Box)

    def __hash__(self) -> int:
        return 1


@functools.lru_cache(maxsize=16)
def _twin(
    key: tuple[tuple[str, str], ...], response_key: str, box: _Box, organs: tuple[str, ...], primary: str,
    soil: tuple[tuple[str, float], ...], top: float, half: float, horizon_days: float, cells: int, nodes: int,
    resected_at: float | None,
) -> Twin:  # fmt: skip
    from ...body import human
    from ...kinetics import uptake_law
    from ...mechanisms import compose
    from ...mechanisms.provide import inputs
    from ...readouts.imaging import detectable_cells
    from .world import uniform

    switches, response = box.content
    body = human()
    model = compose(organs, {**switches, "dormancy": False, "surgery_wake": False})
    study: dict[str, Any] = {"promoter": 1.0} if any(i.name == "promoter" for i in model.inputs) else {}
    if soil:
        study["soil"] = dict(soil)
    given = inputs(
        model, body=body, uptake=uptake_law(body), response=response or uniform(body.organs, top, half),
        primary=primary, study=study,
    )  # fmt: skip
    return Twin(
        model, given, detectable_cells(organs), horizon_days, cells=cells, patients=nodes, resected_at=resected_at
    )
