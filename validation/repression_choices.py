"""Which form of the affinity table predicts miRNAs that it has not seen? HeLa alone; HEK293FT is not read.

    python validation/repression_choices.py --data-dir ../shared/data [--rnaplfold]

Each form is fitted without a group of miRNAs (six groups) to the bottom of its loss and scored on that group, as in
validation/repression.py. Forms are compared in the first round of the fit, where no gene is known; `gain` is the mean
difference of r2 from the form that ships, `se` its standard error over the 17 miRNAs, paired. "Responsiveness" beside
it multiplies by how strongly each gene answered to the miRNAs of the other groups. The split is that of
validation/repression.py. Writes results/repression_hela_choices.csv, a row at a time. With --rnaplfold (needs
ViennaRNA, a quarter of an hour) the accessibility of TargetScan 7 is tried as well.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from candidates import gene_features, site_features
from metastasome.core.files import atomic_file
from metastasome.matchmaking import responsive
from metastasome.matchmaking.terms import NAMES, SINGLE
from metastasome.matchmaking.train import (
    COLUMNS,
    GROUPS,
    PENALTY,
    PRODUCT_RIDGE,
    RIDGE,
    Validated,
    cross_validate,
    r2_of,
)  # fmt: skip
from metastasome.matchmaking.train_data import Transfections, read_transfections
from metastasome.matchmaking.train_fit import Problem, build_problem
from repression import OUT, annotated_lengths, as_annotated

F8 = NDArray[np.float64]
FOLDS = 5
"""Groups of genes, where genes are left out too."""


@dataclass(frozen=True)
class Bench:
    """The transfections, what is known of them, and the form that ships, first round."""

    data: Transfections
    problem: Problem
    groups: list[list[int]]
    shipped: Validated


def forms(bench: Bench, rnaplfold: bool) -> Iterator[tuple[str, Callable[[], Validated]]]:
    """Yield every form with a function that cross-validates it."""

    def terms(names: list[str], ridge: float = RIDGE, products: float = PRODUCT_RIDGE) -> Validated:
        columns = [NAMES.index(name) for name in names]
        penalty = np.array([ridge if name in SINGLE else products for name in names])
        return cross_validate(bench.problem, bench.groups, columns, penalty, 1)

    yield "times a gene factor from its 3'UTR's composition", lambda: _composed(bench)
    for name, extra in site_features(bench.data, rnaplfold):
        yield f"and {name}", lambda extra=extra: _with(bench, extra)
        if name.startswith("accessibility"):
            yield f"{name} in place of how open the site is", lambda extra=extra: _with(bench, extra, without="open")
    yield "every gene weighs the same", lambda: _weighed(bench, np.ones(len(bench.data.genes)))
    yield "genes off the fit weigh less (Student, 4 degrees)", lambda: _weighed(bench, _student(bench))
    used = [NAMES[i] for i in COLUMNS]
    single = [name for name in used if name in SINGLE]
    plain = [name for name in single if not name.startswith(("after_", "wide_"))]
    yield "types of site only", lambda: terms([])
    yield "types, local AU, 3' pairing, length", lambda: terms(["local_au", "utr_length", "pairing3"])
    yield "no products, no cleavage signals, no wide composition", lambda: terms(plain)
    yield "no products", lambda: terms(single)
    yield "not how open the site is", lambda: terms([name for name in used if name != "open"])
    yield "and seed energy", lambda: terms([*used, "seed_energy"])
    for products in (10.0, 300.0, 20000.0):
        yield f"products at penalty {products:g}", lambda products=products: terms(used, products=products)
    for ridge in (0.3, 30.0):
        yield f"terms at penalty {ridge:g}", lambda ridge=ridge: terms(used, ridge=ridge)


def _with(bench: Bench, extra: F8, without: str = "") -> Validated:
    """Return the shipped form with more terms, ``(n, k)``, and without one of its own."""
    wider = replace(bench.problem, terms=np.hstack([bench.problem.terms, extra]))
    kept = [(c, p) for c, p in zip(COLUMNS, PENALTY, strict=True) if NAMES[c] != without]
    columns = [*(c for c, _ in kept), *range(len(NAMES), len(NAMES) + extra.shape[1])]
    penalty = np.append([p for _, p in kept], np.full(extra.shape[1], RIDGE))
    return cross_validate(wider, bench.groups, columns, penalty, 1)


def _weighed(bench: Bench, weight: F8) -> Validated:
    q = bench.problem
    weight = weight / weight.mean()
    trend = np.linalg.qr(q.trend / np.sqrt(q.weight)[:, None] * np.sqrt(weight)[:, None])[0]
    return cross_validate(replace(q, weight=weight, trend=trend), bench.groups, rounds=1)


def _student(bench: Bench, nu: float = 4.0) -> F8:
    """Return weights of one step of reweighting by each gene's mean squared residual."""
    level, predicted = bench.problem.level, bench.shipped.predicted
    off = level - level.mean(axis=1, keepdims=True) - predicted + predicted.mean(axis=1, keepdims=True)
    square = (off**2).mean(axis=1)
    return np.asarray(bench.problem.weight * (nu + 1) / (nu + square / np.median(square)))


