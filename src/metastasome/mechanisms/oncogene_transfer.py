"""Oncogene transfer: proteins such as EGFRvIII pass from vesicles into residents and drive them a while (B5).

The share X of driven parenchymal cells follows

    dX/dt = build stimulus (1 - X) - turnover X

with the stimulus from the protein route only: the gain of the stemness programme by what receptors and kinases in the
cargo do to parenchyma. Founders per day: transformation x N x X. Shown between glioma cells (Al-Nedawi 2008, abstract);
against it, Ha-ras vesicles gave transient or no conversion over months, and epithelium resisted them (Lee 2016,
doi:10.18632/oncotarget.10627). Off by default; RNA plays no part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from ._response import response_inputs, response_shift, share_of
from .base import Array, Input, Mechanism, Quantities, Quantity, State


@dataclass(frozen=True)
class OncogeneTransfer(Mechanism):
    """Residents driven by oncoproteins that vesicles bring."""

    key = "oncogene_transfer"
    rank = 43
    title = "transfer of oncoproteins to residents"
    claims = ("B5",)
    default_on = False
    states = (State("driven", "organ", "1", "share of parenchymal cells driven by transferred oncoprotein"),)
    reads = ("dose_parenchyma",)
    inputs = (
        Input("epithelium", "organ", "cell", "resident parenchymal cells", "body"),
        *response_inputs("parenchyma", "stemness"),
    )
    derives = (Quantity("stimulus_oncogene", "organ", "1", "gain of stemness in parenchyma by the protein route"),)
    opens = ("tota_direct",)

    build: float = parameter(
        0.5, "1/day", low=0.001, high=10.0, source=ASSUMPTION,
        meaning="taking up of the oncoprotein's drive at full stimulus",
    )  # fmt: skip
    turnover: float = parameter(
        0.5, "1/day", low=0.001, high=10.0, source=ASSUMPTION, prior=Prior("loguniform", 0.05, 5.0),
        meaning="loss of the transferred protein: a day or two; no figure seen",
    )  # fmt: skip
    transformation: float = parameter(
        1e-18, "1/day", low=0.0, high=1e-6, source=ASSUMPTION, evidence=("transformation_05",),
        prior=Prior("loguniform", 1e-22, 1e-12),
        meaning="founders per driven cell; permanent conversion was not seen at all",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the stimulus, between 0 and 1."""
        shift = response_shift(q, q.dose_parenchyma, "parenchyma", "stemness", routes=("protein",))
        return {"stimulus_oncogene": share_of(xp, shift, 1)}

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balance of driven cells."""
        return {"driven": p.build * q.stimulus_oncogene * (1 - q.driven) - p.turnover * q.driven}

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders from driven cells."""
        return {"tota_direct": p.transformation * q.epithelium * q.driven}
