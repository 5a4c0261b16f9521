"""Cells and vesicles counted in a tube: circulating tumour cells in blood, tumour vesicles in pleural fluid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..core.parameters import ASSUMPTION, Prior, parameter
from .assay import Assay, Floats, Levels, lognormal
from .blank import CalledByBlank
from .noise import gamma, normal, poisson


@dataclass(frozen=True)
class CirculatingCells(Assay):
    """CTC per tube of blood: Poisson counts of cells recovered, spread by the hour of the draw, and false cells."""

    key: ClassVar[str] = "ctc"
    title: ClassVar[str] = "circulating tumour cells per tube"
    reads: ClassVar[str] = "ctc"
    unit: ClassVar[str] = "cell"
    lod_unit: ClassVar[str] = "cell/mL"
    false_positive: ClassVar[str] = "an epithelial cell of the puncture or a benign lesion; usually drawn again"

    limit: float = parameter(
        0.2, "cell/mL", low=1e-3, high=1e4, source=ASSUMPTION, prior=Prior("loguniform", 0.1, 1.0),
        meaning="least concentration told from a blank: about one recovered cell per tube",
    )  # fmt: skip
    tube: float = parameter(
        7.5, "mL", low=0.1, high=100.0, source=ASSUMPTION, meaning="blood per tube", prior=Prior("fixed", 7.5)
    )
    recovery: float = parameter(
        0.8, "1", low=0.01, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.5, 0.95),
        meaning="share of tumour cells found",
    )  # fmt: skip
    countable: float = parameter(
        1.0, "1", low=1e-9, high=1.0, source=ASSUMPTION, prior=Prior("loguniform", 1e-5, 1.0),
        evidence=("ctc_level_05", "ctc_level_06", "ctc_clearance_03"),
        meaning="share of circulating cells that stay whole and marked until counted; 1: capture by the first "
        "capillary bed alone explains why counts (1 to 7 per 4 mL) lie a thousandfold below shedding",
    )  # fmt: skip
    false_cells: float = parameter(
        0.1, "cell", low=0.0, high=100.0, source=ASSUMPTION, prior=Prior("loguniform", 0.02, 0.5),
        meaning="false cells per tube in healthy people",
    )  # fmt: skip
    swing: float = parameter(
        0.9, "1", low=0.0, high=3.0, source="doi:10.3389/fonc.2020.601085", evidence=("ctc_level_03",),
        prior=Prior("uniform", 0.3, 1.5), meaning="spread over a day, ln scale: a tenfold range in mice",
    )  # fmt: skip
    call_at: float = parameter(
        2.0, "cell", low=1.0, high=1000.0, source=ASSUMPTION, meaning="cells from which a tube is called positive",
        prior=Prior("fixed", 2.0),
    )  # fmt: skip

    @property
    def threshold(self) -> float:
        """Cells from which a tube is positive."""
        return self.call_at

    def expected(self, levels: Levels) -> Floats:
        """Return the mean count per tube."""
        return self.false_cells + self._found * np.asarray(levels[self.reads], dtype=np.float64)

    def measure(self, levels: Levels, person: Floats, draw: Floats) -> Floats:
        """Return cells per tube."""
        swing = lognormal(normal(draw[..., 0]), self.swing)
        return poisson(draw[..., 1], self.false_cells + self._found * levels[self.reads] * swing)

    @property
    def _found(self) -> float:
        return self.tube * self.recovery * self.countable


@dataclass(frozen=True)
class PleuralFluid(CalledByBlank):
    """Tumour vesicles in pleural fluid, where a lesion of the lung or pleura reaches it."""

    key: ClassVar[str] = "pleural"
    title: ClassVar[str] = "tumour vesicles in pleural fluid"
    reads: ClassVar[str] = "pleural_ev"
    unit: ClassVar[str] = "EV/mL"
    lod_unit: ClassVar[str] = "EV/mL"
    false_positive: ClassVar[str] = "heart failure or infection with a marked background; pleural biopsy follows"

    limit: float = parameter(
        1e5, "EV/mL", low=1.0, high=1e10, source="doi:10.1002/advs.202304926", evidence=("liquid_biopsy_lod_13",),
        meaning="limit of the digital immunoassay (found in plasma, taken for the fluid)",
    )  # fmt: skip
    marked_share: float = parameter(
        0.4, "1", low=1e-4, high=1.0, source="doi:10.1126/sciadv.abm3453", prior=Prior("uniform", 0.1, 0.8),
        meaning="share of tumour vesicles that carry the mark",
    )  # fmt: skip
    background: float = parameter(
        1e5, "EV/mL", low=0.0, high=1e9, source=ASSUMPTION, prior=Prior("loguniform", 1e4, 1e6),
        meaning="falsely marked vesicles in fluid of a benign cause",
    )  # fmt: skip
    shape: float = parameter(
        2.0, "1", low=0.2, high=50.0, source=ASSUMPTION, prior=Prior("uniform", 1.0, 8.0),
        meaning="gamma shape of that background between people",
    )  # fmt: skip
    volume: float = parameter(
        0.1, "mL", low=1e-4, high=20.0, source=ASSUMPTION, prior=Prior("loguniform", 0.01, 1.0),
        meaning="fluid looked at",
    )  # fmt: skip
    specificity: float = parameter(
        0.95, "1", low=0.5, high=0.999999, source=ASSUMPTION, prior=Prior("fixed", 0.95),
        meaning="share of benign fluids below the threshold, by which it is set",
    )  # fmt: skip

    def expected(self, levels: Levels) -> Floats:
        """Return marked tumour vesicles + benign background."""
        return self.background + self.marked_share * np.asarray(levels[self.reads], dtype=np.float64)

    def measure(self, levels: Levels, person: Floats, draw: Floats) -> Floats:
        """Return marked vesicles per mL of fluid; below 0 becomes 0."""
        own = gamma(person[..., 0], self.shape, self.background / self.shape)
        true = own + self.marked_share * levels[self.reads]
        counted = poisson(draw[..., 0], true * self.volume) / self.volume
        return np.asarray(np.maximum(counted + self.limit / 3 * normal(draw[..., 1]), 0.0))
