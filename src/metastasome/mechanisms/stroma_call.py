"""Stroma's call: S100 proteins and CXCL12 of educated stroma draw marrow cells to the niche (B3, B4, A8).

Integrins on vesicles activate Src and raise S100 genes in lung fibroblasts (Hoshino 2015, doi:10.1038/nature15756), and
vesicle PKM2 raises CXCL12 of marrow stroma (J Exp Med 216:2883). Both are in matchmaking's inflammation programme of
stroma; its gain at the dose delivered adds to what recruits marrow-derived cells (:mod:`.niche_training`):

    recruitment = stimulus of macrophages + drive x share of inflammation gained in stroma

Off by default: the niche's default gains were set with macrophages' stimulus alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from ._response import response_inputs, response_shift, share_of
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class StromaCall(Mechanism):
    """Recruitment of marrow-derived cells by stroma's S100 and CXCL12."""

    key = "stroma_call"
    rank = 28
    title = "TOTr: S100 and CXCL12 of stroma"
    claims = ("B3", "B4", "A8")
    default_on = False
    reads = ("dose_stroma",)
    inputs = (
        Input("lever_s100", "body", "1", "what interventions leave of stroma's call (S100, CXCL12)", "lever", 1.0),
        *response_inputs("stroma", "inflammation"),
    )
    derives = (Quantity("stroma_call", "organ", "1", "recruitment by stroma, as a stimulus"),)
    requires = ("niche_training",)

    drive: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.0, 1.0),
        meaning="recruitment at full inflammation of stroma relative to full stimulus of macrophages",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the recruitment by stroma."""
        gained = share_of(xp, response_shift(q, q.dose_stroma, "stroma", "inflammation"), 1)
        return {"stroma_call": q.lever_s100 * p.drive * gained}
