"""Patients with any metastasis when the primary is found, by its diameter: the whole model, through its twin.

The chance of any detectable lesion at diameter d is that of :class:`metastasome.inference.twin.Twin` on the day the
primary, left in place, reaches d; averaged over patients, who differ in the parameters that have a spread. Vesicles
move programmes alike in every organ (options `top` and `half`, assumptions): what was measured of a cargo belongs in a
study. For counts organ by organ see the kind ``organs_reached``.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ..jax_setup import jax
from ..laws import Binomial
from ..observation import Array, Data, Theta
from .base import Given, Kind, lognormal
from .whole import OPTIONS, free_of, whole_model

VARIES = lognormal(
    "any.varies", 0.02, 1.0, "1", 1e-4, 0.5,
    "intra-class correlation of patients of one size class: what the model leaves out",
)  # fmt: skip


def build(given: Given) -> Binomial:
    """Return the counts of patients under the hypothesis."""
    twin = whole_model(given)
    free = free_of(given, twin)
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


KIND = Kind(
    "any_metastasis", "patients with any metastasis by size of the primary",
    {"diameter": "diameter of the primary, cm", "patients": "patients in the class", "metastatic": "of them with any"},
    build, OPTIONS, {},
)  # fmt: skip
