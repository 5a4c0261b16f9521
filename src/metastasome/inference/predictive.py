"""What a fitted hypothesis expects of each datum, beside what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .fitting import Fit
from .observation import Data, Floats, Observation, Singles

if TYPE_CHECKING:
    import pandas as pd


def expected_data(fit: Fit, *, n: int = 200) -> pd.DataFrame:
    """Return per datum what was seen and the 95% interval of `n` data sets simulated from the posterior.

    Rows are of observations whose data are one number per label, or that name their numbers (``singles``); numbers
    that could be nothing else, such as sites that a table does not list, are left out. `inside` says whether the
    interval holds what was seen.
    """
    import pandas as pd

    drawn = fit.predict(n)
    rows = []
    for i, o in enumerate(fit.explanation.observations):
        name = _drawn_entry(o.data, [d[i] for d in drawn])
        if name is None:
            continue
        values: Floats = np.stack([d[i][name] for d in drawn])
        open_ = (values != o.data[name]).any(axis=0)
        low, middle, high = np.quantile(values, [0.025, 0.5, 0.975], axis=0)
        for label, k in _singles(o, o.data[name]):
            if open_[k]:
                seen = float(o.data[name][k])
                rows.append({
                    "observation": o.name, "datum": label, "seen": seen, "expected": middle[k], "low": low[k],
                    "high": high[k], "inside": bool(low[k] <= seen <= high[k]),
                })  # fmt: skip
    return pd.DataFrame(rows, columns=["observation", "datum", "seen", "expected", "low", "high", "inside"])


def _singles(observation: Observation, entry: Floats) -> Singles:
    """Return labels and indices of the single numbers of what was seen; none where they have no names."""
    if entry.shape == (len(observation.labels),):
        return tuple((label, (k,)) for k, label in enumerate(observation.labels))
    found: Singles = getattr(observation, "singles", ())
    return found


def _drawn_entry(seen: Data, drawn: list[Data]) -> str | None:
    """Return the entry that simulation changes: what was seen, as opposed to what was controlled."""
    for name, value in seen.items():
        if any(not np.array_equal(value, d[name]) for d in drawn):
            return name
    return None
