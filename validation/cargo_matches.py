"""Which matches of real tumour cargo survive every null? Reported even if none does.

    python validation/cargo_matches.py --data-dir ../shared/data [--model learned|fixed] [--nulls 1000]
    python validation/cargo_matches.py --data-dir ../shared/data --genes
    python validation/cargo_matches.py --data-dir ../shared/data --doses

Cargo: plasma EV of 100 colorectal, 36 prostate and 6 pancreatic cancers against 50 healthy donors, serum exosomes of 12
glioblastomas against 16 healthy. Stockroom: the human one. Questions: cargo, gene, class (donors' labels permuted) and
recipient (organ labels permuted within the donors of miRNATissueAtlas2). Each cargo is matched a second time with the
labels of its donors permuted once: the question class must then find nothing (`copies_per_ev` of those rows is what is
left as cargo when it is made from permuted labels). With --genes only the cargo null of every expressed gene in four
organs is asked, and written to results/cargo_genes_*.csv: a minute of processor time for each cargo. With --doses
only the dose that the most sensitive gene needs is written, to results/cargo_doses_*.csv, for these cargoes and for the
miRNAs that are documented in vesicles of breast cancer.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from metastasome import stockroom as rooms
from metastasome.cargo import Cargo, CountTable, embedded, from_counts, read_mirna_counts
from metastasome.core.files import atomic_file
from metastasome.core.streams import stream
from metastasome.matchmaking.finding import prepare_sites
from metastasome.matchmaking.match import match
from metastasome.matchmaking.profiles import DonorProfiles, read_donor_profiles
from metastasome.matchmaking.results import Match
from metastasome.matchmaking.sitesource import SiteSource
from metastasome.stockroom import Stockroom

RESULTS = Path(__file__).parent / "results"
PLASMA = ("ev_plasma_crc_pc_pan_healthy_mir_counts.csv.gz", "ev_plasma_sample_classes.csv")
CARGOS = ("colorectal", "prostate", "pancreatic", "glioblastoma")
SEED = 1
DOCUMENTED = "breast"
"""Cargo of the embedded reference: miRNAs that papers report in vesicles of this cancer."""
GENES_OF = ("lung", "liver", "brain", "bone")
"""Recipients whose genes are asked one by one."""


def read(data_dir: Path, name: str) -> tuple[Cargo, Cargo, float]:
    """Return a cargo; the same with its donors' labels permuted; and the copies when those labels make cargo."""
    table = _table(data_dir / "rna", name)
    labels = np.array(table.labels, dtype=object)
    used = np.flatnonzero(labels != "")
    labels[used] = stream(SEED, f"validation/labels/{name}").permutation(labels[used])
    cargo, mixed = from_counts(table), tuple(labels)
    return (
        cargo,
        dataclasses.replace(cargo, labels=mixed),
        from_counts(dataclasses.replace(table, labels=mixed)).copies.sum(),
    )


def _table(folder: Path, name: str) -> CountTable:
    if name == "glioblastoma":
        return read_mirna_counts(folder / "ev_serum_gbm_mirna_normalized.txt.gz", case="GBM", control="HC", name=name)
    label = f"{name.capitalize()} Cancer"
    classes = {"samples": folder / PLASMA[1], "case": label, "control": "Healthy Control"}
    return read_mirna_counts(folder / PLASMA[0], name=name, **classes)


def rows_of(made: Match, name: str, took: float) -> list[dict[str, object]]:
    """Return one row per question: how many distinct shifts were tested and how many have q < 0.05."""
    table = made.significance()
    out = []
    for question, rows in table.groupby("question", sort=False):
        once = rows.drop_duplicates(["programme", "effect", "p", "null_median"])
        if not once["q"].notna().any():
            continue
        best = once.loc[once["q"].idxmin()]
        out.append({
            "cargo": name, "question": question, "tested": int(once["q"].notna().sum()),
            "q_below_0.05": int((once["q"] < 0.05).sum()), "smallest_q": best["q"], "its_p": best["p"],
            "its_recipient": best["recipient"], "its_programme": best["programme"], "its_effect": best["effect"],
            "its_low": best["low"], "its_high": best["high"], "cpu_seconds": took,
        })  # fmt: skip
    kept = made.survivors()
    return [*out, {"cargo": name, "question": "every null", "tested": len(kept), "q_below_0.05": len(kept)}]


def gene_row(made: Match, name: str, nulls: int) -> dict[str, object]:
    """Return the row of the cargo null gene by gene; `its_programme` names the gene."""
    table = made.gene_significance(recipients=GENES_OF, top=None, nulls=nulls)
    best = table.loc[table["q"].idxmin()]
    return {
        "cargo": name, "question": "cargo, gene by gene", "tested": int(table["q"].notna().sum()),
        "q_below_0.05": int((table["q"] < 0.05).sum()), "smallest_q": best["q"], "its_p": best["p"],
        "its_recipient": best["recipient"], "its_programme": best["gene"], "its_effect": best["ln_fc"],
        "its_low": best["low"], "its_high": best["high"],
    }  # fmt: skip


