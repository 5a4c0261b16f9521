"""The state of the disease on the day of a draw, from the largest lesion and the primary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .course import Course
from .imaging import ball_cells, ball_diameter
from .noise import Floats

#: States from the least to the most; a visible metastasis counts before the primary.
STAGES = (
    "no tumour left",
    "primary below 2 cm",
    "primary 2 to 5 cm",
    "primary above 5 cm",
    "occult, below 1 mm",
    "occult, 1 to 5 mm",
    "visible, 0.5 to 2 cm",
    "visible, above 2 cm",
)
_OCCULT, _VISIBLE = 4, 6
_MM = 1e-1


def stage(course: Course, days: Floats) -> NDArray[np.int64]:
    """Return the index in :data:`STAGES` of each draw ``(n, s)``; -1 where there is none."""
    taken = np.isfinite(days)
    safe = np.where(taken, days, course.times[0])
    lesion = course.at("largest", safe).max(axis=-1)
    primary = _primary(course, safe)
    by_primary = 1 + np.searchsorted([2.0, 5.0], ball_diameter(primary))
    by_lesion = _OCCULT + np.searchsorted(ball_cells(np.array([_MM, 5 * _MM, 2.0])), lesion, side="right")
    found = np.where(lesion >= 1.0, by_lesion, 0)
    found = np.where((primary >= 1.0) & (found < _VISIBLE), by_primary, found)
    return np.asarray(np.where(taken, found, -1), dtype=np.int64)


def _primary(course: Course, days: Floats) -> Floats:
    nothing = Course(
        course.times, {"tumour_cells": course.primary}, course.organs, course.removed, course.end, course.seen,
        course.seeded, course.primary,
    )  # fmt: skip
    cells = nothing.at("tumour_cells", days)
    return np.asarray(np.where(days >= np.nan_to_num(course.removed[:, None], nan=np.inf), 0.0, cells))
