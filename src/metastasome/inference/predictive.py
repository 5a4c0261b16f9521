"""What a fitted hypothesis expects of each datum, beside what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .fitting import Fit
from .observation import Data, Floats

if TYPE_CHECKING:
    import pandas as pd


def expected_data(fit: Fit, *, n: int = 200) -> pd.DataFrame:
    """Return per datum what was seen and the 95% interval of `n` data sets simulated from the posterior.

    Only observations whose data are one number per label have rows; `inside` says whether the interval holds what was
    seen.
    """
    import pandas as pd

    drawn = fit.predict(n)
    rows = []
    for i, o in enumerate(fit.explanation.observations):
        name = _drawn_entry(o.data, [d[i] for d in drawn])
        if name is None or o.data[name].shape != (len(o.labels),):
            continue
        values: Floats = np.stack([d[i][name] for d in drawn])
        low, middle, high = np.quantile(values, [0.025, 0.5, 0.975], axis=0)
        for k, label in enumerate(o.labels):
            seen = float(o.data[name][k])
            rows.append({
                "observation": o.name, "datum": label, "seen": seen, "expected": middle[k], "low": low[k],
                "high": high[k], "inside": bool(low[k] <= seen <= high[k]),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=["observation", "datum", "seen", "expected", "low", "high", "inside"])


def _drawn_entry(seen: Data, drawn: list[Data]) -> str | None:
    """Return the entry that simulation changes: what was seen, as opposed to what was controlled."""
    for name, value in seen.items():
        if any(not np.array_equal(value, d[name]) for d in drawn):
            return name
    return None
