"""Model recovery at the size of each study's data: can these data tell the hypotheses apart at all?

    python validation/recovery.py --data-dir DATA [--sets 100] [--only foci,truncal] [--write]

Parameters of the simulated data come from the prior (what hypotheses say before seeing anything). `--write` keeps the
confusion matrices in validation/results/recovery.csv, study by study.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pandas as pd

from metastasome.inference.recovery import recover
from metastasome.study.question import read_question

ROOT = Path(__file__).parents[1]
STUDIES = (
    "explain_truncal", "explain_foci", "explain_genometastasis", "explain_education",
    "explain_education/replication.yaml", "explain_pdx", "explain_ctdna", "explain_growth", "explain_seer",
    "explain_basel", "explain_sites", "explain_organs",
)  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sets", type=int, default=100)
    asked.add_argument("--only", default="")
    asked.add_argument("--data-dir", type=Path)
    asked.add_argument("--write", action="store_true")
    options = asked.parse_args()
    for name in STUDIES:
        rows = []
        if options.only and name.removeprefix("explain_") not in options.only.split(","):
            continue
        began = time.process_time()
        explanations = read_question(ROOT / "studies" / name, data_dir=options.data_dir).explanations
        made = recover(explanations, None, sets=options.sets, seed=7)
        print(
            f"{name}: recovery {100 * made.share:.0f}% +- {100 * made.error:.0f}%, chance {100 / len(made.keys):.0f}%"
        )
        print(made.table().to_string(float_format="%.2f"), f"({time.process_time() - began:.0f} CPU s)", flush=True)
        for i, truth in enumerate(made.keys):
            rows += [(name, truth, found, made.found[i, k], made.sets) for k, found in enumerate(made.keys)]
        if options.write:
            keep(pd.DataFrame(rows, columns=["study", "true", "found", "share", "sets"]))


def keep(made: pd.DataFrame) -> None:
    """Put the rows of one study into the kept table, in place of its earlier ones."""
    path = ROOT / "validation" / "results" / "recovery.csv"
    old = pd.read_csv(path) if path.is_file() else made.iloc[:0]
    others = old[old["study"] != made["study"].iloc[0]]
    table = pd.concat([others, made]) if len(others) else made
    table = table.sort_values("study", key=lambda c: c.map(STUDIES.index), kind="stable")
    table.to_csv(path, index=False, float_format="%.3f")


if __name__ == "__main__":
    main()
