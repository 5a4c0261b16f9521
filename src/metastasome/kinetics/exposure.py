"""What kinetics hands to the mechanisms: how readily each organ's cells take vesicles from the blood."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError


@dataclass(frozen=True, repr=False)
class UptakeLaw:
    """Quasi-steady uptake of tumour vesicles, ready for the disease time scale.

    With plasma concentration ``C`` (EV/mL) the organ o takes up ``C * clearance[o] * boost[o]`` vesicles per day, of
    which the share ``share[o, c]`` goes to cell class c. ``boost`` = 1 + leak_response[o] * leakiness[o]. Vesicles
    leave blood by nothing else but `loss` (urine and other loss that reaches no cell).

    Attributes:
        organs: canonical names, ``o`` of them.
        cells: cell classes, ``c`` of them.
        clearance: plasma clearance by each organ at rest, mL/day, ``(o,)``.
        share: share of an organ's uptake by class, ``(o, c)``; rows sum to one.
        cell_numbers: recipient cells, ``(o, c)``.
        leak_response: relative rise of clearance per unit of leakiness, ``(o,)``; zero where uptake is flow-limited.
        loss: clearance that reaches no cell, mL/day.
        cytosolic: fraction of taken-up cargo that reaches the cytosol.
    """

    organs: tuple[str, ...]
    cells: tuple[str, ...]
    clearance: NDArray[np.float64]
    share: NDArray[np.float64]
    cell_numbers: NDArray[np.float64]
    leak_response: NDArray[np.float64]
    loss: float
    cytosolic: float
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        whole = float(self.clearance.sum())
        most = ", ".join(f"{self.organs[k]} {self.clearance[k] / whole:.0%}" for k in np.argsort(-self.clearance)[:3])
        return (
            f"<UptakeLaw of {len(self.organs)} organs: {whole:,.3g} mL/day of plasma cleared at rest, most by {most}>"
        )

    def __post_init__(self) -> None:
        o, c = len(self.organs), len(self.cells)
        for name, shape in (("clearance", (o,)), ("share", (o, c)), ("cell_numbers", (o, c)), ("leak_response", (o,))):
            if getattr(self, name).shape != shape:
                raise InputError("array does not fit organs and cells", field=name, expected=str(shape))

    def dose(self, release: float, leakiness: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Return vesicles taken up per recipient cell and day, ``(o, c)``, at `release` vesicles per day."""
        boost = 1.0 if leakiness is None else 1.0 + self.leak_response * leakiness
        clearance = self.clearance * boost
        plasma = release / (clearance.sum() + self.loss)
        taken = plasma * clearance[:, None] * self.share
        none = np.zeros_like(taken)
        return np.asarray(np.divide(taken, self.cell_numbers, out=none, where=self.cell_numbers > 0))
