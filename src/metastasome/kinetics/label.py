"""What a measurement sees: a label on the vesicle, not the vesicle.

Published half-lives of vesicles differ a hundredfold by label (minutes for luciferase, hours for lipophilic dyes;
PMC6956244 Table 1). The model says why: a label leaves vesicles (`loss`), stays in a cell after the vesicle is broken
down (`kept`, `residue_out`), and circulates on its own (`detached`, `free_out`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..core.errors import InputError, nearest

_LN2 = math.log(2.0)


@dataclass(frozen=True)
class Label:
    """A label and its own kinetics; rates per day.

    Attributes:
        name: of the label.
        loss: rate at which a vesicle loses its label (fading, shedding, inactivation).
        detached: share of lost label that circulates and is still measured; the rest is not seen any more.
        kept: share of label that stays measurable when a cell breaks the vesicle down.
        residue_out: rate at which such residue leaves the organ for the blood.
        free_out: excretion of free label from blood, to urine.
        source: DOI, address or ``"assumption"``.
    """

    name: str
    loss: float = 0.0
    detached: float = 0.0
    kept: float = 0.0
    residue_out: float = 0.0
    free_out: float = 1.0
    source: str = "assumption"

    def __post_init__(self) -> None:
        for field in ("loss", "residue_out", "free_out"):
            if not 0 <= (value := float(getattr(self, field))) < math.inf:
                raise InputError("not a rate", field=f"label.{field}", value=value, expected="0 or more, per day")
        for field in ("detached", "kept"):
            if not 0 <= (value := float(getattr(self, field))) <= 1:
                raise InputError("not a share", field=f"label.{field}", value=value, expected="0 to 1")


def _per_day(half_life_h: float) -> float:
    return _LN2 * 24.0 / half_life_h


LABELS: dict[str, Label] = {
    label.name: label
    for label in (
        Label("none"),
        # Enzyme on the surface: dies with the vesicle, and by itself in plasma.
        Label("luciferase", loss=_per_day(6.0), free_out=_per_day(1.0)),
        # Lipophilic or conjugated fluorophore: passes to lipoproteins and stays in cells. Set so that a mouse's plasma
        # curve has the published clearance (0.0054 to 0.0154 mL/min) and late half-life (149 to 792 min).
        Label(
            "dye",
            loss=_per_day(24.0),
            detached=1.0,
            kept=1.0,
            residue_out=_per_day(8.0),
            free_out=_per_day(4.0),
            source="PMC6956244 Table 1",
        ),
        # Iodinated protein: iodotyrosine leaves lysosomes and goes to urine. Set by the plasma clearance of 125I
        # (0.016 mL/min); no organ figure was used.
        Label("radioiodine", kept=1.0, residue_out=_per_day(0.5), free_out=_per_day(2.7), source="PMC6956244 Table 1"),
        # Residualising metals (111In, 89Zr, 99mTc, 51Cr): trapped in the cell.
        Label("radiometal", kept=1.0, residue_out=_per_day(96.0), free_out=_per_day(12.0)),
    )
}
_ALIASES = {
    "125i": "radioiodine", "131i": "radioiodine", "124i": "radioiodine", "iodine": "radioiodine",
    "111in": "radiometal", "89zr": "radiometal", "99mtc": "radiometal", "64cu": "radiometal", "51cr": "radiometal",
    "gluc": "luciferase", "nanoluc": "luciferase", "fluc": "luciferase", "rluc": "luciferase", "dir": "dye",
    "did": "dye", "dii": "dye", "pkh26": "dye", "pkh67": "dye", "cfse": "dye", "fluorophore": "dye", "": "none",
}  # fmt: skip


def label(name: str | Label | None) -> Label:
    """Return the label called `name` (or a common isotope or dye), or the label given; None means none."""
    if isinstance(name, Label):
        return name
    key = "none" if name is None else str(name).strip().lower().replace("-", "")
    key = _ALIASES.get(key, key)
    if key not in LABELS:
        known = (*LABELS, *(a for a in _ALIASES if a))
        raise InputError(
            f"label '{name}' is unknown", field="label", hint=nearest(key, known) or f"known: {', '.join(LABELS)}"
        )
    return LABELS[key]
