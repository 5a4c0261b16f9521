"""How vesicles taken up become guides in the cytosol, and how copies become concentrations.

At a constant uptake of D vesicles per cell and day a guide with ``copies`` per vesicle settles at

    copies * cytosolic * D / (ln 2 / half_life)          copies per cell,

the steady state of gain and decay. Concentrations are in units of the dissociation constant of a 12-mer without a
site, as in McGeary 2019.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..core.errors import InputError
from ..core.parameters import ASSUMPTION, Parameter, Prior, parameter, parameters_of
from .affinity import Model, learned_table
from .repression import B_BIOCHEMICAL_PLUS

AVOGADRO = 6.02214076e23
MICROMOLAR_PER_COPY_IN_PL = 1e6 / (AVOGADRO * 1e-12)


@dataclass(frozen=True)
class Delivery:
    """The constants between a dose of vesicles and an occupied site.

    Every figure can be replaced; those called an assumption are listed in the notes of a match.
    """

    cytosolic: float = parameter(
        0.25,
        "1",
        low=1e-4,
        high=1.0,
        source="doi:10.1038/s41467-021-22126-y",
        prior=Prior("lognormal", 0.25, 0.6),
        meaning="share of the taken-up cargo that reaches the cytosol (0.2 to 0.3 reported; others see far less)",
    )
    half_life_h: float = parameter(
        36.0,
        "hour",
        low=1.0,
        high=1000.0,
        source="doi:10.1101/gr.251421.119",
        prior=Prior("lognormal", 36.0, 0.6),
        evidence=("cargo_decay_01", "cargo_decay_02"),
        meaning="half-life of a guide in the recipient (geometric mean of 11 h and 119 h)",
    )
    cell_volume_pl: float = parameter(
        2.0,
        "pL",
        low=0.05,
        high=50.0,
        source=ASSUMPTION,
        prior=Prior("lognormal", 2.0, 0.5),
        meaning="volume in which guides and sites meet (1,000 copies are 0.83 nM)",
    )
    unit_um: float = parameter(
        1.0,
        "umol/L",
        low=0.005,
        high=20.0,
        source=ASSUMPTION,
        prior=Prior("lognormal", 1.0, 1.0),
        meaning="absolute K_D of a 12-mer without a site; 1 makes TargetScan's 'high' free AGO 0.55 nM = e^-7.5",
    )
    total_mrna: float = parameter(
        3e5,
        "copy",
        low=1e4,
        high=5e6,
        source=ASSUMPTION,
        prior=Prior("lognormal", 3e5, 0.35),
        meaning="mRNA copies of a cell; transcripts outside the stockroom are given the sites of those inside",
    )
    b: float = parameter(
        B_BIOCHEMICAL_PLUS,
        "1",
        low=0.05,
        high=20.0,
        source="doi:10.1126/science.aav1741",
        prior=Prior("lognormal", B_BIOCHEMICAL_PLUS, 0.15),
        meaning="relative rise of mRNA decay per bound complex",
    )

    def __post_init__(self) -> None:
        for declared in parameters_of(type(self)):
            declared.check(getattr(self, declared.name))

    @property
    def decay_per_day(self) -> float:
        """Loss rate of a delivered guide, 1/day."""
        return math.log(2.0) * 24.0 / self.half_life_h

    @property
    def copies_per_dose(self) -> float:
        """Cytosolic copies at steady state, per copy in the vesicle and per vesicle taken up a day."""
        return self.cytosolic / self.decay_per_day

    @property
    def relative_per_copy(self) -> float:
        """Concentration of one copy per cell, in relative units."""
        return MICROMOLAR_PER_COPY_IN_PL / (self.cell_volume_pl * self.unit_um)

    def assumptions(self) -> tuple[str, ...]:
        """Return one sentence per figure that no source gives."""
        return tuple(_sentence(p) for p in parameters_of(self) if p.assumed)


TRANSFECTED_UM = 4.1e-3
"""Free AGO-guide after transfection, umol/L (TargetScan 8); what the learned table was fitted to is set equal to it."""


def constants_for(model: Model) -> Delivery:
    """Return the constants that belong to an affinity model.

    The learned affinities come with their own b, and with the ln free AGO-guide of the transfections they were fitted
    to; that amount being 4.1 nM (TargetScan 8) fixes the unit of concentration. The fixed constants keep the defaults.
    """
    if model == "fixed":
        return Delivery()
    learned = learned_table()
    return Delivery(b=math.exp(learned.ln_decay), unit_um=TRANSFECTED_UM / math.exp(learned.ln_free_ago))


def with_options(
    base: Delivery | None, cytosolic: float | None, half_life_h: float | None, *, model: Model = "fixed"
) -> Delivery:
    """Return `base` (or what belongs to `model`) with the two figures most often named replaced where given."""
    made = base or constants_for(model)
    if base is not None and not isinstance(base, Delivery):
        raise InputError("not a Delivery", field="delivery", value=base)
    return Delivery(
        made.cytosolic if cytosolic is None else cytosolic,
        made.half_life_h if half_life_h is None else half_life_h,
        made.cell_volume_pl,
        made.unit_um,
        made.total_mrna,
        made.b,
    )


def _sentence(p: Parameter) -> str:
    return f"Assumption: {p.meaning}: {p.default:.3g} {p.unit} (×/÷ {math.exp(p.prior.b):.2g}, 1 sd)."
