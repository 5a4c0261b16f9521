"""``panel_genes.tsv``, ``panel_mrna.tsv.gz``, ``panel_mirna.tsv.gz`` and ``recipients.tsv``: levels in copies per cell.

Genes: those of the programmes, markers, documented targets, background genes drawn at random among expressed genes with
a 3'UTR, for nulls, and receptors of the protein route. Recipients that share their columns (the endothelium of every
organ) share one stored column.
"""

from __future__ import annotations

import csv

import numpy as np

from metastasome.core.streams import stream
from metastasome.matchmaking.proteins import axes
from metastasome.reference.names import mirna_names
from metastasome.stockroom import Stockroom, human
from metastasome.stockroom.build import FILES, MIRNA_PER_CELL, MRNA_PER_CELL

from . import programmes
from .manifest import Record

BACKGROUND = 450
MIRNAS = 300
SEED = 1
MIN_COPIES = 0.3  # copies per cell below which a background gene counts as not expressed
CARGO = ("colorectal", "prostate", "pancreatic", "glioblastoma")


def build(record: Record) -> None:
    """Write genes, recipients and levels."""
    for name in FILES.values():
        record.source(name)
    room = human(record.data)
    genes = _genes(record, room)
    place = {g: i for i, g in enumerate(room.genes)}
    rows = [place[g] for g in genes]
    record.table("panel_genes.tsv", ("gene", "role"), genes.items())
    mrna, columns = _shared(room.mrna[rows])
    mirnas = _mirnas(record, room)
    small, small_columns = _shared(room.mirna[[room.mirnas.index(m) for m in mirnas]])
    record.table(
        "recipients.tsv",
        ("name", "organ", "cell", "proxy", "mrna", "mirna"),
        ((r.name, r.organ or "", r.cell, r.proxy, columns[i], small_columns[i]) for i, r in enumerate(room.recipients)),
    )
    _levels(record, "panel_mrna.tsv.gz", "gene", list(genes), mrna)
    _levels(record, "panel_mirna.tsv.gz", "mirna", mirnas, small)
    record.choices["panel"] = {
        "background genes": f"{BACKGROUND}, seed {SEED}, with a 3'UTR and {MIN_COPIES} copies per cell somewhere",
        "mRNA per cell": MRNA_PER_CELL,
        "miRNA per cell": MIRNA_PER_CELL,
        "notes": list(room.notes),
    }


def _genes(record: Record, room: Stockroom) -> dict[str, str]:
    """Return gene -> role (programme, marker, background, receptor), in that order."""
    with (record.out / "programmes.tsv").open() as file:
        roles = dict.fromkeys(sorted({r["gene"] for r in csv.DictReader(file, delimiter="\t")}), "programme")
    markers = programmes.spec()["markers"]
    for gene in f"{markers['documented']} {markers['genes']}".split():
        if gene in room.genes:
            roles.setdefault(gene, "marker")
    top = np.nanmax(room.mrna, axis=1)
    free = sorted(
        g for g, t in zip(room.genes, top, strict=True) if t >= MIN_COPIES and g in room.utrs and g not in roles
    )
    drawn = stream(SEED, "reference/background").choice(len(free), BACKGROUND, replace=False)
    roles |= {free[i]: "background" for i in sorted(drawn)}
    # receptors come after the draw, so that adding one leaves the background genes as they were
    for gene in sorted({axis.receptor for axis in axes()} & set(room.genes)):
        roles.setdefault(gene, "receptor")
    return roles


def _mirnas(record: Record, room: Stockroom) -> list[str]:
    """Return the most abundant miRNAs of any organ; miRNAs without a sequence cannot act on a site and are left out."""
    known = mirna_names()
    top = np.nan_to_num(room.mirna[:, [r.cell == "bulk" for r in room.recipients]]).max(axis=1)
    ranked = [room.mirnas[i] for i in np.argsort(-top, kind="stable")]
    with (record.out / "ev_mirna_cases.csv").open() as file:
        cases = {r["mirna"] for r in csv.DictReader(file)}
    found = [m for m in ranked if known[m].sequence][:MIRNAS]
    return sorted({*found, *(c for c in cases if c in room.mirnas)})


def _shared(values: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Return the distinct columns of `values`, and for each column which of them it is."""
    first: dict[bytes, int] = {}
    index = [first.setdefault(np.nan_to_num(column, nan=-1.0).tobytes(), len(first)) for column in values.T]
    return np.array([values[:, index.index(k)] for k in range(len(first))]).T, index


def _levels(record: Record, name: str, what: str, names: list[str], values: np.ndarray) -> None:
    cells = [[_cell(x) for x in row] for row in values]
    record.table(name, (what, *map(str, range(values.shape[1]))), ([n, *c] for n, c in zip(names, cells, strict=True)))


def _cell(value: float) -> str:
    if np.isnan(value):
        return ""
    return f"{value:.3g}" if value >= 0.01 else "0"
