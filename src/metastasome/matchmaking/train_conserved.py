"""Learn what conserved sites add, on HeLa: ``python -m metastasome.matchmaking.train_conserved --data-dir DIR``.

The one coefficient of ``matchmaking.conserved`` is the least-squares one for held-out predictions of
``matchmaking.train`` (one miRNA left out at a time, with how strongly each 3'UTR answers). Everything is centred over
miRNAs, what the evidence adds over those that the table knows: the others have no evidence, and keep their prediction.
The scored miRNA is left out of the coefficient too; the jackknife over miRNAs gives its sd. HEK293FT is not read here.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.files import atomic_file, sha256
from .conserved import FILE, combined, read_conserved
from .responsive import learn
from .train import COLUMNS, OUT, cross_validate, jackknife, less_others, r2_of
from .train_data import FILES, read_transfections
from .train_fit import build_problem, predict

F8 = NDArray[np.float64]
MOST = 5.0
"""Largest coefficient that is tried: e^-5 of a transcript is none."""
TABLE = "targetscan_human_predicted_targets.tsv.gz"


def added(plain: F8, evidence: F8, known: NDArray[np.bool_], c: float) -> F8:
    """Return what evidence adds to each known column, less the mean of the other known ones, ``(g, m)``; else 0."""
    out, more = np.zeros_like(plain), combined(plain, evidence, c) - plain
    if known.sum() > 1:
        out[:, known] = less_others(more[:, known])
    return out


def best(level: F8, plain: F8, evidence: F8, known: NDArray[np.bool_]) -> float:
    """Return the coefficient of least squared error; all ``(g, m)``, ln levels, ln fold changes, evidence."""
    from scipy.optimize import minimize_scalar

    left = level - plain
    left = (left - left.mean(axis=1, keepdims=True))[:, known]
    left = left - left.mean(axis=0)

    def loss(c: float) -> float:
        more = (combined(plain, evidence, c) - plain)[:, known]
        more = more - more.mean(axis=1, keepdims=True)
        return float(((left - more + more.mean(axis=0)) ** 2).sum())

    return float(minimize_scalar(loss, bounds=(0.0, MOST), method="bounded").x)


def held_out(level: F8, plain: F8, evidence: F8, known: NDArray[np.bool_]) -> tuple[F8, F8]:
    """Return predictions with evidence, ``(g, m)``, and the coefficients of the other miRNAs that they use, ``(m,)``.

    `plain` holds the prediction of all miRNAs by the table without each one, ``(m, g, m)``.
    """
    m = level.shape[1]
    own = np.stack([plain[i][:, i] for i in range(m)], axis=1)
    out, without = np.empty_like(own), np.empty(m)
    for i in range(m):
        keep = [j for j in range(m) if j != i]
        without[i] = best(level[:, keep], own[:, keep], evidence[:, keep], known[keep])
        out[:, i] = (less_others(plain[i]) + added(plain[i], evidence, known, without[i]))[:, i]
    return out, without


def train(data_dir: Path) -> dict[str, object]:
    """Return the coefficient as JSON content."""
    rna = data_dir / "rna"
    data = read_transfections(rna)
    problem, m = build_problem(data), len(data.mirnas)
    done = cross_validate(problem, [[i] for i in range(m)])
    evidence, known = read_conserved(rna / TABLE).evidence(data.mirnas, data.guides, data.genes)
    sequence = np.array([predict(problem, v, COLUMNS) for v in done.without])
    rest = [[j for j in range(m) if j != i] for i in range(m)]
    answers = np.array([learn(done.predicted[:, k], data.level[:, k]) for k in rest])
    answering = sequence * answers[:, :, None]
    alone, _ = held_out(data.level, sequence, evidence, known)
    found, without = held_out(data.level, answering, evidence, known)
    r2 = {
        "sequence_alone": r2_of(done.predicted, data.level), "sequence_alone_conserved": r2_of(alone, data.level),
        "responsiveness": r2_of(done.answering, data.level), "responsiveness_conserved": r2_of(found, data.level),
    }  # fmt: skip
    scores = {
        f"{name}_{what}_r2": round(float(f(v)), 4)
        for name, v in r2.items()
        for what, f in (("median", np.median), ("mean", np.mean))
    }
    provenance = {
        "source": "HeLa transfections, GSE140217 (McGeary et al. 2019, doi:10.1126/science.aav1741); HEK293FT unseen",
        "command": "python -m metastasome.matchmaking.train_conserved --data-dir DIR",
        "sha256": {name: sha256(rna / name) for name in (*FILES, TABLE)},
        "genes": len(data.genes), "genes_with_a_pair": int((evidence > 0).any(axis=1).sum()),
        "families_in_table": int(known.sum()),
        "leave_one_mirna_out_r2": {
            k: round(float(v), 4) for k, v in zip(data.mirnas, r2["responsiveness_conserved"], strict=True)
        }, **scores,
    }  # fmt: skip
    own = np.stack([answering[i][:, i] for i in range(m)], axis=1)
    return {
        "coefficient": round(best(data.level, own, evidence, known), 4),
        "sd": round(float(np.sqrt(jackknife(without[known][:, None])[0, 0])), 4),
        "provenance": provenance,
    }


def main(arguments: list[str] | None = None) -> None:
    """Learn the coefficient and write it."""
    parser = argparse.ArgumentParser(description="Learn what conserved sites add to predictions for HeLa.")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of the public data")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the tables")
    given = parser.parse_args(arguments)
    with atomic_file(given.out / FILE) as part:
        part.write_text(json.dumps(train(given.data_dir), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
