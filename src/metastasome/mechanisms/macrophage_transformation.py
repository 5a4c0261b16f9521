"""Transformation of macrophages: a rival in which the travelling cell is the patient's own macrophage (claim A4).

Two settings:

* ``recruited``: macrophages of the primary (`tam_share` of its cells) transform, leave by blood and are caught like
  shed tumour cells, organ by organ;
* ``resident``: macrophages of the organ transform where vesicles take their tumour-suppression programme, at the dose
  that kinetics delivers to them and by the response of :mod:`metastasome.matchmaking`.

No rate was seen in any source: off by default, every number an assumption. Lesions share no variant with the primary.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from ._response import response_inputs, response_shift
from .base import Array, Input, Mechanism, Quantities, Quantity

SETTINGS = ("recruited", "resident")


@dataclass(frozen=True)
class MacrophageTransformation(Mechanism):
    """Neoplastic macrophages, from the primary or of the organ."""

    key = "macrophage_transformation"
    rank = 43
    title = "transformation of macrophages"
    claims = ("A4",)
    default_on = False
    reads = ("primary_cells", "arrest_share", "dose_macrophage")
    inputs = (
        Input("macrophages", "organ", "cell", "resident macrophages", "body"),
        Input("is_primary", "organ", "1", "1 at the organ of the primary", "body"),
        *response_inputs("macrophage", "tumour_suppression"),
    )
    derives = (
        Quantity("macrophage_stimulus", "organ", "1", "share of tumour suppression lost in resident macrophages"),
    )
    opens = ("macrophage",)

    setting: str = dataclasses.field(default="recruited", metadata={"choices": SETTINGS})
    tam_share: float = parameter(
        0.2, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.05, 0.5),
        meaning="macrophages in the primary per tumour cell",
    )  # fmt: skip
    transformation: float = parameter(
        1e-12, "1/day", low=0.0, high=1e-3, source=ASSUMPTION, prior=Prior("loguniform", 1e-17, 1e-8),
        meaning="macrophages that turn neoplastic, settle and start a lesion, per macrophage and day",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the stimulus on resident macrophages, between 0 and 1."""
        dose = q.dose_macrophage
        shift = response_shift(q, dose, "macrophage", "tumour_suppression")
        return {"macrophage_stimulus": 1 - xp.exp(-xp.maximum(-1 * shift, 0.0 * dose))}

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders from transformed macrophages, by setting."""
        if self.setting == "resident":
            return {"macrophage": p.transformation * q.macrophages * q.macrophage_stimulus}
        leaving = p.transformation * p.tam_share * q.primary_cells
        return {"macrophage": leaving * q.arrest_share * (1 - q.is_primary)}
