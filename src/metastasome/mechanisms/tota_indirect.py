"""TOTa indirect: stroma disturbed by training (TOTr) helps to transform resident cells in its turn (claims B9, B11).

The disturbance is the niche's matrix and suppression together, d = matrix (1 + suppression) / 2. It acts in three ways:

* residents of disturbed stroma found lesions, transformation x N x d, with N the organ's mesenchymal stem cells;
* with TOTa direct on, cells in disturbed stroma are initiated more readily, 1 + sensitising x d: training first, then
  targeting, is more than the other way round;
* with TOTa direct on, disturbed stroma carries initiated cells I on, promotion x I x d.

With training off there is no disturbed stroma: composition refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class TOTaIndirect(Mechanism):
    """Transformation of resident cells by, and within, the trained niche."""

    key = "tota_indirect"
    rank = 41
    title = "TOTa indirect: transformation by the disturbed stroma"
    claims = ("B9", "B11")
    default_on = False
    reads = ("matrix", "suppression")
    reads_if_there = ("initiated",)
    inputs = (Input("msc", "organ", "cell", "resident mesenchymal stem cells", "body"),)
    derives = (Quantity("disturbance", "organ", "1", "disturbance of the stroma by training, 0 to 1"),)
    opens = ("tota_indirect",)
    modifies = ("initiation",)
    requires = ("niche_training",)

    transformation: float = parameter(
        1e-15, "1/day", low=0.0, high=1e-3, source=ASSUMPTION, prior=Prior("loguniform", 1e-19, 1e-9),
        meaning="founders per resident cell at full disturbance; no figure of any kind was seen",
    )  # fmt: skip
    promotion: float = parameter(
        1e-12, "1/day", low=0.0, high=1e-3, source=ASSUMPTION, prior=Prior("loguniform", 1e-16, 1e-6),
        meaning="founders per initiated cell at full disturbance; set like TOTa direct",
    )  # fmt: skip
    sensitising: float = parameter(
        3.0, "1", low=0.0, high=1e4, source=ASSUMPTION, prior=Prior("loguniform", 0.1, 100.0),
        meaning="relative rise of initiation at full disturbance; no figure seen",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the disturbance."""
        return {"disturbance": q.matrix * (1 + q.suppression) / 2}

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders from residents, and from initiated cells, of the disturbed stroma."""
        return {"tota_indirect": (p.transformation * q.msc + p.promotion * q.initiated) * q.disturbance}

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the factor on initiation, at least 1."""
        return {"initiation": 1 + p.sensitising * q.disturbance}
