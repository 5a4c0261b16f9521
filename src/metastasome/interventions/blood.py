"""Taking vesicles out of blood: filters, antibodies; and keeping scavengers from doing it."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.parameters import ASSUMPTION, parameter
from .base import Effect, Inputs, Intervention
from .pharmacology import equivalent_loss

_FILTER = "https://sciencecast.org/casts/q58ko70liwh2"


@dataclass(frozen=True)
class RemoveVesicles(Intervention):
    """Remove vesicles from blood by a device that clears `clearance_ml_per_day` of plasma all day long."""

    key = "remove_vesicles"
    title = "vesicles removed from blood"
    side_conditions = "Removal in one filter does not act on vesicles that reach organs on first pass."
    needs = ("loss",)
    written = (("clearance", "clearance_ml_per_day"),)
    clearance_ml_per_day: float = parameter(
        30_000.0, "mL/day", low=0.0, high=1e7, source=ASSUMPTION, meaning="plasma cleared by the device"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever that raises the loss from blood by the device's clearance."""
        return (Effect("lever_loss", 1.0 + self.clearance_ml_per_day / float(inputs["loss"][0])),)


@dataclass(frozen=True)
class Hemofiltration(Intervention):
    """Affinity hemofiltration in sessions: clearance while it runs = plasma flow x single-pass capture.

    The published figure is 98.5% of platelet microparticles from 200 mL of plasma at 100 mL/min in "the equivalent of a
    4-hour session". Read as equal numbers of passes (a 3 L plasma volume makes 8 in 4 hours), ln(1/0.015) / 8 = 0.525
    is caught per pass; read as 4 hours of turning 200 mL round, 0.035. The first reading is the default, the second
    the lower bound. Sessions act through the mean plasma level they leave (vesicles leave blood within minutes).
    """

    key = "hemofiltration"
    title = "affinity hemofiltration"
    side_conditions = (
        "Organs clear vesicles from blood within minutes, so a filter that runs some hours a week lowers their mean "
        "level little whatever it catches; platelet microparticles ex vivo, no figure for tumour vesicles in patients "
        f"({_FILTER})."
    )
    needs = ("clearance", "loss")
    written = (("flow", "flow_ml_per_min"), ("session", "session_h"))
    flow_ml_per_min: float = parameter(
        100.0, "mL/min", low=0.0, high=500.0, source=_FILTER, evidence=("intervention_hemofiltration_02",),
        meaning="plasma flow through the filter",
    )  # fmt: skip
    capture: float = parameter(
        0.525, "1", low=0.0, high=1.0, source=_FILTER, evidence=("intervention_hemofiltration_01",),
        meaning="share caught in one pass (0.035 by the other reading of the published figure)",
    )  # fmt: skip
    session_h: float = parameter(4.0, "h", low=0.1, high=24.0, source=_FILTER, meaning="length of a session")
    per_week: float = parameter(3.0, "1", low=0.0, high=7.0, source=ASSUMPTION, meaning="sessions a week, one a day")

    @property
    def clearance_ml_per_day(self) -> float:
        """Plasma cleared while the device runs, per day."""
        return self.flow_ml_per_min * self.capture * 1440.0

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on loss that leaves the same mean plasma level as the sessions."""
        on = self.session_h * self.per_week / (24.0 * 7.0)
        others, loss = float(inputs["clearance"].sum()), float(inputs["loss"][0])
        return (Effect("lever_loss", equivalent_loss(self.clearance_ml_per_day, on, others, loss)),)


@dataclass(frozen=True)
class AntiTetraspanin(Intervention):
    """Antibodies against CD9 or CD63: marked vesicles are eaten by macrophages before other cells take them up.

    Macrophages of liver and spleen clear marked vesicles `fold` times as fast; the rise is booked as loss from blood,
    so that it feeds no niche.
    """

    key = "anti_tetraspanin"
    title = "anti-CD9 or anti-CD63 antibody"
    side_conditions = (
        "Nishida-Aoki 2017 (doi:10.1016/j.ymthe.2016.10.009; title and start only were read): fewer metastases "
        "in mice; vesicles of every cell with the marker are hit. Faster clearance is an assumption."
    )
    needs = ("clearance", "loss")
    washout_days = 20.0  # half-life of IgG about three weeks, remembered: an assumption
    fold: float = parameter(
        3.0,
        "1",
        low=1.0,
        high=100.0,
        source=ASSUMPTION,
        meaning="clearance of marked vesicles by macrophages, relative",
    )
    marked: float = parameter(
        0.4, "1", low=0.0, high=1.0, source=ASSUMPTION,
        meaning="share of tumour vesicles with the marker (two fifths carry the marks of PMC9032977)",
    )  # fmt: skip

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the lever on loss: the level falls by the share of marked vesicles that vanish sooner."""
        total, loss = float(inputs["clearance"].sum()) + float(inputs["loss"][0]), float(inputs["loss"][0])
        left = (1.0 - self.marked) + self.marked / self.fold
        return (Effect("lever_loss", (total / left - (total - loss)) / loss),)


@dataclass(frozen=True)
class ScavengerBlock(Intervention):
    """Macrophages of liver and spleen kept from taking vesicles up: depleted, or sated with liposomes.

    Uptake by those organs falls, so vesicles stay longer in blood and more reach the others.
    """

    key = "scavenger_block"
    title = "scavenging by liver and spleen blocked"
    side_conditions = (
        "Macrophage depletion slowed blood clearance of B16BL6 exosomes (Imai 2015); phosphatidylserine liposomes "
        "given before lowered their uptake by the liver. Not a treatment: it sends more vesicles elsewhere."
    )
    strength: float = parameter(
        0.8,
        "1",
        low=0.0,
        high=1.0,
        source=ASSUMPTION,
        meaning="share of uptake by liver and spleen held back",
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the levers on uptake by the liver and by the spleen."""
        return tuple(Effect("lever_integrin", 1.0 - self.strength, o) for o in ("liver", "spleen"))