def run(
    cargo: Cargo, room: Stockroom, sites: SiteSource, model: str, nulls: int, donors: DonorProfiles | None = None
) -> tuple[Match, float]:
    """Return the match and the seconds of processor time it took; without `donors` there are no intervals either."""
    start = time.process_time()
    draws = 200 if donors else 0
    made = match(cargo, room, donors=donors, sites=sites, model=model, nulls=nulls, draws=draws, seed=SEED)
    return made, time.process_time() - start


def gene_rows(data_dir: Path, room: Stockroom, names: Sequence[str], model: str, nulls: int) -> pd.DataFrame:
    """Return the cargo null gene by gene for every cargo; such a match needs no nulls and draws of its own."""
    rows = []
    for name in names:
        cargo = read(data_dir, name)[0]
        made = match(cargo, room, model=model, nulls=0, draws=0, seed=SEED)
        rows.append(gene_row(made, name, nulls) | {"copies_per_ev": cargo.copies.sum()})
        print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def dose_rows(data_dir: Path, room: Stockroom, names: Sequence[str], model: str) -> pd.DataFrame:
    """Return, for each cargo and the documented one, the lowest threshold dose of an expressed gene, with interval."""
    cargoes = [(name, read(data_dir, name)[0]) for name in names]
    rows = []
    for name, cargo in (*cargoes, (f"{DOCUMENTED}, documented", embedded(DOCUMENTED))):
        found = match(cargo, room, model=model, nulls=0, draws=0, seed=SEED).thresholds()
        genes = found[found["what"] == "gene"]
        best = genes.loc[genes["threshold_dose"].idxmin()]
        kept = best[["recipient", "name", "threshold_dose", "low", "high"]].rename({"name": "gene"})
        rows.append({"cargo": name, "copies_per_ev": cargo.copies.sum(), **kept})
        print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def main() -> None:
    """Match every cargo and write ``results/cargo_matches*.csv``, anew after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--model", default="learned")
    parser.add_argument("--nulls", type=int, default=1000)
    parser.add_argument("--cargo", choices=CARGOS, nargs="*", default=CARGOS)
    parser.add_argument("--genes", action="store_true", help="the cargo null gene by gene, and nothing else")
    parser.add_argument("--doses", action="store_true", help="the dose of the most sensitive gene, and nothing else")
    chosen = parser.parse_args()
    room = rooms.human(chosen.data_dir)
    if chosen.genes:
        found = gene_rows(chosen.data_dir, room, chosen.cargo, chosen.model, chosen.nulls)
        _write("cargo_genes", chosen.model, found)
        return
    if chosen.doses:
        _write("cargo_doses", chosen.model, dose_rows(chosen.data_dir, room, chosen.cargo, chosen.model))
        return
    donors = read_donor_profiles(chosen.data_dir / "rna" / "mirnatissueatlas2_raw_counts.csv.gz", room)
    rows: list[dict[str, object]] = []
    survivors, strongest = [], []
    for name in chosen.cargo:
        cargo, mixed, left = read(chosen.data_dir, name)
        sites = prepare_sites(cargo, room, model=chosen.model)
        made, took = run(cargo, room, sites, chosen.model, chosen.nulls, donors)
        rows += [r | {"copies_per_ev": cargo.copies.sum()} for r in rows_of(made, name, took)]
        survivors.append(made.survivors().assign(cargo=name))
        strongest.append(
            made.significance().sort_values("p").groupby("question", sort=False).head(10).assign(cargo=name)
        )
        print(made.cargo, *made.summary(), sep="\n  ", flush=True)
        lost, took = run(mixed, room, sites, chosen.model, chosen.nulls)
        permuted = [r for r in rows_of(lost, f"{name}, labels permuted", took) if r["question"] == "class"]
        rows += [r | {"copies_per_ev": left} for r in permuted]
        frames = {
            "cargo_matches": pd.DataFrame(rows), "cargo_matches_survivors": pd.concat(survivors),
            "cargo_matches_strongest": pd.concat(strongest),
        }  # fmt: skip
        for stem, frame in frames.items():
            _write(stem, chosen.model, frame)
    print(pd.DataFrame(rows).to_string(float_format="{:.3g}".format))


def _write(stem: str, model: str, frame: pd.DataFrame) -> None:
    with atomic_file(RESULTS / f"{stem}_{model}.csv") as part:
        frame.to_csv(part, index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
