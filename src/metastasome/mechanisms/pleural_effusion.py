"""Pleural effusion: fluid keeps the vesicles of pleural lesions where they are (A1).

The fluid E forms where pleural vessels leak and where lesions sit, and drains:

    dE/dt = formation (1 - (1 - leakiness)(1 - B / (B + half))) - drainage E

with B the tumour cells in the pleura. The share ``E / (E + full)`` of the vesicles these release stays in the fluid and
is taken up by the cells of the pleura, so that lesions there train their own niche. No figure was read: off by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity, State
from .ev_uptake import CELLS


@dataclass(frozen=True)
class PleuralEffusion(Mechanism):
    """Volume of the effusion and the dose it gives to the pleura."""

    key = "pleural_effusion"
    rank = 31
    title = "pleural effusion"
    claims = ("A1",)
    default_on = False
    states = (State("effusion", "body", "L", "pleural effusion"),)
    reads = ("release_per_cell",)
    reads_if_there = ("leakiness",)
    inputs = (
        Input("burden", "organ", "cell", "tumour cells in lesions of each organ", "engine", 0.0),
        Input("is_pleura", "organ", "1", "1 at the pleura", "body"),
        *(
            Input(f"per_cell_{c}", "organ", "1/cell", f"share of {c} in an organ's uptake per {c} cell", "uptake")
            for c in CELLS
        ),
        Input("lever_uptake", "body", "1", "what interventions leave of uptake by cells", "lever", 1.0),
        Input("lever_effusion", "body", "1", "what interventions leave of the forming of fluid", "lever", 1.0),
    )
    derives = (
        Quantity("pleura_kept", "body", "EV/day", "EVs of pleural lesions that stay in the fluid"),
        *(Quantity(f"dose_pleura_{c}", "organ", "EV/cell/day", f"EVs per {c} cell from the fluid") for c in CELLS),
    )

    formation: float = parameter(
        0.3, "L/day", low=0.001, high=5.0, source=ASSUMPTION, prior=Prior("lognormal", 0.3, 0.7),
        meaning="forming of fluid at full leak or load",
    )  # fmt: skip
    drainage: float = parameter(
        0.2, "1/day", low=0.01, high=10.0, source=ASSUMPTION, prior=Prior("lognormal", 0.2, 0.7),
        meaning="drainage of the fluid by lymph; with the formation, 1.5 L at most",
    )  # fmt: skip
    half: float = parameter(
        1e9, "cell", low=1e6, high=1e12, source=ASSUMPTION, prior=Prior("loguniform", 1e7, 1e11),
        meaning="tumour cells in the pleura at half of the greatest load",
    )  # fmt: skip
    full: float = parameter(
        0.1, "L", low=0.001, high=5.0, source=ASSUMPTION, prior=Prior("lognormal", 0.1, 0.7),
        meaning="effusion that keeps half of the vesicles",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return what the fluid keeps, and the dose of the pleura."""
        kept = q.release_per_cell * xp.sum(q.burden * q.is_pleura) * q.effusion / (q.effusion + p.full)
        taken = q.lever_uptake * kept
        return {
            "pleura_kept": taken,
            **{f"dose_pleura_{c}": taken * getattr(q, f"per_cell_{c}") * q.is_pleura for c in CELLS},
        }

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balance of the fluid."""
        cells, leak = xp.sum(q.burden * q.is_pleura), xp.sum(q.leakiness * q.is_pleura)
        drive = 1 - (1 - leak) * (1 - cells / (cells + p.half))
        return {"effusion": q.lever_effusion * p.formation * drive - p.drainage * q.effusion}
