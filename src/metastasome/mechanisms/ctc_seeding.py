"""Circulating tumour cells: shed by the primary and by lesions, caught filter by filter, a few found lesions.

Filter and flow (Scott et al. 2014, PMC4258103): every capillary bed catches the share ``a`` of the cells that enter
it. Venous blood of portal organs meets the liver, then the lung; all other venous blood meets the lung; what passes
the lung is spread by arterial flow, and what passes the organs returns. Summing the passes gives a closed form
(below), so that every shed cell is caught somewhere: nothing is lost or made.

Cells that a treatment, or blood itself, kills between two beds are declared deaths: caught + killed = shed.

Success per caught cell = extravasation x survival of the first day x competence x niche and soil; growth or extinction
of the young lesion is left to its birth and death rates. Where cells are lost, early (Fidler 1970: 1% alive at 24 h) or
late (Koop 1995: over 80% extravasate, few grow), is a matter of `early_survival` against `competence` and the lesion's
birth and death; both settings are written out in docs/mechanisms.md and tested.
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
    reads_if_there = ("emt_share", "hybrid_share")
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
        Input("lever_circulating", "body", "1", "what interventions leave alive per stretch of blood", "lever", 1.0),
    )
    derives = (
        Quantity("shed", "body", "cell/day", "tumour cells entering blood and lymph"),
        Quantity("arterial_ctc", "body", "cell/day", "tumour cells leaving the lung with arterial blood"),
        Quantity("ctc_per_ml", "body", "cell/mL", "circulating tumour cells in peripheral blood"),
        Quantity("arrest_share", "organ", "1", "share of the primary's shed cells that each organ catches"),
        Quantity("arrested", "organ", "cell/day", "tumour cells caught in each organ"),
        Quantity("settled", "organ", "cell/day", "caught cells that live and can found a lesion"),
        Quantity("settled_of_primary", "organ", "cell/day", "those of them that the primary shed"),
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

    transit: float = parameter(
        1.0,
        "1",
        low=0.01,
        high=1.0,
        source=ASSUMPTION,
        evidence=("ctc_clearance_03",),
        prior=Prior("uniform", 0.5, 1.0),
        meaning="share alive after one stretch of blood between two beds; the half-lives seen, from "
        "1 s to hours, are mostly arrest",
    )

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return shedding, the arterial stream, the cells caught by each organ, and those fit to found lesions."""
        per_cell = q.lever_shedding * p.shed_per_gram * p.cell_mass
        primary = per_cell * q.primary_cells * q.modifier("shedding")
        lesions = per_cell * q.burden
        lymph = p.lymph_share
        one_arterial, share = _circulate(xp, q, p, (1 - lymph) * q.is_primary, lymph)
        arterial, caught = _circulate(xp, q, p, lesions, 0.0)
        success = p.extravasation * p.early_survival * p.competence * q.modifier("extravasation")
        success = success * q.modifier("success") * q.soil * (1 - q.is_primary)
        arrested = primary * share + caught
        return {
            "shed": primary + xp.sum(lesions),
            "arterial_ctc": primary * one_arterial + arterial,
            "ctc_per_ml": (primary * one_arterial + arterial) / q.cardiac_output,
            "arrest_share": share,
            "arrested": arrested,
            "settled": arrested * success,
            "settled_of_primary": primary * share * success,
        }

    def channels(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return founders of seeded lesions: all that settle but mesenchymal cells and hybrids of the primary.

        The primary's own organ is left out (recurrence is not metastasis).
        """
        other = 1 - (1 - q.emt_share) * (1 - q.hybrid_share)
        return {"seeded": q.settled - q.settled_of_primary * other}


def _circulate(xp: Any, q: Quantities, p: Any, veins: Array, lymph: Array) -> tuple[Array, Array]:
    """Return (cells leaving the lung by arteries, cells caught by each organ), per day.

    Args:
        veins: cells per day entering each organ's veins. lymph: cells per day entering lymph.

    With share ``a`` caught per bed and share ``v`` alive after each stretch of blood, the arterial stream A solves the
    linear balance of one turn round the body, ``A = (1 - a) lung + from_lung`` with ``lung`` linear in A.
    """
    a, v = p.caught, p.transit * q.lever_circulating
    passes = (1 - a) * v
    to_liver = v * xp.sum(veins * q.portal)
    from_lung = xp.sum(veins * q.is_lung)
    others = xp.sum(veins * (1 - q.portal) * (1 - q.is_lung))
    first_lung = v * others + passes * (to_liver + v * lymph)
    plain = v * (xp.sum(q.flow_share * (1 - q.portal) * (1 - q.is_liver)) + q.flow_rest)
    into_liver = v * (xp.sum(q.flow_share * q.is_liver) + passes * xp.sum(q.flow_share * q.portal))
    returning = passes * (plain + into_liver)
    arterial = ((1 - a) * first_lung + from_lung) / (1 - (1 - a) * returning)
    lung = first_lung + returning * arterial
    caught = (
        a * v * arterial * q.flow_share * (1 - q.is_liver)
        + a * (to_liver + arterial * into_liver) * q.is_liver
        + a * lung * q.is_lung
        + a * v * lymph * q.is_node
    )
    return arterial, caught
