"""Hybrids of macrophages and tumour cells: fusion in the primary, death of most, spread of the few (claim A5).

Freshly fused cells F and settled hybrids H of the primary follow

    dF/dt = fusion N - (dying + settling) F
    dH/dt = settling F - loss H

with N tumour cells, so that the share dying / (dying + settling) of all fusions ends in death ("most hybrids die after
fusion", PMC8431460). Hybrids enter blood `motility` times as readily as tumour cells and make up hybrid_share of what
the primary sheds; those that settle found lesions of origin ``hybrid``, which hold both genomes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity, State


@dataclass(frozen=True)
class FusionHybrids(Mechanism):
    """Macrophage-tumour fusion with death after fusion."""

    key = "fusion_hybrids"
    rank = 53
    title = "fusion hybrids of macrophages and tumour cells"
    claims = ("A5",)
    default_on = False
    states = (
        State("fused", "body", "cell", "freshly fused cells in the primary"),
        State("hybrids", "body", "cell", "hybrids that outlived fusion, in the primary"),
    )
    reads = ("primary_cells", "settled_of_primary")
    inputs = (Input("primary_present", "body", "1", "1 until resection, then the share left behind", "engine", 1.0),)
    derives = (
        Quantity("hybrids_in_place", "body", "cell", "hybrids in the primary in place"),
        Quantity("hybrid_share", "body", "1", "share of hybrids among the cells that the primary sheds"),
    )
    opens = ("hybrid",)
    modifies = ("shedding",)

    fusion: float = parameter(
        1e-3, "1/day", low=0.0, high=0.1, source=ASSUMPTION, evidence=("cell_fusion_01",),
        prior=Prior("loguniform", 1e-6, 1e-2),
        meaning="fusions per tumour cell and day; no macrophage figure seen (breast cancer x MSC: hybrids below 0.5% "
        "of tumour cells at 14 days)",
    )  # fmt: skip
    dying: float = parameter(
        0.3, "1/day", low=1e-3, high=10.0, source=ASSUMPTION, prior=Prior("lognormal", 0.3, 0.7),
        meaning="death of freshly fused cells; PMC8431460 says most die and gives no rate",
    )  # fmt: skip
    settling: float = parameter(
        0.01, "1/day", low=1e-6, high=1.0, source=ASSUMPTION, prior=Prior("loguniform", 1e-4, 0.1),
        meaning="fused cells that become lasting hybrids; with `dying`, 3% of fusions",
    )  # fmt: skip
    loss: float = parameter(
        0.05, "1/day", low=1e-4, high=1.0, source=ASSUMPTION, prior=Prior("lognormal", 0.05, 1.0),
        meaning="net loss of hybrids from the primary",
    )  # fmt: skip
    motility: float = parameter(
        10.0, "1", low=1.0, high=1e4, source=ASSUMPTION, prior=Prior("lognormal", 10.0, 1.0),
        meaning="shedding of a hybrid relative to a tumour cell",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return hybrids in place and their share of shed cells."""
        share = self._share(q)
        return {
            "hybrids_in_place": q.primary_present * q.hybrids,
            "hybrid_share": p.motility * share / (1 + (p.motility - 1) * share),
        }

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balances of fused cells and hybrids."""
        return {
            "fused": p.fusion * q.primary_cells - (p.dying + p.settling) * q.fused,
            "hybrids": p.settling * q.fused - p.loss * q.hybrids,
        }

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the rise of shedding by cells that leave more readily."""
        return {"shedding": 1 + (p.motility - 1) * self._share(q)}

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders that are hybrids."""
        return {"hybrid": q.settled_of_primary * q.hybrid_share}

    @staticmethod
    def _share(q: Quantities) -> Array:
        """Return hybrids per tumour cell of the primary in place (a trace keeps 0/0 away after resection)."""
        there = q.primary_present * q.hybrids
        return there / (q.primary_cells + there + 1e-30)
