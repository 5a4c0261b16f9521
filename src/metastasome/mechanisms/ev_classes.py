"""Classes of vesicle: exosomes, microvesicles and apoptotic bodies go different ways (A6, B6; MISEV2023).

:mod:`.ev_release` says how many of the released vesicles are microvesicles; apoptotic bodies come with deaths in the
primary (:mod:`.apoptosis`). Large vesicles lodge in the first capillaries and are scavenged sooner, so each class k has
its own clearances from :func:`metastasome.kinetics.uptake_law`, at quasi-steady state

    C_k = R_k / (sum_o CL_ko (1 + leak_ko L_o) + loss_k)

and adds to the dose of small vesicles so many small-vesicle equivalents as its cargo counts for. Off by default: the
one class then stands for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity
from .ev_uptake import CELLS

#: classes of kinetics beside small vesicles -> name for people
CLASSES: Mapping[str, str] = {"large": "microvesicles", "apoptotic": "apoptotic bodies"}


def _inputs(kind: str) -> tuple[Input, ...]:
    named = CLASSES[kind]
    return (
        Input(f"{kind}_clearance", "organ", "mL/day", f"plasma clearance of {named} by each organ at rest", "uptake"),
        Input(f"{kind}_leak", "organ", "1", f"relative rise of clearance of {named} per unit of leakiness", "uptake"),
        Input(f"{kind}_loss", "body", "mL/day", f"clearance of {named} by organs not listed and urine", "uptake"),
        *(
            Input(
                f"{kind}_per_cell_{c}", "organ", "1/cell", f"share of {c} in uptake of {named} per {c} cell", "uptake"
            )
            for c in CELLS
        ),
    )


@dataclass(frozen=True)
class EVClasses(Mechanism):
    """Microvesicles and apoptotic bodies beside exosomes, each with its own distribution."""

    key = "ev_classes"
    rank = 21
    title = "exosomes, microvesicles and apoptotic bodies"
    claims = ("A6", "B6")
    default_on = False
    reads = ("release", "large_share", "primary_deaths")
    reads_if_there = ("leakiness", "node_caught", "pleura_kept")
    inputs = (
        *(i for kind in CLASSES for i in _inputs(kind)),
        Input("lever_release", "body", "1", "what interventions leave of release per cell", "lever", 1.0),
        Input("lever_uptake", "body", "1", "what interventions leave of uptake by cells", "lever", 1.0),
        Input("lever_integrin", "organ", "1", "factor of integrin blockade on each organ's uptake", "lever", 1.0),
        Input("lever_loss", "body", "1", "factor by which interventions raise the loss from blood", "lever", 1.0),
    )
    derives = (
        Quantity("large_release", "body", "EV/day", "microvesicles entering blood"),
        Quantity("apoptotic_release", "body", "EV/day", "apoptotic bodies entering blood"),
        *(Quantity(f"plasma_{kind}", "body", "EV/mL", f"{named} in plasma") for kind, named in CLASSES.items()),
        *(
            Quantity(f"dose_large_{c}", "organ", "EV/cell/day", f"large vesicles per {c} cell, as small ones")
            for c in CELLS
        ),
    )
    requires = ("apoptosis",)

    bodies: float = parameter(
        1.0, "EV/cell", low=0.0, high=1000.0, source=ASSUMPTION, prior=Prior("loguniform", 0.01, 100.0),
        meaning="apoptotic bodies per dying cell that reach blood; most are eaten on the spot",
    )  # fmt: skip
    large_cargo: float = parameter(
        1.0, "1", low=0.0, high=1000.0, source=ASSUMPTION, prior=Prior("loguniform", 0.1, 100.0),
        meaning="small vesicles that a microvesicle counts for; some 70 by volume (300 to 72 nm), unknown by effect",
    )  # fmt: skip
    apoptotic_cargo: float = parameter(
        1.0, "1", low=0.0, high=1e5, source=ASSUMPTION, prior=Prior("loguniform", 0.01, 1000.0),
        meaning="small vesicles that an apoptotic body counts for; by effect unknown",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return release, plasma level and dose of the large classes."""
        released = {
            "large": (q.release - q.node_caught - q.pleura_kept) * q.large_share,
            "apoptotic": p.bodies * q.primary_deaths * q.lever_release * q.modifier("release"),
        }
        counts = {"large": p.large_cargo, "apoptotic": p.apoptotic_cargo}
        made = {f"{kind}_release": amount for kind, amount in released.items()}
        taken = {}
        for kind, amount in released.items():
            boost = (1 + getattr(q, f"{kind}_leak") * q.leakiness) * q.lever_uptake * q.lever_integrin
            clearance = getattr(q, f"{kind}_clearance") * boost
            made[f"plasma_{kind}"] = amount / (xp.sum(clearance) + getattr(q, f"{kind}_loss") * q.lever_loss)
            taken[kind] = counts[kind] * made[f"plasma_{kind}"] * clearance
        for c in CELLS:
            made[f"dose_large_{c}"] = sum(taken[kind] * getattr(q, f"{kind}_per_cell_{c}") for kind in CLASSES)
        return made
