"""Where a dose of vesicles went: organ shares and plasma levels over time, under rival laws of uptake.

Readings are predicted by the project's own transport (:mod:`metastasome.kinetics`), below saturation and each through
its own label, with a body of the species that was given the dose. Rival laws by option `law`:

* ``flow``: organs take vesicles in proportion to their share of cardiac output; ``passage``: in proportion to all blood
  that passes them, so that the lung meets what veins bring and the liver what portal organs leave.
* ``macrophages``: macrophages only, each with one clearance; ``cells``: endothelium, stroma and parenchyma besides, as
  the project's kinetics has it.

Option `tropism` names organs whose cells bind more or less than that (integrins), by a factor each, for the donors of
option `tropic`. Every donor has its own `scavenging` (how eagerly its vesicles are bound). Values scatter log-normally:
by the standard error of a mean (columns sd and n), and by what differs between laboratories (`biodistribution.noise`).
What lies at or below its limit of detection counts as that only. Rows of one group of animals are one datum, so that
leave-one-out leaves out a study.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.errors import InputError, nearest
from ...core.parameters import ASSUMPTION, Parameter, Prior
from ...kinetics.coefficients import coefficients, theta_of
from ...kinetics.fitting import NOISE, SCAVENGING
from ...kinetics.parameters import KineticParameters
from ...kinetics.structure import structure
from ..jax_setup import jax
from ..laws import Seen, log_normal_seen
from ..observation import Array, Data, Floats, Theta
from .base import Given, Kind, lognormal
from .tracer import Tracer
from .tracer_table import Group, groups

LAWS = ("flow", "passage", "macrophages", "cells")
_BINDING = ("bind_endothelium", "bind_macrophage", "bind_resident", "bind_stroma", "bind_parenchyma")
_SILENT = {"flow": ("macrophage", "endothelium", "stroma", "parenchyma", "tissue_macrophage"),
           "macrophages": ("endothelium", "stroma", "parenchyma")}  # fmt: skip
_SILENT["passage"] = _SILENT["flow"]
SPREAD = Parameter(
    "biodistribution.noise", NOISE.a, "1", 0.01, 3.0, NOISE, ASSUMPTION,
    "sd of ln value between laboratories and animals, beyond the error of a mean",
)  # fmt: skip
EXTRACTION = lognormal(
    "kinetics.extraction", 0.03, 2.0, "1", 1e-6, 10.0,
    "plasma emptied of vesicles by an organ, per plasma that flows to it",
)  # fmt: skip


@dataclass(frozen=True)
class Readings(Seen):
    """Groups of animals with their rows side by side: ``value``, ``error`` (of ln value), ``lod``, ``there``, all
    ``(groups, rows)``; the prediction is the expected value of each."""

    def pointwise(self, theta: Theta, data: Data, xp: Any) -> Array:
        """Return the log-density of each group's rows together, ``(groups,)``."""
        sd = xp.sqrt(theta[SPREAD.name] ** 2 + data["error"] ** 2)
        rows = log_normal_seen(data["value"], data["lod"], xp.log(self.predict(theta, data, xp)), sd, xp)
        return xp.sum(xp.where(data["there"] > 0, rows, 0.0), axis=1)

    def simulate(self, theta: Theta, rng: np.random.Generator) -> Data:
        """Return new values with the same errors; what is not detected becomes 0."""
        sd = np.sqrt(float(theta[SPREAD.name]) ** 2 + self.data["error"] ** 2)
        mean = np.log(np.asarray(self.predict(theta, self.data, np), float))
        drawn = np.exp(mean + sd * rng.standard_normal(mean.shape))
        return {**self.data, "value": np.where((drawn > self.data["lod"]) & (self.data["there"] > 0), drawn, 0.0)}


def build(given: Given) -> Readings:
    """Return the readings under the law of the options."""
    law = str(given.options["law"])
    if law not in LAWS:
        raise InputError("not a law", field=f"{given.name}.law", value=law, expected=" or ".join(LAWS))
    organs, free = _organs(given), _free(given, law)
    made = groups(given, organs)
    tropic = _donors(given, made)
    eager = {g.donor: _eager(g.donor) for g in made}
    factors = tuple(_factor(o) for o in organs)
    strength = (EXTRACTION,) if law in ("flow", "passage") else ()
    needed = (*strength, *free, *eager.values(), *factors, SPREAD)
    run = Tracer([g.experiment for g in made], [g.area for g in made])
    uptake = [_Uptake(g, law, free, eager[g.donor].name, factors if g.donor in tropic else ()) for g in made]

    def everything(theta: Theta) -> Array:
        return run([u(theta) for u in uptake]) + np.stack([1.0 - _padded(g.there, run.width) for g in made])

    once = functools.cache(lambda: jax().jit(everything))  # on NumPy too it is compiled once

    def expected(theta: Theta, data: Data, xp: Any) -> Array:
        asked = {p.name: theta[p.name] for p in needed}
        return np.asarray(once()({k: float(v) for k, v in asked.items()})) if xp is np else everything(asked)

    data = {k: np.stack([_padded(getattr(g, k), run.width) for g in made]) for k in ("value", "error", "lod", "there")}
    return Readings(given.name, data, tuple(g.label for g in made), needed, expected, given.weight)


