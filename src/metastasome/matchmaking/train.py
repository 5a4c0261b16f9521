"""Learn the affinity table from the HeLa transfections: ``python -m metastasome.matchmaking.train --data-dir DIR``.

The fit is made twice: how strongly each 3'UTR answers is learned from held-out predictions of the first and given to
the second. The jackknife over miRNAs gives the covariance. ``--check`` learns anew and compares with the tables that
ship. HEK293FT is never read here: it is what ``validation/repression.py`` scores. Terms, penalties and forms were
chosen on HeLa by ``validation/repression_choices.py``.
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
from .affinity import FILE as TABLE
from .kmers import build_index
from .responsive import FILE, fingerprints, learn
from .terms import NAMES, SINGLE
from .train_data import FILES, read_transfections
from .train_fit import N_TYPES, SLOPES, WEAKS, Problem, build_problem, predict, start
from .train_newton import fit

F8 = NDArray[np.float64]
RIDGE, PRODUCT_RIDGE = 3.0, 4000.0
"""Penalty of a term, and of a product of terms: the largest tried whose held-out r2 on HeLa is within one standard
error of the best (17 miRNAs, paired)."""
COLUMNS = [i for i, name in enumerate(NAMES) if name != "seed_energy"]
"""Terms in use: the energy of the seed gained nothing on miRNAs that were not seen."""
PENALTY = np.array([RIDGE if NAMES[i] in SINGLE else PRODUCT_RIDGE for i in COLUMNS])
ROUNDS = 2
"""How often the fit is made: from the second time on it knows how strongly each gene answers."""
GROUPS = 6
OUT = Path(__file__).parent / "data"
SAME = {"intercepts": 2e-3, "coefficients": 2e-3, "covariance": 2e-2, "factor": 2e-3}
"""Differences at which a table learned anew still counts as the one that ships."""


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
    problem: Problem,
    groups: list[list[int]],
    columns: list[int] = COLUMNS,
    penalty: F8 = PENALTY,
    rounds: int = ROUNDS,
) -> Validated:
    """Return fits and held-out predictions of the last round (the first knows no gene)."""
    done = _round(problem, groups, columns, penalty, None)
    for _ in range(1, rounds):
        done = _round(problem, groups, columns, penalty, done)
    return done


def _round(
    problem: Problem, groups: list[list[int]], columns: list[int], penalty: F8, last: Validated | None
) -> Validated:
    every = list(range(problem.level.shape[1]))
    begin = start(len(columns)) if last is None else last.whole
    known = _factor(problem, last, every)
    whole = fit(problem, keep=every, first=begin, columns=columns, penalty=penalty, factor=known)
    predicted, without = np.empty(problem.level.shape), []
    for i, group in enumerate(groups):
        keep = [m for m in every if m not in group]
        begin = whole if last is None else last.without[i]
        known = _factor(problem, last, keep)
        part = fit(problem, keep=keep, first=begin, columns=columns, penalty=penalty, factor=known)
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


def scores(done: Validated, level: F8) -> dict[str, float]:
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


def train(data_dir: Path) -> tuple[dict[str, object], str]:
    """Return the learned table as JSON content, and how strongly each 3'UTR answers as CSV."""
    data = read_transfections(data_dir / "rna")
    problem = build_problem(data)
    done = cross_validate(problem, [[i] for i in range(len(data.mirnas))])
    whole, *parts = (_all_terms(v) for v in (done.whole, *done.without))
    spread = jackknife(np.array(parts))
    own = [*range(N_TYPES), *range(SLOPES.start, len(whole))]
    context = [i for i, name in enumerate(NAMES) if name != "seed_energy"]
    rest = problem.terms[:, context] @ whole[SLOPES][context]
    typical = [float(rest[problem.type == t].mean()) for t in range(N_TYPES)]
    provenance = {
        "source": "HeLa transfections, GSE140217 (McGeary et al. 2019, doi:10.1126/science.aav1741); HEK293FT unseen",
        "command": "python -m metastasome.matchmaking.train --data-dir DIR",
        "sha256": {name: sha256(data_dir / "rna" / name) for name in FILES},
        "genes": len(data.genes), "mirnas": list(data.mirnas), "penalty": RIDGE, "penalty_of_products": PRODUCT_RIDGE,
        "leave_one_mirna_out_r2": {
            k: round(float(v), 4) for k, v in zip(data.mirnas, r2_of(done.predicted, data.level), strict=True)
        },
        **scores(done, data.level),
    }  # fmt: skip
    factor = learn(done.predicted, data.level)
    marks = fingerprints(build_index(list(data.utrs)))
    lines = [f"{gene},{mark},{k:.3f}" for gene, mark, k in zip(data.genes, marks, factor, strict=True)]
    content: dict[str, object] = {
        "intercepts": _rounded(whole[:N_TYPES]), "typical": _rounded(np.array(typical)), "terms": list(NAMES),
        "coefficients": _rounded(whole[SLOPES]), "ln_free_ago": _rounded(whole[N_TYPES]),
        "ln_passenger": _rounded(whole[N_TYPES + 1]), "ln_decay": _rounded(whole[N_TYPES + 2]),
        "dilution": _rounded(whole[N_TYPES + 3]), "start_gc": _rounded(whole[N_TYPES + 4]),
        "weak": _rounded(whole[WEAKS]),
        "sd": _rounded(np.sqrt(np.diag(spread))),
        "covariance": _rounded(spread[np.ix_(own, own)]), "provenance": provenance,
    }  # fmt: skip
    return content, "\n".join(["gene,fingerprint,factor", *lines]) + "\n"


def differences(content: dict[str, object], answers: str, folder: Path = OUT) -> dict[str, float]:
    """Return the largest difference from the tables in `folder`, by what is compared (keys of :data:`SAME`)."""
    shipped = json.loads((folder / TABLE).read_text(encoding="utf-8"))
    out = {name: _apart(content[name], shipped[name]) for name in SAME if name in shipped}
    old, new = (_factors(text) for text in ((folder / FILE).read_text(encoding="utf-8"), answers))
    return out | {"factor": _apart(list(new.values()), list(old.values())) if list(new) == list(old) else np.inf}


def _apart(one: object, other: object) -> float:
    a, b = np.array(one, np.float64), np.array(other, np.float64)
    return float(np.abs(a - b).max()) if a.shape == b.shape else np.inf


def _factors(text: str) -> dict[str, float]:
    rows = [line.split(",") for line in text.splitlines()[1:]]
    return {mark: float(k) for _, mark, k in rows}


def _all_terms(parameters: F8) -> F8:
    """Return the parameters with a zero for every term that is not in use."""
    full = np.concatenate([parameters[: SLOPES.start], np.zeros(len(NAMES))])
    full[SLOPES.start + np.array(COLUMNS, np.int64)] = parameters[SLOPES]
    return full


def _rounded(values: F8) -> object:
    return np.round(values, 6).tolist()


def main(arguments: list[str] | None = None) -> None:
    """Train and write the tables, or compare them with those that ship."""
    parser = argparse.ArgumentParser(description="Learn site affinities from the HeLa transfections.")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of the public data")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the tables")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if the tables differ")
    given = parser.parse_args(arguments)
    content, answers = train(given.data_dir)
    if given.check:
        found = differences(content, answers, given.out)
        for name, value in found.items():
            print(f"{name}: differs by {value:.1e} (at most {SAME[name]:.0e})")
        sys.exit(int(any(value > SAME[name] for name, value in found.items())))
    for name, text in ((TABLE, json.dumps(content, indent=1) + "\n"), (FILE, answers)):
        with atomic_file(given.out / name) as part:
            part.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
