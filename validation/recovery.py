"""Model recovery at the size of each study's data: can these data tell the hypotheses apart at all?

    python validation/recovery.py [--sets 100] [--only foci,truncal] [--write]

Parameters of the simulated data come from the prior (what hypotheses say before seeing anything). `--write` keeps the
confusion matrices in validation/results/recovery.csv.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pandas as pd

from metastasome.inference.recovery import recover
from metastasome.study.question import read_question

ROOT = Path(__file__).parents[1]
STUDIES = ("explain_truncal", "explain_foci", "explain_genometastasis", "explain_education", "explain_ctdna")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sets", type=int, default=100)
    asked.add_argument("--only", default="")
    asked.add_argument("--data-dir", type=Path)
    asked.add_argument("--write", action="store_true")
    options = asked.parse_args()
    rows = []
    for name in STUDIES:
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
    table = pd.DataFrame(rows, columns=["study", "true", "found", "share", "sets"])
    if options.write:
        path = ROOT / "validation" / "results" / "recovery.csv"
        path.parent.mkdir(exist_ok=True)
        table.to_csv(path, index=False, float_format="%.3f")


if __name__ == "__main__":
    main()
