"""Rebuilds the embedded tissue signatures of the deconvolution from the public files.

    python tools/build_signatures.py --data-dir ../shared/data

Writes ``src/metastasome/readouts/deconvolution/signatures.tsv.gz`` (counts per million, three figures) and
``signatures.json`` (sources with SHA-256, donors, choices). Running it twice gives the same bytes.

Tissues: the median over donors of miRNATissueAtlas2 (PMID 34570238), which resists the cross-contamination of single
post-mortem samples (miR-122 in a vein). Organs that no plasma profile could tell apart are one column. Red cells and
platelets: PLoS ONE 7:e41561, whose values are on a log2 scale (spike-in at 20); medians over donors, 2^x, scaled to a
million. They come from another platform, so their scale against tissues is uncertain.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
from pathlib import Path

import numpy as np

from metastasome.core.files import atomic_file, sha256
from metastasome.core.tables import read_table
from metastasome.reference.names import resolve

OUT = Path(__file__).resolve().parents[1] / "src" / "metastasome" / "readouts" / "deconvolution"
ATLAS, BLOOD = "rna/mirnatissueatlas2_raw_counts.csv.gz", "rna/blood_cell_mirna_rbc_platelets.csv.gz"
GROUPS = {
    "brain": ("brain",), "liver": ("liver",), "pancreas": ("pancreas",), "kidney": ("kidney",), "lung": ("lung",),
    "bowel": ("bowel",), "stomach": ("stomach",), "heart": ("heart",), "skeletal_muscle": ("muscle",),
    "skin": ("skin",), "thyroid": ("thyroid",), "testis": ("testis",), "prostate": ("prostate",),
    "salivary_gland": ("salivary_gland",), "lymphoid": ("spleen", "lymph_node"),
    "stroma": ("artery", "vein", "nerve", "adipocyte", "bladder", "pleurae"),
}  # fmt: skip
CELLS = {"red_cell": "RBC", "platelet": "platelets"}
MIN_CPM = 20.0
BUDGET = 150_000


def tissues(path: Path) -> tuple[list[str], dict[str, np.ndarray], dict[str, int]]:
    """Return miRNA names, median counts per million by group, and donors (samples) by group."""
    table = read_table(path)
    columns = list(range(1, len(table.header)))
    values = table.numbers(columns, missing=0.0)
    cpm = values / values.sum(axis=0) * 1e6
    organ = np.array([table.header[j].split("__")[0] for j in columns])
    names = [row[0].strip() for row in table.rows]
    out, donors = {}, {}
    for group, organs in GROUPS.items():
        at = np.isin(organ, organs)
        out[group], donors[group] = np.median(cpm[:, at], axis=1), int(at.sum())
    return names, out, donors


def cells(path: Path) -> tuple[dict[str, dict[str, float]], dict[str, int]]:
    """Return level by mature miRNA of red cells and platelets, linear, and donors."""
    table = read_table(path)
    resolution = resolve([row[0].strip() for row in table.rows])
    out: dict[str, dict[str, float]] = {}
    donors = {}
    for cell, mark in CELLS.items():
        columns = [j for j, h in enumerate(table.header) if h.startswith(mark)]
        values = table.numbers(columns, missing=np.nan)
        found: dict[str, float] = {}
        for row, levels in zip(table.rows, values, strict=True):
            mature = resolution.names.get(row[0].strip())
            if mature is None or not mature.startswith("hsa-") or np.isnan(levels).sum() > len(columns) / 2:
                continue
            found[mature] = max(found.get(mature, 0.0), 2.0 ** float(np.nanmedian(levels)))
        out[cell], donors[cell] = found, len(columns)
    return out, donors


def main() -> None:
    """Write the table and its record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True, help="folder with rna/")
    options = parser.parse_args()
    names, by_group, donors = tissues(options.data_dir / ATLAS)
    in_cells, cell_donors = cells(options.data_dir / BLOOD)
    columns = {g: v / v.sum() * 1e6 for g, v in by_group.items()}
    for cell, found in in_cells.items():
        levels = np.array([found.get(n, 0.0) for n in names])
        columns[cell] = levels / levels.sum() * 1e6
    matrix = np.stack(list(columns.values()), axis=1)
    keep = np.flatnonzero(matrix.max(axis=1) >= MIN_CPM)
    keep = keep[np.argsort([names[i] for i in keep])]
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(["mirna", *columns])
    writer.writerows([names[i], *(f"{x:.3g}" for x in matrix[i])] for i in keep)
    data = gzip.compress(text.getvalue().encode(), 9, mtime=0)
    if len(data) > BUDGET:
        raise SystemExit(f"the signatures take {len(data)} bytes, more than {BUDGET}")
    record = {
        "command": "python tools/build_signatures.py --data-dir ../shared/data",
        "sources": {name: sha256(options.data_dir / name) for name in (ATLAS, BLOOD)},
        "citations": {"tissues": "miRNATissueAtlas2, PMID 34570238", "cells": "doi:10.1371/journal.pone.0041561"},
        "donors": {**donors, **cell_donors},
        "groups": {g: list(o) for g, o in GROUPS.items()},
        "rows": len(keep),
        "min_cpm": MIN_CPM,
    }
    for name, content in (
        ("signatures.tsv.gz", data),
        ("signatures.json", (json.dumps(record, indent=1) + "\n").encode()),
    ):
        with atomic_file(OUT / name) as part:
            part.write_bytes(content)
            part.chmod(0o644)
    print(f"{len(keep)} miRNAs x {len(columns)} tissues and cells, {len(data)} bytes")


if __name__ == "__main__":
    main()
