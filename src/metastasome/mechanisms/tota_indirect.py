"""TOTa indirect: stroma disturbed by training (TOTr) transforms resident cells in its turn (claims B9, B11).

Founders per day = transformation x N x disturbance, where N are the organ's mesenchymal stem cells and the disturbance
is the niche's matrix and suppression together. With training off there is no disturbed stroma: composition refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities


@dataclass(frozen=True)
class TOTaIndirect(Mechanism):
    """Transformation of mesenchymal stem cells by the trained niche."""

    key = "tota_indirect"
    rank = 41
    title = "TOTa indirect: transformation by the disturbed stroma"
    claims = ("B9", "B11")
    default_on = False
    reads = ("matrix", "suppression")
    inputs = (Input("msc", "organ", "cell", "resident mesenchymal stem cells", "body"),)
    opens = ("tota_indirect",)
    requires = ("niche_training",)

    transformation: float = parameter(
        1e-15,
        "1/day",
        low=0.0,
        high=1e-3,
        source=ASSUMPTION,
        prior=Prior("loguniform", 1e-19, 1e-9),
        meaning="founders per resident cell at full disturbance; no figure of any kind was seen",
    )

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders from residents of the disturbed stroma."""
        return {"tota_indirect": p.transformation * q.msc * q.matrix * (1 + q.suppression) / 2}
