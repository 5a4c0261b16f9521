"""Dose responses for likelihoods that need a whole model but no particular tumour's vesicles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ...matchmaking import DoseResponse


def nothing(organs: tuple[str, ...]) -> DoseResponse:
    """Return a dose response in which vesicles move no programme."""
    return uniform(organs, 0.0, 1.0)


def uniform(organs: tuple[str, ...], top: float, half: float) -> DoseResponse:
    """Return a response alike in every organ: each programme moves by up to `top` in the direction that helps the
    tumour.

    Half of it at `half` vesicles per cell and day. It stands in where no cargo was measured; what differs between
    organs
    is then flow and uptake alone.
    """
    from ...matchmaking import CELLS, PROGRAMMES, DoseResponse

    shape = (len(organs), len(CELLS), len(PROGRAMMES))
    sign = np.array([-1.0 if p in ("barrier", "tumour_suppression") else 1.0 for p in PROGRAMMES])
    zero = np.zeros(shape)
    return DoseResponse(
        organs,
        CELLS,
        PROGRAMMES,
        np.broadcast_to(top * sign, shape).copy(),
        np.full(shape, half),
        zero,
        np.ones(shape),
        zero,
    )
