"""Simulation-based calibration and coverage of every likelihood, over 500 synthetic data sets each.

    python validation/calibration_sbc.py --data-dir DATA [--sets 500] [--only foci,truncal] [--write]

Each likelihood is that of a committed study under the hypothesis with the most free parameters, or, where 500 fits of
the whole study would take hours, of a part of it (column ``size`` says which): the formula is the same, the data are
fewer. Posteriors by a grid for up to three parameters, by NUTS for more, by importance sampling with its own check
where the table says so. Alpha 0.01 for the whole table, shared over all rank tests (Bonferroni). `--write` keeps the
table in validation/results/calibration_sbc.csv, likelihood by likelihood.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from metastasome.core.tables import Table
from metastasome.inference.calibration import calibrate
from metastasome.inference.explanation import Explanation
from metastasome.inference.hypotheses import hypothesis
from metastasome.inference.kinds import kind
from metastasome.inference.kinds.base import Given
from metastasome.inference.kinds.sequences import DEATH, UNLIKE, Spread, _deadly, _onward, _rate
from metastasome.inference.observation import Observation
from metastasome.study.question import read_question

ROOT = Path(__file__).parents[1]
OUT = ROOT / "validation" / "results" / "calibration_sbc.csv"
Made = tuple[Explanation, str, str]  # explanation, what part of the study, method


def study(name: str, key: str, data: Path | None, file: str = "question.yaml") -> Explanation:
    return read_question(ROOT / "studies" / f"explain_{name}" / file, data_dir=data).explanation(key)


def part(observation: Observation, rows: int | list[int]) -> Observation:
    """Return the first (or the named) rows of an observation."""
    at = list(range(rows)) if isinstance(rows, int) else rows
    n = len(observation.labels)
    data = {k: v[at] if np.shape(v)[:1] == (n,) else v for k, v in observation.data.items()}
    return dataclasses.replace(observation, data=data, labels=tuple(observation.labels[i] for i in at))  # type: ignore


def parted(e: Explanation, rows: int | list[int]) -> Explanation:
    return dataclasses.replace(e, observations=(part(e.observations[0], rows),))


def own(kind_key: str, key: str, columns: str, rows: list[str], **options: object) -> Explanation:
    """Return an explanation of a small made-up table."""
    k, h = kind(kind_key), hypothesis(key)
    table = Table(Path(f"{kind_key}.csv"), tuple(columns.split(",")), tuple(tuple(r.split(",")) for r in rows),
                  tuple(range(2, len(rows) + 2)), ",", "")  # fmt: skip
    given = Given(k, kind_key, table, h, 1.0, {**{n: v[0] for n, v in k.options.items()}, **options})
    return Explanation(h.key, h.title, (k.build(given),))


def truncal(data: Path | None) -> Made:
    return study("truncal", "tota_alone", data), "whole", "auto"


def foci(data: Path | None) -> Made:
    return study("foci", "tota_promoter", data), "whole", "auto"


def plasma_dna(data: Path | None) -> Made:
    return study("genometastasis", "genometastasis", data), "whole", "auto"


def arms(data: Path | None) -> Made:
    rows = ["untreated,0,12,0", "blocked,1,12,0"]
    return own("arms", "totr", "arm,dose,n,events", rows), "two arms of 12", "auto"


def burden(data: Path | None) -> Made:
    return study("education", "totr", data, "replication.yaml"), "the replication", "auto"


def folds(data: Path | None) -> Made:
    rows = ["blocked,1,0.5,6,6,1", "blocked,1,0.7,8,8,0.5", "filtered,1,0.6,5,7,1"]
    return (
        own("folds", "totr", "intervention,fold,sd,n,control,dose", rows),
        "three groups of two interventions",
        "auto",
    )


def levels(data: Path | None) -> Made:
    return parted(study("ctdna", "follows", data), 24), "24 of 94 patients", "auto"


def growth_gompertz(data: Path | None) -> Made:
    return parted(study("growth", "gompertz", data), 4), "4 of 20 mice", "importance"


def growth_hahnfeldt(data: Path | None) -> Made:
    return parted(study("growth", "hahnfeldt", data), 3), "3 of 20 mice", "importance"


def any_metastasis(data: Path | None) -> Made:
    rows = [f"{d},200,0" for d in (1, 2, 3, 5)]
    e = own("any_metastasis", "totr", "diameter,patients,metastatic", rows, organs="lung, breast", cells=10, nodes=1,
            free="ctc_seeding.competence")  # fmt: skip
    return e, "4 sizes of 200 patients, twin of 2 organs, 10 stretches of time and the typical patient", "importance"


def organs_reached(data: Path | None) -> Made:
    rows = [f"{site},{d},200,0" for d in (2, 4) for site in ("lung", "liver", "bone")]
    e = own("organs_reached", "totr", "site,diameter,patients,metastatic", rows, organs="lung, liver, bone, breast",
            cells=10, nodes=1, free="ctc_seeding.competence", soil="fitted")  # fmt: skip
    return e, "3 sites, fitted soil, 2 sizes of 200 patients, twin of 4 organs and the typical patient", "importance"


def organs_listed(data: Path | None) -> Made:
    rows = [f"{site},{d},{n}" for d in (2, 4) for site, n in (("lung", 20), ("liver", 10), ("bone", 10))]
    e = own("organs_reached", "totr", "site,diameter,metastatic", rows, organs="lung, liver, bone, breast", cells=10,
            nodes=1, counted="single", free="ctc_seeding.competence", soil="fitted")  # fmt: skip
    return e, "shares of 3 single sites, fitted soil, 2 groups of 40, twin as in organs_reached", "importance"


def sequences(data: Path | None) -> Made:
    sites, n = ("bone", "liver", "lung"), 25
    rng = np.random.default_rng(5)
    start = np.eye(3)[rng.integers(3, size=n)]
    seen = {"reached": 3.0 * (1 - start), "never": 1 - start, "end": np.full(n, 3.0), "died": np.ones(n),
            "limit": np.where(np.arange(n) % 5 == 0, 3.0, 40.0)}  # fmt: skip
    needed = (*map(_rate, sites), *map(_onward, sites), UNLIKE, DEATH, *map(_deadly, sites))
    made = Spread("courses", seen, tuple(map(str, range(n))), needed, sites, "sites", "modelled")
    e = Explanation("patients_sites", "tumours differ and some sites spread on", (made,))
    return e, "25 patients and 3 sites, death modelled", "auto"


def sites(data: Path | None) -> Made:
    q = read_question(ROOT / "studies" / "explain_sites", data_dir=data)
    rival = next(r for r in q.rivals if r.hypothesis.key == "anatomy_rna")
    parts = {"biopsies": {"parts": "filters, portal, serosa, neighbour, lymph, hormone, rna"}}
    types = ["CRC MSS", "IDC TN", "LUAD", "PRAD", "PAAD", "STAD", "HGSOC", "SARC UPSMFS"]
    seen = dataclasses.replace(next(s for s in q.seen if s.name == "biopsies"), where={"subtype": types})
    made = dataclasses.replace(q, seen=(seen,), rivals=(dataclasses.replace(rival, options=parts),))
    return made.explanations[0], f"{len(types)} of 34 tumour types, no soil nor selection", "importance"


def sizes(data: Path | None) -> Made:
    rows = [f"{c},{d},300,0" for c in ("one", "two", "three") for d in (1, 2, 4, 7)]
    e = own("sizes", "totr", "cancer,diameter,patients,metastatic", rows)
    return e, "3 cancers of 4 sizes of 300 patients", "importance"


def necropsy(data: Path | None) -> Made:
    rng = np.random.default_rng(6)
    rows = [f"{i},{line},3,{rng.integers(40, 120)},{rng.integers(10, 200)},{rng.integers(200, 2000)},n"
            for i, line in enumerate("AAAAAAAABBBBBBBBCCCCCCCC")]  # fmt: skip
    e = own("necropsy", "totr", "mouse,line,passage,removed,after,volume,metastasis", rows)
    return e, "24 mice of 3 lines", "importance"


def biodistribution(data: Path | None) -> Made:
    rows = [f"mouse,tumour,125I,{organ},4,1,{unit},{lod}"
            for organ, unit, lod in (("liver", "%ID", 0), ("lung", "%ID", 2), ("plasma", "%ID/mL", 0))]  # fmt: skip
    columns = "species,source,label,organ,time_h,value,unit,lod"
    e = own("biodistribution", "cells_only", columns, rows, tropism="lung", free="macrophage_clearance, processing")
    return e, "one group of mice: liver, lung (with a limit of detection) and plasma at 4 h", "importance"


LIKELIHOODS: dict[str, Callable[[Path | None], Made]] = {
    f.__name__: f
    for f in (
        truncal, foci, plasma_dna, arms, folds, levels, burden, sites, sequences, growth_gompertz, growth_hahnfeldt,
        any_metastasis, organs_reached, organs_listed, sizes, necropsy, biodistribution,
    )
}  # fmt: skip


def keep(made: pd.DataFrame) -> None:
    """Put the rows of one likelihood into the kept table, in place of its earlier ones."""
    old = pd.read_csv(OUT) if OUT.is_file() else made.iloc[:0]
    table = pd.concat([old[old["likelihood"] != made["likelihood"].iloc[0]], made]) if len(old) else made
    order = {name: i for i, name in enumerate(LIKELIHOODS)}
    table = table.sort_values("likelihood", key=lambda c: c.map(order), kind="stable")
    table.to_csv(OUT, index=False, float_format="%.4f")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sets", type=int, default=500)
    asked.add_argument("--only", default="")
    asked.add_argument("--data-dir", type=Path)
    asked.add_argument("--write", action="store_true")
    options = asked.parse_args()
    chosen = [n for n in LIKELIHOODS if not options.only or n in options.only.split(",")]
    tables = []
    for name in chosen:
        began = time.process_time()
        explanation, size, method = LIKELIHOODS[name](options.data_dir)
        found = calibrate(explanation, sets=options.sets, draws=199, seed=2024, method=method)
        made = found.table()
        made.insert(0, "likelihood", name)
        made.insert(1, "hypothesis", explanation.key)
        made["method"] = {"auto": "grid" if len(explanation.names) <= 3 else "nuts"}.get(method, method)
        made["suspect"] = found.suspect
        made["size"] = size
        tables.append(made)
        print(made.to_string(index=False, float_format="%.3f"))
        print(f"({time.process_time() - began:.0f} CPU s)", flush=True)
        if options.write:
            keep(made)
    table = pd.concat(tables)
    least = table[["chi_square_p", "ks_p"]].min().min()
    print(f"least p of {2 * len(table)} tests: {least:.4f} (wanted above {0.01 / (2 * len(table)):.5f})")
    low, high = table["coverage_95"].min(), table["coverage_95"].max()
    print(f"95% intervals cover {100 * low:.1f}% to {100 * high:.1f}%")


if __name__ == "__main__":
    main()
