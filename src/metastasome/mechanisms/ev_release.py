"""Vesicle release: tumour cells of the primary and of lesions shed EVs into blood, each at its rate per cell.

    per cell = rate control,    control = 1 - exosomes (1 - (1 - r (1 - lever_rab27)) (1 - n (1 - lever_nsmase2)))

Rab27 and nSMase2 act on exosomes, which bud into endosomes, and not on microvesicles, which bud from the membrane; r
and n are the shares of exosome release that go with either. Hypoxia and acidity, where on, raise the primary's release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class EVRelease(Mechanism):
    """EVs released to blood per day = rate x control x modifiers x (primary cells + lesion cells)."""

    key = "ev_release"
    rank = 20
    title = "release of extracellular vesicles"
    claims = ("A6", "A7", "A10", "B6")
    reads = ("primary_cells",)
    inputs = (
        Input("burden", "organ", "cell", "tumour cells in lesions of each organ", "engine", 0.0),
        Input("lever_release", "body", "1", "what interventions leave of release per cell", "lever", 1.0),
        Input("lever_rab27", "body", "1", "what interventions leave of Rab27 in tumour cells", "lever", 1.0),
        Input("lever_nsmase2", "body", "1", "what interventions leave of nSMase2 in tumour cells", "lever", 1.0),
    )
    derives = (
        Quantity("release_per_cell", "body", "EV/cell/day", "release per tumour cell into blood"),
        Quantity("release_per_primary_cell", "body", "EV/cell/day", "the same for cells of the primary"),
        Quantity("primary_release", "body", "EV/day", "EVs from the primary"),
        Quantity("release", "body", "EV/day", "tumour EVs entering blood"),
        Quantity("large_share", "body", "1", "share of microvesicles in what is released"),
    )

    rate: float = parameter(
        1000.0,
        "EV/cell/day",
        low=1.0,
        high=1e6,
        spread=0.7,
        prior=Prior("loguniform", 100.0, 10000.0),
        source=ASSUMPTION,
        evidence=("ev_secretion_07", "ev_secretion_01", "ev_plasma_level_13"),
        meaning="EVs per tumour cell and day that reach blood; the tumour share of plasma EVs bounds it by about 2,200",
    )

    exosome_share: float = parameter(
        0.7, "1", low=0.01, high=0.99, prior=Prior("uniform", 0.3, 0.95), source=ASSUMPTION,
        meaning="share of exosomes in release; the rest are microvesicles; no figure read",
    )  # fmt: skip
    rab27_share: float = parameter(
        0.6, "1", low=0.0, high=1.0, prior=Prior("uniform", 0.0, 1.0), source=ASSUMPTION,
        meaning="share of exosome release lost with Rab27; a clear loss in many lines (PMC6080553), none in TS/A cells",
    )  # fmt: skip
    nsmase2_share: float = parameter(
        0.5, "1", low=0.0, high=1.0, prior=Prior("uniform", 0.0, 1.0), source=ASSUMPTION,
        meaning="share of exosome release lost with nSMase2 (PMC3624465); size not read",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return release per cell and in all, and the share of microvesicles in it."""
        kept = (1 - p.rab27_share * (1 - q.lever_rab27)) * (1 - p.nsmase2_share * (1 - q.lever_nsmase2))
        control = 1 - p.exosome_share * (1 - kept)
        per_cell = p.rate * control * q.lever_release * q.modifier("release")
        at_primary = per_cell * q.modifier("release_primary")
        from_primary = at_primary * q.primary_cells
        return {
            "release_per_cell": per_cell,
            "release_per_primary_cell": at_primary,
            "primary_release": from_primary,
            "release": from_primary + per_cell * xp.sum(q.burden),
            "large_share": (1 - p.exosome_share) / control,
        }
