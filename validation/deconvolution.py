"""Deconvolution on mixtures of known shares: error and calibration, against NNLS and nu-SVR of scikit-learn.

    python validation/deconvolution.py --data-dir ../shared/data [--mixtures 24] [--only plasma]

Donors of miRNATissueAtlas2 are split in two: medians of one half make the signatures, single donors of the other half
make the mixtures (never the same donor). Kinds of mixture, 1e6 reads each unless said:

* ``signature``: of the signatures themselves, so that only counting noise is left (is the method right?);
* ``few``, ``all``: of other donors, 2 to 6 tissues or all of them (does it carry to other people?);
* ``shallow``: as ``few`` with 5,000 reads; ``missing``: as ``few``, with one tissue of the mixture not among the
  signatures (errors are of the others; what flags it is the misfit).

Columns: kind, method, mean absolute error of a share, Spearman's correlation over all shares, misfit, and for the
Bayesian model coverage of 90% intervals (all sources; those present) and their width, at several inflations of the
likelihood. A table FILE of ``sample, source, share`` with a matching ``--profile`` scores a real mixture.
Results: ``validation/results/deconvolution.csv``, ``validation/results/deconvolution_plasma.csv``.
"""

from __future__ import annotations

import argparse
import functools
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metastasome.core.streams import stream
from metastasome.core.tables import read_table
from metastasome.readouts.deconvolution import deconvolve
from metastasome.readouts.deconvolution.dirichlet import draws, mode
from metastasome.readouts.deconvolution.least_squares import nnls, nu_svr, plain_nnls
from metastasome.readouts.deconvolution.mixtures import mixed, random_shares
from metastasome.readouts.deconvolution.signatures import Signatures, record

F8 = NDArray[np.float64]
RESULTS = Path(__file__).parent / "results"
MIN_CPM = 20.0
SLOW = 3  # nu-SVR takes seconds a profile: every third mixture
INFLATIONS = (1.0, 10.0, 30.0, 100.0)
KINDS = ("signature", "few", "all", "shallow", "missing")
PLASMA = (("colorectal", "Colorectal Cancer"), ("prostate", "Prostate Cancer"), ("pancreatic", "Pancreatic Cancer"))


