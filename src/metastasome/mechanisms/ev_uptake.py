"""Vesicle uptake: blood hands tumour EVs to organs and cell classes, at the quasi-steady state of kinetics.

With release R (EV/day) and clearances CL_o (mL/day) raised by leakiness L_o,

    C = R / (sum_o CL_o (1 + leak_o L_o) + loss)          plasma concentration, EV/mL
    dose_oc = C CL_o (1 + leak_o L_o) share_oc / cells_oc   EV per cell and day

Release by other ways than blood (lymph) and in other classes (microvesicles, apoptotic bodies) is subtracted from R and
its dose added, where the mechanisms of those are on.

The clearances come from :func:`metastasome.kinetics.uptake_law`, which is tested against the full transport ODE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .base import Array, Input, Mechanism, Quantities, Quantity

CELLS = ("endothelium", "macrophage", "stroma", "parenchyma")
#: Ways to cells beside the blood's small vesicles: classes of their own, sentinel nodes, pleural effusion.
ROUTES = ("large", "node", "pleura")


@dataclass(frozen=True)
class EVUptake(Mechanism):
    """Plasma level and dose per recipient cell, organ by organ and class by class."""

    key = "ev_uptake"
    rank = 21
    title = "distribution and uptake of vesicles"
    claims = ("A6", "B4", "B15")
    reads = ("release",)
    reads_if_there = (
        "leakiness", "large_release", "node_caught", "pleura_kept",
        *(f"dose_{route}_{c}" for route in ROUTES for c in CELLS),
    )  # fmt: skip
    inputs = (
        Input("clearance", "organ", "mL/day", "plasma clearance of EVs by each organ at rest", "uptake"),
        Input("leak_response", "organ", "1", "relative rise of clearance per unit of leakiness", "uptake"),
        Input("loss", "body", "mL/day", "clearance by organs not listed, urine and interventions", "uptake"),
        Input("lever_uptake", "body", "1", "what interventions leave of uptake by cells", "lever", 1.0),
        Input("lever_integrin", "organ", "1", "factor of integrin blockade on each organ's uptake", "lever", 1.0),
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
        Quantity("exposure", "organ", "EV/mL", "plasma level that would give an organ at rest the uptake it has"),
        *(Quantity(f"dose_{c}", "organ", "EV/cell/day", f"EVs taken up per {c} cell and day") for c in CELLS),
    )

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the plasma level, the exposure of organs and the dose of every cell class."""
        boost = (1 + q.leak_response * q.leakiness) * q.lever_uptake * q.lever_integrin
        clearance = q.clearance * boost
        into_blood = q.release - q.large_release - q.node_caught - q.pleura_kept
        plasma = into_blood / (xp.sum(clearance) + q.loss * q.lever_loss)
        taken = plasma * clearance
        made = {"plasma_ev": plasma, "exposure": plasma * boost}
        for c in CELLS:
            other = sum(getattr(q, f"dose_{route}_{c}") for route in ROUTES)
            made[f"dose_{c}"] = taken * getattr(q, f"per_cell_{c}") + other
        return made
