"""Metastasis-free share of a cohort, and shares with their interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd


def share_with_interval(count: ArrayLike, n: int, *, z: float = 1.959964) -> NDArray[np.float64]:
    """Return ``(share, low, high)`` of `count` out of `n`, stacked on a new last axis.

    Wilson (1927) score interval, doi:10.1080/01621459.1927.10502953, eq. in its closing form; it never leaves 0 to 1.
    """
    k = np.asarray(count, dtype=np.float64)
    p = k / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = np.where(k == 0, 0.0, middle - half), np.where(k == n, 1.0, middle + half)
    return np.stack([p, low, high], axis=-1)


def metastasis_free(first_day: NDArray[np.float64], days: NDArray[np.float64]) -> pd.DataFrame:
    """Return the share of patients without a detectable lesion on each of `days`.

    Every patient is followed to the horizon, so the Kaplan-Meier estimate is the plain share.

    Args:
        first_day: day of the first detectable lesion by patient, NaN where there is none, ``(n,)``.
        days: ``(t,)``.

    Returns:
        Columns day, fraction, low, high (95% Wilson interval).
    """
    import pandas as pd

    seen = np.sort(first_day[np.isfinite(first_day)])
    free = len(first_day) - np.searchsorted(seen, days, side="right")
    found = share_with_interval(free, len(first_day))
    return pd.DataFrame({"day": days, "fraction": found[:, 0], "low": found[:, 1], "high": found[:, 2]})
