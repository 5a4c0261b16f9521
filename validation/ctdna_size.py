"""ctDNA against tumour size: the model's curve and its R2 on patients.

    python validation/ctdna_size.py --data-dir ../shared/data [--table FILE]

FILE (default: the INSPIRE baseline) has the columns ``id``, ``diameter_mm`` (sum of target lesions; ``l_size`` is taken
for it) and ``ctdna_per_ml`` (mutant molecules per mL of plasma; ``baseline_ctdna`` is taken for it), and may have
``volume_ml``, which is used instead of the diameter. For each table: the fitted slope and R2 of log10 ctDNA on log10
volume, Spearman's rank correlation, the model's R2 with slope 1 and only its intercept free, and what the model
predicts without any fit (0.014% of a cell's DNA per death, half-life 30 min; one ball of the summed diameter).

Reference: Avanzini 2020 (doi:10.1126/sciadv.abc4308), 176 patients with lung cancer: R2 0.32, slope 0.9997.
Results: ``validation/results/ctdna_size.csv``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metastasome.readouts.ctdna import CirculatingDNA
from metastasome.readouts.imaging import ball_cells

F8 = NDArray[np.float64]
RESULTS = Path(__file__).parent / "results"
DEATH = 0.136  # per cell and day, lung (github.com/reiterlab/ctdna)
BOOT = 2000


def read(path: Path) -> tuple[F8, F8, int]:
    """Return tumour volume (mL), ctDNA per mL, and how many rows had no detectable ctDNA or size."""
    table = pd.read_csv(path).rename(columns={"l_size": "diameter_mm", "baseline_ctdna": "ctdna_per_ml"})
    if "volume_ml" in table:
        volume = table["volume_ml"].to_numpy(np.float64)
    else:
        volume = ball_cells(table["diameter_mm"].to_numpy(np.float64) / 10) / 1e9
    level = table["ctdna_per_ml"].to_numpy(np.float64)
    good = (volume > 0) & (level > 0)
    return volume[good], level[good], int((~good).sum())


def score(name: str, volume: F8, level: F8, left_out: int) -> dict[str, object]:
    """Return one row of the results."""
    from scipy.stats import spearmanr

    x, y = np.log10(volume), np.log10(level)
    slope, _ = np.polyfit(x, y, 1)
    fitted = float(np.corrcoef(x, y)[0, 1] ** 2)
    rng = np.random.default_rng(1)
    again = []
    for _ in range(BOOT):
        at = rng.integers(len(x), size=len(x))
        again.append(np.corrcoef(x[at], y[at])[0, 1] ** 2)
    low, high = np.quantile(again, [0.025, 0.975])
    model = np.log10(CirculatingDNA().per_ml(volume * 1e9 * DEATH))
    residual = y - model
    free = 1 - np.var(residual) / np.var(y)
    return {
        "table": name, "patients": len(x), "left_out": left_out, "slope_volume": slope, "r2": fitted, "r2_low": low,
        "r2_high": high, "spearman": float(spearmanr(x, y).statistic), "r2_slope_1": float(free),
        "median_measured_over_model": float(10 ** np.median(residual)),
        "spread_log10": float(np.std(residual)), "published_r2": 0.32, "published_slope": 0.9997,
    }  # fmt: skip


def main() -> None:
    """Score the tables and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--table", type=Path, action="append", default=[], help="another table; may be given again")
    options = parser.parse_args()
    inspire = options.data_dir / "clinical" / "inspire_ctdna_baseline.csv"
    rows = [score("inspire, all cohorts", *read(inspire))]
    whole = pd.read_csv(inspire)
    for cohort, part in whole.groupby("cohort"):
        if len(part) >= 10:
            good = (part["l_size"] > 0) & (part["baseline_ctdna"] > 0)
            volume = ball_cells(part.loc[good, "l_size"].to_numpy(np.float64) / 10) / 1e9
            rows.append(
                score(f"inspire, {cohort}", volume, part.loc[good, "baseline_ctdna"].to_numpy(), int((~good).sum()))
            )
    rows += [score(t.stem, *read(t)) for t in options.table]
    # At 1 mL the model must give the published figure, and rise with slope 1.
    one = float(CirculatingDNA().per_ml(np.array(1e9 * DEATH)))
    table = pd.DataFrame(rows)
    table["model_per_ml_at_1_ml"] = one
    table.to_csv(RESULTS / "ctdna_size.csv", index=False, float_format="%.4g")
    print(table.T.to_string())


if __name__ == "__main__":
    main()
