"""Classical treatment: chemotherapy, checkpoint inhibitors, radiotherapy, anti-angiogenic drugs."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.parameters import ASSUMPTION, parameter
from .base import Effect, Inputs, Intervention
from .schedule import Window


@dataclass(frozen=True)
class Chemotherapy(Intervention):
    """Kills tumour cells in primary, blood and lesions while it lasts, and makes dying cells release more vesicles.

    `kill` is the rise of the death rate of tumour cells, as a share of it, averaged over cycles of three weeks. At 0.13
    deaths per day and net growth 0.01, a kill of 0.08 holds lesions even.
    """

    key = "chemotherapy"
    title = "chemotherapy"
    side_conditions = (
        "Dying and stressed cells release more vesicles; the surge is a direction from mouse work, its size an "
        "assumption. With a proton-pump inhibitor responses rose 1.44-fold (67.7 against 46.9%, "
        "doi:10.1186/s13046-015-0194-x), for which there is an interplay rule."
    )
    kill: float = parameter(
        0.3,
        "1",
        low=0.0,
        high=20.0,
        source=ASSUMPTION,
        meaning="rise of deaths per tumour cell in lesions, relative",
    )
    primary_kill: float = parameter(
        0.3, "1", low=0.0, high=20.0, source=ASSUMPTION, meaning="the same in the primary (needs 'apoptosis')"
    )
    circulating_kill: float = parameter(
        0.3,
        "1",
        low=0.0,
        high=1.0,
        source=ASSUMPTION,
        meaning="share of circulating tumour cells killed per turn",
    )
    surge: float = parameter(
        1.5, "1", low=1.0, high=20.0, source=ASSUMPTION, meaning="release per surviving tumour cell, relative"
    )
    cycles: float = parameter(
        6.0,
        "1",
        low=1.0,
        high=100.0,
        source=ASSUMPTION,
        meaning="cycles of three weeks; a given stop may end them sooner",
    )

    @property
    def last_day(self) -> float:
        """End of so many cycles of 21 days, or `stop_day` where that is sooner."""
        return min(self.stop_day, self.start_day + 21.0 * self.cycles)

    def windows(self) -> tuple[Window, ...]:
        """Return the course as one stretch."""
        return (Window(self.start_day, self.last_day),)

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the levers on deaths, circulating cells and release."""
        return (
            Effect("lever_death", 1.0 + self.kill),
            Effect("lever_primary_death", 1.0 + self.primary_kill),
            Effect("lever_circulating", 1.0 - self.circulating_kill),
            Effect("lever_release", self.surge),
        )


@dataclass(frozen=True)
class CheckpointInhibitor(Intervention):
    """Takes the share `strength` of the brake off immune killing; needs `immune_killing`."""

    key = "checkpoint_inhibitor"
    title = "checkpoint inhibitor"
    side_conditions = (
        "Under it users of proton-pump inhibitors died more, hazard ratio 1.29 (1.10 to 1.50, PMC8907621), for "
        "which there is an interplay rule. How much of the brake is lifted in a patient is not known."
    )
    washout_days = 20.0  # IgG, about three weeks: an assumption
    strength: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of the brake on killing lifted"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on the brake."""
        return (Effect("lever_checkpoint", 1.0 - self.strength),)


@dataclass(frozen=True)
class Radiotherapy(Intervention):
    """Radiotherapy to every lesion of one organ: survival by the linear-quadratic law, spread over the course.

    With n fractions of d gray, the share exp(-n (alpha d + beta d^2)) of cells survives (Fowler 1989,
    doi:10.1259/0007-1285-62-740-679); the course must have an end, and the kill is spread evenly over it.

    Attributes:
        organ: where.
    """

    key = "radiotherapy"
    title = "radiotherapy"
    side_conditions = (
        "Every lesion of the organ is in the field; effects on vesicle release and on immunity outside it are left out."
    )
    places = ("organ",)
    written = (("fraction", "gray_per_fraction"),)
    organ: str = "brain"
    fractions: float = parameter(10.0, "1", low=0.0, high=60.0, source=ASSUMPTION, meaning="number of fractions")
    gray_per_fraction: float = parameter(3.0, "Gy", low=0.0, high=30.0, source=ASSUMPTION, meaning="dose per fraction")
    alpha: float = parameter(
        0.3, "1/Gy", low=0.01, high=1.0, source=ASSUMPTION, meaning="linear coefficient of cell kill"
    )
    beta: float = parameter(
        0.03,
        "1/Gy**2",
        low=0.0,
        high=0.2,
        source=ASSUMPTION,
        meaning="quadratic coefficient (alpha/beta of 10 Gy)",
    )
    resting_death: float = parameter(
        0.13, "1/day", low=0.001, high=2.0, source="doi:10.7554/eLife.00747",
        meaning="deaths per lesion cell that the kill is added to (those of 'lesion_growth')",
    )  # fmt: skip

    @property
    def log_kill(self) -> float:
        """Minus the natural log of the surviving share."""
        d = self.gray_per_fraction
        return self.fractions * (self.alpha * d + self.beta * d * d)

    @property
    def last_day(self) -> float:
        """End of five fractions a week, or `stop_day` where that is sooner."""
        return min(self.stop_day, self.start_day + max(1.0, self.fractions * 7.0 / 5.0))

    def windows(self) -> tuple[Window, ...]:
        """Return the course as one stretch."""
        return (Window(self.start_day, self.last_day),)

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on deaths in the organ, against the resting death rate of lesions."""
        (course,) = self.windows()
        kill_per_day = self.log_kill / (course.stop_day - course.start_day)
        return (Effect("lever_death", 1.0 + kill_per_day / self.resting_death, self.organ),)


@dataclass(frozen=True)
class AntiVEGF(Intervention):
    """Anti-angiogenic treatment: lowers the drive by which the primary grows vessels."""

    key = "anti_vegf"
    title = "anti-VEGF treatment"
    side_conditions = "Acts on the primary only in this model; a slower primary meets its resection later."
    washout_days = 20.0  # IgG, about three weeks: an assumption
    strength: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of the angiogenic drive held back"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on angiogenesis."""
        return (Effect("lever_angiogenesis", 1.0 - self.strength),)
