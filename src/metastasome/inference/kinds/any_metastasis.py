"""Patients with any metastasis when the primary is found, by its diameter: the whole model, through its twin.

The chance of any detectable lesion at diameter d is that of :class:`metastasome.inference.twin.Twin` on the day the
primary, left in place, reaches d; averaged over patients, who differ in the parameters that have a spread. Vesicles
move
programmes alike in every organ (options `top` and `half`, assumptions): what was measured of a cargo belongs in a
study.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np

from ...core.errors import InputError, nearest
from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..jax_setup import jax
from ..laws import Binomial
from ..observation import Array, Data, Theta
from ..twin import Twin
from .base import Given, Kind

FREE = (
    "ctc_seeding.competence", "lesion_growth.net_growth", "niche_training.leak_gain", "tota_direct.transformation",
    "tota_indirect.transformation",
)  # fmt: skip
VARIES = Parameter(
    "any.varies", 0.02, "1", 1e-4, 0.5, Prior("lognormal", 0.02, 1.0), ASSUMPTION,
    "intra-class correlation of patients of one size class: what the model leaves out",
)  # fmt: skip


def build(given: Given) -> Binomial:
    """Return the counts of patients under the hypothesis."""
    o = given.options
    twin = _twin(
        tuple(sorted((k, repr(v)) for k, v in given.hypothesis.switches.items())), _Box(given.hypothesis.switches),
        tuple(w.strip() for w in str(o["organs"]).split(",")), str(o["primary"]), float(o["top"]), float(o["half"]),
        float(o["horizon_days"]), int(o["cells"]), int(o["nodes"]),
    )  # fmt: skip
    free = _free(given, twin)
    data = {"k": given.counts("metastatic"), "n": given.counts("patients"), "size": given.numbers("diameter", low=1e-3)}

    def at_sizes(theta: Theta, size: Array) -> Array:
        course, jnp = twin(theta), jax().numpy
        at = jax().vmap(lambda d, p: jnp.interp(jnp.log(size), jnp.log(d), p))(course.diameter, course.p_any(jnp))
        return jnp.mean(at, axis=0)

    once = functools.cache(lambda: jax().jit(at_sizes))  # on NumPy too the course is compiled once

    def chance(theta: Theta, data: Data, xp: Any) -> Array:
        needed = {p.name: theta[p.name] for p in free}
        return np.asarray(once()(needed, data["size"])) if xp is np else at_sizes(needed, data["size"])

    labels = given.words("class") if "class" in given.table.header else tuple(f"{s:g} cm" for s in data["size"])
    return Binomial(given.name, data, labels, (*free, VARIES), chance, given.weight, VARIES.name)


class _Box:
    """Switches that count as equal, so that a twin is made once per set of switches (the text beside them differs)."""

    def __init__(self, switches: Any) -> None:
        self.switches = switches

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Box)

    def __hash__(self) -> int:
        return 1


@functools.lru_cache(maxsize=16)
def _twin(
    key: tuple[tuple[str, str], ...], box: _Box, organs: tuple[str, ...], primary: str, top: float, half: float,
    horizon_days: float, cells: int, nodes: int,
) -> Twin:  # fmt: skip
    from ...body import human
    from ...kinetics import uptake_law
    from ...mechanisms import compose
    from ...mechanisms.provide import inputs
    from ...readouts.imaging import detectable_cells
    from .world import uniform

    body = human()
    model = compose(organs, {**box.switches, "dormancy": False, "surgery_wake": False})
    given = inputs(
        model, body=body, uptake=uptake_law(body), response=uniform(body.organs, top, half), primary=primary,
        study={"promoter": 1.0} if any(i.name == "promoter" for i in model.inputs) else {},
    )  # fmt: skip
    return Twin(model, given, detectable_cells(organs), horizon_days, cells=cells, patients=nodes)


def _free(given: Given, twin: Twin) -> tuple[Parameter, ...]:
    """Return the parameters to fit, as the option `free` names them (the model's usual ones where it names none)."""
    known = twin.model.parameters
    text = str(given.options["free"]).strip()
    names = [w.strip() for w in text.split(",")] if text else [n for n in FREE if n in known]
    for name in names:
        if name not in known:
            raise InputError("no such parameter", field=f"{given.name}.free", value=name, hint=nearest(name, known))
    return tuple(dataclasses.replace(known[n], name=n) for n in names)


KIND = Kind(
    "any_metastasis", "patients with any metastasis by size of the primary",
    {"diameter": "diameter of the primary, cm", "patients": "patients in the class", "metastatic": "of them with any"},
    build,
    {"primary": ("breast", "organ of the primary"),
     "organs": ("lung, liver, bone, brain, breast", "organs of the model"),
     "top": (0.3, "greatest shift of every programme"), "half": (10.0, "EV per cell and day of half of it"),
     "horizon_days": (7300.0, "days followed"), "cells": (40, "stretches of time"),
     "nodes": (128, "patients averaged over; few miss small chances"),
     "free": ("", "parameters to fit, with commas; the usual ones when empty")}, {},
)  # fmt: skip
