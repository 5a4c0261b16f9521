"""What each mechanism adds to the prediction of sites: switch it off, fit again, score again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .sites_counts import SiteRow
from .sites_features import MEANING
from .sites_predict import training, widths
from .sites_score import Scores, leave_out, nulls, score_rows

#: What is switched off, one at a time; "filters" lets blood flow alone carry cells, with no organ filtering.
SWITCHES: dict[str, tuple[str, ...]] = {
    "filters and portal routing": ("filters", "portal", "drainage"),
    **{MEANING[g]: (g,) for g in MEANING if g not in ("portal", "drainage")},
}


def score_table(rows: Sequence[SiteRow], *, factors: bool = False, train: Sequence[SiteRow] | None = None) -> Scores:
    """Score the model and the nulls on `rows`, every organ predicted without its own rows.

    Args:
        rows: what is scored.
        factors: whether to score the model with each mechanism off and refitted as well.
        train: rows to fit on; the embedded table when None.
    """
    known = training() if train is None else tuple(train)
    ways: dict[str, Callable[[SiteRow], NDArray[np.float64]]] = nulls(known)
    ways["model"] = leave_out(rows, known, widths=widths(), adapt=0)
    for name, off in SWITCHES.items() if factors else ():
        ways[f"without {name}"] = leave_out(rows, known, off=off, widths=widths(), adapt=0)
    return score_rows(rows, ways)
