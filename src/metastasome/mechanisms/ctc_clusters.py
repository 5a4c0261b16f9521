"""Clusters of circulating tumour cells: few of what circulates, far likelier to found a lesion (claims A1, B1).

Of what leaves the tumour the share c are clusters of n cells, the rest single cells. A cluster founds a lesion
`potency` times as often as a single cell (20 to 100 times; literature row ctc_cluster_01). Shedding counts cells, so
success per shed cell changes by

    (1 - c + c potency) / (1 - c + c n)

which is the modifier ``success`` of seeding. Clusters are taken to be caught like single cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class CTCClusters(Mechanism):
    """Clusters among circulating tumour cells and their success."""

    key = "ctc_clusters"
    rank = 52
    title = "clusters of circulating tumour cells"
    claims = ("A1", "B1")
    default_on = False
    derives = (Quantity("cluster_share", "body", "1", "share of clusters among founders that circulating cells leave"),)
    modifies = ("success",)

    events: float = parameter(
        0.03, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("loguniform", 0.001, 0.3),
        meaning="share of clusters in what circulates, counted by event",
    )  # fmt: skip
    cells: float = parameter(
        3.0, "1", low=2.0, high=50.0, source=ASSUMPTION, prior=Prior("lognormal", 3.0, 0.5),
        meaning="cells per cluster (clusters of 2 to 50 are described)",
    )  # fmt: skip
    potency: float = parameter(
        45.0, "1", low=1.0, high=1000.0, source="https://vivo.weill.cornell.edu/display/pubid34481763",
        evidence=("ctc_cluster_01",), prior=Prior("loguniform", 20.0, 100.0),
        meaning="founding by a cluster relative to a single cell; geometric mean of 20 and 100",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the share of founders that come from clusters."""
        return {"cluster_share": p.events * p.potency / (1 - p.events + p.events * p.potency)}

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the change of success per shed cell."""
        return {"success": (1 - p.events + p.events * p.potency) / (1 - p.events + p.events * p.cells)}
