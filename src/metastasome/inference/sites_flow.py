"""Blood's part of tropism: shed cells caught at each site, by the closed form of ``mechanisms/ctc_seeding``."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from ..body import human
from ..mechanisms.ctc_seeding import CTCSeeding
from .sites_names import SITE_NAMES, Origin

Floats = NDArray[np.float64]
#: Sites that are no organ of the reference body: share of cardiac output (assumptions; all small).
SMALL_SHARES = {
    "ovary": 0.0003,
    "female_genital": 0.001,
    "urinary": 0.001,
    "mediastinum": 0.001,
    "head_neck": 0.01,
    "biliary": 0.001,
    "male_genital": 0.0002,
}


@functools.cache
def _shares() -> dict[str, float]:
    who = human()
    share = who.flow / who.cardiac_output
    return {s: SMALL_SHARES[s] if s in SMALL_SHARES else float(share[who.index(s)]) for s in SITE_NAMES}


def flow_shares() -> Floats:
    """Return the share of arterial blood each site gets, ``(site,)``; sums to less than 1."""
    return np.array([_shares()[s] for s in SITE_NAMES])


def filter_flow(origin: Origin, *, caught: float | None = None) -> Floats:
    """Return cells caught at each site per cell shed by a primary at `origin`, ``(site,)``.

    Filter and flow with portal routing (Scott 2014, PMC4258103): a mixture of the closed form for portal, systemic and
    pulmonary venous drainage by the shares of `origin`. Linear in what is shed, so the mixture is exact.

    Args:
        origin: anatomy of the primary.
        caught: share of cells a capillary bed catches; the mechanism's default when None.
    """
    routes = ((origin.portal, 0), (origin.pulmonary, 1), (1 - origin.portal - origin.pulmonary, 2))
    made = sum((share * _route(k, caught) for share, k in routes if share > 0), np.zeros(len(SITE_NAMES)))
    return np.asarray(made, np.float64)


@functools.cache
def _route(kind: int, caught: float | None) -> Floats:
    """Return what each site catches when the primary drains by portal (0), pulmonary (1) or systemic (2) veins.

    With e = 1 - caught and the arterial stream A: A = e (first lung pass) + (pulmonary veins) + e A (what returns).
    """
    known = {q.name: q.default for q in CTCSeeding.parameters()}
    a, by_lymph = known["caught"] if caught is None else caught, known["lymph_share"]
    e, veins = 1.0 - a, 1.0 - by_lymph
    share, liver, portal = flow_shares(), _shares()["liver"], _shares()["gut"]
    to_liver, from_lung, others = (veins if kind == k else 0.0 for k in range(3))
    first = others + e * (to_liver + by_lymph)
    into_liver = liver + e * portal
    returning = e * (1.0 - liver - portal + into_liver)
    arterial = (e * first + from_lung) / (1.0 - e * returning)
    made = a * arterial * share
    made[SITE_NAMES.index("liver")] = a * (to_liver + arterial * into_liver)
    made[SITE_NAMES.index("lung")] += a * (first + returning * arterial)
    made[SITE_NAMES.index("lymph_node")] += a * by_lymph
    return made
