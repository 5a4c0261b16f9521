"""TOTa direct: vesicles transform resident cells of an organ; no circulating tumour cell is needed (B5, B8, A9).

Contested, hence off by default and in three rival settings:

* ``alone``: initiated cells go on to found lesions by themselves (Melo 2014, PMC4254633);
* ``needs_promoter``: vesicles only initiate; lesions need a promoter besides, and nothing happens below 8 ng/mL of
  vesicle protein (Stefanius 2019, doi:10.7554/eLife.40226);
* ``transient``: initiated cells revert and found nothing (Lee 2016, doi:10.18632/oncotarget.10627).

Of the N mesenchymal stem cells, fibroblasts or epithelial cells of an organ, the share I is initiated:

    dI/dt = initiation susceptibility gate stimulus (1 - I) - reversion I

where the stimulus is the share of the tumour-suppression programme that cargo takes from cells of that kind at the dose
delivered (:mod:`metastasome.matchmaking`), and the gate opens, in the promoter setting only, once the organ's exposure
passes the least active concentration of that assay. Founders per day: transformation x N I (x promoter).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from ._response import response_inputs, response_shift, share_of
from .base import Array, Input, Mechanism, Quantities, Quantity, State

SETTINGS = ("alone", "needs_promoter", "transient")
#: resident cell -> (its class in matchmaking and kinetics, input with its number)
TARGETS: Mapping[str, tuple[str, str]] = {
    "msc": ("stroma", "msc"),
    "fibroblast": ("stroma", "fibroblasts"),
    "epithelium": ("parenchyma", "epithelium"),
}
_CLASSES = ("stroma", "parenchyma")


@dataclass(frozen=True)
class TOTaDirect(Mechanism):
    """TOTa direct on mesenchymal stem cells, fibroblasts and epithelium, in one of three rival settings."""

    key = "tota_direct"
    rank = 40
    title = "TOTa direct: transformation of resident cells by vesicles"
    claims = ("B5", "B8", "A9")
    default_on = False
    states = tuple(State(f"initiated_{t}", "organ", "1", f"initiated share of residents: {t}") for t in TARGETS)
    reads = ("dose_stroma", "dose_parenchyma", "exposure")
    inputs = (
        Input("msc", "organ", "cell", "resident mesenchymal stem cells", "body"),
        Input("fibroblasts", "organ", "cell", "resident fibroblasts and other stroma", "body"),
        Input("epithelium", "organ", "cell", "resident parenchymal cells", "body"),
        Input("promoter", "body", "1", "promoter present (0 to 1), set by the study", "study", 0.0),
        Input("lever_promoter", "body", "1", "what interventions leave of the promoter", "lever", 1.0),
        *(i for c in _CLASSES for i in response_inputs(c, "tumour_suppression")),
    )
    derives = (
        *(
            Quantity(f"stimulus_initiation_{c}", "organ", "1", f"share of tumour suppression lost in {c}")
            for c in _CLASSES
        ),
        Quantity("initiated", "organ", "cell", "initiated resident cells of every kind"),
    )
    opens = ("tota_direct",)

    setting: str = dataclasses.field(default="needs_promoter", metadata={"choices": SETTINGS})
    initiation: float = parameter(
        1e-4, "1/day", low=1e-12, high=1.0, source=ASSUMPTION, evidence=("transformation_dose_03",),
        prior=Prior("loguniform", 1e-8, 1e-1),
        meaning="initiation per mesenchymal stem cell at full loss of tumour suppression",
    )  # fmt: skip
    fibroblast: float = parameter(
        1e-5, "1", low=0.0, high=1e3, source=ASSUMPTION, evidence=("transformation_01",),
        prior=Prior("loguniform", 1e-8, 1.0),
        meaning="initiation of a fibroblast relative to a stem cell; foci are those of an immortal line (NIH/3T3)",
    )  # fmt: skip
    epithelial: float = parameter(
        1e-6, "1", low=0.0, high=1e3, source=ASSUMPTION, evidence=("transformation_05",),
        prior=Prior("loguniform", 1e-9, 1.0),
        meaning="initiation of an epithelial cell relative to a stem cell; epithelium resists (Lee 2016)",
    )  # fmt: skip
    reversion: float = parameter(
        0.01, "1/day", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("loguniform", 1e-4, 1.0),
        meaning="return of initiated cells; no figure seen, Lee saw effects fade over months",
    )  # fmt: skip
    transformation: float = parameter(
        1e-12, "1/day", low=0.0, high=1e-3, source=ASSUMPTION, evidence=("transformation_01", "transformation_05"),
        prior=Prior("loguniform", 1e-16, 1e-6),
        meaning="founders per initiated cell; no frequency per exposed cell in vivo was seen",
    )  # fmt: skip
    least: float = parameter(
        8.0, "ng/mL", low=1e-3, high=1e5, source="doi:10.7554/eLife.40226", evidence=("transformation_dose_01",),
        prior=Prior("loguniform", 0.8, 8.0),
        meaning="vesicle protein below which nothing is initiated: 0.8 ng/mL inactive, 8 active, flat to 2400",
    )  # fmt: skip
    particles: float = parameter(
        8.75e5, "EV/ng", low=1e3, high=1e9, source="doi:10.7554/eLife.40226", evidence=("transformation_dose_02",),
        prior=Prior("lognormal", 8.75e5, 0.7), meaning="vesicles per protein in that assay: 7.0e7 per mL at 80 ng/mL",
    )  # fmt: skip
    ramp: float = parameter(
        0.1, "1", low=1e-3, high=10.0, source=ASSUMPTION, prior=Prior("fixed", 0.1),
        meaning="relative rise above the least concentration over which the gate opens; keeps rates continuous",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the stimulus of each class of cells, between 0 and 1, and all initiated cells."""
        made = {}
        for c in _CLASSES:
            shift = response_shift(q, getattr(q, f"dose_{c}"), c, "tumour_suppression")
            made[f"stimulus_initiation_{c}"] = share_of(xp, shift, -1)
        cells = (getattr(q, number) * getattr(q, f"initiated_{t}") for t, (_, number) in TARGETS.items())
        return {**made, "initiated": sum(cells)}

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balance of initiated cells of every kind."""
        susceptible = {"msc": 1.0, "fibroblast": p.fibroblast, "epithelium": p.epithelial}
        per_day = p.initiation * self.gate(xp, q, p) * q.modifier("initiation")
        made = {}
        for target, (c, _) in TARGETS.items():
            initiated = getattr(q, f"initiated_{target}")
            hit = susceptible[target] * per_day * getattr(q, f"stimulus_initiation_{c}")
            made[f"initiated_{target}"] = hit * (1 - initiated) - p.reversion * initiated
        return made

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders from initiated cells, by setting."""
        founders = p.transformation * q.initiated
        promoted = founders * q.promoter * q.lever_promoter
        return {
            "tota_direct": {"alone": founders, "needs_promoter": promoted, "transient": 0.0 * founders}[self.setting]
        }

    def gate(self, xp: Any, q: Quantities, p: Any) -> Array:
        """Return 0 up to the least active exposure and 1 above it, in the promoter setting; else 1."""
        if self.setting != "needs_promoter":
            return 1.0
        above = (q.exposure / (p.least * p.particles) - 1) / p.ramp
        return xp.minimum(xp.maximum(above, 0.0 * above), 1 + 0.0 * above)
