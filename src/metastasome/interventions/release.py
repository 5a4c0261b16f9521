"""Less release of vesicles: effect sizes, pump inhibitors and buffers, nSMase2, Rab27, amiloride, HIF."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.parameters import ASSUMPTION, parameter
from .base import Effect, Inputs, Intervention
from .pharmacology import hill

_PPI_CELLS = "doi:10.1002/jcsm.12851"


@dataclass(frozen=True)
class BlockRelease(Intervention):
    """Lower the release of vesicles per tumour cell by the share `strength` while it lasts.

    A pure effect size, whatever brings it about; no dose-effect figure in patients was found.
    """

    key = "block_release"
    title = "vesicle release blocked"
    side_conditions = (
        "Rab27a loss acts in 4T1 but not TS/A cells and also lowers MMP9; proton-pump inhibitors go with more deaths "
        "under checkpoint inhibitors (hazard ratio 1.29, 1.10 to 1.50, PMC8907621)."
    )
    strength: float = parameter(
        0.8, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of release per tumour cell held back"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on release."""
        return (Effect("lever_release", 1.0 - self.strength),)


@dataclass(frozen=True)
class ProtonPumpInhibitor(Intervention):
    """Omeprazole or esomeprazole: less acidity around the tumour, and less release by a Hill curve of concentration.

    Release held back = top c / (c + half). Cells released less over 1 to 10 uM (doi:10.1002/jcsm.12851, half taken as
    the geometric middle); in mice 5 mg/kg/day stopped the rise of EV-Hsp and left tumour growth alone. The acid side
    needs `acidity`.
    """

    key = "proton_pump_inhibitor"
    title = "proton-pump inhibitor"
    side_conditions = (
        "With chemotherapy responses rose from 46.9% to 67.7% and time to progression from 8.7 to 9.7 months "
        "(doi:10.1186/s13046-015-0194-x, esomeprazole 80 to 100 mg twice daily, 3 days on, 4 off). With checkpoint "
        "inhibitors users died more: hazard ratio 1.29 (1.10 to 1.50) over 9,978 patients, yet melanoma progressed "
        "less (0.48, 0.25 to 0.90; PMC8907621). Both meet in one arm only as stated by the interplay rules."
    )
    concentration_um: float = parameter(
        5.0, "uM", low=0.0, high=1000.0, source=ASSUMPTION, meaning="mean concentration at the tumour"
    )
    half_um: float = parameter(
        3.2, "uM", low=0.3, high=32.0, source=_PPI_CELLS, evidence=("intervention_ppi_02",),
        meaning="concentration of half effect: geometric middle of the 1 to 10 uM over which release fell",
    )  # fmt: skip
    top: float = parameter(
        0.5,
        "1",
        low=0.0,
        high=1.0,
        source=ASSUMPTION,
        meaning="greatest share of release held back; size not printed",
    )
    acid: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="greatest share of the pH drop taken away"
    )
    written = (("concentration", "concentration_um"), ("half", "half_um"))

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the levers on release and, where the model has it, on acidity."""
        share = hill(self.concentration_um, self.half_um)
        made = [Effect("lever_release", 1.0 - self.top * share)]
        if "lever_acidity" in inputs:
            made.append(Effect("lever_acidity", 1.0 - self.acid * share))
        return tuple(made)


@dataclass(frozen=True)
class Buffer(Intervention):
    """Oral bicarbonate: takes the share `strength` of the tumour's acidity away."""

    key = "buffer"
    title = "oral buffer (bicarbonate)"
    side_conditions = (
        "Fewer organ metastases in a breast model while circulating tumour cells stayed as they were; no effect on B16 "
        "lung colonies (PMC2834485)."
    )
    strength: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, evidence=("intervention_buffer_01",),
        meaning="share of the pH drop taken away; direction only was read",
    )  # fmt: skip

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on acidity."""
        return (Effect("lever_acidity", 1.0 - self.strength),)


@dataclass(frozen=True)
class NSMase2Inhibitor(Intervention):
    """GW4869 or loss of nSMase2: lowers the ceramide route of exosome release; microvesicles go on."""

    key = "nsmase2_inhibitor"
    title = "nSMase2 inhibitor (GW4869)"
    side_conditions = (
        "nSMase2 loss lowers metastasis (Kosaka 2013, PMC3624465, abstract); no dose with an effect size was found."
    )
    strength: float = parameter(
        0.8, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of nSMase2 activity held back"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on nSMase2."""
        return (Effect("lever_nsmase2", 1.0 - self.strength),)


@dataclass(frozen=True)
class Rab27Loss(Intervention):
    """Rab27 knock-down in tumour cells: fewer exosomes; microvesicles go on.

    Attributes:
        line: ``"4T1"`` (acts, the default) or ``"TS/A"`` (a line in which nothing happens): the two that were compared.
    """

    key = "rab27_loss"
    title = "Rab27 knock-down"
    side_conditions = (
        "Acts in 4T1 cells, not in TS/A; lowers MMP9 besides, which no exosome carries, so it is no clean knock-out of "
        "vesicles (Bobrie 2012, abstract). Rab27a RNAi in melanoma lowered exosomes, education, growth and metastasis "
        "(doi:10.1038/nm.2753)."
    )
    words = (("line", ("4T1", "TS/A")),)
    strength: float = parameter(0.8, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of Rab27 taken away")
    line: str = "4T1"

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on Rab27."""
        return (Effect("lever_rab27", 1.0 - (self.strength if self.line == "4T1" else 0.0)),)


@dataclass(frozen=True)
class DimethylAmiloride(Intervention):
    """Dimethyl amiloride: less release, and so less EV-Hsp72 that makes suppressor cells."""

    key = "dimethyl_amiloride"
    title = "dimethyl amiloride"
    side_conditions = (
        "Improved cyclophosphamide in three mouse models; amiloride lowered suppressor-cell function in patients "
        "(Chalmin 2010, PMC2810085). Direction only."
    )
    strength: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, evidence=("intervention_amiloride_01",),
        meaning="share of release held back",
    )  # fmt: skip

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on release; suppression follows from the dose in the model."""
        return (Effect("lever_release", 1.0 - self.strength),)


@dataclass(frozen=True)
class HifInhibition(Intervention):
    """HIF inhibition: hypoxia no longer raises release (HIF-1A siRNA abolished the rise in three breast lines)."""

    key = "hif_inhibition"
    title = "HIF inhibition"
    side_conditions = (
        "HIF-1A siRNA abolished the rise of release at 1% oxygen (doi:10.1186/1471-2407-12-421); HIF also drives VEGF, "
        "so growth of the primary changes too."
    )
    strength: float = parameter(
        0.9, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of HIF activity held back"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on HIF."""
        return (Effect("lever_hif", 1.0 - self.strength),)
