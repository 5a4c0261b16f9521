"""Genometastasis: tumour DNA in blood transforms resident stem cells (A11, B5).

Plasma with tumour DNA turns NIH/3T3 cells malignant (3 of 4 samples, doi:10.1517/14712598.2012.685151), serum without
DNA does not, and DNase with proteases protects rats (PMC3532306). Which carrier does it, free DNA or vesicles, nobody
has separated, so there are three rival settings: ``free``, ``vesicle``, ``both``. Genome equivalents that reach the
mesenchymal stem cells of an organ per day:

    free:    lever_dnase x DNA shed by dying cells x the organ's share of blood flow x uptake
    vesicle: DNA per vesicle x dose per cell x stem cells

Founders per day: transformation x that. DNase reaches free DNA only. Off by default.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity

CARRIERS = ("both", "free", "vesicle")


@dataclass(frozen=True)
class Genometastasis(Mechanism):
    """Transformation by tumour DNA, free or in vesicles."""

    key = "genometastasis"
    rank = 44
    title = "genometastasis: transformation by tumour DNA"
    claims = ("A11", "B5")
    default_on = False
    reads = ("dose_stroma", "dna_release")
    inputs = (
        Input("msc", "organ", "cell", "resident mesenchymal stem cells", "body"),
        Input("flow_share", "organ", "1", "share of cardiac output", "body"),
        Input("lever_dnase", "body", "1", "what DNase leaves of free tumour DNA", "lever", 1.0),
    )
    derives = (Quantity("dna_dose", "organ", "copy/day", "genome equivalents that reach stem cells of the organ"),)
    opens = ("genometastasis",)
    requires = ("tumour_dna",)

    carrier: str = dataclasses.field(default="both", metadata={"choices": CARRIERS})
    dna_per_ev: float = parameter(
        1e-6, "copy/EV", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("loguniform", 1e-9, 1e-3),
        meaning="genome equivalents per vesicle; a cargo's own figure goes here where it was measured",
    )  # fmt: skip
    free_uptake: float = parameter(
        1e-6, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("loguniform", 1e-10, 1e-3),
        meaning="share of the free DNA passing an organ that enters its stem cells; most is cleared within the hour",
    )  # fmt: skip
    transformation: float = parameter(
        1e-9, "cell/copy", low=0.0, high=1e-2, source=ASSUMPTION,
        evidence=("transformation_genometastasis_01", "transformation_genometastasis_03"),
        prior=Prior("loguniform", 1e-14, 1e-5),
        meaning="founders per genome equivalent taken up; cultures tell that it happens, not how often",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the genome equivalents that reach stem cells, by the carriers of the setting."""
        free = q.lever_dnase * q.dna_release * q.flow_share * p.free_uptake
        packed = p.dna_per_ev * q.dose_stroma * q.msc
        return {"dna_dose": {"free": free, "vesicle": packed, "both": free + packed}[self.carrier]}

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders from cells that took up tumour DNA."""
        return {"genometastasis": p.transformation * q.dna_dose}
