"""Transformation assays: foci per well after vesicles, with or without a promoter, under the rival settings of TOTa.

Expected foci = wells x (background + yield x stimulus(dose) x opening), stimulus(dose) = dose / (dose + half), where
the
opening is that of :mod:`metastasome.mechanisms.tota_direct`: 1 where vesicles transform alone, the promoter (0 or 1)
where one is needed, 0 where the change is transient (or nothing transforms). Normal or boiled vesicles have dose 0.
Two-stage assay: Stefanius 2019, doi:10.7554/eLife.40226.
"""

from __future__ import annotations

from typing import Any

from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..laws import Counts
from ..observation import Array, Data, Theta
from .base import Given, Kind

BACKGROUND = Parameter(
    "foci.background", 1.0, "1", 0.0, 100.0, Prior("lognormal", 1.0, 0.7), "doi:10.7554/eLife.40226",
    "foci per untreated well; about one",
)  # fmt: skip
YIELD = Parameter(
    "foci.yield", 3.0, "1", 1e-3, 1e3, Prior("loguniform", 1e-2, 1e2), ASSUMPTION,
    "foci per well that vesicles add at full stimulus",
)  # fmt: skip
HALF = Parameter(
    "foci.half_dose", 3.0, "ng/mL", 1e-3, 1e4, Prior("loguniform", 0.1, 100.0), "doi:10.7554/eLife.40226",
    "dose of half the yield: 0.8 ng/mL was inactive, 8 active",
)  # fmt: skip


def build(given: Given) -> Counts:
    """Return the counts of foci under the hypothesis."""
    setting = given.hypothesis.setting("tota_direct")
    acts = setting in ("alone", "needs_promoter")
    data = {
        "count": given.counts("foci"), "wells": given.numbers("wells", low=1), "dose": given.numbers("dose", low=0),
        "promoter": given.numbers("promoter", low=0, high=1),
    }  # fmt: skip

    def expected(theta: Theta, data: Data, xp: Any) -> Array:
        per_well = theta[BACKGROUND.name] + 0.0 * data["dose"]
        if acts:
            opening = 1.0 if setting == "alone" else data["promoter"]
            stimulus = data["dose"] / (data["dose"] + theta[HALF.name])
            per_well = per_well + theta[YIELD.name] * stimulus * opening
        return data["wells"] * per_well

    needed = (BACKGROUND, YIELD, HALF) if acts else (BACKGROUND,)
    return Counts(given.name, data, given.words("treatment"), needed, expected, given.weight)


KIND = Kind(
    "foci", "foci in transformation assays",
    {"treatment": "what the wells got", "dose": "vesicle protein, ng/mL (0: none, normal or boiled)",
     "promoter": "1 where a promoter was given", "wells": "wells counted", "foci": "foci in all wells together"},
    build, {}, {},
)  # fmt: skip
