r"""Sandwich ELISA of plasma vesicles: four-parameter standard curve, hook effect, replicates, limit of detection.

Optical density of concentration x (Rodbard & Frazier; the usual 4PL), with the loss of sandwiches when antigen
saturates both antibodies (hook):

.. math:: y(x) = d + \frac{a - d}{1 + (x/c)^b}\,, \qquad y_h(x) = a + \frac{y(x) - a}{1 + (x/h)^2}

Readers invert y, not :math:`y_h`, so a sample beyond the hook is reported far too low until it is diluted.
Plasma levels are in the arbitrary units of the published ELISA (10.3390/cancers11030429). A marker is made by the
tumour (`per_ev` units per tumour vesicle per mL) on top of a healthy background.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..core.parameters import ASSUMPTION, Prior, parameter
from .assay import Floats, Levels, lognormal
from .blank import CalledByBlank
from .noise import normal

_ZORRILLA = "doi:10.3390/cancers11030429"


@dataclass(frozen=True)
class Elisa(CalledByBlank):
    """A CD63 sandwich ELISA; :func:`caveolin` gives the one for caveolin-1."""

    key: ClassVar[str] = "elisa"
    title: ClassVar[str] = "plasma vesicles by ELISA"
    reads: ClassVar[str] = "tumour_ev"
    unit: ClassVar[str] = "ELISA unit"
    lod_unit: ClassVar[str] = "ELISA unit"
    false_positive: ClassVar[str] = "a healthy high value, or one after surgery and inflammation, asks for imaging"
    draw_numbers: ClassVar[int] = 6

    marker: str = "CD63"
    limit: float = parameter(
        20.0, "1", low=1e-6, high=1e6, source=ASSUMPTION, prior=Prior("loguniform", 5.0, 100.0),
        meaning="least level told from a blank, ELISA units",
    )  # fmt: skip
    background: float = parameter(
        500.0, "1", low=0.0, high=1e6, source=_ZORRILLA, evidence=("ev_plasma_level_09",),
        prior=Prior("lognormal", 500.0, 0.4), meaning="healthy level; taken near that a week after resection",
    )  # fmt: skip
    per_ev: float = parameter(
        5e-8, "mL", low=0.0, high=1e3, source=ASSUMPTION, prior=Prior("loguniform", 1e-9, 1e-4),
        meaning="units per tumour vesicle per mL: 500 units come from 1e10 vesicles per mL, a tumour's counting alike",
    )  # fmt: skip
    wound: float = parameter(
        0.0, "1", low=0.0, high=20.0, source=ASSUMPTION, prior=Prior("uniform", 0.0, 3.0),
        meaning="relative rise of the healthy level just after surgery (the host's own vesicles)",
    )  # fmt: skip
    wound_half_life: float = parameter(
        14.0, "day", low=0.5, high=365.0, source=ASSUMPTION, prior=Prior("loguniform", 3.0, 60.0),
        meaning="half-life of that rise",
    )  # fmt: skip
    between: float = parameter(
        0.45, "1", low=0.0, high=3.0, source=ASSUMPTION, prior=Prior("uniform", 0.2, 1.0),
        meaning="spread of healthy people, ln scale",
    )  # fmt: skip
    within: float = parameter(
        0.2, "1", low=0.0, high=2.0, source=ASSUMPTION, prior=Prior("uniform", 0.1, 0.5),
        meaning="spread of one person's draws, ln scale",
    )  # fmt: skip
    bottom: float = parameter(
        0.05,
        "1",
        low=0.0,
        high=1.0,
        source=ASSUMPTION,
        meaning="optical density of a blank",
        prior=Prior("fixed", 0.05),
    )
    top: float = parameter(
        3.0,
        "1",
        low=0.5,
        high=6.0,
        source=ASSUMPTION,
        meaning="optical density at saturation",
        prior=Prior("fixed", 3.0),
    )
    middle: float = parameter(
        1000.0, "1", low=1e-3, high=1e7, source=ASSUMPTION, prior=Prior("fixed", 1000.0),
        meaning="level of half the density, units",
    )  # fmt: skip
    slope: float = parameter(
        1.2, "1", low=0.3, high=4.0, source=ASSUMPTION, meaning="Hill slope of the curve", prior=Prior("fixed", 1.2)
    )
    hook: float = parameter(
        1e5, "1", low=1.0, high=1e12, source=ASSUMPTION, prior=Prior("loguniform", 1e4, 1e7),
        meaning="level at which half of the sandwiches are lost, units",
    )  # fmt: skip
    replicates: float = parameter(
        2.0, "1", low=1.0, high=8.0, source=ASSUMPTION, meaning="wells per sample", prior=Prior("fixed", 2.0)
    )
    well: float = parameter(
        0.08, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.03, 0.15),
        meaning="relative spread of density between wells",
    )  # fmt: skip
    specificity: float = parameter(
        0.95, "1", low=0.5, high=0.999999, source=ASSUMPTION, prior=Prior("fixed", 0.95),
        meaning="share of healthy draws below the threshold, by which it is set",
    )  # fmt: skip

    def density(self, level: Floats) -> Floats:
        """Return optical density with the hook, any shape."""
        x = np.maximum(np.asarray(level, dtype=np.float64), 0.0)
        plain = self.top + (self.bottom - self.top) / (1 + (x / self.middle) ** self.slope)
        return np.asarray(self.bottom + (plain - self.bottom) / (1 + (x / self.hook) ** 2))

    def back(self, density: Floats) -> Floats:
        """Return the level read off the standard curve: 0 below the limit, at most the level of 99% of the range."""
        span = self.top - self.bottom
        share = np.clip((np.asarray(density, dtype=np.float64) - self.bottom) / span, 0.0, 0.99)
        level = self.middle * (share / (1 - share)) ** (1 / self.slope)
        return np.asarray(np.where(level >= self.limit, level, 0.0))

    def expected(self, levels: Levels) -> Floats:
        """Return what the curve gives back for background + tumour, hook and range included."""
        return self.back(self.density(self.true(levels)))

    def true(self, levels: Levels) -> Floats:
        """Return the level in plasma of an average person: background with the wound's rise, and the tumour's."""
        return np.asarray(self.background * (1 + self.rise(levels)) + self.per_ev * np.asarray(levels[self.reads]))

    def rise(self, levels: Levels) -> Floats:
        """Return the relative rise of the host's level since surgery; 0 before, or without."""
        since = np.asarray(levels.get("since_surgery", np.nan), dtype=np.float64)
        after = np.where(since >= 0, since, np.inf)
        return np.asarray(self.wound * 0.5 ** (after / self.wound_half_life))

    def measure(self, levels: Levels, person: Floats, draw: Floats) -> Floats:
        """Return the level in ELISA units, the mean of wells read off the curve."""
        own = self.background * lognormal(normal(person[..., 0]), self.between) * (1 + self.rise(levels))
        true = own * lognormal(normal(draw[..., 0]), self.within) + self.per_ev * np.asarray(levels[self.reads])
        return self.well_mean(true, draw[..., 1], draw[..., 2])

    def well_mean(self, true: Floats, relative: Floats, blank: Floats) -> Floats:
        """Return the level read for a true one: wells differ by a relative spread and by that of blanks."""
        clean = self.density(true)
        error = normal(relative) * self.well * clean
        blank_sd = (self.density(np.array(self.limit)) - self.bottom) / 3
        return self.back(clean + (error + normal(blank) * blank_sd) / np.sqrt(self.replicates))


def caveolin(**changes: float) -> Elisa:
    """Return the ELISA of caveolin-1+ vesicles: wider spread, and a wound that raises it (10.3390/cancers11030429)."""
    start: dict[str, float] = {"background": 500.0, "between": 0.8, "wound": 1.7}
    return Elisa(marker="caveolin-1", **{**start, **changes})
