"""What a test is worth: ROC, area under it, net benefit, and how many draws a wanted sensitivity takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def roc(diseased: Floats, healthy: Floats) -> pd.DataFrame:
    """Return cut, sensitivity and one minus specificity for every cut "value at or above", from none to all positive.

    Raises:
        InputError: a group is empty.
    """
    import pandas as pd

    a, b = _values(diseased, "diseased"), _values(healthy, "healthy")
    cuts = np.concatenate([[np.inf], np.unique(np.concatenate([a, b]))[::-1]])
    sensitivity = 1 - np.searchsorted(np.sort(a), cuts, side="left") / len(a)
    false = 1 - np.searchsorted(np.sort(b), cuts, side="left") / len(b)
    return pd.DataFrame({"cut": cuts, "sensitivity": sensitivity, "false_positive": false})


def area(diseased: Floats, healthy: Floats) -> tuple[float, float, float]:
    """Return the area under the ROC curve with its 95% interval.

    Hanley & McNeil 1982 (doi:10.1148/radiology.143.1.7063747), eq. 1 and 2, on the logit scale.
    """
    a, b = _values(diseased, "diseased"), _values(healthy, "healthy")
    order = np.sort(b)
    below = np.searchsorted(order, a, side="left")
    tied = np.searchsorted(order, a, side="right") - below
    found = float((below + 0.5 * tied).mean() / len(b))
    q1, q2 = found / (2 - found), 2 * found**2 / (1 + found)
    variance = found * (1 - found) + (len(a) - 1) * (q1 - found**2) + (len(b) - 1) * (q2 - found**2)
    error = float(np.sqrt(max(variance, 0.0) / (len(a) * len(b))))
    if not 0 < found < 1:
        return found, found, found
    middle, half = np.log(found / (1 - found)), 1.959964 * error / (found * (1 - found))
    low, high = 1 / (1 + np.exp(-(middle - half))), 1 / (1 + np.exp(-(middle + half)))
    return found, float(low), float(high)


def net_benefit(
    sensitivity: float | Floats, false_positive: float | Floats, *, prevalence: float, threshold: Floats
) -> Floats:
    """Return net benefit per patient: true positives less false ones at the exchange rate of a threshold probability.

    Vickers & Elkin 2006 (doi:10.1177/0272989X06295361): NB = TP/n - FP/n p/(1 - p).
    """
    odds = threshold / (1 - threshold)
    return np.asarray(prevalence * sensitivity - (1 - prevalence) * false_positive * odds)


def decision_curve(
    diseased: Floats, healthy: Floats, *, cut: float, prevalence: float, thresholds: Floats | None = None
) -> pd.DataFrame:
    """Return net benefit of the test at `cut`, of the best cut, of treating all and none, by threshold probability.

    The best cut is chosen on the same data, so it is an upper bound.
    """
    import pandas as pd

    if not 0 < prevalence < 1:
        raise InputError("not a share", field="prevalence", value=prevalence, expected="between 0 and 1")
    p = np.linspace(0.01, 0.6, 60) if thresholds is None else np.asarray(thresholds, dtype=np.float64)
    curve = roc(diseased, healthy)
    sens, false = curve["sensitivity"].to_numpy(), curve["false_positive"].to_numpy()
    best = net_benefit(sens[:, None], false[:, None], prevalence=prevalence, threshold=p[None, :]).max(axis=0)
    a, b = float((diseased >= cut).mean()), float((healthy >= cut).mean())
    return pd.DataFrame({
        "threshold": p,
        "test": net_benefit(a, b, prevalence=prevalence, threshold=p),
        "best_cut": best,
        "all": net_benefit(1.0, 1.0, prevalence=prevalence, threshold=p),
        "none": np.zeros(len(p)),
    })  # fmt: skip


def draws_needed(per_draw: float | Floats, *, sensitivity: float = 0.9) -> Floats:
    """Return how many independent draws find the wanted share: ln(1 - sensitivity)/ln(1 - per draw); inf where none.

    Draws of one person are less than independent (his background stays his), so this is a lower bound.
    """
    if not 0 < sensitivity < 1:
        raise InputError("not a share", field="sensitivity", value=sensitivity, expected="between 0 and 1")
    p = np.asarray(per_draw, dtype=np.float64)
    with np.errstate(divide="ignore"):
        n = np.log(1 - sensitivity) / np.log1p(-np.clip(p, 0.0, 1.0))
    return np.asarray(np.where(p <= 0, np.inf, np.maximum(np.ceil(n - 1e-9), 1.0)))


def _values(values: Floats, field: str) -> Floats:
    found = np.asarray(values, dtype=np.float64).ravel()
    found = found[np.isfinite(found)]
    if not len(found):
        raise InputError("no draw in this group", field=field)
    return found