def _padded(x: Floats, width: int) -> Floats:
    return np.concatenate([x, np.zeros(width - len(x))])


class _Uptake:
    """Coefficients of transport of one group of animals as a function of the parameters."""

    def __init__(
        self, group: Group, law: str, free: tuple[Parameter, ...], eager: str, factors: tuple[Parameter, ...]
    ) -> None:
        self.given, self.where = group.experiment.given, structure(group.experiment.given.body)
        self.law, self.free, self.eager, self.factors = law, free, eager, factors

    def __call__(self, theta: Theta) -> dict[str, Any]:
        values = theta_of(KineticParameters()) | {p.name.split(".")[1]: theta[p.name] for p in self.free}
        c = self._ruled(coefficients(self.given, {**values, "scavenging": theta[self.eager]}), theta)
        for p in self.factors:
            here = np.array([float(o == p.name.split(".")[1]) for o in self.where.organs])
            c |= {k: c[k] * (1 + (theta[p.name] - 1) * here) for k in _BINDING}
        return c

    def _ruled(self, c: dict[str, Any], theta: Theta) -> dict[str, Any]:
        """Return the coefficients with binding as the law has it."""
        if self.law == "cells":
            return c
        if self.law == "macrophages":
            return c | {k: 0.0 * c[k] for k in ("bind_endothelium", "bind_stroma", "bind_parenchyma")}
        met = c["flow"] if self.law == "flow" else self.where.plasma_flows(c["flow"], c["lymph"])[0]
        taken = theta[EXTRACTION.name] * theta[self.eager] * met
        return c | {k: 0.0 * c[k] for k in _BINDING} | {"bind_endothelium": taken}


def _free(given: Given, law: str) -> tuple[Parameter, ...]:
    """Return the kinetic parameters to fit that have a say under `law`."""
    known = {p.name: p for p in KineticParameters().table() if p.prior.kind != "fixed" and p.name != "leak_pore"}
    names = [w.strip() for w in str(given.options["free"]).split(",") if w.strip()]
    for name in names:
        if name not in known:
            raise InputError("no such parameter", field=f"{given.name}.free", value=name, hint=nearest(name, known))
    silent = {k if k == "tissue_macrophage" else f"{k}_clearance" for k in _SILENT.get(law, ())}
    return tuple(dataclasses.replace(known[n], name=f"kinetics.{n}") for n in names if n not in silent)


def _organs(given: Given) -> tuple[str, ...]:
    from ...core.organs import organ

    return tuple(organ(w.strip()).name for w in str(given.options["tropism"]).split(",") if w.strip())


def _donors(given: Given, made: tuple[Group, ...]) -> frozenset[str]:
    """Return the donors whose vesicles seek organs: those of option `tropic`, or all."""
    known = {g.donor for g in made}
    asked = {w.strip() for w in str(given.options["tropic"]).split(",") if w.strip()}
    for name in asked - known:
        raise InputError("no such donor", field=f"{given.name}.tropic", value=name, hint=nearest(name, known))
    return frozenset(asked or known)


def _eager(donor: str) -> Parameter:
    name = f"scavenging.{donor.replace(' ', '_') or 'vesicles'}"
    meaning = "how eagerly these vesicles are bound, against the usual"
    return Parameter(name, 1.0, "1", 1e-3, 1e3, SCAVENGING, ASSUMPTION, meaning)


def _factor(organ: str) -> Parameter:
    prior = Prior("lognormal", 1.0, 1.0)
    return Parameter(f"tropism.{organ}", 1.0, "1", 1e-3, 1e3, prior, ASSUMPTION, f"binding by cells of the {organ}")


_OPTIONS: Mapping[str, tuple[Any, str]] = {
    "law": ("cells", f"what takes vesicles up: {', '.join(LAWS)}"),
    "free": ("macrophage_clearance, endothelium_clearance, processing", "kinetic parameters to fit, with commas"),
    "tropism": ("", "organs whose cells bind vesicles more or less than others', with commas"),
    "tropic": ("", "donors whose vesicles do; all when empty"),
    "vesicle": ("small", "size class of the vesicles"),
}
KIND = Kind(
    "biodistribution", "where a dose of vesicles went, and plasma levels",
    {"species": "human, mouse or rat", "source": "donor of the vesicles", "route": "iv when empty",
     "label": "dye, 125I ...", "organ": "organ, or plasma", "dose": "vesicles given, for levels in EV/mL only",
     "time_h": "hours after the dose (any for an area)", "value": "0 where not detected",
     "unit": "%ID, %ID/g, %ID/mL; %ID*h/mL for the area under a plasma curve", "sd": "of the value between animals",
     "n": "animals", "lod": "limit of detection", "macrophages": "share of macrophages left by a depletion",
     "study": "groups rows of one experiment"},
    build, _OPTIONS,
    {"sd": 0.0, "n": 1.0, "lod": 0.0, "macrophages": 1.0, "route": 0.0, "source": 0.0, "study": 0.0,
     "dose": 0.0},
)  # fmt: skip
