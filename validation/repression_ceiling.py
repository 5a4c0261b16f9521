"""How much of the HeLa responses could any affinity model reach? HEK293FT is not read.

    python validation/repression_ceiling.py --data-dir ../shared/data

The statistic is that of validation/repression.py, on the training transfections, predicted by tables that did not see
the miRNA (six groups). Beside it, for the same transcripts: the reliability of the responses (correlation of the two
replicates, Spearman-Brown), and an oracle: the prediction with each miRNA's own weights for every site type and weak
pairing of both strands, fitted to the very responses it is scored on (adjusted r2). What lies above the oracle is no
matter of how tightly a miRNA binds each type of site: it is context, sequence that is not at hand (coding regions,
other isoforms) and changes that follow from other changes. Transcripts are split by whether the 3'UTR in the file is as
long as TargetScan 7 annotates. Writes results/repression_ceiling.csv.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metastasome.core.files import atomic_file
from metastasome.matchmaking.train import COLUMNS, GROUPS, cross_validate, r2_of
from metastasome.matchmaking.train_data import CELL_LINE, FILES, Transfections, read_transfections
from metastasome.matchmaking.train_fit import N_TYPES, REST, SLOPES, Problem, build_problem
from repression import OUT, annotated_lengths, as_annotated

F8 = NDArray[np.float64]


def responses(level: F8) -> F8:
    """Return each column less the median of the others."""
    return np.stack([level[:, i] - np.median(np.delete(level, i, 1), axis=1) for i in range(level.shape[1])], axis=1)


def site_sums(problem: Problem, v: F8) -> F8:
    """Return occupancy by strand and site type, then weak pairings, of every gene and miRNA, ``(m, g, 18)``."""
    g, m = problem.level.shape
    a, p, _, dilution, start_gc = v[REST]
    free = a + np.stack([np.zeros(m), p + start_gc * problem.starts_gc]) - dilution * problem.abundance
    side = problem.passenger.astype(np.int64)
    ln_kd = v[:N_TYPES][problem.type] + problem.terms[:, COLUMNS] @ v[SLOPES]
    bound = 1 / (1 + np.exp(ln_kd - free[side, problem.mirna]))
    place = ((problem.mirna * g + problem.gene) * 2 + side) * N_TYPES + problem.type
    sums = np.bincount(place, bound, minlength=m * g * 2 * N_TYPES).reshape(m, g, -1)
    return np.concatenate([sums, *problem.weak], axis=2)


def oracle(y: F8, x: F8) -> float:
    """Return adjusted r2 of least squares of `y` on `x` and a constant."""
    full = np.column_stack([np.ones(len(y)), x])
    left = y - full @ np.linalg.lstsq(full, y, rcond=None)[0]
    share = (left**2).sum() / ((y - y.mean()) ** 2).sum()
    return float(1 - share * (len(y) - 1) / (len(y) - x.shape[1] - 1))


def reliability(folder: Path, data: Transfections) -> F8:
    """Return the reliability of each miRNA's response from its two replicates, batches removed, ``(m, g-subset)``."""
    sheet = pd.read_csv(folder / FILES[1], sep="\t")
    sheet = sheet[sheet["cell_line"] == CELL_LINE].reset_index(drop=True)
    counts = pd.read_csv(folder / FILES[0], sep="\t", index_col="symbol")[list(sheet["sample"])]
    log_cpm = np.log((counts.loc[list(data.genes)] + 0.5) / (counts.sum() + 1) * 1e6).to_numpy()
    mirna = pd.get_dummies(sheet["mirna"])[list(data.mirnas)].to_numpy(float)
    batch = pd.get_dummies(sheet["batch"]).to_numpy(float)
    design = np.hstack([mirna, batch])
    ridge = np.diag([1e-6] * mirna.shape[1] + [1e-3] * batch.shape[1])
    effects = np.linalg.solve(design.T @ design + ridge, design.T @ log_cpm.T).T
    clean = log_cpm - effects[:, mirna.shape[1] :] @ batch.T
    out = []
    for i in range(mirna.shape[1]):
        rest = np.median(np.delete(effects[:, : mirna.shape[1]], i, 1), axis=1)
        one, other = (clean[:, j] - rest for j in np.flatnonzero(mirna[:, i]))
        r = np.corrcoef(one, other)[0, 1]
        out.append(2 * r / (1 + r))
    return np.array(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    rna = given.data_dir / "rna"
    data = read_transfections(rna)
    problem, m = build_problem(data), len(data.mirnas)
    done = cross_validate(problem, [list(range(i, m, GROUPS)) for i in range(GROUPS)])
    sums, y = site_sums(problem, done.whole), responses(data.level)
    info = pd.read_csv(rna / "targetscan8_Gene_info.txt.gz", sep="\t")
    info = info[info["Representative transcript?"] == 1].drop_duplicates("Gene symbol").set_index("Gene symbol")
    known, transcripts = annotated_lengths(given.data_dir), info["Transcript ID"].str.split(".").str[0]
    there = np.array([known.get(transcripts.get(gene, ""), np.nan) for gene in data.genes])
    same = as_annotated(np.array([len(u) for u in data.utrs], float), there)
    rows = []
    for name, on in (("all", same | True), ("3'UTR as annotated", same), ("3'UTR of another length", ~same)):
        scores = {
            "sequence alone, miRNA not seen": r2_of(done.predicted[on], data.level[on]),
            "with how strongly each gene answers, miRNA not seen": r2_of(done.answering[on], data.level[on]),
            "oracle, own weights of each miRNA": [
                oracle(y[on, i], np.column_stack([done.predicted[on, i], sums[i][on]])) for i in range(m)
            ],
        }
        rows += [(name, int(on.sum()), what, np.median(r2), np.mean(r2)) for what, r2 in scores.items()]
    rows.append(("all", len(data.genes), "reliability of the response", *_both(reliability(rna, data))))
    frame = pd.DataFrame(rows, columns=["transcripts_are", "transcripts", "what", "median_r2", "mean_r2"])
    with atomic_file(given.out / "repression_ceiling.csv") as part:
        frame.round(4).to_csv(part, index=False)
    print(frame.round(3).to_string())


def _both(values: F8) -> tuple[float, float]:
    return float(np.median(values)), float(values.mean())


if __name__ == "__main__":
    main()
