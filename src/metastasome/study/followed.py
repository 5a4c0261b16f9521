"""A cohort cut off at each patient's death: what would have come later is neither seen nor counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from ..engine import Cohort

Floats = NDArray[np.float64]


def death_day(cohort: Cohort) -> Floats:
    """Return the day of death by patient, infinite for the living at the horizon, ``(n,)``."""
    if "death" not in cohort.events:
        return np.full(cohort.n, np.inf)
    day = cohort.event_day[:, cohort.events.index("death")].astype(np.float64)
    return np.where(np.isfinite(day), day, np.inf)


def first_seen(cohort: Cohort) -> Floats:
    """Return the day the first lesion of each organ was seen in life, NaN where none was, ``(n, o)``."""
    seen = cohort.first_seen.astype(np.float64)
    return np.where(seen <= death_day(cohort)[:, None], seen, np.nan)


def lesions(cohort: Cohort) -> pd.DataFrame:
    """Return one row per lesion founded in life, with the patient's day of death (NaN: alive at the horizon).

    A lesion first visible after death keeps no day of detection, and one of a dead patient no cells at the horizon.
    """
    made: pd.DataFrame = cohort.lesions.copy()
    died = death_day(cohort)[made["patient"].to_numpy()]
    made = made[made["founded_day"].to_numpy() <= died].copy()
    died = death_day(cohort)[made["patient"].to_numpy()]
    made.loc[~(made["detected_day"].to_numpy() <= died), "detected_day"] = np.nan
    made.loc[np.isfinite(died), "cells"] = np.nan
    made["death_day"] = np.where(np.isfinite(died), died, np.nan)
    return made.reset_index(drop=True)
