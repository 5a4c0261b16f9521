"""TOTa direct: vesicles transform resident cells of an organ; no circulating tumour cell is needed (B5, B8, A9).

Contested, hence off by default and in three rival settings:

* ``alone``: initiated cells go on to found lesions by themselves (Melo 2014, PMC4254633);
* ``needs_promoter``: vesicles only initiate; lesions need a promoter besides (Stefanius 2019, doi:10.7554/eLife.40226);
* ``transient``: initiated cells revert and found nothing (Lee 2016, doi:10.18632/oncotarget.10627).

Initiated mesenchymal stem cells I of an organ with N of them follow

    dI/dt = initiation stimulus (N - I) - reversion I

where the stimulus is the share of the tumour-suppression programme that cargo takes from stroma-like cells at the dose
delivered (:mod:`metastasome.matchmaking`). Founders per day: transformation x I (x promoter).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from ._response import response_inputs, response_shift
from .base import Array, Input, Mechanism, Quantities, Quantity, State

SETTINGS = ("alone", "needs_promoter", "transient")


@dataclass(frozen=True)
class TOTaDirect(Mechanism):
    """TOTa direct on mesenchymal stem cells, in one of three rival settings."""

    key = "tota_direct"
    rank = 40
    title = "TOTa direct: transformation of resident cells by vesicles"
    claims = ("B5", "B8", "A9")
    default_on = False
    states = (State("initiated", "organ", "cell", "initiated resident mesenchymal stem cells"),)
    reads = ("dose_stroma",)
    inputs = (
        Input("msc", "organ", "cell", "resident mesenchymal stem cells", "body"),
        Input("promoter", "body", "1", "promoter present (0 to 1), set by the study", "study", 0.0),
        *response_inputs("stroma", "tumour_suppression"),
    )
    derives = (Quantity("stimulus_initiation", "organ", "1", "share of tumour suppression lost in stroma-like cells"),)
    opens = ("tota_direct",)

    setting: str = dataclasses.field(default="needs_promoter", metadata={"choices": SETTINGS})
    initiation: float = parameter(
        1e-4,
        "1/day",
        low=1e-12,
        high=1.0,
        source=ASSUMPTION,
        evidence=("transformation_dose_03",),
        prior=Prior("loguniform", 1e-8, 1e-1),
        meaning="initiation per resident cell at full loss of tumour suppression",
    )
    reversion: float = parameter(
        0.01,
        "1/day",
        low=0.0,
        high=1.0,
        source=ASSUMPTION,
        prior=Prior("loguniform", 1e-4, 1.0),
        meaning="return of initiated cells; no figure seen, Lee saw effects fade over months",
    )
    transformation: float = parameter(
        1e-12,
        "1/day",
        low=0.0,
        high=1e-3,
        source=ASSUMPTION,
        evidence=("transformation_01", "transformation_05"),
        prior=Prior("loguniform", 1e-16, 1e-6),
        meaning="founders per initiated cell; no frequency per exposed cell in vivo was seen",
    )

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the initiation stimulus, between 0 and 1."""
        dose = q.dose_stroma
        shift = response_shift(q, dose, "stroma", "tumour_suppression")
        return {"stimulus_initiation": 1 - xp.exp(-xp.maximum(-1 * shift, 0.0 * dose))}

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balance of initiated cells."""
        return {"initiated": p.initiation * q.stimulus_initiation * (q.msc - q.initiated) - p.reversion * q.initiated}

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders from initiated cells, by setting."""
        founders = p.transformation * q.initiated
        by_setting = {"alone": founders, "needs_promoter": founders * q.promoter, "transient": 0.0 * founders}
        return {"tota_direct": by_setting[self.setting]}
