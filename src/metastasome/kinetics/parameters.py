"""Every number transport rests on, with unit, range, prior and source."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from ..core.errors import InputError, nearest
from ..core.parameters import ASSUMPTION, Parameter, Prior, parameter, parameters_of

PERMEABILITY = "PMC7078505 Table 2"
MATSUMOTO = "doi:10.1080/20013078.2019.1696517"


@dataclass(frozen=True)
class KineticParameters:
    """Uptake, exchange and fate of vesicles; per cell and per millilitre, so that they hold for every species.

    "Clearance" of a cell is the volume of fluid it empties of vesicles by binding, per day.
    """

    macrophage_clearance: float = parameter(
        1.1e-5,
        "mL/cell/day",
        low=1e-7,
        high=1e-3,
        prior=Prior("lognormal", 1.1e-5, 0.8),
        source=MATSUMOTO,
        evidence=("ev_clearance_09", "ev_clearance_macrophage_01", "ev_clearance_macrophage_04"),
        spread=0.3,
        meaning="small EVs bound by a blood-facing macrophage; set by the 7 min half-life of a mouse's own plasma EVs",
    )
    endothelium_clearance: float = parameter(
        1.5e-8,
        "mL/cell/day",
        low=1e-10,
        high=1e-5,
        prior=Prior("lognormal", 1.5e-8, 1.0),
        source=ASSUMPTION,
        evidence=("ev_clearance_macrophage_01",),
        spread=0.3,
        meaning="small EVs bound by an endothelial cell; bounded by what is left after macrophage depletion",
    )
    stroma_clearance: float = parameter(
        3.0e-8,
        "mL/cell/day",
        low=1e-10,
        high=1e-5,
        prior=Prior("lognormal", 3.0e-8, 1.2),
        source=ASSUMPTION,
        evidence=("ev_uptake_03",),
        spread=0.3,
        meaning="EVs bound by a fibroblast or pericyte from the interstitium",
    )
    parenchyma_clearance: float = parameter(
        1.0e-8,
        "mL/cell/day",
        low=1e-10,
        high=1e-5,
        prior=Prior("lognormal", 1.0e-8, 1.2),
        source=ASSUMPTION,
        evidence=("ev_uptake_03",),
        spread=0.3,
        meaning="EVs bound by a parenchymal cell from the interstitium",
    )
    tissue_macrophage: float = parameter(
        0.2,
        "1",
        low=0.0,
        high=1.0,
        source=ASSUMPTION,
        meaning="clearance of a macrophage within the tissue relative to one that faces blood",
    )
    macrophage_capacity: float = parameter(
        5.0e4,
        "EV/cell",
        low=1e2,
        high=1e7,
        prior=Prior("lognormal", 5.0e4, 1.2),
        source=ASSUMPTION,
        evidence=("ev_uptake_saturation_01", "ev_uptake_saturation_02"),
        meaning="vesicles bound and inside a macrophage at which it takes no more",
    )
    unbinding: float = parameter(
        48.0, "1/day", low=1.0, high=1e4, source=ASSUMPTION, meaning="release of a bound vesicle (mean 30 min)"
    )
    internalisation: float = parameter(
        144.0,
        "1/day",
        low=1.0,
        high=1e4,
        source=ASSUMPTION,
        evidence=("ev_uptake_02",),
        meaning="endocytosis of a bound vesicle (mean 10 min; uptake is seen within 10 min)",
    )
    recycling: float = parameter(
        1.0,
        "1/day",
        low=0.0,
        high=100.0,
        prior=Prior("lognormal", 1.0, 1.0),
        source=ASSUMPTION,
        meaning="return of an internalised vesicle to the fluid",
    )
    processing: float = parameter(
        8.3,
        "1/day",
        low=0.1,
        high=100.0,
        prior=Prior("lognormal", 8.3, 0.7),
        source=ASSUMPTION,
        evidence=("ev_clearance_06", "ev_clearance_08"),
        meaning="end of an internalised vesicle: broken down or its content released to the cytosol (half-life 2 h)",
    )
    cytosolic: float = parameter(
        0.25,
        "1",
        low=0.0,
        high=1.0,
        prior=Prior("lognormal", 0.25, 0.8),
        source=ASSUMPTION,
        evidence=("ev_fusion_01",),
        meaning="share of processed cargo that reaches the cytosol (recalled 0.2 to 0.3, never read in the paper)",
    )
    plasma_decay: float = parameter(
        0.1, "1/day", low=0.0, high=10.0, source=ASSUMPTION, meaning="vesicles that fall apart in blood"
    )
    urine_sieving: float = parameter(
        1.0e-4,
        "1",
        low=0.0,
        high=1.0,
        source=ASSUMPTION,
        meaning="vesicles lost to urine as a share of glomerular filtration",
    )
    heparan_share: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of binding through heparan sulphate"
    )
    heparin_half: float = parameter(
        5.0, "ug/mL", low=0.1, high=500.0, source=ASSUMPTION, meaning="plasma heparin that halves that binding"
    )
    sinusoidal_exchange: float = parameter(
        200.0,
        "1/day",
        low=1.0,
        high=1e5,
        source=ASSUMPTION,
        meaning="exchange per mL organ through sinusoids, for an unhindered 90 nm vesicle",
    )
    fenestrated_exchange: float = parameter(
        0.02, "1/day", low=0.0, high=10.0, source=ASSUMPTION, meaning="same, fenestrated capillaries"
    )
    continuous_exchange: float = parameter(
        0.004, "1/day", low=0.0, high=10.0, source=ASSUMPTION, meaning="same, continuous capillaries"
    )
    barrier_exchange: float = parameter(
        4.0e-5, "1/day", low=0.0, high=1.0, source=ASSUMPTION, meaning="same, blood-brain and like barriers"
    )
    transcytosis: float = parameter(
        5.0e-10,
        "mL/cell/day",
        low=0.0,
        high=1e-6,
        prior=Prior("lognormal", 5.0e-10, 1.0),
        source=ASSUMPTION,
        meaning="fluid carried across by an endothelial cell (a tenth of it in barrier organs)",
    )
    large_pore_flow: float = parameter(
        0.1, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of lymph formed through large pores"
    )
    leak_exchange: float = parameter(
        0.38,
        "1/day",
        low=0.01,
        high=100.0,
        prior=Prior("lognormal", 0.38, 0.7),
        source=PERMEABILITY,
        evidence=("vascular_transport_03", "vascular_transport_05"),
        meaning="exchange per mL organ added by leakiness 1: a tumour's vessels, 1.1e-7 mm/s x 40 mm2/mm3 at 90 nm",
    )
    leak_pore: float = parameter(
        200.0, "nm", low=60.0, high=2000.0, source=ASSUMPTION, meaning="radius of the gaps leakiness opens"
    )

    def __post_init__(self) -> None:
        for declared in parameters_of(type(self)):
            declared.check(getattr(self, declared.name))

    def with_(self, **changes: float) -> KineticParameters:
        """Return a copy with `changes`; raises :class:`InputError` for an unknown name or a value out of range."""
        known = [f.name for f in dataclasses.fields(self)]
        for name in changes:
            if name not in known:
                raise InputError(f"kinetic parameter '{name}' is unknown", hint=nearest(name, known) or None)
        return dataclasses.replace(self, **{k: float(v) for k, v in changes.items()})

    def table(self) -> tuple[Parameter, ...]:
        """Return the parameters with unit, range, prior and source, this instance's values as defaults."""
        return parameters_of(self)
