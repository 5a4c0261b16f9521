"""Circulating tumour cells: shed by the primary and by lesions, caught filter by filter, a few found lesions.

Filter and flow (Scott et al. 2014, PMC4258103): every capillary bed catches the share ``a`` of the cells that enter
it. Venous blood of portal organs meets the liver, then the lung; all other venous blood meets the lung; what passes
the lung is spread by arterial flow, and what passes the organs returns. Summing the passes gives a closed form
(below), so that every shed cell is caught somewhere: nothing is lost or made.

Success per caught cell = extravasation x survival of the first day x competence x niche and soil; growth or extinction
of the young lesion is left to its birth and death rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity


@dataclass(frozen=True)
class CTCSeeding(Mechanism):
    """Shedding, arrest by filter and flow, early loss, and founding of seeded lesions."""

    key = "ctc_seeding"
    rank = 50
    title = "seeding by circulating tumour cells"
    claims = ("A1", "B1", "B2")
    reads = ("primary_cells",)
    inputs = (
        Input("burden", "organ", "cell", "tumour cells in lesions of each organ", "engine", 0.0),
        Input("flow_share", "organ", "1", "share of cardiac output", "body"),
        Input("flow_rest", "body", "1", "share of cardiac output to organs not listed", "body"),
        Input("cardiac_output", "body", "mL/day", "blood flow through the lung", "body"),
        Input("portal", "organ", "1", "1 where venous blood passes the liver first", "body"),
        Input("is_liver", "organ", "1", "1 at the liver", "body"),
        Input("is_lung", "organ", "1", "1 at the lung", "body"),
        Input("is_primary", "organ", "1", "1 at the organ of the primary", "body"),
        Input("is_node", "organ", "1", "1 at the lymph nodes", "body"),
        Input(
            "soil",
            "organ",
            "1",
            "relative readiness of the organ; 1 everywhere unless the study says otherwise",
            "study",
            1.0,
        ),
        Input("lever_shedding", "body", "1", "what interventions leave of shedding", "lever", 1.0),
    )
    derives = (
        Quantity("shed", "body", "cell/day", "tumour cells entering blood and lymph"),
        Quantity("arterial_ctc", "body", "cell/day", "tumour cells leaving the lung with arterial blood"),
        Quantity("ctc_per_ml", "body", "cell/mL", "circulating tumour cells in peripheral blood"),
        Quantity("arrested", "organ", "cell/day", "tumour cells caught in each organ"),
    )
    opens = ("seeded",)

    shed_per_gram: float = parameter(
        3.2e6,
        "cell/gram/day",
        low=1.0,
        high=1e9,
        spread=0.7,
        prior=Prior("lognormal", 3.2e6, 2.0),
        source="https://pubmed.ncbi.nlm.nih.gov/1090362/",
        evidence=("ctc_shedding_01", "ctc_shedding_02", "ctc_shedding_03"),
        meaning="cells shed into blood per gram of tumour and day (rat MTW9; printed as 10-6, read as 1e6)",
    )
    cell_mass: float = parameter(
        1e-9,
        "gram/cell",
        low=1e-10,
        high=1e-8,
        source="doi:10.1186/s12916-018-1157-9",
        evidence=("tumour_growth_03",),
        prior=Prior("fixed", 1e-9),
        meaning="tumour mass per cell (1e9 cells per cm3, density 1)",
    )
    lymph_share: float = parameter(
        0.05,
        "1",
        low=0.0,
        high=0.9,
        source=ASSUMPTION,
        meaning="share of shed cells that leave by lymph and meet the sentinel node",
    )
    caught: float = parameter(
        0.917,
        "1",
        low=0.5,
        high=0.9999,
        source="https://pubmed.ncbi.nlm.nih.gov/1090362/",
        evidence=("ctc_clearance_01",),
        prior=Prior("uniform", 0.8, 0.99),
        meaning="share of cells caught by a capillary bed: efferent tumour blood holds 12 times more than arterial",
    )
    extravasation: float = parameter(
        0.8,
        "1",
        low=0.01,
        high=1.0,
        source="Koop 1995 Cancer Res 55:2520",
        evidence=("ctc_extravasation_01",),
        prior=Prior("uniform", 0.5, 1.0),
        meaning="share of caught cells that leave the vessel (chick embryo, over 80%)",
    )
    early_survival: float = parameter(
        0.01,
        "1",
        low=1e-4,
        high=1.0,
        source="Fidler 1970 JNCI 45:773",
        evidence=("metastatic_inefficiency_03", "ctc_clearance_04"),
        prior=Prior("lognormal", 0.01, 1.0),
        meaning="share alive a day after arrest (Fidler: 1% of B16 cells)",
    )
    competence: float = parameter(
        1e-7,
        "1",
        low=1e-12,
        high=1.0,
        spread=1.0,
        source=ASSUMPTION,
        evidence=("metastatic_inefficiency_06",),
        prior=Prior("loguniform", 1e-9, 1e-5),
        meaning="share of surviving cells able to start a lesion; set so that success per shed cell stays near 1e-10",
    )

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return shedding, the arterial stream, its concentration, and the cells caught by each organ."""
        from_primary = q.lever_shedding * p.shed_per_gram * p.cell_mass * q.primary_cells
        from_lesions = q.lever_shedding * p.shed_per_gram * p.cell_mass * q.burden
        by_lymph = p.lymph_share * from_primary
        veins = (from_primary - by_lymph) * q.is_primary + from_lesions
        a, passes = p.caught, 1 - p.caught
        to_liver = xp.sum(veins * q.portal)
        from_lung = xp.sum(veins * q.is_lung)
        others = xp.sum(veins * (1 - q.portal) * (1 - q.is_lung))
        first_lung = others + passes * (to_liver + by_lymph)
        plain = xp.sum(q.flow_share * (1 - q.portal) * (1 - q.is_liver)) + q.flow_rest
        portal = xp.sum(q.flow_share * q.portal)
        into_liver = xp.sum(q.flow_share * q.is_liver) + passes * portal
        returning = passes * (plain + into_liver)
        arterial = (passes * first_lung + from_lung) / (1 - passes * returning)
        lung_total = first_lung + returning * arterial
        direct = a * arterial * q.flow_share * (1 - q.is_liver)
        arrested = (
            direct
            + a * (to_liver + arterial * into_liver) * q.is_liver
            + a * lung_total * q.is_lung
            + a * by_lymph * q.is_node
        )
        return {
            "shed": from_primary + xp.sum(from_lesions),
            "arterial_ctc": arterial,
            "ctc_per_ml": arterial / q.cardiac_output,
            "arrested": arrested,
        }

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders of seeded lesions; the primary's own organ is left out (recurrence is not metastasis)."""
        success = p.extravasation * p.early_survival * p.competence * q.modifier("extravasation")
        return {"seeded": q.arrested * success * q.soil * (1 - q.is_primary)}
