"""Documented EV-miRNA cases: where does the documented target stand among the genes of the documented recipient?

    python validation/cases.py --data-dir ../shared/data [--model learned|fixed]

For every documented case the miRNA is delivered alone (5,000 copies per cell) into the documented recipient of the
human stockroom, and the expressed genes with a known 3'UTR are ranked by ln FC. All cases are positives that their
authors chose, so each is also held against matched controls:

* genes: the 200 expressed genes of the recipient nearest to the target in 3'UTR length and expression, same miRNA;
* miRNAs: the 200 miRNAs of the same seed GC nearest in number of targets, same gene, same copies.

AUROC is the mean over cases of the share of controls that fall less than the target (ties count half). The bootstrap
draws miRNAs, since cases of one miRNA are not independent. Retracted claims are checked to be absent. Baselines on the
same genes: seed count, 3'UTR length, and the same guide with its seed shuffled.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metastasome import stockroom as rooms
from metastasome.cargo import Cargo
from metastasome.core.streams import stream
from metastasome.matchmaking.affinity import FIXED_LN_KD
from metastasome.matchmaking.delivery import Delivery, constants_for
from metastasome.matchmaking.dose import DETECTABLE
from metastasome.matchmaking.finding import find_sites, known_sequences
from metastasome.matchmaking.guides import Guides, gather
from metastasome.matchmaking.occupancy import free_guide, occupy, target_copies
from metastasome.matchmaking.repression import ln_fc
from metastasome.matchmaking.rooms import covered, take
from metastasome.matchmaking.sitesource import SiteSource
from metastasome.reference import documented_cases
from metastasome.stockroom import Stockroom

F8 = NDArray[np.float64]
RESULTS = Path(__file__).parent / "results"
COPIES = 5000.0
EXPRESSED = 1.0
CONTROLS = 200
SEED = 1
HOMOLOGUES = {"mmu-miR-155-5p": "hsa-miR-155-5p"}
"""Mouse miRNAs whose human homologue has the same seed; human 3'UTRs stand in for mouse ones."""
HOMES: tuple[tuple[str, str, str], ...] = (
    ("blood-brain", "", "brain/endothelium"),
    ("lymphatic endothelial", "", "lymph_node/endothelium"),
    ("endothelial", "liver", "liver/endothelium"),
    ("endothelial", "", "lung/endothelium"),
    ("astrocyte", "", "brain"),
    ("fibroblast", "", "lung/stroma"),
    ("stellate", "", "liver/stroma"),
    ("beta cell", "", "pancreas"),
    ("mammary epithelial", "", "epithelium"),
    ("mesenchymal stem", "", "msc"),
    ("osteoclast precursor", "", "bone/macrophage"),
    ("macrophage", "", "lung/macrophage"),
)
"""Words of the documented cell and organ -> recipient of the human stockroom, first hit wins."""


@dataclass(frozen=True)
class World:
    """Everything but the delivery: sites of all guides, what recipients hold, and occupancy before."""

    room: Stockroom
    guides: Guides
    sites: SiteSource
    by_type: SiteSource
    targets: NDArray[np.int64]
    n0: F8
    background: F8
    sites_held: F8
    delivery: Delivery

    def change(self, seed: int, r: int, copies: float = COPIES) -> F8:
        """Return the exact ln FC of every gene when `copies` of one guide come to recipient `r`, ``(g,)``."""
        part = slice(self.sites.indptr[seed], self.sites.indptr[seed + 1])
        gene, count, level = self.sites.gene[part], self.sites.count[part], self.sites.level[part]
        kd = np.exp(self.sites.levels)
        pool = np.bincount(level, weights=count * self.sites_held[gene, r], minlength=kd.size)
        own = self.guides.endogenous[seed, r]
        a, b = free_guide(np.array([own, own + copies]) * self.delivery.relative_per_copy, kd, pool)
        gain = (b / (b + kd) - a / (a + kd))[level] * count
        nothing = (b / (b + 1.0) - a / (a + 1.0)) * count
        n, low = self.n0[:, r], self.background[:, r]
        more = n + np.bincount(gene, weights=gain, minlength=n.size)
        more_low = low + np.bincount(gene, weights=nothing, minlength=n.size)
        beta = self.delivery.b
        return ln_fc(more, more_low, b=beta) - ln_fc(n, low, b=beta)


def build_world(data_dir: Path, model: str) -> World:
    """Return the human stockroom with the sites of every known miRNA on every 3'UTR of the file."""
    whole = covered(rooms.human(data_dir))
    wanted = [i for i, r in enumerate(whole.recipients) if r.name in {h for *_, h in HOMES} | {"liver", "lung"}]
    room = take(whole, wanted)
    known = known_sequences(_nothing(()), None)
    cargo = _nothing(tuple(n for n in known if n.startswith("hsa-")))
    guides = gather(cargo, room, known)
    sites, by_type = find_sites(room, guides, model=model), find_sites(room, guides, model="fixed")
    delivery = constants_for(model)
    before = occupy(sites, room.mrna, guides.endogenous[:, :, None], delivery)
    held = target_copies(room.mrna, delivery) * delivery.relative_per_copy
    return World(
        room, guides, sites, by_type, sites.targets(), before.n[:, :, 0], before.background[:, :, 0], held, delivery
    )


