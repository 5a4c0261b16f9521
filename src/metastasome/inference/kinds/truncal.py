"""Sequenced pairs of primary and metastasis: how many share truncal variants, and what that leaves for
resident-derived.

A lesion grown from the patient's own cells at the site shares no truncal variant with the primary, except for
`carry`, the
share in which transferred DNA imitates one. A seeded lesion shares them, except where sequencing misses them or the
lesion
belongs to another primary (`missed`). With a share rho of resident-derived lesions

    P(pair shares) = rho carry + (1 - rho) (1 - missed)

The upper bound on rho is the 95% quantile of its posterior. Assumption to state with every answer: pairs that were
sequenced
stand for lesions at large (biopsied lesions were not chosen for looking like the primary).
"""

from __future__ import annotations

from typing import Any

from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..laws import Binomial
from ..observation import Array, Data, Theta
from .base import Given, Kind, lognormal

SHARE = Parameter(
    "truncal.resident_share", 0.1, "1", 0.0, 1.0, Prior("uniform", 0.0, 1.0), ASSUMPTION,
    "share of lesions grown from the patient's own cells at the site",
)  # fmt: skip
MISSED = lognormal(
    "truncal.missed", 0.02, 0.8, "1", 1e-4, 0.5, "share of seeded pairs in which no shared truncal variant is found"
)


def build(given: Given) -> Binomial:
    """Return the counts of sharing pairs under the hypothesis."""
    carry = float(given.options["carry"])
    resident = given.hypothesis.resident
    data = {"k": given.counts("sharing"), "n": given.counts("pairs")}

    def chance(theta: Theta, data: Data, xp: Any) -> Array:
        share = theta[SHARE.name] if resident else 0.0
        return share * carry + (1 - share) * (1 - theta[MISSED.name]) + 0.0 * data["n"]

    needed = (SHARE, MISSED) if resident else (MISSED,)
    return Binomial(given.name, data, given.words("cohort"), needed, chance, given.weight)


KIND = Kind(
    "truncal", "pairs of primary and metastasis that share truncal variants",
    {"cohort": "where the pairs come from", "pairs": "sequenced pairs", "sharing": "pairs that share truncal variants"},
    build, {"carry": (0.0, "share of resident-derived lesions in which transferred DNA looks truncal")}, {},
)  # fmt: skip
