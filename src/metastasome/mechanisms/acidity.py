"""Acidity and the V-ATPase loop: vesicles make stroma acidify, and acidity makes tumour cells release more (A7).

    pHe = normal - lever (drop_tumour min(V/K, 1) + drop_stroma A)
    dA/dt = build stimulus (1 - A) - decay A
    release of the primary x fold^((normal - pHe) / 0.9)

A is the share of the primary's stroma that vesicles have made acidify: colorectal cancer vesicles do so to mesenchymal
stem cells (doi:10.18632/oncotarget.10574). Its stimulus is the gain of the glucose programme in stroma at the dose
there, from blood and from the tumour cells next to it. Release at pH 6.5 against 7.4 rises in colon, breast, prostate,
melanoma and osteosarcoma lines (doi:10.3390/cancers10100370), hence the 0.9; the fold was not read. Tumours lie at pHe
6.5 to 6.9, normal tissue at 7.2 to 7.5 (PMC2834485).

Off by default, as hypoxia is: the default release rate is anchored to patients, whose tumours are acid already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from ._response import response_inputs, response_shift, share_of
from .base import Array, Input, Mechanism, Quantities, Quantity, State

#: pH step between the two media of the release experiments (7.4 and 6.5).
TESTED_STEP = 0.9


@dataclass(frozen=True)
class Acidity(Mechanism):
    """Extracellular pH of the primary, its acidifying stroma, and what acidity does to release."""

    key = "acidity"
    rank = 22
    title = "acidity and the V-ATPase loop"
    claims = ("A7", "A10")
    default_on = False
    states = (State("acid_stroma", "body", "1", "share of the primary's stroma that vesicles have made acidify"),)
    reads = ("crowding", "dose_stroma", "release_per_primary_cell")
    inputs = (
        Input("is_primary", "organ", "1", "1 at the organ of the primary", "body"),
        Input("lever_acidity", "body", "1", "what buffers and pump inhibitors leave of the pH drop", "lever", 1.0),
        *response_inputs("stroma", "glucose_use"),
    )
    derives = (Quantity("ph_tumour", "body", "1", "extracellular pH of the primary"),)
    modifies = ("release_primary",)

    ph_normal: float = parameter(
        7.35, "1", low=7.0, high=7.6, prior=Prior("uniform", 7.2, 7.5), source="PMC2834485",
        evidence=("microenvironment_02",), meaning="extracellular pH of normal tissue",
    )  # fmt: skip
    drop_tumour: float = parameter(
        0.55, "1", low=0.0, high=1.5, prior=Prior("uniform", 0.3, 0.8), source="PMC2834485",
        evidence=("microenvironment_01", "microenvironment_03"),
        meaning="pH drop where volume has reached capacity, without vesicles' part: to 6.8",
    )  # fmt: skip
    drop_stroma: float = parameter(
        0.2, "1", low=0.0, high=1.0, prior=Prior("uniform", 0.0, 0.4), source=ASSUMPTION,
        meaning="further drop when all stroma acidifies; keeps pHe at or above the lowest seen, 6.5",
    )  # fmt: skip
    release_fold: float = parameter(
        3.0, "1", low=1.0, high=50.0, prior=Prior("lognormal", 3.0, 0.7), source=ASSUMPTION,
        evidence=("ev_secretion_acid_01",),
        meaning="release at pH 6.5 relative to 7.4; called remarkable in five kinds of line, size not read",
    )  # fmt: skip
    local: float = parameter(
        1.0, "1", low=0.0, high=1e3, prior=Prior("loguniform", 0.01, 100.0), source=ASSUMPTION,
        meaning="vesicles a stroma cell of the primary takes up for each one that a tumour cell there sends to blood",
    )  # fmt: skip
    build: float = parameter(
        0.3, "1/day", low=0.001, high=10.0, source=ASSUMPTION, evidence=("transformation_msc_01",),
        meaning="education of stroma at full stimulus: seen after 72 hours",
    )  # fmt: skip
    decay: float = parameter(
        0.1, "1/day", low=0.001, high=10.0, source=ASSUMPTION,
        meaning="return of educated stroma after withdrawal; no figure seen",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the pH of the primary."""
        own = p.drop_tumour * xp.minimum(q.crowding, 1.0 + 0.0 * q.crowding)
        return {"ph_tumour": p.ph_normal - q.lever_acidity * (own + p.drop_stroma * q.acid_stroma)}

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balance of acidifying stroma; its stimulus is the glucose programme's gain at the primary."""
        dose = q.dose_stroma + p.local * q.release_per_primary_cell
        gained = share_of(xp, response_shift(q, dose, "stroma", "glucose_use"), 1)
        stimulus = xp.sum(gained * q.is_primary)
        return {"acid_stroma": p.build * stimulus * (1 - q.acid_stroma) - p.decay * q.acid_stroma}

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the factor of acidity on the primary's release."""
        return {"release_primary": xp.exp(xp.log(p.release_fold) * (p.ph_normal - q.ph_tumour) / TESTED_STEP)}