def _nothing(names: tuple[str, ...]) -> Cargo:
    return Cargo("every known miRNA", names, np.ones(len(names)), np.zeros(len(names)))


def score(world: World) -> pd.DataFrame:
    """Return one row per documented case: its rank, its controls, the baselines, or why it has no score."""
    place = [n for n in known_sequences(_nothing(()), None) if n.startswith("hsa-")]
    seed_of = dict(zip(place, world.guides.of_cargo, strict=True))
    people = {r.name: i for i, r in enumerate(world.room.recipients)}
    genes = {g: i for i, g in enumerate(world.room.genes)}
    rows = []
    for number, case in enumerate(documented_cases()):
        row = {"mirna": case.mirna, "gene": case.gene, "documented": f"{case.organ}; {case.cell}", "seen": case.seen}
        home = _home(case.organ, case.cell)
        seed = seed_of.get(HOMOLOGUES.get(case.mirna, case.mirna), -1)
        why = _why_not(world, case.gene, home, seed, people, genes)
        row |= {"recipient": home, "why_not": why}
        if not why:
            row |= _scored(world, seed, genes[case.gene], people[home], number, _others(case.mirna))
        rows.append(row)
    return pd.DataFrame(rows)


def _others(mirna: str) -> set[str]:
    return {c.gene for c in documented_cases() if c.mirna == mirna}


def _home(organ: str, cell: str) -> str:
    for word, where, name in HOMES:
        if word in cell and where in organ:
            return name
    return ""


def _why_not(world: World, gene: str, home: str, seed: int, people: dict[str, int], genes: dict[str, int]) -> str:
    if not gene:
        return "no target named"
    if not home:
        return "no such recipient in the stockroom"
    if seed < 0:
        return "sequence of the miRNA not known"
    if gene not in genes:
        return "3'UTR not in the file"
    if not world.room.mrna[genes[gene], people[home]] >= EXPRESSED:
        return "target not expressed in the stand-in recipient"
    return ""


def _scored(world: World, seed: int, gene: int, r: int, number: int, documented: set[str]) -> dict[str, float]:
    change = world.change(seed, r)
    copies = world.room.mrna[:, r]
    on = np.flatnonzero(np.nan_to_num(copies, nan=0.0) >= EXPRESSED)
    length = np.log(np.maximum(world.sites.lengths, 1.0))
    count = _seed_count(world, seed)
    near = _nearest(gene, on, np.stack([length, np.log(np.maximum(copies, 1e-9))]), documented, world)
    peers = _peers(world, seed)
    control = np.array([world.change(s, r)[gene] for s in peers])
    rng = stream(SEED, "validation/cases/shuffle", number)
    shuffled = [world.change(s, r) for s in rng.choice(len(world.guides.seeds), 20, replace=False)]
    return {
        "ln_fc": change[gene],
        "expressed": on.size,
        "rank": 1 + int((change[on] < change[gene]).sum()),
        "percentile": _share_not_weaker(-change[on], -change[gene]),
        "percentile_count": _share_not_weaker(count[on], count[gene]),
        "percentile_length": _share_not_weaker(length[on], length[gene]),
        "percentile_other_seed": float(np.median([_share_not_weaker(-x[on], -x[gene]) for x in shuffled])),
        "auc_genes": _auc(-change[gene], -change[near]),
        "auc_mirnas": _auc(-change[gene], -control),
        "auc_genes_count": _auc(count[gene], count[near]),
        "auc_genes_other_seed": float(np.mean([_auc(-x[gene], -x[near]) for x in shuffled])),
    }


def _seed_count(world: World, seed: int) -> F8:
    """Return the baseline: the number of 8mer, 7mer and 6mer sites of the seed, ``(g,)``."""
    plain = world.by_type
    part = slice(plain.indptr[seed], plain.indptr[seed + 1])
    canonical = (plain.levels[plain.level[part]] <= FIXED_LN_KD[3]) * plain.count[part]
    return np.bincount(plain.gene[part], weights=canonical, minlength=len(world.room.genes))


def _nearest(gene: int, on: NDArray[np.int64], features: F8, documented: set[str], world: World) -> NDArray[np.int64]:
    scale = features[:, on].std(axis=1, keepdims=True)
    far = (((features[:, on] - features[:, [gene]]) / scale) ** 2).sum(axis=0)
    ok = np.array([world.room.genes[g] not in documented for g in on])
    return on[ok][np.argsort(far[ok], kind="stable")[:CONTROLS]]


