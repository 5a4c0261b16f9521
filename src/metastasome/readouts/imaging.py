"""Imaging: the number of cells at which a lesion is seen, organ by organ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: Smallest lesion on computed tomography: 6.3e7 cells (literature row detection_05, doi:10.7554/eLife.00747, where it
#: is itself an assumption: a ball of 5 mm at 1e9 cells per mL holds 6.5e7).
DETECTABLE_CELLS = 6.3e7


def detectable_cells(organs: Sequence[str], *, smallest_diameter_cm: float | None = None) -> NDArray[np.float64]:
    """Return the detectable size by organ, in cells, ``(o,)``.

    Args:
        organs: canonical names.
        smallest_diameter_cm: diameter of the smallest lesion seen, at 1e9 cells per mL; None for the default.
    """
    cells = DETECTABLE_CELLS if smallest_diameter_cm is None else np.pi / 6 * smallest_diameter_cm**3 * 1e9
    return np.full(len(organs), cells)
