"""``mirna_names.tsv.gz``: human mature miRNAs with accession, sequence, mean atlas abundance and old names.

Names follow miRBase v22. The TargetScan family table gives sequences and accessions under slightly older names; the
tissue atlas uses v22 names. A TargetScan name without an arm that the atlas splits into two arms (hsa-miR-137) is the
arm that holds nearly all reads: accessions do not move on renaming, and all twelve such cases are clear in the atlas or
are the arm first described.
"""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path

import numpy as np

from .manifest import Record

FAMILIES = "rna/targetscan_miR_Family_Info.txt.gz"
ATLAS = "rna/mirnatissueatlas2_raw_counts.csv.gz"
HUMAN = "9606"


def build(record: Record) -> None:
    """Write the name table."""
    cpm = atlas_cpm(record)
    found: dict[str, list[object]] = {}
    for name, mimat, sequence in _families(record):
        v22, old = _v22(name, cpm)
        row = [v22, mimat, sequence, f"{cpm.get(v22, 0.0):.4g}", old]
        kept = found.get(v22)
        if kept is None or (mimat and not kept[1]):  # of two isomiR rows, the one with the accession is miRBase's
            found[v22] = row
    for old, name in _old_names():
        if name not in found:
            raise SystemExit(f"old_names.tsv: {name} is not a mature miRNA of the table")
        found[name][4] = ";".join(x for x in (str(found[name][4]), old) if x)
    for name, value in cpm.items():
        found.setdefault(name, [name, "", "", f"{value:.4g}", ""])
    record.table("mirna_names.tsv.gz", ("name", "mimat", "sequence", "cpm", "old"), (found[n] for n in sorted(found)))
    record.choices["mirna_names"] = {
        "without_sequence": sum(not r[2] for r in found.values()),
        "renamed": {str(r[4]): str(r[0]) for r in found.values() if r[4]},
    }


def atlas_cpm(record: Record) -> dict[str, float]:
    """Return mean counts per million over organs (samples of an organ averaged first), by miRNA."""
    with gzip.open(record.source(ATLAS), "rt") as file:
        rows = list(csv.reader(file))
    organs = [c.split("__")[0] for c in rows[0][1:]]
    counts = np.array([[float(x) for x in r[1:]] for r in rows[1:]])
    cpm = counts / counts.sum(axis=0) * 1e6
    means = np.mean([cpm[:, [o == organ for o in organs]].mean(axis=1) for organ in sorted(set(organs))], axis=0)
    return {r[0]: float(m) for r, m in zip(rows[1:], means, strict=True)}


def _families(record: Record) -> list[tuple[str, str, str]]:
    with gzip.open(record.source(FAMILIES), "rt") as file:
        rows = [r for r in csv.DictReader(file, delimiter="\t") if r["Species ID"] == HUMAN]
    known = [(r["MiRBase ID"], (r["MiRBase Accession"] or "").strip(), r["Mature sequence"]) for r in rows]
    return [(n, a if a.startswith("MIMAT") else "", s) for n, a, s in known]


def _old_names() -> list[tuple[str, str]]:
    """Return (old name, v22 name) pairs of ``old_names.tsv``: names of earlier miRBase releases, kept by hand.

    The column ``shown_by`` says what was seen to bear a pair out: the same first 18 nucleotides under the old name in
    another species of TargetScan's table, a public list of renamings, or being the other arm of a pair so shown. Pairs
    marked ``not shown`` are general knowledge that no file at hand states.
    """
    with (Path(__file__).parent / "old_names.tsv").open() as file:
        return [(r["old"], r["name"]) for r in csv.DictReader(file, delimiter="\t")]


def _v22(name: str, cpm: dict[str, float]) -> tuple[str, str]:
    """Return the v22 name of a TargetScan name, and the old name where v22 changed it."""
    plain = re.sub(r"\.\d$", "", name)
    if plain in cpm or re.search(r"-[35]p$", plain):
        return plain, ""
    arms = [a for a in (f"{plain}-5p", f"{plain}-3p") if a in cpm]
    return (max(arms, key=cpm.__getitem__), plain) if arms else (plain, "")
