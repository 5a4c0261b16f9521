"""Where metastases are, from the whole model: its organs, mechanisms and parameters meet counts of sites.

D_mo lesions of organ o are expected to be detectable in patient m, all origins summed, on the day the primary reaches
the diameter of the row, and `day` days later (:class:`metastasome.inference.twin.Twin`); by Kendall's law their number
is Poisson. With q_o the chance that a metastasis there is found (column `seen`), f_mo = q_o (1 - exp(-D_mo)) and the
mean over patients m, a count is expected as the option `counted` says:

    patients   mean f_mo                           a patient counts once at every site
    single     mean f_mo prod_(r /= o) (1 - f_mr)  patients with this site and no other organ of the model
    lesions    mean q_o D_mo                       every lesion counts

With a column `patients` a row says "of n patients k have it at this site": binomial per organ, the logit of the chance
scattering by `organs.scatter` for what the model leaves out of an organ (its readiness above all). Without it, a group
of rows says "of the sites listed, so many here": shares over the sites of the group, Dirichlet-multinomial.

What is assumed: sites of one group are weighed as if other patients had been looked at for each. Organs differ in the
model by blood flow, filters, uptake and macrophages; vesicles move their programmes alike unless the option `response`
names a table of shifts (columns of :func:`.world.read_response`). How ready each organ is: see the option `soil` in
:mod:`.organs_soil`. All metastases are found unless `seen` says otherwise; it is taken as known, since counts of sites
alone cannot tell it from soil. The primary stays in unless `resected`; a primary that never reaches the diameter is
looked at on the last day. Lesions do not seed lesions and do not sleep.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.parameters import Parameter
from ..jax_setup import jax
from ..laws import Binomial, Composition
from ..observation import Array, Data, Theta
from ..twin import Twin
from .base import Given, Kind, lognormal
from .organs_soil import fitted_soil, known_soil
from .organs_table import Looks, read_looks
from .whole import OPTIONS, free_of, organs_of, whole_model
from .world import response_beside

COUNTED = ("patients", "single", "lesions")
SCATTER = lognormal(
    "organs.scatter", 0.7, 0.7, "1", 1e-2, 5.0,
    "what organs scatter beyond the model, sd of the logit; median: the width of soil among sites (sites_widths.tsv)",
)  # fmt: skip
CONCENTRATION = lognormal(
    "organs.concentration", 8.0, 1.0, "1", 0.1, 1e5,
    "counts that one group of shares is worth; median: shares of 1/4 scatter by 0.7 on the logit, as organs.scatter",
)  # fmt: skip
_SMALL = 1e-9  # keeps a chance off 0 and 1, where its logit cannot scatter


def build(given: Given) -> Binomial | Composition:
    """Return the counts under the hypothesis: of patients where the table says how many were looked at, else shares."""
    counted = str(given.options["counted"])
    if counted not in COUNTED:
        raise InputError("not usable", field=f"{given.name}.counted", value=counted, expected=" or ".join(COUNTED))
    organs = organs_of(given)
    looks = read_looks(given, organs, str(given.options["primary"]).strip())
    if looks.patients is not None and counted == "lesions":
        raise InputError(
            "lesions are no share of patients", file=given.table.path, field="patients",
            expected="'counted' patients or single, or a table without this column",
        )  # fmt: skip
    key, response = response_beside(given)
    twin = whole_model(
        given, soil=known_soil(given, organs), response=response, response_key=key, resected_at=_resected(given, looks)
    )
    soil = fitted_soil(given, looks.organ.tolist(), organs)
    free = (*free_of(given, twin), *soil.values())
    course = expected(twin, looks, counted, {p.name: o for o, p in soil.items()})
    once = functools.cache(lambda: jax().jit(course))  # on NumPy too compiled once

    def at_organs(theta: Theta, xp: Any) -> Array:
        """Return what is expected, ``(g, o)``."""
        needed = {p.name: theta[p.name] for p in free}
        return np.asarray(once()(needed)) if xp is np else course(needed)

    if looks.patients is None:
        return _shares(given, looks, at_organs, free, twin.model.organs)

    def chance(theta: Theta, data: Data, xp: Any) -> Array:
        return _SMALL + (1 - 2 * _SMALL) * at_organs(theta, xp)[looks.group, looks.organ]

    data = {"k": looks.found, "n": looks.patients}
    return Binomial(given.name, data, looks.labels, (*free, SCATTER), chance, given.weight, scatter=SCATTER.name)


def expected(twin: Twin, looks: Looks, counted: str, soil: Mapping[str, int]) -> Callable[[Theta], Array]:
    """Return the function from parameters to what is expected per group and organ, ``(g, o)``, on JAX.

    `soil`: parameter -> position of the organ whose readiness it is.
    """

    def made(theta: Theta) -> Array:
        j = jax()
        xp, ready = j.numpy, j.numpy.asarray(twin.inputs["soil"])
        for name, organ in soil.items():
            ready = ready.at[organ].set(theta[name])
        course = dataclasses.replace(twin, inputs={**twin.inputs, "soil": ready})(theta)
        wanted = xp.log(xp.asarray(looks.diameter))

        def one(diameter: Array, lesions: Array) -> Array:  # (t,), (o, t) -> (o, g)
            at = xp.interp(wanted, xp.log(diameter), xp.asarray(course.days)) + looks.later
            return j.vmap(lambda row: xp.interp(at, xp.asarray(course.days), row))(lesions)

        lesions = j.vmap(one)(course.diameter, xp.sum(course.detected, axis=1))  # (m, o, g)
        return xp.mean(of_lesions(lesions, looks.seen, counted, xp), axis=0).T

    return made


def of_lesions(lesions: Array, seen: Array, counted: str, xp: Any) -> Array:
    """Return what a patient is expected to add to each count, ``(m, o, g)``, of lesions ``(m, o, g)``."""
    if counted == "lesions":
        return seen * lesions
    found = seen * -xp.expm1(-lesions)
    if counted == "patients":
        return found
    free = xp.log1p(-xp.minimum(found, 1 - 1e-12))
    return found * xp.exp(xp.sum(free, axis=1, keepdims=True) - free)


def _shares(
    given: Given, looks: Looks, at_organs: Callable[[Theta, Any], Array], free: tuple[Parameter, ...],
    organs: tuple[str, ...],
) -> Composition:  # fmt: skip
    shape = (looks.seen.shape[1], looks.seen.shape[0])
    counts, listed = np.zeros(shape), np.zeros(shape, bool)
    counts[looks.group, looks.organ] = looks.found
    listed[looks.group, looks.organ] = True
    for name, sites, total in zip(looks.names, listed.sum(axis=1), counts.sum(axis=1), strict=True):
        if sites < 2 or total == 0:
            raise InputError(
                f"'{name}' has no shares", file=given.table.path, field="site",
                value=f"{sites} sites, {total:g} metastases", expected="two sites or more and a metastasis",
                hint="a column 'patients' makes each site a count of its own",
            )  # fmt: skip

    def shares(theta: Theta, data: Data, xp: Any) -> Array:
        return xp.where(listed, at_organs(theta, xp) + _SMALL, 0.0)

    return Composition(
        given.name, {"counts": counts}, looks.names, (*free, CONCENTRATION), shares, given.weight, CONCENTRATION.name,
        organs,
    )  # fmt: skip


def _resected(given: Given, looks: Looks) -> float | None:
    """Return the diameter at which the primary is taken out."""
    asked = given.options["resected"]
    if asked not in ("no", "yes", True, False):
        raise InputError("not usable", field=f"{given.name}.resected", value=asked, expected="yes or no")
    if asked in ("no", False):
        return None
    if len(set(looks.diameter.tolist())) > 1:
        raise InputError(
            "primaries are taken out at several diameters", file=given.table.path, field="diameter",
            value=sorted(set(looks.diameter.tolist())), expected="one diameter per observation where 'resected' is yes",
        )  # fmt: skip
    return float(looks.diameter[0])


KIND = Kind(
    "organs_reached", "metastases organ by organ, from the whole model",
    {"site": "organ of the metastasis", "metastatic": "patients (or lesions, see counted) with it there",
     "patients": "patients looked at; without it, shares of the sites listed",
     "diameter": "diameter of the primary when looked at, cm", "day": "days after it was reached",
     "seen": "chance that a metastasis there is found", "group": "cohort, where there are several"},
    build,
    {**OPTIONS, "diameter": (0.0, "cm, where the table has no such column"),
     "counted": ("patients", ", ".join(COUNTED)),
     "resected": ("no", "yes: the primary is taken out at that diameter"),
     "soil": ("", "readiness of organs: 'bone=3, liver=1.5', or fitted"),
     "response": ("", "table of vesicles' shifts beside this one: organ, programme, top, half, and cell")},
    {"patients": 0.0, "diameter": 0.0, "day": 0.0, "seen": 1.0, "group": 0.0},
)  # fmt: skip
