"""Imaging: the number of cells at which a lesion is seen, organ by organ, and scans that miss and mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..core.parameters import ASSUMPTION, Prior, parameter
from .assay import Assay, Floats, Levels
from .noise import normal

#: Smallest lesion on computed tomography: 6.3e7 cells (literature row detection_05, doi:10.7554/eLife.00747, where it
#: is itself an assumption: a ball of 5 mm at 1e9 cells per mL holds 6.5e7).
DETECTABLE_CELLS = 6.3e7
#: Diameter seen in half of the scans, relative to the usual one, by organ (assumption): magnetic resonance sees smaller
#: lesions of brain and liver; bone and bowel hide theirs. Organs not listed: 1.
RELATIVE_DIAMETER: dict[str, float] = {"brain": 0.7, "liver": 0.9, "bone": 1.6, "gut": 1.6, "lymph_node": 1.4}
_PER_ML = 1e9


def detectable_cells(organs: Sequence[str], *, smallest_diameter_cm: float | None = None) -> NDArray[np.float64]:
    """Return the detectable size by organ, in cells, ``(o,)``.

    Args:
        organs: canonical names.
        smallest_diameter_cm: diameter of the smallest lesion seen, at 1e9 cells per mL; None for the default.
    """
    cells = DETECTABLE_CELLS if smallest_diameter_cm is None else ball_cells(smallest_diameter_cm)
    return np.full(len(organs), cells)


def ball_cells(diameter_cm: float | Floats) -> Floats:
    """Return the cells of a ball of `diameter_cm` at 1e9 cells per mL."""
    return np.asarray(np.pi / 6 * np.asarray(diameter_cm, dtype=np.float64) ** 3 * _PER_ML)


def ball_diameter(cells: float | Floats) -> Floats:
    """Return the diameter in cm of a ball of `cells` at 1e9 cells per mL."""
    return np.asarray(np.cbrt(6 / np.pi * np.asarray(cells, dtype=np.float64) / _PER_ML))


@dataclass(frozen=True)
class Imaging(Assay):
    """A scan of every organ. Reported: the largest lesion's diameter over the one seen in half of the scans.

    Each organ's lesion is seen when its diameter, with the scan's spread, passes the organ's own: a probit curve in ln
    diameter, with a reader's false finding at `false_rate`.
    """

    key: ClassVar[str] = "imaging"
    title: ClassVar[str] = "imaging"
    reads: ClassVar[str] = "largest"
    unit: ClassVar[str] = "relative diameter"
    lod_unit: ClassVar[str] = "cm"
    false_positive: ClassVar[str] = "a benign nodule is followed up or biopsied"
    draw_numbers: ClassVar[int] = 2

    limit: float = parameter(
        0.494, "cm", low=0.05, high=10.0, source="doi:10.7554/eLife.00747", evidence=("detection_05",),
        prior=Prior("lognormal", 0.494, 0.3), meaning="diameter seen in half of the scans: 6.3e7 cells",
    )  # fmt: skip
    spread: float = parameter(
        0.2, "1", low=0.0, high=1.0, source=ASSUMPTION, prior=Prior("uniform", 0.1, 0.4),
        meaning="spread of that diameter between scans, ln scale",
    )  # fmt: skip
    false_rate: float = parameter(
        0.02, "1", low=0.0, high=0.9, source=ASSUMPTION, prior=Prior("uniform", 0.005, 0.1),
        meaning="scans of a body without lesions that are called positive",
    )  # fmt: skip
    organs: tuple[str, ...] = ()

    @property
    def threshold(self) -> float:
        """A lesion at the diameter of its organ."""
        return 1.0

    def relative(self) -> Floats:
        """Return the diameter seen in half of the scans by organ, cm, ``(o,)``; ``(1,)`` without organs."""
        return self.limit * np.array([RELATIVE_DIAMETER.get(o, 1.0) for o in self.organs] or [1.0])

    def expected(self, levels: Levels) -> Floats:
        """Return the largest relative diameter; the level's last axis is the organ."""
        return np.asarray((ball_diameter(levels[self.reads]) / self.relative()).max(axis=-1))

    def measure(self, levels: Levels, person: Floats, draw: Floats) -> Floats:
        """Return the largest relative diameter with the scan's spread, or a false finding."""
        seen = self.expected(levels) * np.exp(self.spread * normal(draw[..., 0]))
        return np.asarray(np.where(draw[..., 1] < self.false_rate, np.maximum(seen, 1.0), seen))
