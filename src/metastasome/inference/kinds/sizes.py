"""Metastasis at diagnosis by size of the primary in several cancers at once: one shared mechanism, few numbers each.

The law is that of :mod:`metastasome.inference.sizes`: lesions are founded in proportion to N^g as the primary grows,
more where vesicles train niches, and seen once large enough; of cancer c, with m_c detectable lesions expected at 4 cm,

    p_c(d) = e + (1 - e) c (1 - exp(-m_c F(d; g_c, pace, gain, half) / F(4 cm)))

Shared are c, pace, gain and half (the last two only where the hypothesis has vesicles train niches), and g, from which
a cancer's own deviates, ln g_c = ln g + unlike x_c, x standard normal. Each cancer has its own m. A share of n patients
scatters beyond counting by t on the logit scale (beta-binomial). e is the share miscoded whatever the size (option
`miscoded`, an assumption; no size class has been seen below it).

For one cancer through the whole model see the kind ``any_metastasis``, which reads the same columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..laws import Binomial
from ..observation import Array, Data, Theta
from ..sizes import REFERENCE_CM, founded_at, over_reference
from .base import Given, Kind, key_of, lognormal

EXPONENT = lognormal(
    "sizes.exponent", 0.7, 0.7, "1", 1e-3, 5.0, "power of the primary's cells that founds lesions; 1: every cell alike"
)
CAPABLE = Parameter(
    "sizes.capable", 0.5, "1", 0.0, 1.0, Prior("uniform", 0.0, 1.0), ASSUMPTION, "share of tumours that can metastasise"
)
PACE = lognormal(
    "sizes.pace", 1.44, 0.5, "1", 0.05, 10.0,
    "net growth of lesions over early growth of primaries (prior: that of the mechanism lesion_growth)",
)  # fmt: skip
GAIN = lognormal("sizes.gain", 3.0, 1.0, "1", 0.0, 1e3, "how much trained niches raise founding, as a factor less one")
HALF = lognormal("sizes.half_cm", 2.0, 0.7, "cm", 0.01, 30.0, "diameter of the primary that trains niches by half")
SCATTER = lognormal(
    "sizes.scatter", 0.2, 0.7, "1", 1e-3, 5.0, "what size classes scatter beyond counting, sd of the logit"
)
_DEVIATION = Prior("normal", 0.0, 1.0)
_SMALL = 1e-7


def build(given: Given) -> Binomial:
    """Return the counts of patients under the shared law, with vesicles where the hypothesis trains niches."""
    names = given.words("cancer")
    cancers = tuple(dict.fromkeys(names))
    keys = [key_of(c) for c in cancers]
    if len(set(keys)) < len(keys):
        raise InputError("two cancers have nearly the same name", file=given.table.path, field="cancer", value=keys)
    diameter = given.numbers("diameter", low=0.01, high=100)
    wide, at = np.unique(np.append(diameter, REFERENCE_CM), return_inverse=True)
    patients, metastatic = _counts(given)
    data = {"k": metastatic, "n": patients}
    mine = np.array([cancers.index(c) for c in names])
    vesicles, unlike = given.hypothesis.on("niche_training"), float(given.options["unlike"])
    if unlike < 0:
        raise InputError("not a spread", field=f"{given.name}.unlike", value=unlike, expected="0 or more")
    miscoded = float(given.options["miscoded"])
    if not 0 < miscoded < 1:
        raise InputError("not a share", field=f"{given.name}.miscoded", value=miscoded, expected="between 0 and 1")
    lesions, g = _own(cancers, keys)

    def chance(theta: Theta, data: Data, xp: Any) -> Array:
        def stack(parameters: Sequence[Parameter]) -> Array:
            return xp.stack([xp.asarray(theta[p.name], dtype=float) for p in parameters])

        exponents = theta[EXPONENT.name] * xp.exp(unlike * stack(g))
        gain, half = (theta[GAIN.name], theta[HALF.name]) if vesicles else (0.0, 1.0)
        ln = founded_at(wide, exponents, theta[PACE.name], gain, half, xp)
        expected = stack(lesions)[:, None] * over_reference(ln, ln[:, at[-1]][:, None], xp)  # (cancer, diameter)
        made = -theta[CAPABLE.name] * xp.expm1(-expected)
        return miscoded + (1 - miscoded) * xp.minimum(made[mine, at[:-1]], 1 - _SMALL)

    shared = (EXPONENT, CAPABLE, PACE, *((GAIN, HALF) if vesicles else ()), SCATTER)
    labels = tuple(f"{name} {d:g} cm" for name, d in zip(names, diameter, strict=True))
    return Binomial(
        given.name, data, labels, (*shared, *lesions, *g), chance, given.weight, scatter=SCATTER.name
    )  # fmt: skip


def _own(cancers: Sequence[str], keys: Sequence[str]) -> tuple[tuple[Parameter, ...], tuple[Parameter, ...]]:
    """Return the parameters of each cancer: lesions at 4 cm, and how its exponent deviates."""
    both = list(zip(keys, cancers, strict=True))
    lesions = tuple(
        lognormal(f"sizes.lesions_{k}", 0.5, 1.5, "1", 1e-8, 1e6, f"detectable lesions expected at 4 cm: {c}")
        for k, c in both
    )
    exponents = tuple(
        Parameter(f"sizes.exponent_{k}", 0.0, "1", -8.0, 8.0, _DEVIATION, ASSUMPTION,
                  f"how the exponent of {c} deviates, in its sd") for k, c in both
    )  # fmt: skip
    return lesions, exponents


def _counts(given: Given) -> tuple[Any, Any]:
    """Return patients and those with metastases, from counts or from fractions."""
    patients = np.round(given.numbers("patients", low=1))
    if "metastatic" in given.table.header:
        return patients, given.counts("metastatic")
    if "fraction" not in given.table.header:
        raise InputError("a column is missing", file=given.table.path, row=1, expected="metastatic or fraction")
    return patients, np.round(patients * given.numbers("fraction", low=0, high=1))


KIND = Kind(
    "sizes", "patients with metastases at diagnosis by size of the primary, several cancers",
    {"cancer": "which cancer", "diameter": "diameter of the primary, cm", "patients": "patients in the class",
     "metastatic": "of them with metastases", "fraction": "share of them, where counts are not given"},
    build, {"unlike": (0.5, "sd between cancers of the ln of the exponent; 0: one for all"),
     "miscoded": (1e-4, "share coded as metastatic whatever the size")},
    {"metastatic": 0.0, "fraction": 0.0},
)  # fmt: skip
