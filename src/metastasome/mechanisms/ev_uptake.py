"""Vesicle uptake: blood hands tumour EVs to organs and cell classes, at the quasi-steady state of kinetics.

With release R (EV/day) and clearances CL_o (mL/day) raised by leakiness L_o,

    C = R / (sum_o CL_o (1 + leak_o L_o) + loss)          plasma concentration, EV/mL
    dose_oc = C CL_o (1 + leak_o L_o) share_oc / cells_oc   EV per cell and day

The clearances come from :func:`metastasome.kinetics.uptake_law`, which is tested against the full transport ODE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .base import Array, Input, Mechanism, Quantities, Quantity

CELLS = ("endothelium", "macrophage", "stroma", "parenchyma")


@dataclass(frozen=True)
class EVUptake(Mechanism):
    """Plasma level and dose per recipient cell, organ by organ and class by class."""

    key = "ev_uptake"
    rank = 21
    title = "distribution and uptake of vesicles"
    claims = ("A6", "B4", "B15")
    reads = ("release",)
    reads_if_there = ("leakiness",)
    inputs = (
        Input("clearance", "organ", "mL/day", "plasma clearance of EVs by each organ at rest", "uptake"),
        Input("leak_response", "organ", "1", "relative rise of clearance per unit of leakiness", "uptake"),
        Input("loss", "body", "mL/day", "clearance by organs not listed, urine and interventions", "uptake"),
        Input("lever_uptake", "body", "1", "what interventions leave of uptake by cells", "lever", 1.0),
        Input("lever_loss", "body", "1", "factor by which interventions raise the loss from blood", "lever", 1.0),
        *(
            Input(
                f"per_cell_{c}",
                "organ",
                "1/cell",
                f"share of {c} in an organ's uptake per {c} cell",
                "uptake",
            )
            for c in CELLS
        ),
    )
    derives = (
        Quantity("plasma_ev", "body", "EV/mL", "tumour EVs in plasma"),
        *(Quantity(f"dose_{c}", "organ", "EV/cell/day", f"EVs taken up per {c} cell and day") for c in CELLS),
    )

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the plasma level and the dose of every cell class."""
        clearance = q.clearance * (1 + q.leak_response * q.leakiness) * q.lever_uptake
        plasma = q.release / (xp.sum(clearance) + q.loss * q.lever_loss)
        taken = plasma * clearance
        return {"plasma_ev": plasma, **{f"dose_{c}": taken * getattr(q, f"per_cell_{c}") for c in CELLS}}