@functools.lru_cache(maxsize=4)
def halves(data: Path, seed: int) -> tuple[Signatures, dict[str, F8]]:
    """Return signatures of half of the donors, and the other half's profiles by tissue, ``(donors, m)``."""
    table = read_table(data / "rna" / "mirnatissueatlas2_raw_counts.csv.gz")
    columns = list(range(1, len(table.header)))
    values = table.numbers(columns, missing=0.0)
    shares = values / values.sum(axis=0)
    organ = np.array([table.header[j].split("__")[0] for j in columns])
    medians, others = {}, {}
    for k, (group, organs) in enumerate(record()["groups"].items()):
        at = np.flatnonzero(np.isin(organ, organs))
        if len(at) < 3:
            continue
        at = stream(seed, "validation/deconvolution/donors", k).permutation(at)
        medians[group] = np.median(shares[:, at[len(at) // 2 :]], axis=1)
        others[group] = shares[:, at[: len(at) // 2]].T
    matrix = np.stack([m / m.sum() for m in medians.values()], axis=1)
    keep = np.flatnonzero(matrix.max(axis=1) * 1e6 >= MIN_CPM)
    names = tuple(table.rows[i][0].strip() for i in keep)
    made = Signatures(names, tuple(medians), matrix[keep] / matrix[keep].sum(axis=0), (0,) * len(medians))
    return made, {g: v[:, keep] for g, v in others.items()}


def one(kind: str, known: Signatures, others: dict[str, F8], rng: np.random.Generator) -> tuple[Signatures, F8, F8]:
    """Return the signatures to use, the true shares over them, and the reads."""
    among = None if kind == "all" else int(rng.integers(2, 7))
    shares = random_shares(known.sources, among=among, rng=rng)
    if kind == "signature":
        parts = {s: known.shares[:, known.sources.index(s)] for s in shares}
    else:
        parts = {s: others[s][rng.integers(len(others[s]))] for s in shares}
    reads = mixed(parts, shares, reads=5000 if kind == "shallow" else 1e6, rng=rng)
    used = known.without(next(iter(shares))) if kind == "missing" else known
    true = np.array([shares.get(s, 0.0) for s in used.sources])
    return used, true, reads


def run(data: Path, n: int) -> pd.DataFrame:
    """Return one row per kind and method."""
    from scipy.stats import spearmanr

    rows = []
    for kind in KINDS:
        errors: dict[str, list[F8]] = {}
        pairs: dict[str, list[tuple[F8, F8]]] = {}
        cover: dict[float, list[tuple[float, float, float]]] = {x: [] for x in INFLATIONS}
        misfits = []
        for i in range(n):
            known, others = halves(data, i % 4)
            used, true, reads = one(kind, known, others, stream(i, f"validation/deconvolution/{kind}"))
            matrix = used.on(used.mirnas)
            at = mode(matrix, reads)
            found = {
                "dirichlet": at.shares, "nnls weighted": nnls(matrix, reads), "nnls": plain_nnls(matrix, reads),
                "equal shares": np.full(len(true), 1 / len(true)),
                **({"nu-svr": nu_svr(matrix, reads)} if i % SLOW == 0 else {}),
            }  # fmt: skip
            misfits.append(0.5 * np.abs(reads / reads.sum() - matrix @ at.shares).sum())
            for name, guess in found.items():
                errors.setdefault(name, []).append(np.abs(guess - true).mean())
                pairs.setdefault(name, []).append((guess, true))
            for x in INFLATIONS:
                made = draws(at, stream(i, "validation/deconvolution/draws"), inflation=x)
                low, high = np.quantile(made, [0.05, 0.95], axis=0)
                # A share of zero is held when the interval starts below half a per cent.
                held = ((true >= low) | (low < 0.005)) & (true <= high)
                there = true > 0
                cover[x].append((float(held.mean()), float(held[there].mean()), float((high - low)[there].mean())))
        for name, found_errors in errors.items():
            guess, true = (np.concatenate([p[k] for p in pairs[name]]) for k in (0, 1))
            row: dict[str, object] = {
                "kind": kind, "method": name, "mixtures": len(found_errors),
                "mean_absolute_error": float(np.mean(found_errors)),
                "error_of_the_mean": float(np.std(found_errors) / np.sqrt(len(found_errors))),
                "spearman": float(spearmanr(guess, true).statistic) if name != "equal shares" else np.nan,
                "median_misfit": float(np.median(misfits)),
            }  # fmt: skip
            if name == "dirichlet":
                for x in INFLATIONS:
                    a, b, c = np.mean(cover[x], axis=0)
                    row |= {f"held_all_{x:g}": a, f"held_present_{x:g}": b, f"width_{x:g}": c}
            rows.append(row)
        print(f"{kind}: done", flush=True)
    return pd.DataFrame(rows)


def plasma(data: Path) -> pd.DataFrame:
    """Return cases against healthy controls of the real profiles, and the least share that would be seen."""
    rna = data / "rna"
    parts = []
    for name, label in PLASMA:
        found = deconvolve(
            rna / "ev_plasma_crc_pc_pan_healthy_mir_counts.csv.gz", samples=rna / "ev_plasma_sample_classes.csv",
            case=label, control="Healthy Control",
        )  # fmt: skip
        parts.append((name, found))
    parts.append(("glioblastoma", deconvolve(rna / "ev_serum_gbm_mirna_normalized.txt.gz", case="GBM", control="HC")))
    tables = []
    for name, found in parts:
        assert found.groups is not None
        assert found.limits is not None
        table = found.groups.merge(found.limits, on="source", how="left")
        table.insert(0, "misfit", float(np.median(found.misfit)))
        table.insert(0, "cancer", name)
        tables.append(table)
        print(name, *found.summary(), sep="\n  ")
    return pd.concat(tables, ignore_index=True)


def score_table(profile: Path, table: Path) -> pd.DataFrame:
    """Return errors of each method on a real mixture whose shares are known."""
    true = pd.read_csv(table)
    rows = []
    for method in ("dirichlet", "nnls", "nu-svr"):
        found = (
            deconvolve(profile, method=method).to_frame().merge(true, on=["sample", "source"], suffixes=("", "_true"))
        )  # type: ignore[arg-type]
        off = np.abs(found["share"] - found["share_true"])
        held = ((found["low"] <= found["share_true"]) & (found["share_true"] <= found["high"])).mean()
        rows.append((table.stem, method, len(found), off.mean(), held if method == "dirichlet" else np.nan))
    return pd.DataFrame(rows, columns=["table", "method", "shares", "mean_absolute_error", "held_90"])


def main() -> None:
    """Score mixtures and real profiles, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--mixtures", type=int, default=24)
    parser.add_argument("--only", choices=["mixtures", "plasma"])
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--table", type=Path)
    options = parser.parse_args()
    if options.table is not None:
        print(score_table(options.profile, options.table).to_string(index=False))
        return
    if options.only != "plasma":
        table = run(options.data_dir, options.mixtures)
        table.to_csv(RESULTS / "deconvolution.csv", index=False, float_format="%.4g")
        print(table.to_string(index=False))
    if options.only != "mixtures":
        plasma(options.data_dir).to_csv(RESULTS / "deconvolution_plasma.csv", index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
