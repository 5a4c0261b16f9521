"""EMT and MET: part of the primary turns mesenchymal, leaves more readily, and must turn back to grow (claim A2).

With M the mesenchymal share of the primary's cells and h its hypoxic share (0 where hypoxia is off),

    dM/dt = induction (1 + hypoxia_gain h) (1 - M) - reversion M

A mesenchymal cell enters blood `intravasation` times as readily: shedding rises by 1 + (intravasation - 1) M, and
mesenchymal cells make up emt_share = intravasation M / (1 + (intravasation - 1) M) of what the primary sheds. Of those
that settle only the share `met` turns epithelial again; the rest founds nothing. Lineage tracing of the process is
contested, and no rate was seen in any source: the mechanism is off by default and every number is an assumption.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Mechanism, Quantities, Quantity, State


@dataclass(frozen=True)
class EMTMET(Mechanism):
    """Epithelial-mesenchymal transition in the primary and its reversal where cells settle."""

    key = "emt_met"
    rank = 51
    title = "EMT in the primary, MET in the organ"
    claims = ("A2",)
    default_on = False
    states = (State("mesenchymal", "body", "1", "mesenchymal share of the primary's cells"),)
    reads = ("settled_of_primary",)
    reads_if_there = ("hypoxic_share", "hybrid_share")
    derives = (Quantity("emt_share", "body", "1", "mesenchymal share of the cells that the primary sheds"),)
    opens = ("emt",)
    modifies = ("shedding",)

    induction: float = parameter(
        0.005, "1/day", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("loguniform", 1e-4, 0.1),
        meaning="epithelial cells of the primary that turn mesenchymal per day without hypoxia",
    )  # fmt: skip
    hypoxia_gain: float = parameter(
        1.0, "1", low=0.0, high=50.0, source=ASSUMPTION, prior=Prior("lognormal", 1.0, 1.0),
        meaning="relative rise of induction where the whole primary is hypoxic (needs the hypoxia mechanism)",
    )  # fmt: skip
    reversion: float = parameter(
        0.045, "1/day", low=1e-4, high=1.0, source=ASSUMPTION, prior=Prior("loguniform", 1e-3, 0.5),
        meaning="mesenchymal cells of the primary that turn back per day; with induction, a tenth are mesenchymal",
    )  # fmt: skip
    intravasation: float = parameter(
        5.0, "1", low=1.0, high=1000.0, source=ASSUMPTION, prior=Prior("lognormal", 5.0, 1.0),
        meaning="shedding of a mesenchymal cell relative to an epithelial one",
    )  # fmt: skip
    met: float = parameter(
        0.1, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.0, 1.0),
        meaning="share of settled mesenchymal cells that turn epithelial and can grow",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the mesenchymal share of shed cells."""
        return {"emt_share": p.intravasation * q.mesenchymal / (1 + (p.intravasation - 1) * q.mesenchymal)}

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balance of the mesenchymal share."""
        induced = p.induction * (1 + p.hypoxia_gain * q.hypoxic_share)
        return {"mesenchymal": induced * (1 - q.mesenchymal) - p.reversion * q.mesenchymal}

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the rise of shedding."""
        return {"shedding": 1 + (p.intravasation - 1) * q.mesenchymal}

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders that came as mesenchymal cells and turned back."""
        return {"emt": q.settled_of_primary * (1 - q.hybrid_share) * q.emt_share * p.met}
