"""A samples x features matrix of counts as it lies in a file; its values are checked once the samples are chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.files import existing, sha256
from ..core.tables import read_table
from .layout import ROWS, foreign, layout, share

# Sequencing counts reach thousands; log2 counts stay under about 25.
_LOG_MAX = 25.0


@dataclass(frozen=True)
class Matrix:
    """Values of shape ``(samples, features)`` with names as written in the file, NaN where a cell says that it is
    missing; `labels` only from h5ad. `lines` are the rows of the file, of features where `turned`, else of samples."""

    path: Path
    samples: tuple[str, ...]
    features: tuple[str, ...]
    values: NDArray[np.float64]
    sha256: str
    notes: tuple[str, ...] = ()
    labels: Mapping[str, str] | None = None
    lines: tuple[int, ...] = ()
    turned: bool = False

    def place(self, i: int, j: int) -> dict[str, Any]:
        """Return file, row and field of the value of sample `i` and feature `j`, as an error names them."""
        if not self.lines:
            return {"file": self.path, "field": f"{self.samples[i]}, {self.features[j]}"}
        row, field = (self.lines[j], self.samples[i]) if self.turned else (self.lines[i], self.features[j])
        return {"file": self.path, "row": row, "field": field}


def read_matrix(path: Path, orientation: str | None, delimiter: str | None) -> Matrix:
    """Read a delimited matrix; see :func:`metastasome.cargo.counts.read_mirna_counts`."""
    table = read_table(path, delimiter=delimiter)
    found = layout(table, orientation)
    values = table.numbers(found.columns, missing=np.nan)
    across = tuple(table.header[j] for j in found.columns)
    down = tuple(row[found.names].strip() for row in table.rows)
    turned = found.way == ROWS
    values, features, samples = (values.T, down, across) if turned else (values, across, down)
    _check_names(samples, table.path)
    notes = (*found.notes[:1], *table.notes, *found.notes[1:])
    return _own(Matrix(table.path, samples, features, values, table.sha256, notes, None, table.lines, turned))


def read_h5ad(path: Path, layer: str | None, class_column: str | None) -> Matrix:
    """Read an AnnData file: observations are samples, variables miRNAs (turned where the names say otherwise)."""
    import anndata

    existing(path)
    try:
        data: Any = anndata.read_h5ad(path)
        chosen = layer if layer is not None else ("counts" if "counts" in data.layers else None)
        if chosen is not None and chosen not in data.layers:
            raise InputError(
                "no such layer",
                file=path,
                field=chosen,
                expected=f"one of {', '.join(data.layers) or 'none'}",
            )
        stored = data.X if chosen is None else data.layers[chosen]
        values = np.asarray(stored.toarray() if hasattr(stored, "toarray") else stored, dtype=np.float64)
        obs, var = tuple(map(str, data.obs_names)), tuple(map(str, data.var_names))
    except InputError:
        raise
    except Exception as error:  # h5py and anndata raise many kinds for a damaged file
        raise InputError("cannot be read as AnnData (h5ad)", file=path, hint=f"{type(error).__name__}") from error
    if values.ndim != 2:
        raise InputError("holds no matrix", file=path, field=chosen or "X")
    turned = share(obs) > share(var)
    samples, features = (var, obs) if turned else (obs, var)
    _check_names(samples, path)
    way = "miRNAs are the observations" if turned else "miRNAs are the variables"
    note = f"{path.name}: {way}; values from {chosen or 'X'}."
    labels = _obs_labels(data, class_column, turned, path)
    return _own(Matrix(path, samples, features, values.T if turned else values, sha256(path), (note,), labels))


def check(matrix: Matrix, keep: Sequence[int]) -> NDArray[np.float64]:
    """Return the values of the samples at `keep`, shape ``(k, features)``.

    Raises:
        InputError: a value is missing, negative or not finite; a sample is all zero; values look like logarithms.
    """
    values = matrix.values[list(keep)]
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        i, j = (int(k) for k in np.argwhere(bad)[0])
        found = float(values[i, j])
        if found < 0:
            what, hint = "a count is negative", "give counts, not logarithms or scaled values"
        else:
            what, hint = "a count is missing", "write 0 where nothing was seen, or leave the row or the sample out"
        shown = None if np.isnan(found) else f"{found:g}"
        raise InputError(what, **matrix.place(keep[i], j), value=shown, hint=hint)
    for i, row in zip(keep, values, strict=True):
        if not row.any():
            sample = matrix.samples[i]
            raise InputError(
                "all counts of a sample are zero", file=matrix.path, field=sample, hint="leave the sample out"
            )
    if values.max() <= _LOG_MAX and not np.equal(np.floor(values), values).all() and not _shares(values):
        raise InputError(
            f"the values look like logarithms (largest {values.max():.3g})",
            file=matrix.path,
            expected="counts on a linear scale",
        )  # fmt: skip
    return values


def _own(matrix: Matrix) -> Matrix:
    """Return the matrix without totals, reads outside any miRNA and spike-ins, which belong to no sample's total."""
    left = foreign(matrix.features)
    if not left:
        return matrix
    gone = {j for found in left.values() for j in found}
    keep = [j for j in range(len(matrix.features)) if j not in gone]
    notes = tuple(
        f"{why} were left out, and out of the totals: {', '.join(matrix.features[j] for j in found[:5])}."
        for why, found in left.items()
    )
    features, lines = tuple(matrix.features[j] for j in keep), matrix.lines
    if matrix.turned:
        lines = tuple(lines[j] for j in keep)
    values = matrix.values[:, keep]
    return replace(matrix, features=features, values=values, lines=lines, notes=(*matrix.notes, *notes))


def _shares(values: NDArray[np.float64]) -> bool:
    """Return whether every sample adds up to 1 or to 100: shares, not logarithms."""
    sums = values.sum(axis=1)
    return any(bool(np.allclose(sums, whole, rtol=0.01)) for whole in (1.0, 100.0))


def _obs_labels(data: Any, column: str | None, turned: bool, path: Path) -> dict[str, str] | None:
    if column is None:
        return None
    frame = data.var if turned else data.obs
    if column not in frame:
        raise InputError("no such column of the samples", file=path, field=column, expected=", ".join(map(str, frame)))
    return dict(zip(map(str, frame.index), map(str, frame[column]), strict=True))


def _check_names(samples: Sequence[str], path: Path) -> None:
    seen: set[str] = set()
    for i, sample in enumerate(samples):
        if not sample:
            raise InputError("a sample has no name", file=path, field=f"sample {i + 1}")
        if sample in seen:
            raise InputError(
                "a sample occurs twice", file=path, field="sample", value=sample, hint="name samples uniquely"
            )
        seen.add(sample)
