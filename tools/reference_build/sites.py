"""``site_counts.tsv.gz`` and ``site_genes.tsv``: seed sites of panel genes by type, counted in real 3'UTRs.

Plain string search. Each match of the six target letters opposite positions 2-7 is one site of one class: 8mer
(position 8 pairs and an A lies opposite position 1), 7mer-m8, 7mer-A1 or 6mer. For genes whose 3'UTR is not in
the FASTA, TargetScan's table of conserved families gives site numbers without type; they are counted as
7mer-m8, and only for its families.
"""

from __future__ import annotations

import csv
import gzip
import io
import math

from metastasome.reference.names import mirna_names
from metastasome.stockroom import read_gene_map, read_utrs
from metastasome.stockroom.build import FILES
from metastasome.stockroom.genes import current

from .manifest import Record
from .panel import CARGO

TARGETSCAN = "rna/targetscan_human_predicted_targets.tsv.gz"
PAIR = str.maketrans("ACGU", "TGCA")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
TYPES = ("8mer", "7mer-m8", "7mer-A1", "6mer")


def build(record: Record) -> None:
    """Write both tables."""
    genes = _column(record, "panel_genes.tsv", "gene")
    utrs = read_utrs(record.source(FILES["utrs"]), symbols=read_gene_map(record.source(FILES["genes"]))).sequences
    families = _families(record, {g for g in genes if g not in utrs})
    origin = {g: "utr" if g in utrs else "targetscan" if g in families else "" for g in genes}
    known = [g for g in genes if origin[g]]
    record.table("site_genes.tsv", ("gene", "origin", "length"), ((g, origin[g], len(utrs.get(g, ""))) for g in known))
    seeds = _seeds(record)
    lines = []
    for seed in seeds:
        counts = [count(utrs[g], seed) if g in utrs else (0, families[g].get(seed, 0), 0, 0) for g in known]
        cells = ["".join(DIGITS[min(c[k], 35)] for c in counts) for k in range(4)]
        lines.append((seed, *cells))
    record.table("site_counts.tsv.gz", ("seed", *TYPES), lines)
    covered = sorted({s for found in families.values() for s in found} & set(seeds))
    record.choices["site_counts"] = {
        "seeds": len(seeds), "genes with a 3'UTR": sum(o == "utr" for o in origin.values()),
        "genes by TargetScan families": sum(o == "targetscan" for o in origin.values()),
        "genes without either": [g for g in genes if not origin[g]], "families": covered,
    }  # fmt: skip


def count(utr: str, seed: str) -> tuple[int, int, int, int]:
    """Return the sites of `seed` (positions 2-8, RNA) in `utr` (DNA) by type, in the order of :data:`TYPES`."""
    target = seed.translate(PAIR)[::-1]  # opposite positions 8..2
    core, out = target[1:], [0, 0, 0, 0]
    at = utr.find(core)
    while at >= 0:
        eighth = at > 0 and utr[at - 1] == target[0]
        first = utr[at + 6 : at + 7] == "A"
        out[0 if eighth and first else 1 if eighth else 2 if first else 3] += 1
        at = utr.find(core, at + 1)
    return out[0], out[1], out[2], out[3]


def _seeds(record: Record) -> list[str]:
    """Return the seeds of every miRNA that the embedded stockroom or an embedded cargo holds."""
    names = set(_column(record, "panel_mirna.tsv.gz", "mirna"))
    for cargo in CARGO:
        names |= set(_column(record, f"cargo_{cargo}.tsv.gz", "mirna"))
    known = mirna_names()
    return sorted({known[n].seed for n in names})


def _families(record: Record, genes: set[str]) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    with gzip.open(record.source(TARGETSCAN), "rt") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if (gene := current(row["feature"])) in genes:
                out.setdefault(gene, {})[row["family"]] = math.ceil(float(row["sites"]))
    return out


def _column(record: Record, table: str, column: str) -> list[str]:
    data = (record.out / table).read_bytes()
    text = gzip.decompress(data).decode() if table.endswith(".gz") else data.decode()
    return [r[column] for r in csv.DictReader(io.StringIO(text), delimiter="\t")]