def _composed(bench: Bench, penalty: float = 30.0) -> Validated:
    """Return the shipped predictions times 1 + features @ w, w learned without the genes and miRNAs scored."""
    z, p, y = gene_features(bench.data), bench.shipped.predicted, bench.problem.level
    out, fold = p.copy(), np.arange(len(p)) % FOLDS
    for group in bench.groups:
        keep = [m for m in range(p.shape[1]) if m not in group]
        known, seen = p[:, keep] - p[:, keep].mean(axis=1, keepdims=True), y[:, keep]
        left = seen - seen.mean(axis=1, keepdims=True) - known
        for k in range(FOLDS):
            on = fold != k
            x = (known[on][:, :, None] * z[on][:, None]).reshape(-1, z.shape[1])
            w = np.linalg.solve(x.T @ x + 0.03 * penalty * np.eye(z.shape[1]), x.T @ left[on].ravel())
            out[np.ix_(~on, group)] *= np.maximum(1 + z[~on] @ w, 0)[:, None]
    return replace(bench.shipped, predicted=out, answering=_answering(bench, out, responsive.PRIOR))


def _answering(bench: Bench, predicted: F8, prior: float) -> F8:
    """Return predictions times how strongly each gene answered to the miRNAs of the other groups."""
    out, level = predicted.copy(), bench.problem.level
    for group in bench.groups:
        keep = [m for m in range(level.shape[1]) if m not in group]
        out[:, group] *= responsive.learn(predicted[:, keep], level[:, keep], prior=prior)[:, None]
    return out


def unseen_genes(bench: Bench) -> F8:
    """Return predictions by tables that saw neither the miRNA nor the gene, first round."""
    q, out = bench.problem, np.empty_like(bench.problem.level)
    fold = np.arange(len(q.level)) % FOLDS
    for k in range(FOLDS):
        on = fold != k
        weight = np.where(on, q.weight, 0.0)
        trend = np.linalg.qr(q.trend / np.sqrt(q.weight)[:, None] * np.sqrt(weight)[:, None])[0]
        out[~on] = cross_validate(replace(q, weight=weight, trend=trend), bench.groups, rounds=1).predicted[~on]
    return out


def row(name: str, bench: Bench, same: NDArray[np.bool_], predicted: F8, answering: F8 | None) -> dict[str, object]:
    """Return the scores of one form beside those of the form that ships."""
    level, own = bench.problem.level, r2_of(bench.shipped.predicted, bench.problem.level)
    found = r2_of(predicted, level)
    gain = found - own
    out: dict[str, object] = {
        "form": name, "median_r2": np.median(found), "mean_r2": found.mean(), "gain": gain.mean(),
        "se": gain.std(ddof=1) / np.sqrt(len(gain)), "annotated_mean_r2": r2_of(predicted[same], level[same]).mean(),
        "other_length_mean_r2": r2_of(predicted[~same], level[~same]).mean(),
    }  # fmt: skip
    if answering is not None:
        known = r2_of(answering, level)
        more = known - r2_of(bench.shipped.answering, level)
        out |= {
            "responsiveness_median_r2": np.median(known), "responsiveness_mean_r2": known.mean(),
            "responsiveness_gain": more.mean(), "responsiveness_se": more.std(ddof=1) / np.sqrt(len(more)),
        }  # fmt: skip
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--rnaplfold", action="store_true")
    given = parser.parse_args()
    data = read_transfections(given.data_dir / "rna")
    problem, m = build_problem(data), len(data.mirnas)
    groups = [list(range(i, m, GROUPS)) for i in range(GROUPS)]
    bench = Bench(data, problem, groups, cross_validate(problem, groups, rounds=1))
    same = annotated(given.data_dir, data)
    rows: list[dict[str, object]] = []

    def add(name: str, predicted: F8, answering: F8 | None) -> None:
        found = row(name, bench, same, predicted, answering)
        rows.append({k: round(v, 4) if isinstance(v, float) else v for k, v in found.items()})
        with atomic_file(given.out / "repression_hela_choices.csv") as part:
            pd.DataFrame(rows).to_csv(part, index=False)
        print(rows[-1], file=sys.stderr, flush=True)

    add("ships, first round", bench.shipped.predicted, bench.shipped.answering)
    for prior in (0.1, 0.5, 1.0):
        name = f"ships, first round, responsiveness with prior {prior:g} (ships: {responsive.PRIOR:g})"
        add(name, bench.shipped.predicted, _answering(bench, bench.shipped.predicted, prior))
    for name, made in forms(bench, given.rnaplfold):
        done = made()
        add(name, done.predicted, done.answering)
    second = cross_validate(problem, groups)
    add("ships, second round", second.predicted, second.answering)
    add("ships, first round, gene not seen either", unseen_genes(bench), None)


def annotated(data_dir: Path, data: Transfections) -> NDArray[np.bool_]:
    """Return which 3'UTRs are as long as TargetScan annotates the gene's representative transcript."""
    info = pd.read_csv(data_dir / "rna" / "targetscan8_Gene_info.txt.gz", sep="\t")
    info = info[info["Representative transcript?"] == 1].drop_duplicates("Gene symbol").set_index("Gene symbol")
    known, transcripts = annotated_lengths(data_dir), info["Transcript ID"].str.split(".").str[0]
    there = np.array([known.get(transcripts.get(gene, ""), np.nan) for gene in data.genes])
    return as_annotated(np.array([len(u) for u in data.utrs], float), there)


if __name__ == "__main__":
    main()
