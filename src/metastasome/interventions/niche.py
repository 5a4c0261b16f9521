"""Keeping the niche from forming: the signals between vesicle and trained organ."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.parameters import ASSUMPTION, parameter
from .base import Effect, Inputs, Intervention


@dataclass(frozen=True)
class BlockMIF(Intervention):
    """MIF blockade in vesicles: TGF-beta, fibronectin and marrow-derived macrophages no longer follow."""

    key = "block_mif"
    title = "MIF blockade"
    side_conditions = "Prevented the whole liver niche in a pancreatic model (Costa-Silva 2015, doi:10.1038/ncb3169)."
    strength: float = parameter(
        0.8,
        "1",
        low=0.0,
        high=1.0,
        source=ASSUMPTION,
        meaning="share of matrix, marrow and suppression signals held back",
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the levers on matrix, marrow-derived cells and suppression."""
        return tuple(Effect(f"lever_{n}", 1.0 - self.strength) for n in ("matrix", "marrow", "suppression"))


@dataclass(frozen=True)
class BlockTGFBeta(Intervention):
    """TGF-beta blockade: less fibronectin from stroma, less suppression."""

    key = "block_tgf_beta"
    title = "TGF-beta blockade"
    side_conditions = "The step between Kupffer and stellate cells in doi:10.1038/ncb3169; no effect size was read."
    strength: float = parameter(
        0.7,
        "1",
        low=0.0,
        high=1.0,
        source=ASSUMPTION,
        meaning="share of matrix and suppression signals held back",
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the levers on matrix and suppression."""
        return tuple(Effect(f"lever_{n}", 1.0 - self.strength) for n in ("matrix", "suppression"))


@dataclass(frozen=True)
class BlockVEGFR1(Intervention):
    """VEGFR1 blockade: marrow-derived progenitors do not cluster in the niche."""

    key = "block_vegfr1"
    title = "VEGFR1 blockade"
    side_conditions = "VEGFR1+ progenitors come before tumour cells (Kaplan 2005, PMC2945882); no effect size was read."
    strength: float = parameter(
        0.8, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of recruitment held back"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on marrow-derived cells."""
        return (Effect("lever_marrow", 1.0 - self.strength),)


@dataclass(frozen=True)
class BlockFibronectin(Intervention):
    """Fibronectin deposition blocked; marrow-derived cells then lack their ground."""

    key = "block_fibronectin"
    title = "fibronectin deposition blocked"
    side_conditions = "Loss of fibronectin lowered the niche in doi:10.1038/ncb3169; no effect size was read."
    strength: float = parameter(0.8, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of deposition held back")

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on the matrix."""
        return (Effect("lever_matrix", 1.0 - self.strength),)


@dataclass(frozen=True)
class SealVessels(Intervention):
    """Keep vessels tight against vesicles that open them (miR-105 and others)."""

    key = "seal_vessels"
    title = "vessels kept tight"
    side_conditions = "Anti-miR-105 lowered leakiness and metastasis in mice (doi:10.1016/j.ccr.2014.03.007)."
    strength: float = parameter(
        0.7, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of the opening of vessels held back"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on leakiness."""
        return (Effect("lever_leak", 1.0 - self.strength),)
