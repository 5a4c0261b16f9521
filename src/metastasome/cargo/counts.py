"""Count tables of miRNAs in vesicles: read, checked, named, and classed into cases and controls."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .classes import CASE, CONTROL, UNUSED, Marks, by_label, by_marks, marks, read_classes
from .matrix import Matrix, check, read_h5ad, read_matrix
from .names import Resolution, resolve

# Ways of resolving in which several rows are copies of one locus family, each holding the same reads.
_LOCI = frozenset({"dominant", "only", "renamed", "case"})


@dataclass(frozen=True)
class CountTable:
    """miRNA counts of samples, by mature name.

    Attributes:
        name: what it is.
        samples: sample names, ``n`` of them.
        labels: ``"case"``, ``"control"`` or ``""`` (class not given) per sample.
        mirnas: miRBase v22 mature names, ``m`` of them.
        counts: shape ``(n, m)``; not always whole numbers (shared reads).
        totals: all counts of each sample, with those of names not resolved, shape ``(n,)``.
        resolution: what became of each name.
        notes: what the reader decided, one sentence each.
        sources: file -> SHA-256.
    """

    name: str
    samples: tuple[str, ...]
    labels: tuple[str, ...]
    mirnas: tuple[str, ...]
    counts: NDArray[np.float64]
    totals: NDArray[np.float64]
    resolution: Resolution
    notes: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        cases, controls = self.labels.count(CASE), self.labels.count(CONTROL)
        return f"<CountTable {self.name}: {len(self.mirnas)} miRNAs, {cases} case and {controls} control samples>"


def read_mirna_counts(
    path: str | os.PathLike[str],
    *,
    samples: str | os.PathLike[str] | Mapping[str, str] | None = None,
    case: Marks = None,
    control: Marks = None,
    class_column: str | None = None,
    orientation: Literal["mirnas in rows", "mirnas in columns"] | None = None,
    delimiter: str | None = None,
    layer: str | None = None,
    name: str | None = None,
) -> CountTable:
    """Read a miRNA count matrix (csv, tsv, gzipped or not, or h5ad) and say what was decided.

    Args:
        path: the matrix; miRNAs in rows or columns is detected from the names and noted. Rows of totals, of reads
            outside any miRNA and of spike-ins are left out; samples that are not asked for may hold any numbers.
        samples: the class of each sample, as a file or a mapping; without it `case` and
            `control` are marks looked for in the sample names (at the start, or after a non-alphanumeric character).
        case, control: label(s) or mark(s) of cases and controls; samples of neither are left out. Without both, all
            samples are kept without a class.
        class_column: column of the class file, or of ``obs`` in h5ad.
        orientation: to overrule the detection.
        delimiter: to overrule the detection.
        layer: h5ad only: the layer that holds counts (default: ``"counts"`` where there is one, else ``X``).
        name: what to call it (default: the file's name).

    Raises:
        InputError: the file is no such table (see ``core.text`` and ``core.tables``); no miRNA names; a sample occurs
            twice; of the samples kept a count is missing, negative or not finite, a sample is all zero, or values look
            like logarithms; points look like marks of thousands; the classes do not fit.
    """
    found = Path(path)
    h5ad = found.suffix.lower() == ".h5ad"
    matrix = read_h5ad(found, layer, class_column) if h5ad else read_matrix(found, orientation, delimiter)
    labels, sources, told = _labels(matrix, samples, case, control, class_column)
    keep = [i for i, label in enumerate(labels) if label != UNUSED or not (marks(case) or marks(control))]
    table = _named(matrix, name or found.name.split(".")[0], keep, tuple(labels[i] for i in keep))
    left = len(labels) - len(keep) - len(told)
    notes = table.notes + ((f"{left} samples of other classes were left out.",) if left else ())
    if told:
        notes += (f"{len(told)} samples have no class in the table of classes and were left out: {_some(told)}.",)
    return _with(table, notes, {found.name: matrix.sha256, **sources})


def _labels(
    matrix: Matrix, samples: object, case: Marks, control: Marks, column: str | None
) -> tuple[tuple[str, ...], dict[str, str], list[str]]:
    """Return the class of every sample of the matrix, the checksum of the class file if one was read, and the samples
    that a table of classes does not know."""
    if not (marks(case) or marks(control)):
        if samples is not None:
            raise InputError(
                "which labels are cases, which controls?", field="case, control", expected="label(s) of each"
            )
        return (UNUSED,) * len(matrix.samples), {}, []
    if samples is None and matrix.labels is None:
        return by_marks(matrix.samples, case=case, control=control, file=matrix.path), {}, []
    file, sources = matrix.path, dict[str, str]()
    if samples is None or isinstance(samples, Mapping):
        known = dict(samples or matrix.labels or {})
    else:
        file = Path(str(samples))
        known, checksum = read_classes(file, column=column, samples=matrix.samples)
        sources = {file.name: checksum}
    labels = by_label(
        matrix.samples, known, case=case, control=control, file=None if isinstance(samples, Mapping) else file
    )
    return labels, sources, [s for s in matrix.samples if s not in known]


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")


def _named(matrix: Matrix, name: str, keep: list[int], labels: tuple[str, ...]) -> CountTable:
    """Return the kept samples with features joined under their mature names."""
    values = check(matrix, keep)
    resolution = resolve(matrix.features)
    if not resolution.names:
        what = (
            "every miRNA name leaves the arm open" if resolution.ambiguous else "no name in it is a known human miRNA"
        )
        raise InputError(what, file=matrix.path, value=next(iter(resolution.ambiguous), matrix.features[0]))
    mirnas, counts, joined = _join(matrix.features, values, resolution)
    lost = 1 - sum(values[:, j].sum() for j, f in enumerate(matrix.features) if f in resolution.names) / values.sum()
    notes = (*matrix.notes, *resolution.sentences())
    if lost > 0.0005:
        notes += (f"Names left out hold {lost:.1%} of all counts.",)
    if joined:
        notes += (
            f"{joined} loci or rows of one mature miRNA hold the same reads: the largest was taken, not the sum.",
        )
    samples = tuple(matrix.samples[i] for i in keep)
    return CountTable(name, samples, labels, mirnas, counts, values.sum(axis=1), resolution, notes)


def _join(
    features: tuple[str, ...], values: NDArray[np.float64], resolution: Resolution
) -> tuple[tuple[str, ...], NDArray[np.float64], int]:
    """Join features of one mature miRNA, and count the loci joined.

    Loci hold the same reads, and so do rows of one and the same name (one for each precursor, as miRDeep2 writes them):
    the largest is taken. Rows of different names of the mature miRNA itself are isomiRs: their sum.
    """
    groups: dict[str, dict[str, list[int]]] = {}
    for j, feature in enumerate(features):
        if (mature := resolution.names.get(feature)) is not None:
            name = "" if resolution.how[feature] in _LOCI else feature
            groups.setdefault(mature, {}).setdefault(name, []).append(j)
    out = np.empty((len(values), len(groups)))
    joined = 0
    for k, group in enumerate(groups.values()):
        own = [found for name, found in group.items() if name] or list(group.values())
        out[:, k] = sum(values[:, found].max(axis=1) for found in own)
        joined += sum(len(found) for found in own if len(found) > 1)
    return tuple(groups), out, joined


def _with(table: CountTable, notes: tuple[str, ...], sources: dict[str, str]) -> CountTable:
    return CountTable(
        table.name,
        table.samples,
        table.labels,
        table.mirnas,
        table.counts,
        table.totals,
        table.resolution,
        notes,
        sources,
    )
