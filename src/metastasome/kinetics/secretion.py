"""How many vesicles a tumour secretes: per cell, by class, with hypoxia, acidity and inhibitors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..core.errors import InputError
from ..core.parameters import ASSUMPTION, Prior, parameter, parameters_of

CLASSES: tuple[str, ...] = ("small", "large", "apoptotic")


@dataclass(frozen=True)
class Secretion:
    """Release per tumour cell and day, and what moves it."""

    small: float = parameter(
        1.0e3,
        "EV/cell/day",
        low=1.0,
        high=1e5,
        prior=Prior("lognormal", 1.0e3, 1.2),
        source="derived: below 2200 from doi:10.1126/sciadv.abm3453; 60 to 65 per hour, greenfluorescentblog page",
        evidence=("ev_secretion_07", "ev_secretion_08"),
        spread=0.5,
        meaning="small EVs of a viable cell",
    )
    large: float = parameter(
        50.0,
        "EV/cell/day",
        low=0.0,
        high=1e4,
        prior=Prior("lognormal", 50.0, 1.2),
        source=ASSUMPTION,
        spread=0.5,
        meaning="microvesicles of a viable cell",
    )
    apoptotic: float = parameter(
        30.0,
        "EV/cell",
        low=0.0,
        high=1e3,
        prior=Prior("lognormal", 30.0, 1.0),
        source=ASSUMPTION,
        meaning="apoptotic bodies of a dying cell",
    )
    hypoxia_fold: float = parameter(
        2.0,
        "1",
        low=1.0,
        high=10.0,
        prior=Prior("lognormal", 2.0, 0.4),
        source=ASSUMPTION,
        evidence=("ev_secretion_hypoxia_01",),
        meaning="release of a hypoxic cell relative to a normoxic one (1% O2 raises it, doi:10.1186/1471-2407-12-421)",
    )
    acid_fold: float = parameter(
        3.0,
        "1",
        low=1.0,
        high=20.0,
        prior=Prior("lognormal", 3.0, 0.6),
        source=ASSUMPTION,
        evidence=("ev_secretion_acid_01",),
        meaning="release at pH 6.5 relative to 7.4 (rise shown, fold not seen, doi:10.3390/cancers10100370)",
    )

    def __post_init__(self) -> None:
        for declared in parameters_of(type(self)):
            declared.check(getattr(self, declared.name))


def tumour_release(
    cells: float,
    *,
    secretion: Secretion | None = None,
    hypoxic: float = 0.0,
    ph: float = 7.4,
    inhibited: float = 0.0,
    deaths: float = 0.0,
) -> Mapping[str, float]:
    """Return vesicles released per day by class.

    ``small, large = cells * rate * (1 + (hypoxia_fold - 1) hypoxic) * acid_fold^((7.4 - pH)/0.9) * (1 - inhibited)``;
    ``apoptotic = deaths * bodies``.

    Args:
        cells: viable tumour cells.
        secretion: rates and folds.
        hypoxic: share of hypoxic cells.
        ph: extracellular pH, 5.5 to 7.8.
        inhibited: share of release blocked (Rab27 or nSMase2 loss, proton pump inhibitor).
        deaths: cells that die per day.

    Raises:
        InputError: a value is out of range.
    """
    for field, value, low, high in (
        ("cells", cells, 0.0, 1e15), ("hypoxic", hypoxic, 0.0, 1.0), ("ph", ph, 5.5, 7.8),
        ("inhibited", inhibited, 0.0, 1.0), ("deaths", deaths, 0.0, 1e15),
    ):  # fmt: skip
        if not low <= value <= high:
            raise InputError("outside its range", field=field, value=value, expected=f"{low:g} to {high:g}")
    s = secretion or Secretion()
    factor = (1.0 + (s.hypoxia_fold - 1.0) * hypoxic) * s.acid_fold ** ((7.4 - ph) / 0.9) * (1.0 - inhibited)
    return {"small": cells * s.small * factor, "large": cells * s.large * factor, "apoptotic": deaths * s.apoptotic}
