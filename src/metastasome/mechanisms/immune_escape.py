"""Immune escape: vesicles hold back the killing of tumour cells (claim A11).

Two ways, both read from the immune-suppression programme of macrophages, the class that stands in for immune cells in
matchmaking (its protein axes are Hsp72 to TLR2, PD-L1 to PD-1 and MET):

* local: PD-L1 and the like on vesicles that the organ's own immune cells take up; follows the dose at once;
* systemic: Hsp72 raises myeloid suppressor cells through TLR2 and STAT3 (PMC2810085); here a state M, built up at the
  stimulus in the spleen and fading by itself.

    escape = 1 - (1 - share local stimulus)(1 - reach M),    dM/dt = build stimulus(spleen) (1 - M) - decay M

It does nothing by itself: immune killing, where on, is held back by it. Suppression in the trained niche acts besides
(:mod:`.niche_training`), on growth without killing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from ._response import response_inputs, response_shift, share_of
from .base import Array, Input, Mechanism, Quantities, Quantity, State


@dataclass(frozen=True)
class ImmuneEscape(Mechanism):
    """Share of immune killing that vesicles hold back."""

    key = "immune_escape"
    rank = 32
    title = "immune escape by vesicles (PD-L1, Hsp72)"
    claims = ("A11",)
    default_on = False
    states = (State("mdsc", "body", "1", "myeloid suppressor cells raised by vesicles, 0 to 1"),)
    reads = ("dose_macrophage",)
    inputs = (
        Input("is_spleen", "organ", "1", "1 at the spleen", "body"),
        Input("lever_mdsc", "body", "1", "what interventions leave of suppressor cells (amiloride)", "lever", 1.0),
        *response_inputs("macrophage", "immune_suppression"),
    )  # fmt: skip
    derives = (
        Quantity("stimulus_escape", "organ", "1", "share of immune suppression gained by immune cells"),
        Quantity("escape", "organ", "1", "share of immune killing held back by vesicles"),
    )

    local: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.0, 1.0),
        meaning="share of killing held back in an organ at full local stimulus",
    )  # fmt: skip
    reach: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.0, 1.0),
        evidence=("intervention_amiloride_01",),
        meaning="share of killing held back everywhere by a full rise of suppressor cells",
    )  # fmt: skip
    build: float = parameter(
        0.2, "1/day", low=0.001, high=10.0, source=ASSUMPTION, meaning="rise of suppressor cells at full stimulus",
    )  # fmt: skip
    decay: float = parameter(
        0.1, "1/day", low=0.001, high=10.0, source=ASSUMPTION, meaning="loss of suppressor cells after withdrawal",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the stimulus and the escape, between 0 and 1."""
        stimulus = share_of(xp, response_shift(q, q.dose_macrophage, "macrophage", "immune_suppression"), 1)
        return {"stimulus_escape": stimulus, "escape": 1 - (1 - p.local * stimulus) * (1 - p.reach * q.mdsc)}

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balance of suppressor cells."""
        stimulus = q.lever_mdsc * xp.sum(q.stimulus_escape * q.is_spleen)
        return {"mdsc": p.build * stimulus * (1 - q.mdsc) - p.decay * q.mdsc}
