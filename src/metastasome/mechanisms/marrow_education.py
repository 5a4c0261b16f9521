"""Marrow education: vesicles teach marrow progenitors, which go on to populate niches after withdrawal (B3, A8).

Melanoma exosomes educate bone-marrow progenitors through MET, "permanently" by the authors' word (Peinado 2012,
doi:10.1038/nm.2753), while other effects of vesicles fade (Lee 2016, doi:10.18632/oncotarget.10627). One state of the
whole body follows

    dE/dt = build stimulus (1 - E) - forgetting E

with the stimulus from the angiogenesis programme of macrophages in bone marrow, which MET in the cargo raises. Educated
marrow sends cells to fibronectin-rich matrix with no vesicle at hand: recruitment in :mod:`.niche_training` follows
stimulus + drive x E. Off by default: what is permanent is contested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from ._response import response_inputs, response_shift, share_of
from .base import Array, Input, Mechanism, Quantities, Quantity, State


@dataclass(frozen=True)
class MarrowEducation(Mechanism):
    """Memory of the marrow for vesicles it has met."""

    key = "marrow_education"
    rank = 29
    title = "education of marrow progenitors (MET)"
    claims = ("B3", "A8")
    default_on = False
    states = (State("education", "body", "1", "educated share of marrow progenitors"),)
    reads = ("dose_macrophage",)
    inputs = (
        Input("is_bone", "organ", "1", "1 at bone and marrow", "body"),
        Input("lever_met", "body", "1", "what interventions leave of education (MET)", "lever", 1.0),
        *response_inputs("macrophage", "angiogenesis"),
    )
    derives = (Quantity("marrow_memory", "body", "1", "recruitment by educated marrow, as a stimulus"),)
    requires = ("niche_training",)

    build: float = parameter(
        0.05, "1/day", low=0.001, high=10.0, source=ASSUMPTION, evidence=("niche_timing_01",),
        meaning="education at full stimulus; the schedule lasts 28 days",
    )  # fmt: skip
    forgetting: float = parameter(
        0.001, "1/day", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("loguniform", 1e-5, 0.1),
        meaning="return of educated progenitors; 0 is permanent education",
    )  # fmt: skip
    drive: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.0, 1.0),
        meaning="recruitment by a fully educated marrow relative to that at full stimulus",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the recruitment by educated marrow."""
        return {"marrow_memory": p.drive * q.education}

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balance of education."""
        gained = share_of(xp, response_shift(q, q.dose_macrophage, "macrophage", "angiogenesis"), 1)
        stimulus = q.lever_met * xp.sum(gained * q.is_bone)
        return {"education": p.build * stimulus * (1 - q.education) - p.forgetting * q.education}
