"""Oxidative stress: vesicles shift the oxidative-stress programme, with two sides (A11).

Stress in endothelium costs arriving tumour cells their lives, success x 1 / (1 + toll stress); stress in stroma damages
DNA and makes initiation by TOTa likelier, initiation x (1 + damage stress). Stress is the share of the programme gained
at the dose delivered. Neither size was read anywhere: off by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from ._response import response_inputs, response_shift, share_of
from .base import Array, Mechanism, Quantities, Quantity

_CLASSES = ("endothelium", "stroma")


@dataclass(frozen=True)
class OxidativeStress(Mechanism):
    """Oxidative stress of endothelium and stroma."""

    key = "oxidative_stress"
    rank = 33
    title = "oxidative stress"
    claims = ("A11",)
    default_on = False
    reads = ("dose_endothelium", "dose_stroma")
    inputs = tuple(i for c in _CLASSES for i in response_inputs(c, "oxidative_stress"))
    derives = tuple(Quantity(f"stress_{c}", "organ", "1", f"share of oxidative stress gained in {c}") for c in _CLASSES)
    modifies = ("success", "initiation")

    toll: float = parameter(
        1.0, "1", low=0.0, high=100.0, source=ASSUMPTION, prior=Prior("loguniform", 0.01, 100.0),
        meaning="odds that full stress kills an arriving tumour cell",
    )  # fmt: skip
    damage: float = parameter(
        1.0, "1", low=0.0, high=100.0, source=ASSUMPTION, prior=Prior("loguniform", 0.01, 100.0),
        meaning="relative rise of initiation at full stress",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the stress of each class, between 0 and 1."""
        return {
            f"stress_{c}": share_of(xp, response_shift(q, getattr(q, f"dose_{c}"), c, "oxidative_stress"), 1)
            for c in _CLASSES
        }

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return factors on success of arriving cells (at most 1) and on initiation (at least 1)."""
        return {"success": 1 / (1 + p.toll * q.stress_endothelium), "initiation": 1 + p.damage * q.stress_stroma}
