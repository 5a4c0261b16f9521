"""Simulation-based calibration and coverage of every likelihood, over 500 synthetic data sets each.

    python validation/calibration_sbc.py [--sets 500] [--only foci,truncal] [--write]

Alpha 0.01 for the whole table, shared over all rank tests (Bonferroni). `--write` keeps the table in
validation/results/calibration_sbc.csv.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pandas as pd

from metastasome.inference.calibration import calibrate
from metastasome.study.question import read_question

ROOT = Path(__file__).parents[1]
#: question -> hypothesis whose likelihood has the most free parameters; those of three or fewer are computed on a grid.
LIKELIHOODS = {
    "explain_truncal": "tota_alone",
    "explain_foci": "tota_promoter",
    "explain_genometastasis": "genometastasis",
    "explain_education": "totr",
    "explain_ctdna": "follows",
    "explain_growth": "gompertz",
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sets", type=int, default=500)
    asked.add_argument("--only", default="")
    asked.add_argument("--data-dir", type=Path)
    asked.add_argument("--write", action="store_true")
    options = asked.parse_args()
    chosen = [n for n in LIKELIHOODS if not options.only or n.removeprefix("explain_") in options.only.split(",")]
    tables = []
    for name in chosen:
        began = time.process_time()
        explanation = read_question(ROOT / "studies" / name, data_dir=options.data_dir).explanation(LIKELIHOODS[name])
        made = calibrate(explanation, sets=options.sets, draws=199, seed=2024).table()
        made.insert(0, "likelihood", f"{name.removeprefix('explain_')}: {LIKELIHOODS[name]}")
        tables.append(made)
        print(
            made.to_string(index=False, float_format="%.3f"), f"({time.process_time() - began:.0f} CPU s)", flush=True
        )
    table = pd.concat(tables)
    least = table[["chi_square_p", "ks_p"]].min().min()
    print(f"least p of {2 * len(table)} tests: {least:.4f} (wanted above {0.01 / (2 * len(table)):.5f})")
    low, high = table["coverage_95"].min(), table["coverage_95"].max()
    print(f"95% intervals cover {100 * low:.1f}% to {100 * high:.1f}%")
    if options.write:
        path = ROOT / "validation" / "results" / "calibration_sbc.csv"
        path.parent.mkdir(exist_ok=True)
        table.to_csv(path, index=False, float_format="%.4f")


if __name__ == "__main__":
    main()
