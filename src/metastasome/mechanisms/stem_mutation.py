"""Mutagenesis of stem cells in the organ itself: a rival that needs neither tumour cell nor vesicle (claim A3).

Founders per organ and day = transformation x N, N resident mesenchymal stem cells. Such a lesion is a second primary:
it shares no variant with the first. The default rate would give an organ of 1e8 stem cells a chance of 1% in 70 years,
the order of a lifetime cancer risk; it is an assumption, and the mechanism is off by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities


@dataclass(frozen=True)
class StemMutation(Mechanism):
    """Spontaneous transformation of the organ's stem cells."""

    key = "stem_mutation"
    rank = 42
    title = "mutagenesis of resident stem cells"
    claims = ("A3",)
    default_on = False
    inputs = (Input("msc", "organ", "cell", "resident mesenchymal stem cells", "body"),)
    opens = ("stem_mutation",)

    transformation: float = parameter(
        4e-15, "1/day", low=0.0, high=1e-6, source=ASSUMPTION, prior=Prior("loguniform", 1e-18, 1e-11),
        meaning="founders per resident stem cell and day",
    )  # fmt: skip

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders from mutated stem cells."""
        return {"stem_mutation": p.transformation * q.msc}
