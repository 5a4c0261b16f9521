"""A body as arrays over organs: flows, volumes, cells, and which organ drains into which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError

CELL_CLASSES: tuple[str, ...] = ("endothelium", "macrophage", "stroma", "parenchyma", "msc")


@dataclass(frozen=True, repr=False)
class Body:
    """Physiology of one species and weight. Volumes in mL, flows in mL/day, cells as numbers.

    Attributes:
        species: ``"human"`` or ``"mouse"``.
        weight_kg: body weight.
        organs: canonical names, ``o`` of them; the last, ``"rest"``, closes the circulation.
        flow: arterial blood flow to each organ, ``(o,)``; lung holds its bronchial (systemic) flow here, the whole
            cardiac output passes it besides. Sums to `cardiac_output`.
        vascular, interstitial, cellular: volumes, ``(o,)`` each.
        cells: numbers per organ and class, ``(o, c)``, classes as in :data:`CELL_CLASSES`.
        portal: True for organs whose venous blood passes the liver first, ``(o,)``.
        lymph: lymph flow from each organ, ``(o,)``, mL/day.
        blood_volume, plasma_volume: mL.
        cardiac_output: mL/day.
        sources: quantity -> DOI, address or ``"assumption"``.
    """

    species: str
    weight_kg: float
    organs: tuple[str, ...]
    flow: NDArray[np.float64]
    vascular: NDArray[np.float64]
    interstitial: NDArray[np.float64]
    cellular: NDArray[np.float64]
    cells: NDArray[np.float64]
    portal: NDArray[np.bool_]
    lymph: NDArray[np.float64]
    blood_volume: float
    plasma_volume: float
    cardiac_output: float
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        o = len(self.organs)
        for name in ("flow", "vascular", "interstitial", "cellular", "portal", "lymph"):
            if getattr(self, name).shape != (o,):
                raise InputError("array does not fit the organs", field=name, expected=f"({o},)")
        for name in ("flow", "vascular", "interstitial", "cellular", "lymph"):
            values = getattr(self, name)
            if not (np.isfinite(values).all() and (values >= 0).all()):
                bad = self.organs[int(np.argmax(~(values >= 0)))]
                raise InputError("must be finite and not negative", field=f"{name} of {bad}")
        if abs(self.flow.sum() - self.cardiac_output) > 1e-9 * self.cardiac_output:
            raise InputError(
                "flows do not balance",
                field="flow",
                value=float(self.flow.sum()),
                expected=f"the cardiac output {self.cardiac_output:g} mL/day",
            )

    def __repr__(self) -> str:
        litres = f"{self.blood_volume:,.3g} mL blood, {self.cardiac_output:,.3g} mL/day cardiac output"
        return f"<Body of a {self.weight_kg:g} kg {self.species}: {len(self.organs)} organs, {litres}>"

    def index(self, organ: str) -> int:
        """Return the position of `organ`."""
        return self.organs.index(organ)
