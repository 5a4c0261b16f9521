r"""Proteins of vesicles as ratios case : control, from protein groups (MaxQuant ``proteinGroups``).

Zeros in intensity columns mean *not detected*, not zero. For a gene detected in at least :data:`MIN_DETECTED`
columns of both classes the ratio is the ratio of geometric means. Where one class has no detection at all, its
level is put at the lowest intensity detected anywhere in that class, so the ratio is a bound (towards 1), never
infinite. A gene with a single detection in a class that has others missing says too little and is left out.
Columns are the unit; technical repeats count as columns.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.tables import Table, read_table
from .classes import CASE, CONTROL, Marks, by_marks

MIN_DETECTED = 2
_FARTHEST = 700.0  # of ln ratios: e to it is the largest power that a float holds
_FLAGS = ("Reverse", "Potential contaminant", "Only identified by site")


@dataclass(frozen=True)
class ProteinRatios:
    """Level of each protein in the tumour's vesicles relative to control vesicles.

    Attributes:
        ratios: HGNC gene -> case : control.
        bounded: genes seen in one class only, whose ratio is a bound towards 1.
        notes: what the reader decided.
        sources: file -> SHA-256.
    """

    ratios: Mapping[str, float]
    bounded: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<ProteinRatios: {len(self.ratios)} genes, {len(self.bounded)} of them bounds>"


def read_proteins(
    path: str | os.PathLike[str],
    *,
    case: Marks,
    control: Marks,
    gene_column: str = "Gene names",
    quantity: str = "LFQ intensity",
    delimiter: str | None = None,
) -> ProteinRatios:
    """Read a protein-group table and return ratios case : control by gene.

    Args:
        path: table with one row a protein group.
        case, control: mark(s) of the sample names, at their start or after a non-alphanumeric character.
        gene_column: column of gene names; of several joined by ``;`` each gets the group's ratio.
        quantity: start of the intensity columns; what follows is the sample's name.
        delimiter: to overrule the detection.

    Raises:
        InputError: the columns are not there, a class has fewer than two columns, or an intensity is not a number
            or negative.
    """
    table = read_table(path, delimiter=delimiter)
    genes = table.column(gene_column)
    columns = [j for j, h in enumerate(table.header) if h.startswith(quantity + " ")]
    if not columns:
        raise InputError("no intensity columns", file=table.path, field="quantity", value=quantity)
    samples = [table.header[j][len(quantity) :].strip() for j in columns]
    labels = np.array(by_marks(samples, case=case, control=control, file=table.path))
    for side in (CASE, CONTROL):
        if (labels == side).sum() < MIN_DETECTED:
            raise InputError(
                "too few columns of a class", file=table.path, field=side, expected=f"{MIN_DETECTED} or more"
            )
    values = table.numbers(columns, missing=0.0)
    if (values < 0).any():
        i, k = np.argwhere(values < 0)[0]
        raise InputError("a negative intensity", file=table.path, row=table.lines[i], field=table.header[columns[k]])
    rows = _usable_rows(table)
    chosen, shared, unnamed = _one_group_per_gene(genes, values, rows)
    ratios, bounded, unclear = _ratios(chosen, values, labels)
    notes = (
        f"{table.path.name}: {quantity}, {(labels == CASE).sum()} case and {(labels == CONTROL).sum()} control "
        f"columns; zeros are missing values.",
        f"{len(ratios)} genes with a ratio, {len(bounded)} of them seen in one class only (bound by the lowest "
        f"intensity detected in the other); {unclear} seen too rarely and left out; {unnamed} groups without a gene.",
        f"{len(table.rows) - len(rows)} contaminant, reverse or site-only groups dropped; {shared} groups name several "
        f"genes.",
    )
    return ProteinRatios(ratios, frozenset(bounded), notes, {table.path.name: table.sha256})


def _usable_rows(table: Table) -> list[int]:
    flags = [table.header.index(f) for f in _FLAGS if f in table.header]
    return [i for i, row in enumerate(table.rows) if not any(row[j].strip() == "+" for j in flags)]


def _one_group_per_gene(
    genes: Sequence[str], values: NDArray[np.float64], rows: Sequence[int]
) -> tuple[dict[str, int], int, int]:
    """Return gene -> row of its group with most detections (then highest sum), and how many share or lack names."""
    chosen: dict[str, int] = {}
    shared = unnamed = 0
    for i in rows:
        names = [g for g in (x.strip() for x in genes[i].split(";")) if g and g.lower() != "nan"]
        shared += len(names) > 1
        unnamed += not names
        for gene in names:
            best = chosen.get(gene)
            rank = ((values[i] > 0).sum(), values[i].sum())
            if best is None or rank > ((values[best] > 0).sum(), values[best].sum()):
                chosen[gene] = i
    return chosen, shared, unnamed


def _ratios(
    chosen: Mapping[str, int], values: NDArray[np.float64], labels: NDArray[np.str_]
) -> tuple[dict[str, float], list[str], int]:
    lowest = {side: _lowest(values[:, labels == side]) for side in (CASE, CONTROL)}
    ratios: dict[str, float] = {}
    bounded: list[str] = []
    unclear = 0
    for gene, i in sorted(chosen.items()):
        seen = {side: values[i, labels == side][values[i, labels == side] > 0] for side in (CASE, CONTROL)}
        n = {side: len(v) for side, v in seen.items()}
        if max(n.values()) < MIN_DETECTED or 0 < min(n.values()) < MIN_DETECTED:
            unclear += 1
            continue
        level = {s: float(np.log(v).mean()) if len(v) else math.log(lowest[s]) for s, v in seen.items()}
        gap = level[CASE] - level[CONTROL]
        ratio = math.exp(min(max(gap, -_FARTHEST), _FARTHEST))
        if min(n.values()) == 0:
            ratio = max(ratio, 1.0) if n[CASE] else min(ratio, 1.0)
            bounded.append(gene)
        ratios[gene] = float(ratio)
    return ratios, bounded, unclear


def _lowest(values: NDArray[np.float64]) -> float:
    found = values[values > 0]
    if not len(found):
        raise InputError("a class has no detected protein at all", field="quantity")
    return float(found.min())
