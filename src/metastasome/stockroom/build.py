"""Puts a stockroom together: levels per million become copies per cell, columns become recipients."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import reduce
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, nearest
from ..core.files import existing
from ..core.organs import NAMES, normalise
from .expression import ExpressionTable, read_expression
from .genes import read_gene_map
from .mirna_atlas import MirnaAtlas, read_mirna_atlas
from .recipients import Source, bulk_sources, human_sources
from .stockroom import Stockroom
from .utrs import Utrs, read_utrs

MRNA_PER_CELL, MRNA_RANGE = 3e5, (2e5, 4e5)
"""mRNA molecules of a cell and their range (assumption; a typical mammalian cell)."""
MIRNA_PER_CELL, MIRNA_RANGE = 1.5e5, (1e5, 2e5)
"""miRNA molecules of a cell and their range (assumption; a typical mammalian cell)."""
FILES = {
    "genes": "rna/targetscan8_Gene_info.txt.gz",
    "tissue": "rna/hpa_RNAtableExtended.tsv.gz",
    "blood": "rna/hpa_RNAtableBlood.tsv.gz",
    "mirna": "rna/mirnatissueatlas2_raw_counts.csv.gz",
    "cells": "rna/landgraf2007_mirna_atlas.csv.gz",
    "utrs": "rna/miraw_utr3_ensg.fa.gz",
}
"""Files of a data folder that make the human stockroom."""


def build(
    *,
    mrna: ExpressionTable,
    mirna: MirnaAtlas | None = None,
    utrs: Utrs | None = None,
    recipients: Sequence[Source] | None = None,
    mrna_per_cell: float = MRNA_PER_CELL,
    mirna_per_cell: float = MIRNA_PER_CELL,
    name: str = "stockroom",
) -> Stockroom:
    """Return a stockroom in copies per cell.

    A recipient's level is the mean of its columns; copies = level per million x molecules per cell / 1e6.

    Args:
        mrna: levels by gene.
        mirna: endogenous miRNA; without it all of it is NaN (not measured).
        utrs: 3'UTRs; those of genes without a level are left out.
        recipients: which columns make which recipient (default: every organ the vocabulary finds, as a whole).
        mrna_per_cell, mirna_per_cell: molecules of a cell (assumptions, see :data:`MRNA_RANGE`, :data:`MIRNA_RANGE`).
        name: what to call it.

    Raises:
        InputError: no column is a known organ; a column that is not there; a total out of all range.
    """
    for field, value in (("mrna_per_cell", mrna_per_cell), ("mirna_per_cell", mirna_per_cell)):
        if not 1e3 <= value <= 1e8:
            raise InputError("outside its range", field=field, value=value, expected="1e3 to 1e8 molecules per cell")
    sources, odd = _sources(mrna, mirna, recipients)
    genes = np.array([_mean([mrna.column(c) for c in s.mrna], len(mrna.genes)) for s in sources]).T
    mirnas = mirna.mirnas if mirna else ()
    small = [_mean([mirna.column(c) for c in s.mirna] if mirna else [], len(mirnas)) for s in sources]
    known = utrs.sequences if utrs else {}
    return Stockroom(
        name=name,
        genes=mrna.genes,
        recipients=tuple(s.recipient for s in sources),
        mrna=genes * (mrna_per_cell / 1e6),
        mirnas=mirnas,
        mirna=np.array(small).T * (mirna_per_cell / 1e6),
        utrs={g: known[g] for g in mrna.genes if g in known},
        notes=(*_notes(mrna, mirna, utrs, sources, mrna_per_cell, mirna_per_cell), *odd),
        sources={**mrna.sources, **(mirna.sources if mirna else {}), **(utrs.sources if utrs else {})},
    )


def _sources(
    mrna: ExpressionTable, mirna: MirnaAtlas | None, given: Sequence[Source] | None
) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """Return the recipients and, where they come from the vocabulary, a sentence on columns it does not know."""
    if given is not None and len(given):
        return tuple(given), ()
    sources = bulk_sources(mrna.columns, mirna.columns if mirna else ())
    odd = [c for c in mrna.columns if not any(c in s.mrna for s in sources)]
    told = ", ".join(f"{c} ({hint})" if (hint := nearest(normalise(c), NAMES)) else c for c in odd[:8])
    if not sources:
        raise InputError("no column is a known organ", field="columns", value=told, hint="name columns as organs")
    more = ", ..." if len(odd) > 8 else ""
    return sources, ((f"Columns that are no known organ were left out: {told}{more}.",) if odd else ())


def human(data_dir: str | os.PathLike[str]) -> Stockroom:
    """Return the human stockroom of a data folder: HPA, miRNATissueAtlas2, Landgraf 2007 and miRAW's 3'UTRs.

    Recipients: for each organ with data the whole tissue (``"liver"``), its parenchyma (``"liver/parenchyma"``,
    the same column) and ``/endothelium``, ``/macrophage``, ``/stroma`` by proxy; then ``epithelium``, ``msc``
    and ``t_cell``.

    Raises:
        InputError: a file is missing or broken.
    """
    at = {key: existing(Path(data_dir) / name, field="data_dir") for key, name in FILES.items()}
    symbols = read_gene_map(at["genes"])
    mrna = beside(read_expression(at["tissue"], symbols=symbols), read_expression(at["blood"], symbols=symbols))
    mirna = beside_mirna(read_mirna_atlas(at["mirna"]), read_mirna_atlas(at["cells"]))
    utrs = read_utrs(at["utrs"], symbols=symbols)
    recipients = human_sources(mrna.columns, mirna.columns)
    return build(mrna=mrna, mirna=mirna, utrs=utrs, recipients=recipients, name="human (HPA, miRNATissueAtlas2)")


def beside(*tables: ExpressionTable) -> ExpressionTable:
    """Return one table with the columns of all; a gene that a table lacks is NaN there, a repeated column dropped."""
    return reduce(_beside, tables)


def _beside(a: ExpressionTable, b: ExpressionTable) -> ExpressionTable:
    names, values, columns = _union(a.genes, a.tpm, a.columns, b.genes, b.tpm, b.columns)
    return ExpressionTable(names, columns, values, a.scaled and b.scaled, a.notes + b.notes, {**a.sources, **b.sources})


def beside_mirna(a: MirnaAtlas, b: MirnaAtlas) -> MirnaAtlas:
    """Return one atlas with the columns of both.

    A miRNA that a table does not list is 0 in its columns (sequenced, not seen), or NaN where an ambiguous name of that
    table may stand for it.
    """
    names, values, columns = _union(a.mirnas, a.cpm, a.columns, b.mirnas, b.cpm, b.columns)
    unclear = np.array([[n in x.unclear for x in (a, b)] for n in names])
    owner = np.arange(len(columns)) >= len(a.columns)
    levels = np.where(np.isnan(values) & ~unclear[:, owner.astype(int)], 0.0, values)
    donors = a.donors + tuple(d for d, c in zip(b.donors, b.columns, strict=True) if c in columns[len(a.columns) :])
    sources = {**a.sources, **b.sources}
    return MirnaAtlas(names, columns, levels, donors, a.resolution, a.notes + b.notes, sources)


def _union(
    rows_a: Sequence[str], a: NDArray[np.float64], columns_a: Sequence[str],
    rows_b: Sequence[str], b: NDArray[np.float64], columns_b: Sequence[str],
) -> tuple[tuple[str, ...], NDArray[np.float64], tuple[str, ...]]:  # fmt: skip
    names = tuple(dict.fromkeys((*rows_a, *rows_b)))
    place = {n: i for i, n in enumerate(names)}
    held = {normalise(c) for c in columns_a}  # HPA writes "adipose_tissue" in one table, "adipose tissue" in another
    new = [k for k, c in enumerate(columns_b) if normalise(c) not in held]
    values = np.full((len(names), len(columns_a) + len(new)), np.nan)
    values[np.ix_([place[r] for r in rows_a], range(len(columns_a)))] = a
    values[np.ix_([place[r] for r in rows_b], range(len(columns_a), values.shape[1]))] = b[:, new]
    return names, values, (*columns_a, *(columns_b[k] for k in new))


def _mean(columns: Sequence[NDArray[np.float64]], length: int) -> NDArray[np.float64]:
    """Return the mean over columns where measured; NaN where none is, or where there is no column."""
    if not columns:
        return np.full(length, np.nan)
    stack = np.array(columns)
    seen = (~np.isnan(stack)).sum(axis=0)
    return np.where(seen > 0, np.nan_to_num(stack).sum(axis=0) / np.maximum(seen, 1), np.nan)


def _notes(
    mrna: ExpressionTable, mirna: MirnaAtlas | None, utrs: Utrs | None, sources: Sequence[Source], m: float, s: float
) -> tuple[str, ...]:
    merged = [
        f"{x.recipient.name}: {', '.join(x.mrna)}" for x in sources if x.recipient.cell == "bulk" and len(x.mrna) > 1
    ]
    dark = [x.recipient.name for x in sources if not x.mirna]
    own = [
        f"Copies per cell: {m:.3g} mRNA molecules per cell (assumption, range {MRNA_RANGE[0]:.0e}-{MRNA_RANGE[1]:.0e}) "
        f"and {s:.3g} miRNA molecules (assumption, range {MIRNA_RANGE[0]:.0e}-{MIRNA_RANGE[1]:.0e})."
    ]
    own += [f"Means of several columns: {'; '.join(merged)}."] if merged else []
    own += [f"No endogenous miRNA is measured for: {', '.join(dark)}."] if dark and mirna else []
    return (*mrna.notes, *(mirna.notes if mirna else ()), *(utrs.notes if utrs else ()), *own)
