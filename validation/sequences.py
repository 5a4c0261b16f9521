"""Score next sites and the dated process of the Basel breast cohort by cross-validation over patients.

Run: ``python validation/sequences.py [TABLE.csv]`` with METASTASOME_DATA or ../shared/data.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from metastasome.core.files import atomic_file
from metastasome.inference.sequences import fit_onward
from metastasome.inference.sequences_score import cross_validate
from metastasome.study.clinic_tables import read_events

HERE = Path(__file__).resolve()
DATA = Path(os.environ.get("METASTASOME_DATA", HERE.parents[2] / "shared" / "data")) / "clinical"
OUT = HERE.parent / "results" / "sequences.txt"


def lines_of(rows: list[dict[str, object]]) -> list[str]:
    told = ["\t".join(rows[0])]
    return told + ["\t".join(f"{v:.3f}" if isinstance(v, float) else str(v) for v in r.values()) for r in rows]


def main(words: list[str]) -> int:
    path = Path(words[0]) if words else DATA / "breast_usb_metastasis_events.csv"
    if not path.is_file():
        print(f"no table at {path}: nothing scored", file=sys.stderr)
        return 1
    found = read_events(path)
    scores = cross_validate(found)
    lines = [f"{path.name}: {len(found.patients)} patients, {len(found.events)} events, {len(scores.patient)} sites"]
    lines += ["", "next site, 10-fold over patients, bits per site:", *lines_of(scores.table())]
    lines += [
        "",
        "dated process after the first metastasis, 10-fold, ln density per step:",
        *lines_of(scores.dated_table()),
    ]
    lines += ["", "factor on further spread once a site is involved (all patients):"]
    lines += lines_of(fit_onward(found.steps).table(found.sites))
    print("\n".join(lines))
    if not words:
        with atomic_file(OUT) as part:
            part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
