"""What matchmaking hands to the mechanisms: how far each programme moves at each dose, organ by organ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError

PROGRAMMES: tuple[str, ...] = (
    "barrier",
    "matrix",
    "inflammation",
    "immune_suppression",
    "angiogenesis",
    "glucose_use",
    "apoptosis",
    "tumour_suppression",
    "stemness",
    "oxidative_stress",
)
CELLS: tuple[str, ...] = ("endothelium", "macrophage", "stroma", "parenchyma")


@dataclass(frozen=True)
class DoseResponse:
    """Saturating dose response of each programme in each organ's cell class, by cargo route.

    The shift of programme p in organ o and cell class c at ``D`` vesicles taken up per cell and day is

        s(D) = top * D / (D + half)                       (one term per route, summed)

    in natural-log units of programme activity (negative: the programme is lowered). ``D`` counts vesicles in the steady
    state of cargo gain and decay, so that a constant dose has a constant answer.

    Attributes:
        organs: canonical names, ``o`` of them.
        cells: cell classes, ``c`` of them (:data:`CELLS`).
        programmes: ``p`` of them (:data:`PROGRAMMES`).
        rna_top, rna_half: RNA route (miRNA repression), shapes ``(o, c, p)``; `half` in EV per cell and day, > 0.
        protein_top, protein_half: protein route, same shapes; zero `top` where no protein acts.
        fit_error: greatest absolute misfit of the RNA term to the computed curve over the dose grid, ``(o, c, p)``.
        notes: sentences for the report.
    """

    organs: tuple[str, ...]
    cells: tuple[str, ...]
    programmes: tuple[str, ...]
    rna_top: NDArray[np.float64]
    rna_half: NDArray[np.float64]
    protein_top: NDArray[np.float64]
    protein_half: NDArray[np.float64]
    fit_error: NDArray[np.float64]
    notes: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = (len(self.organs), len(self.cells), len(self.programmes))
        for name in ("rna_top", "rna_half", "protein_top", "protein_half", "fit_error"):
            if getattr(self, name).shape != shape:
                raise InputError("array does not fit organs, cells, programmes", field=name, expected=str(shape))
        if not ((self.rna_half > 0).all() and (self.protein_half > 0).all()):
            raise InputError("half-saturating doses must be positive", field="rna_half, protein_half")

    def term(self, route: str, cell: str, programme: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return ``(top, half)`` over organs, each of shape ``(o,)``, for one route, cell class and programme."""
        c, p = self.cells.index(cell), self.programmes.index(programme)
        return getattr(self, f"{route}_top")[:, c, p], getattr(self, f"{route}_half")[:, c, p]

    def shift(self, dose: NDArray[np.float64], cell: str, programme: str) -> NDArray[np.float64]:
        """Return the summed shift over organs at `dose` (EV per cell and day, shape ``(..., o)``)."""
        total = np.zeros(np.broadcast_shapes(dose.shape, (len(self.organs),)))
        for route in ("rna", "protein"):
            top, half = self.term(route, cell, programme)
            total = total + top * dose / (dose + half)
        return total
