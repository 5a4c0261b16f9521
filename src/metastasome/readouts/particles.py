"""Assays that count vesicles in plasma: tracking (NTA), single marked vesicles, bead and digital immunoassays.

Total vesicles are the background of blood cells (1e10 EV/mL) plus the tumour's, so that a tumour that adds a thousandth
is lost in the spread between people; marked assays see the tumour's share above a false-mark background.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..core.errors import InputError, nearest
from ..core.parameters import ASSUMPTION, Prior, parameter
from ..reference import literature
from .assay import Assay, Floats, Levels, lognormal
from .blank import CalledByBlank
from .noise import normal, poisson

_JOHNSEN = "https://orbit.dtu.dk/en/publications/what-is-the-blood-concentration-of-extracellular-vesicles-implica"
_NTA = "https://pmc.ncbi.nlm.nih.gov/articles/PMC6453870/table/Tab1"


@dataclass(frozen=True)
class ParticleTracking(Assay):
    """Nanoparticle tracking: particles per mL of plasma, whatever their source."""

    key: ClassVar[str] = "nta"
    title: ClassVar[str] = "plasma vesicles by nanoparticle tracking"
    reads: ClassVar[str] = "tumour_ev"
    unit: ClassVar[str] = "EV/mL"
    lod_unit: ClassVar[str] = "EV/mL"
    false_positive: ClassVar[str] = "a healthy person with many vesicles is sent to imaging"

    limit: float = parameter(
        1e7, "EV/mL", low=1e3, high=1e10, source=_NTA, evidence=("liquid_biopsy_lod_01",),
        meaning="least concentration that tracking counts",
    )  # fmt: skip
    background: float = parameter(
        1e10, "EV/mL", low=1e8, high=1e12, source=_JOHNSEN, evidence=("ev_plasma_level_07",),
        meaning="vesicles in healthy plasma",
    )  # fmt: skip
    between: float = parameter(
        0.5, "1", low=0.0, high=2.0, source=ASSUMPTION, prior=Prior("uniform", 0.2, 1.0),
        meaning="spread of healthy people, ln scale",
    )  # fmt: skip
    within: float = parameter(
        0.25, "1", low=0.0, high=2.0, source=ASSUMPTION, prior=Prior("uniform", 0.1, 0.5),
        meaning="spread of one person's draws (meal, hour, handling), ln scale",
    )  # fmt: skip
    technical: float = parameter(
        0.15, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.05, 0.3),
        meaning="spread of repeated measurements, ln scale",
    )  # fmt: skip
    tracked: float = parameter(
        1000.0, "particle", low=10.0, high=1e6, source=ASSUMPTION, prior=Prior("loguniform", 200.0, 5000.0),
        meaning="particles tracked per measurement: their Poisson noise",
    )  # fmt: skip
    deviate: float = parameter(
        1.644854, "1", low=0.0, high=6.0, source=ASSUMPTION, prior=Prior("fixed", 1.644854),
        meaning="healthy standard deviations above the median from which a test is positive (95% specific)",
    )  # fmt: skip

    @property
    def threshold(self) -> float:
        """Background at the healthy quantile of `deviate`."""
        spread = np.sqrt(self.between**2 + self.within**2 + self.technical**2 + 1 / self.tracked)
        shift = -0.5 * (self.between**2 + self.within**2 + self.technical**2)
        return float(self.background * np.exp(shift + self.deviate * spread))

    def expected(self, levels: Levels) -> Floats:
        """Return background + tumour vesicles."""
        return self.background + np.asarray(levels[self.reads], dtype=np.float64)

    def measure(self, levels: Levels, person: Floats, draw: Floats) -> Floats:
        """Return particles per mL; below the limit, 0."""
        own = self.background * lognormal(normal(person[..., 0]), self.between)
        own = own * lognormal(normal(draw[..., 0]), self.within)
        true = own + levels[self.reads]
        counted = poisson(draw[..., 2], np.full(true.shape, self.tracked)) / self.tracked
        found = true * lognormal(normal(draw[..., 1]), self.technical) * counted
        return np.asarray(np.where(found >= self.limit, found, 0.0))


@dataclass(frozen=True)
class MarkedVesicles(CalledByBlank):
    """Tumour-marked vesicles, counted one by one (single-EV analysis) or by bead and digital immunoassay.

    Reported level = marked share x tumour vesicles + falsely marked background, with a blank noise whose three
    standard deviations are the limit (the usual meaning of a published LOD), Poisson counting in the sampled volume,
    and technical spread.
    """

    key: ClassVar[str] = "marked_ev"
    title: ClassVar[str] = "tumour-marked plasma vesicles"
    reads: ClassVar[str] = "tumour_ev"
    unit: ClassVar[str] = "EV/mL"
    lod_unit: ClassVar[str] = "EV/mL"
    false_positive: ClassVar[str] = "inflammation or a benign lesion carries the mark; imaging follows"

    marker: str = ""
    limit: float = parameter(
        1e5, "EV/mL", low=1.0, high=1e10, source="doi:10.1002/advs.202304926", evidence=("liquid_biopsy_lod_13",),
        meaning="limit of detection of marked vesicles (digital immunoassay in plasma): three blank deviations",
    )  # fmt: skip
    marked_share: float = parameter(
        0.4, "1", low=1e-4, high=1.0, source="doi:10.1126/sciadv.abm3453", evidence=("ev_plasma_level_13",),
        prior=Prior("uniform", 0.1, 0.8), meaning="share of tumour vesicles that carry the mark",
    )  # fmt: skip
    background: float = parameter(
        1e5, "EV/mL", low=0.0, high=1e9, source=ASSUMPTION, prior=Prior("loguniform", 1e4, 1e6),
        meaning="falsely marked vesicles in healthy plasma: 1 in 100,000",
    )  # fmt: skip
    between: float = parameter(
        0.5, "1", low=0.0, high=2.0, source=ASSUMPTION, prior=Prior("uniform", 0.2, 1.0),
        meaning="spread of that background between people, ln scale",
    )  # fmt: skip
    within: float = parameter(
        0.25, "1", low=0.0, high=2.0, source=ASSUMPTION, prior=Prior("uniform", 0.1, 0.5),
        meaning="spread of one person's draws, ln scale",
    )  # fmt: skip
    technical: float = parameter(
        0.15, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.05, 0.3),
        meaning="spread of repeated measurements, ln scale",
    )  # fmt: skip
    volume: float = parameter(
        0.1, "mL", low=1e-4, high=20.0, source=ASSUMPTION, prior=Prior("loguniform", 0.01, 1.0),
        meaning="plasma looked at: counts below a few are Poisson",
    )  # fmt: skip
    specificity: float = parameter(
        0.95, "1", low=0.5, high=0.999999, source=ASSUMPTION, prior=Prior("fixed", 0.95),
        meaning="share of healthy draws below the threshold, by which it is set",
    )  # fmt: skip

    def expected(self, levels: Levels) -> Floats:
        """Return marked tumour vesicles + false background."""
        return self.background + self.marked_share * np.asarray(levels[self.reads], dtype=np.float64)

    def measure(self, levels: Levels, person: Floats, draw: Floats) -> Floats:
        """Return marked vesicles per mL; below 0 becomes 0."""
        own = self.background * lognormal(normal(person[..., 0]), self.between)
        own = own * lognormal(normal(draw[..., 0]), self.within)
        true = own + self.marked_share * levels[self.reads]
        counted = poisson(draw[..., 2], true * self.volume) / self.volume
        found = counted * lognormal(normal(draw[..., 1]), self.technical) + self.limit / 3 * normal(draw[..., 3])
        return np.asarray(np.maximum(found, 0.0))


#: Published limits in vesicles per mL, by name -> row of the literature table.
PUBLISHED: dict[str, str] = {
    "cd63_aptamer": "liquid_biopsy_lod_05",
    "aptamer_beads": "liquid_biopsy_lod_06",
    "sandwich_immunoassay": "liquid_biopsy_lod_07",
    "nanocube": "liquid_biopsy_lod_08",
    "droplet_immunoassay": "liquid_biopsy_lod_09",
    "sers_pdl1": "liquid_biopsy_lod_12",
    "digital_immunoassay": "liquid_biopsy_lod_13",
}


def published(name: str) -> MarkedVesicles:
    """Return the marked-vesicle assay with the published limit called `name` (:data:`PUBLISHED`).

    A limit found in buffer flatters an assay: the falsely marked background of plasma stays in the model.
    """
    if name not in PUBLISHED:
        hint = nearest(name, PUBLISHED) or f"known: {', '.join(PUBLISHED)}"
        raise InputError("no published limit of that name", field="assay", value=name, hint=hint)
    row = literature()[PUBLISHED[name]]
    assert row.value is not None
    return MarkedVesicles(marker=name, limit=row.value)
