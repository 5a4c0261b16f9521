"""Lymph: part of the primary's vesicles leaves by lymph and meets the sentinel node first (A1; PMC7660226).

Of the primary's release the share s goes by lymph. The first nodes take the share t of it, by class of cell as
:func:`metastasome.kinetics.sentinel_uptake` gives it; the rest goes on to blood. The nodes' dose is that of the first
nodes, where cells shed by lymph arrive as well, and not of the body's other nodes. Off by default: s was not read
anywhere, and the default rate counts vesicles that reach blood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity
from .ev_uptake import CELLS


@dataclass(frozen=True)
class LymphSpread(Mechanism):
    """Vesicles of the primary in its sentinel nodes."""

    key = "lymph_spread"
    rank = 21
    title = "spread by lymph to the sentinel node"
    claims = ("A1", "B4")
    default_on = False
    reads = ("primary_release",)
    inputs = (
        Input("is_node", "organ", "1", "1 at the lymph nodes", "body"),
        Input("node_taken", "body", "1", "share of the vesicles in lymph that the first nodes take", "uptake"),
        *(
            Input(f"node_per_cell_{c}", "body", "1/cell", f"share of them per {c} cell of the first nodes", "uptake")
            for c in CELLS
        ),
        Input("lever_uptake", "body", "1", "what interventions leave of uptake by cells", "lever", 1.0),
    )  # fmt: skip
    derives = (
        Quantity("lymph_release", "body", "EV/day", "EVs of the primary leaving by lymph"),
        Quantity("node_caught", "body", "EV/day", "EVs that the first nodes keep from blood"),
        *(Quantity(f"dose_node_{c}", "organ", "EV/cell/day", f"EVs per {c} cell from lymph") for c in CELLS),
    )

    share: float = parameter(
        0.1, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.0, 0.9),
        meaning="share of the primary's vesicles that leave by lymph",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return what goes by lymph, what the first nodes keep, and their dose."""
        by_lymph = p.share * q.primary_release
        taken = q.lever_uptake * by_lymph
        doses = {f"dose_node_{c}": taken * getattr(q, f"node_per_cell_{c}") * q.is_node for c in CELLS}
        return {"lymph_release": by_lymph, "node_caught": taken * q.node_taken, **doses}
