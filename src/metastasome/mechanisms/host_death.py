"""Death of the patient: when primary and lesions together reach a burden no body carries, nothing is founded any more.

Readouts end with the patient: what would have been seen later is not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class HostDeath(Mechanism):
    """Total tumour burden, the burden that kills, and the end of founding and release at death."""

    key = "host_death"
    rank = 70
    title = "death by tumour burden"
    reads = ("primary_cells",)
    inputs = (
        Input("burden", "organ", "cell", "tumour cells in lesions of each organ", "engine", 0.0),
        Input("alive", "body", "1", "1 until the patient dies, then 0", "engine", 1.0),
    )
    derives = (
        Quantity("tumour_burden", "body", "cell", "tumour cells of primary and lesions together"),
        Quantity("burden_of_lethal", "body", "1", "tumour burden as a share of the lethal one"),
    )
    modifies = ("founding", "release")

    lethal_burden: float = parameter(
        1e12, "cell", low=1e9, high=1e13, spread=0.5, prior=Prior("lognormal", 1e12, 0.7),
        source="https://fr.scribd.com/document/94799479/Doubling-Time", evidence=("tumour_growth_05",),
        meaning="burden at which the patient dies: 1000 cm3, a figure for breast tumours",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the burden and its share of the lethal one."""
        total = q.primary_cells + xp.sum(q.burden)
        return {"tumour_burden": total, "burden_of_lethal": total / p.lethal_burden}

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return what is left of founding and of release: all of it in the living."""
        return {"founding": q.alive, "release": q.alive}
