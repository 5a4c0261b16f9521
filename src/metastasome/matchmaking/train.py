"""Learn the affinity table from the HeLa transfections: ``python -m metastasome.matchmaking.train --data-dir DIR``.

Structure and penalty are compared by cross-validation over miRNAs (none is predicted by a table that saw it). The
jackknife over miRNAs gives the covariance. Fits of the model ``interacting`` are made twice: how strongly each 3'UTR
answers is learned from held-out predictions of the first and given to the second. HEK293FT is never read here: it is
what ``validation/repression.py`` scores.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.files import atomic_file, sha256
from .affinity import TABLES, Model
from .kmers import build_index
from .responsive import FILE, fingerprints, learn
from .terms import NAMES, SINGLE
from .train_data import FILES, read_transfections
from .train_fit import N_TYPES, SLOPES, WEAKS, Problem, build_problem, fit, predict, start

F8 = NDArray[np.float64]
STRUCTURES: dict[str, tuple[str, ...]] = {
    "types only": (),
    "types, local AU, 3' pairing, length": ("local_au", "utr_length", "pairing3"),
    "all but cleavage signals and wide composition": tuple(n for n in SINGLE if not n.startswith(("after_", "wide_"))),
    "all terms, no products": SINGLE,
    "all but seed energy, no products": tuple(n for n in SINGLE if n != "seed_energy"),
    "all but seed energy": tuple(n for n in NAMES if n != "seed_energy"),
}
CHOSEN: dict[Model, str] = {"learned": "all but seed energy, no products", "interacting": "all but seed energy"}
ROUNDS: dict[Model, int] = {"learned": 1, "interacting": 2}
"""By model: which terms, and how often a fit is made (from the second on it knows how strongly each gene answers)."""
RIDGE, STEPS, RESTEPS = 3.0, 120, 30
GROUPS = 6
OUT = Path(__file__).parent / "data"


def r2_of(predicted: F8, level: F8) -> F8:
    """Return r2 by miRNA, ``(m,)``, of predictions less the others with levels less the median of the others."""
    m = level.shape[1]
    others = [np.median(np.delete(level, i, axis=1), axis=1) for i in range(m)]
    return np.array([np.corrcoef(predicted[:, i], level[:, i] - others[i])[0, 1] ** 2 for i in range(m)])


@dataclass(frozen=True)
class Validated:
    """What cross-validation over miRNAs gives.

    Attributes:
        whole: parameters fitted to all miRNAs.
        without: without each group, ``(groups, parameters)``.
        predicted: ln fold changes by the table that did not see the miRNA, ``(g, m)``, from sequence alone.
        answering: the same times how strongly each gene answered to the miRNAs of the other groups.
    """

    whole: F8
    without: F8
    predicted: F8
    answering: F8


def cross_validate(
    problem: Problem, groups: list[list[int]], columns: list[int], ridge: float, rounds: int = 2
) -> Validated:
    """Return fits and held-out predictions of the last round (the first knows no gene)."""
    done = _round(problem, groups, columns, ridge, None)
    for _ in range(1, rounds):
        done = _round(problem, groups, columns, ridge, done)
    return done


def _round(
    problem: Problem, groups: list[list[int]], columns: list[int], ridge: float, last: Validated | None
) -> Validated:
    every = list(range(problem.level.shape[1]))
    begin = start(len(columns)) if last is None else last.whole
    known = _factor(problem, last, every)
    whole = fit(problem, keep=every, ridge=ridge, first=begin, columns=columns, steps=STEPS, factor=known)
    predicted, without = np.empty(problem.level.shape), []
    for i, group in enumerate(groups):
        keep = [m for m in every if m not in group]
        begin = whole if last is None else last.without[i]
        known = _factor(problem, last, keep)
        part = fit(problem, keep=keep, ridge=ridge, first=begin, columns=columns, steps=RESTEPS, factor=known)
        predicted[:, group] = less_others(predict(problem, part, columns))[:, group]
        without.append(part)
    answering = predicted.copy()
    for group in groups:
        keep = [m for m in every if m not in group]
        answering[:, group] *= learn(predicted[:, keep], problem.level[:, keep])[:, None]
    return Validated(whole, np.array(without), predicted, answering)


def _factor(problem: Problem, last: Validated | None, keep: list[int]) -> F8:
    if last is None:
        return np.ones(len(problem.level))
    return learn(last.predicted[:, keep], problem.level[:, keep])


def less_others(values: F8) -> F8:
    """Return each column less the mean of the others."""
    m = values.shape[1]
    return np.asarray(values - (values.sum(axis=1, keepdims=True) - values) / (m - 1))


def compare(problem: Problem) -> list[dict[str, object]]:
    """Return cross-validated scores of the structures, and of the chosen one at other penalties."""
    m = problem.level.shape[1]
    groups = [list(range(i, m, GROUPS)) for i in range(GROUPS)]
    chosen = CHOSEN["interacting"]
    trials = [(name, RIDGE) for name in STRUCTURES] + [(chosen, RIDGE * 10), (chosen, RIDGE / 10)]
    rows: list[dict[str, object]] = []
    for name, ridge in trials:
        columns = [NAMES.index(term) for term in STRUCTURES[name]]
        done = cross_validate(problem, groups, columns, ridge)
        row = {"structure": name, "ridge": ridge, **_scores(done, problem.level)}
        print(row, file=sys.stderr)
        rows.append(row)
    return rows


def _scores(done: Validated, level: F8) -> dict[str, float]:
    """Return cross-validated r2 from sequence alone, and with how strongly each gene answers."""
    alone, answering = r2_of(done.predicted, level), r2_of(done.answering, level)
    parts = {"": alone, "responsiveness_": answering}
    return {
        f"{name}{what}_r2": round(float(f(r2)), 4)
        for name, r2 in parts.items()
        for what, f in (("median", np.median), ("mean", np.mean))
    }


def jackknife(without: F8) -> F8:
    """Return the covariance of the estimate from the estimates without each of n blocks (Tukey 1958)."""
    n = len(without)
    away = without - without.mean(axis=0)
    return np.asarray((n - 1) / n * away.T @ away)


def train(data_dir: Path, *, model: Model = "interacting", comparison: bool = True) -> tuple[dict[str, object], str]:
    """Return the learned table as JSON content, and how strongly each 3'UTR answers as CSV."""
    data = read_transfections(data_dir / "rna")
    problem = build_problem(data)
    trials = compare(problem) if comparison else []
    columns = [NAMES.index(term) for term in STRUCTURES[CHOSEN[model]]]
    names = SINGLE if max(columns) < len(SINGLE) else NAMES
    each = [[i] for i in range(len(data.mirnas))]
    done = cross_validate(problem, each, columns, RIDGE, ROUNDS[model])
    whole, *parts = (_all_terms(v, columns, len(names)) for v in (done.whole, *done.without))
    without = np.array(parts)
    own = [*range(N_TYPES), *range(SLOPES.start, len(whole))]
    context = [i for i, name in enumerate(names) if name != "seed_energy"]
    rest = problem.terms[:, context] @ whole[SLOPES][context]
    typical = [float(rest[problem.type == t].mean()) for t in range(N_TYPES)]
    provenance = {
        "source": "HeLa transfections, GSE140217 (McGeary et al. 2019, doi:10.1126/science.aav1741); HEK293FT unseen",
        "command": f"python -m metastasome.matchmaking.train --model {model} --data-dir DIR",
        "sha256": {name: sha256(data_dir / "rna" / name) for name in FILES},
        "genes": len(data.genes), "mirnas": list(data.mirnas), "ridge": RIDGE, "structure": CHOSEN[model],
        "leave_one_mirna_out_r2": {
            k: round(float(v), 4) for k, v in zip(data.mirnas, r2_of(done.predicted, data.level), strict=True)
        },
        **_scores(done, data.level), "comparison": trials,
    }  # fmt: skip
    factor = learn(done.predicted, data.level)
    marks = fingerprints(build_index(list(data.utrs)))
    lines = [f"{gene},{mark},{k:.3f}" for gene, mark, k in zip(data.genes, marks, factor, strict=True)]
    content: dict[str, object] = {
        "intercepts": _rounded(whole[:N_TYPES]), "typical": _rounded(np.array(typical)), "terms": list(names),
        "coefficients": _rounded(whole[SLOPES]), "ln_free_ago": _rounded(whole[N_TYPES]),
        "ln_passenger": _rounded(whole[N_TYPES + 1]), "ln_decay": _rounded(whole[N_TYPES + 2]),
        "dilution": _rounded(whole[N_TYPES + 3]), "start_gc": _rounded(whole[N_TYPES + 4]),
        "weak": _rounded(whole[WEAKS]),
        "sd": _rounded(np.sqrt(np.diag(jackknife(without)))),
        "covariance": _rounded(jackknife(without)[np.ix_(own, own)]), "provenance": provenance,
    }  # fmt: skip
    return content, "\n".join(["gene,fingerprint,factor", *lines]) + "\n"


def _all_terms(parameters: F8, columns: list[int], n: int) -> F8:
    """Return the parameters with a zero for every term that the structure leaves out."""
    full = np.concatenate([parameters[: SLOPES.start], np.zeros(n)])
    full[SLOPES.start + np.array(columns, np.int64)] = parameters[SLOPES]
    return full


def _rounded(values: F8) -> object:
    return np.round(values, 6).tolist()


def main(arguments: list[str] | None = None) -> None:
    """Train and write the table."""
    parser = argparse.ArgumentParser(description="Learn site affinities from the HeLa transfections.")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of the public data")
    parser.add_argument("--model", choices=list(CHOSEN), default="interacting")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the tables")
    parser.add_argument("--no-comparison", action="store_true", help="skip the comparison of structures")
    given = parser.parse_args(arguments)
    content, answers = train(given.data_dir, model=given.model, comparison=not given.no_comparison)
    texts = {TABLES[given.model]: json.dumps(content, indent=1) + "\n"}
    if given.model == "interacting":
        texts[FILE] = answers
    for name, text in texts.items():
        with atomic_file(given.out / name) as part:
            part.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
