"""CD63 and caveolin-1 on plasma vesicles a week after resection: can one model give a fall and a rise?

    python validation/markers_after_resection.py [--table FILE]

Published for oral cancer (doi:10.3390/cancers11030429): CD63 751 -> 542 (0.72 x, p 0.09), caveolin-1 507 -> 1120
(2.2 x, p 0.24). FILE has the columns ``marker``, ``before``, ``after``, ``p``.

A level is background x (1 + tumour's part before, or wound's part after). Five assumptions are scored by
chi-squared on the two ln ratios, whose standard errors follow from the printed p-values. The tumour's part is also
said as vesicles per mL and compared with the bound for stage 1 tumours (less than 0.1% of plasma vesicles).
Results: ``validation/results/markers_after_resection.csv``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metastasome.readouts.elisa import Elisa
from metastasome.reference import literature

F8 = NDArray[np.float64]
RESULTS = Path(__file__).parent / "results"
BOUND = 1e-3  # tumour's share of plasma vesicles, stage 1 (10.1126/sciadv.abm3453)
PLASMA = 1e10  # EV/mL
DAY = 7.0


def published() -> pd.DataFrame:
    """Return the published figures."""
    rows = literature()
    level = {k: rows[f"ev_plasma_level_{k}"].value for k in ("08", "09", "11", "12")}
    return pd.DataFrame(
        [("CD63", level["08"], level["09"], 0.09), ("caveolin-1", level["11"], level["12"], 0.24)],
        columns=["marker", "before", "after", "p"],
    )


def ratio(tumour: float, wound: float) -> float:
    """Return after/before by the assay itself: tumour's and wound's parts relative to the background."""
    assay = Elisa(wound=wound, wound_half_life=14.0)
    ev = tumour * assay.background / assay.per_ev if tumour > 0 else 0.0
    before = assay.true({"tumour_ev": np.array(ev), "since_surgery": np.array(-1.0)})
    after = assay.true({"tumour_ev": np.array(0.0), "since_surgery": np.array(DAY)})
    return float(after / before)


def assumptions(seen: F8, error: F8) -> list[tuple[str, F8, F8, F8]]:
    """Return name, predicted ratios, tumour's parts before, wound's parts on day 0, two markers each."""
    fade = 0.5 ** (DAY / 14.0)
    weight = 1 / error**2
    common = float(np.exp((weight * np.log(seen)).sum() / weight.sum()))
    t_common, w_common = (max(1 / common - 1, 0.0), 0.0) if common < 1 else (0.0, (common - 1) / fade)
    own_tumour = np.maximum(1 / seen - 1, 0.0)
    one_wound = max((seen.max() - 1) / fade, 0.0)
    with_wound = np.maximum((1 + one_wound * fade) / seen - 1, 0.0)
    own_wound = np.maximum((seen - 1) / fade, 0.0)
    zero = np.zeros(2)
    cases = [
        ("tumour vesicles counted like all others, at the stage 1 bound", np.full(2, BOUND), zero),
        ("one part of tumour and wound for both markers", np.full(2, t_common), np.full(2, w_common)),
        ("each marker its own tumour part, no wound", own_tumour, zero),
        ("one wound for both, each marker its own tumour part", with_wound, np.full(2, one_wound)),
        ("each marker its own tumour part and its own wound", own_tumour, own_wound),
    ]
    return [(n, np.array([ratio(t, w) for t, w in zip(a, b, strict=True)]), a, b) for n, a, b in cases]


def main() -> None:
    """Score the assumptions and write the results."""
    from scipy.special import ndtri
    from scipy.stats import chi2

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", type=Path)
    options = parser.parse_args()
    table = published() if options.table is None else pd.read_csv(options.table)
    seen = (table["after"] / table["before"]).to_numpy(np.float64)
    error = np.abs(np.log(seen)) / -ndtri(table["p"].to_numpy(np.float64) / 2)
    rows = []
    for name, made, tumour, wound in assumptions(seen, error):
        score = float((((np.log(made) - np.log(seen)) / error) ** 2).sum())
        row: dict[str, object] = {"assumption": name, "chi2": score, "p": float(chi2.sf(score, len(seen)))}
        for k, marker in enumerate(table["marker"]):
            row |= {
                f"{marker} measured": seen[k], f"{marker} model": made[k], f"{marker} tumour part": tumour[k],
                f"{marker} wound part": wound[k],
                f"{marker} tumour EV/mL over the bound": tumour[k] * PLASMA / (BOUND * PLASMA),
            }  # fmt: skip
        rows.append(row)
    made_table = pd.DataFrame(rows)
    made_table.to_csv(RESULTS / "markers_after_resection.csv", index=False, float_format="%.4g")
    print(made_table.T.to_string())


if __name__ == "__main__":
    main()
