"""Learn the affinity table from the HeLa transfections: ``python -m metastasome.matchmaking.train --data-dir DIR``.

Structure and penalty are compared by cross-validation over miRNAs (none is predicted by a table that saw it). The
jackknife over miRNAs gives the covariance. HEK293FT is never read here: it is what ``validation/repression.py`` scores.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.files import atomic_file, sha256
from .terms import NAMES
from .train_data import FILES, read_transfections
from .train_fit import N_TYPES, SLOPES, WEAKS, Problem, build_problem, fit, predict, start

F8 = NDArray[np.float64]
STRUCTURES: dict[str, tuple[str, ...]] = {
    "types only": (),
    "types, local AU, 3' pairing, length": ("local_au", "utr_length", "pairing3"),
    "all but cleavage signals and wide composition": tuple(n for n in NAMES if not n.startswith(("after_", "wide_"))),
    "all but seed energy": tuple(n for n in NAMES if n != "seed_energy"),
    "all terms": NAMES,
}
CHOSEN, RIDGE, STEPS, RESTEPS = "all but seed energy", 3.0, 120, 30
GROUPS = 6
OUT = Path(__file__).parent / "data" / "affinity.json"


def centred_r2(predicted: F8, level: F8, genes: NDArray[np.bool_]) -> F8:
    """Return r2 by miRNA, ``(m,)``: prediction less the mean of the others, level less the median of the others."""
    m = level.shape[1]
    out = np.empty(m)
    for i in range(m):
        others = np.delete(np.arange(m), i)
        p = predicted[genes, i] - predicted[genes][:, others].mean(axis=1)
        y = level[genes, i] - np.median(level[genes][:, others], axis=1)
        out[i] = np.corrcoef(p, y)[0, 1] ** 2 if p.std() > 0 else 0.0
    return out


def cross_validate(problem: Problem, groups: list[list[int]], columns: list[int], ridge: float) -> tuple[F8, F8, F8]:
    """Return held-out r2 by miRNA, the fit on all, and the fit without each group."""
    m = problem.level.shape[1]
    genes = np.ones(len(problem.level), bool)
    whole = fit(problem, keep=list(range(m)), ridge=ridge, first=start(len(columns)), columns=columns, steps=STEPS)
    r2, without = np.empty(m), []
    for group in groups:
        keep = [i for i in range(m) if i not in group]
        part = fit(problem, keep=keep, ridge=ridge, first=whole, columns=columns, steps=RESTEPS)
        r2[group] = centred_r2(predict(problem, part, columns), problem.level, genes)[group]
        without.append(part)
    return r2, whole, np.array(without)


def compare(problem: Problem) -> list[dict[str, object]]:
    """Return cross-validated scores of the structures, and of the chosen one at other penalties."""
    m = problem.level.shape[1]
    groups = [list(range(i, m, GROUPS)) for i in range(GROUPS)]
    trials = [(name, RIDGE) for name in STRUCTURES] + [(CHOSEN, RIDGE * 10), (CHOSEN, RIDGE / 10)]
    rows: list[dict[str, object]] = []
    for name, ridge in trials:
        columns = [NAMES.index(term) for term in STRUCTURES[name]]
        r2, _, _ = cross_validate(problem, groups, columns, ridge)
        row = {
            "structure": name,
            "ridge": ridge,
            "median_r2": float(np.median(r2)),
            "mean_r2": float(r2.mean()),
        }
        print(row, file=sys.stderr)
        rows.append(row)
    return rows


def jackknife(without: F8) -> F8:
    """Return the covariance of the estimate from the estimates without each of n blocks (Tukey 1958)."""
    n = len(without)
    away = without - without.mean(axis=0)
    return np.asarray((n - 1) / n * away.T @ away)


def train(data_dir: Path, *, comparison: bool = True) -> dict[str, object]:
    """Return the learned table as JSON content."""
    data = read_transfections(data_dir / "rna")
    problem = build_problem(data)
    trials = compare(problem) if comparison else []
    columns = [NAMES.index(term) for term in STRUCTURES[CHOSEN]]
    each = [[i] for i in range(len(data.mirnas))]
    r2, whole, without = cross_validate(problem, each, columns, RIDGE)
    whole, without = _all_terms(whole, columns), np.array([_all_terms(part, columns) for part in without])
    own = [*range(N_TYPES), *range(SLOPES.start, len(whole))]
    context = [i for i, name in enumerate(NAMES) if name != "seed_energy"]
    rest = problem.terms[:, context] @ whole[SLOPES][context]
    typical = [float(rest[problem.type == t].mean()) for t in range(N_TYPES)]
    provenance = {
        "source": "HeLa transfections, GSE140217 (McGeary et al. 2019, doi:10.1126/science.aav1741); HEK293FT unseen",
        "command": "python -m metastasome.matchmaking.train --data-dir DIR",
        "sha256": {name: sha256(data_dir / "rna" / name) for name in FILES},
        "genes": len(data.genes), "mirnas": list(data.mirnas), "ridge": RIDGE, "structure": CHOSEN,
        "leave_one_mirna_out_r2": {k: round(float(v), 4) for k, v in zip(data.mirnas, r2, strict=True)},
        "median_r2": round(float(np.median(r2)), 4), "mean_r2": round(float(r2.mean()), 4), "comparison": trials,
    }  # fmt: skip
    return {
        "intercepts": _rounded(whole[:N_TYPES]), "typical": _rounded(np.array(typical)), "terms": list(NAMES),
        "coefficients": _rounded(whole[SLOPES]), "ln_free_ago": _rounded(whole[N_TYPES]),
        "ln_passenger": _rounded(whole[N_TYPES + 1]), "ln_decay": _rounded(whole[N_TYPES + 2]),
        "dilution": _rounded(whole[N_TYPES + 3]), "start_gc": _rounded(whole[N_TYPES + 4]),
        "weak": _rounded(whole[WEAKS]),
        "sd": _rounded(np.sqrt(np.diag(jackknife(without)))),
        "covariance": _rounded(jackknife(without)[np.ix_(own, own)]), "provenance": provenance,
    }  # fmt: skip


def _all_terms(parameters: F8, columns: list[int]) -> F8:
    """Return the parameters with a zero for every term that the structure leaves out."""
    full = np.concatenate([parameters[: SLOPES.start], np.zeros(len(NAMES))])
    full[SLOPES.start + np.array(columns, np.int64)] = parameters[SLOPES]
    return full


def _rounded(values: F8) -> object:
    return np.round(values, 6).tolist()


def main(arguments: list[str] | None = None) -> None:
    """Train and write the table."""
    parser = argparse.ArgumentParser(description="Learn site affinities from the HeLa transfections.")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of the public data")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--no-comparison", action="store_true", help="skip the comparison of structures")
    given = parser.parse_args(arguments)
    content = train(given.data_dir, comparison=not given.no_comparison)
    with atomic_file(given.out) as part:
        part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