def _peers(world: World, seed: int) -> NDArray[np.int64]:
    gc = np.array([s.count("G") + s.count("C") for s in world.guides.seeds])
    alike = np.flatnonzero((gc == gc[seed]) & (np.arange(gc.size) != seed))
    far = np.abs(np.log(np.maximum(world.targets[alike], 1) / max(world.targets[seed], 1)))
    return alike[np.argsort(far, kind="stable")[:CONTROLS]]


def _share_not_weaker(scores: F8, own: float) -> float:
    """Return the share of genes at least as strong, ties counted half: 0 is the top."""
    return float(((scores > own).sum() + 0.5 * ((scores == own).sum() - 1)) / scores.size)


def _auc(own: float, controls: F8) -> float:
    return float((controls < own).mean() + 0.5 * (controls == own).mean())


def interval(table: pd.DataFrame, column: str, how: str, n: int = 2000) -> tuple[float, float, float]:
    """Return a statistic of `column` with its 95 % bootstrap interval over miRNAs."""
    rng = stream(SEED, f"validation/cases/bootstrap/{column}")
    groups = [g[column].to_numpy() for _, g in table.groupby("mirna")]
    take_one = np.median if how == "median" else np.mean
    draws = [take_one(np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])) for _ in range(n)]
    return float(take_one(table[column])), *(float(x) for x in np.quantile(draws, [0.025, 0.975]))


def summarise(table: pd.DataFrame, world: World, model: str) -> pd.DataFrame:
    """Return the headline figures with their bars."""
    scored = table[table["why_not"] == ""]
    rows = [
        ("cases scored", len(scored), np.nan, np.nan, ""),
        ("cases without a score", len(table) - len(scored), np.nan, np.nan, ""),
        ("median percentile of the target", *interval(scored, "percentile", "median"), "0.05 or less"),
        ("share of targets in the top 5 %", *interval(scored.assign(x=scored.percentile <= 0.05), "x", "mean"), ""),
        ("median percentile, seed count", *interval(scored, "percentile_count", "median"), "baseline"),
        ("median percentile, 3'UTR length", *interval(scored, "percentile_length", "median"), "baseline"),
        ("median percentile, another seed", *interval(scored, "percentile_other_seed", "median"), "baseline"),
        ("AUROC against matched genes", *interval(scored, "auc_genes", "mean"), "0.85 or more"),
        ("AUROC against matched miRNAs", *interval(scored, "auc_mirnas", "mean"), "0.85 or more"),
        ("AUROC against matched genes, seed count", *interval(scored, "auc_genes_count", "mean"), "baseline"),
        ("AUROC against matched genes, another seed", *interval(scored, "auc_genes_other_seed", "mean"), "baseline"),
        *_liver(world),
    ]
    return pd.DataFrame(rows, columns=["figure", "value", "low", "high", "bar"]).assign(model=model)


def _liver(world: World) -> list[tuple[str, float, float, float, str]]:
    """Return the negative control: miR-122 on a liver full of it, beside the lung's fibroblasts."""
    names = [n for n in known_sequences(_nothing(()), None) if n.startswith("hsa-")]
    seed = int(world.guides.of_cargo[names.index("hsa-miR-122-5p")])
    people = [r.name for r in world.room.recipients]
    out = []
    for home in ("liver", "lung/stroma"):
        r = people.index(home)
        change = world.change(seed, r)[np.nan_to_num(world.room.mrna[:, r], nan=0.0) >= EXPRESSED]
        bar = f"less than {DETECTABLE:.3f}" if home == "liver" else ""
        out.append((f"miR-122 on {home}: strongest fall, |ln FC|", float(-change.min()), np.nan, np.nan, bar))
        out.append(
            (f"miR-122 already in {home}, copies per cell", float(world.guides.endogenous[seed, r]), np.nan, np.nan, "")
        )
    return out


def check_retracted(data_dir: Path) -> None:
    """Stop if a retracted claim is among the documented ones."""
    with (data_dir / "cases" / "ev_mirna_cases_retracted.csv").open(encoding="utf-8") as file:
        gone = {(r["mirna_mature_name"], r["target_gene_hgnc"], r["doi_or_url"]) for r in csv.DictReader(file)}
    used = {(c.mirna, c.gene, c.source) for c in documented_cases()}
    if gone & used:
        raise SystemExit(f"retracted claims are used as truth: {sorted(gone & used)}")


def main() -> None:
    """Score all cases and write ``results/cases_*.csv``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--model", default="learned")
    chosen = parser.parse_args()
    check_retracted(chosen.data_dir)
    world = build_world(chosen.data_dir, chosen.model)
    table = score(world)
    summary = summarise(table, world, chosen.model)
    RESULTS.mkdir(exist_ok=True)
    table.to_csv(RESULTS / f"cases_{chosen.model}.csv", index=False, float_format="%.4g")
    summary.to_csv(RESULTS / f"cases_{chosen.model}_summary.csv", index=False, float_format="%.4g")
    print(table.drop(columns=["documented", "seen"]).to_string(float_format="{:.3g}".format))
    print(summary.to_string(float_format="{:.3g}".format))


if __name__ == "__main__":
    main()
