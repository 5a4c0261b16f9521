"""Who died when in a cohort, and its lesions with that day beside them.

The engine ends a patient's follow-up at death: nothing is founded, grows or is seen later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from ..engine import Cohort

Floats = NDArray[np.float64]
DEATH = "death"


def death_day(cohort: Cohort) -> Floats:
    """Return the day of death by patient, infinite for the living at the horizon, ``(n,)``."""
    if DEATH not in cohort.events:
        return np.full(cohort.n, np.inf)
    day: Floats = cohort.event_day[:, cohort.events.index(DEATH)].astype(np.float64)
    return np.where(np.isfinite(day), day, np.inf)


def first_seen(cohort: Cohort) -> Floats:
    """Return the day the first lesion of each organ was seen, NaN where none was, ``(n, o)``."""
    return np.asarray(cohort.first_seen, dtype=np.float64)


def lesions(cohort: Cohort) -> pd.DataFrame:
    """Return one row per lesion with the day of death (NaN: alive); cells are those at the end of follow-up."""
    made: pd.DataFrame = cohort.lesions.copy()
    died = death_day(cohort)[made["patient"].to_numpy()]
    made["death_day"] = np.where(np.isfinite(died), died, np.nan)
    return made
