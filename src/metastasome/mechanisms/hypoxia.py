"""Hypoxia: where demand outgrows vessels, part of the primary is short of oxygen and HIF raises release (A7, A11).

The crowding V/K of the primary is what its volume asks of the vessels that are there; the hypoxic share follows it,

    h = hypoxic_full min(V/K, 1)        HIF = lever h        release x (1 + (fold - 1) HIF)

Off by default: the default release rate is anchored to plasma of patients, whose tumours are hypoxic already. Switched
on, the rate is that of cells at ease, and hypoxia raises it as the primary grows. Release rises at 1% and 0.1% oxygen
in three breast lines and no longer without HIF-1A (King 2012, doi:10.1186/1471-2407-12-421); the fold was not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class Hypoxia(Mechanism):
    """Hypoxic share of the primary, HIF activity, and what it does to release and angiogenesis."""

    key = "hypoxia"
    rank = 11
    title = "hypoxia raises release (HIF)"
    claims = ("A7", "A11")
    default_on = False
    reads = ("crowding",)
    inputs = (Input("lever_hif", "body", "1", "what interventions leave of HIF activity", "lever", 1.0),)
    derives = (
        Quantity("hypoxic_share", "body", "1", "share of the primary that is short of oxygen"),
        Quantity("hif", "body", "1", "HIF activity averaged over the primary, 0 to 1"),
    )
    modifies = ("release_primary", "angiogenesis")

    hypoxic_full: float = parameter(
        0.5, "1", low=0.0, high=1.0, prior=Prior("uniform", 0.2, 0.8), source="PMC4159937",
        meaning="hypoxic share where volume has reached capacity; half to two thirds of many tumour types have more "
        "than 20% of readings under 2.5 mmHg, no figure for the share itself",
    )  # fmt: skip
    release_fold: float = parameter(
        2.0, "1", low=1.0, high=20.0, prior=Prior("lognormal", 2.0, 0.5), source=ASSUMPTION,
        evidence=("ev_secretion_hypoxia_01",),
        meaning="release of a hypoxic cell relative to one at ease; the rise is significant, its size was not read",
    )  # fmt: skip
    vegf_share: float = parameter(
        0.5, "1", low=0.0, high=1.0, prior=Prior("uniform", 0.0, 1.0), source=ASSUMPTION,
        meaning="share of the angiogenic drive that is lost with HIF",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the hypoxic share and HIF activity."""
        share = p.hypoxic_full * xp.minimum(q.crowding, 1.0 + 0.0 * q.crowding)
        return {"hypoxic_share": share, "hif": q.lever_hif * share}

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return factors on the primary's release (at least 1) and on angiogenesis (1 with HIF untouched)."""
        return {
            "release_primary": 1 + (p.release_fold - 1) * q.hif,
            "angiogenesis": 1 - p.vegf_share * (1 - q.lever_hif),
        }
