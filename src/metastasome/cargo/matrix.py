"""A samples x features matrix of counts as it lies in a file, with its orientation found and its values checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.files import existing, sha256
from ..core.tables import MISSING, Table, read_table
from .names import looks_like_mirna

ROWS, COLUMNS = "mirnas in rows", "mirnas in columns"
# Sequencing counts reach thousands; log2 counts stay under about 25.
_LOG_MAX = 25.0
_SUMS = frozenset({"total", "sum", "total copies"})


@dataclass(frozen=True)
class Matrix:
    """Values of shape ``(samples, features)`` with names as written in the file; `labels` only from h5ad."""

    path: Path
    samples: tuple[str, ...]
    features: tuple[str, ...]
    values: NDArray[np.float64]
    sha256: str
    notes: tuple[str, ...] = ()
    labels: Mapping[str, str] | None = None


def read_matrix(path: Path, orientation: str | None, delimiter: str | None) -> Matrix:
    """Read a delimited matrix; see :func:`metastasome.cargo.counts.read_mirna_counts`."""
    table = read_table(path, delimiter=delimiter)
    way = orientation or _orientation(table)
    if way not in (ROWS, COLUMNS):
        raise InputError("unknown orientation", field="orientation", value=way, expected=f"'{ROWS}' or '{COLUMNS}'")
    columns, notes = _numeric_columns(table)
    values = table.numbers(columns)
    across = tuple(table.header[j] for j in columns)
    down = tuple(row[0].strip() for row in table.rows)
    _refuse_negative(table, values, columns)
    notes = (f"{table.path.name}: {way}, {_told(orientation)}.", *table.notes, *notes)
    if way == ROWS:
        values, features, samples = values.T, down, across
    else:
        features, samples = across, down
    _check(samples, values, table.path)
    return Matrix(table.path, samples, features, values, table.sha256, notes)


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
    turned = _share(obs) > _share(var)
    samples, features = (var, obs) if turned else (obs, var)
    values = values.T if turned else values
    _refuse_values(values, samples, features, path)
    _check(samples, values, path)
    way = "miRNAs are the observations" if turned else "miRNAs are the variables"
    note = f"{path.name}: {way}; values from {chosen or 'X'}."
    return Matrix(path, samples, features, values, sha256(path), (note,), _obs_labels(data, class_column, turned, path))


def _obs_labels(data: Any, column: str | None, turned: bool, path: Path) -> dict[str, str] | None:
    if column is None:
        return None
    frame = data.var if turned else data.obs
    if column not in frame:
        raise InputError("no such column of the samples", file=path, field=column, expected=", ".join(map(str, frame)))
    return dict(zip(map(str, frame.index), map(str, frame[column]), strict=True))


def _share(names: Sequence[str]) -> float:
    return sum(looks_like_mirna(n) for n in names) / max(len(names), 1)


def _told(orientation: str | None) -> str:
    return "as told" if orientation else "found from the names"


def _orientation(table: Table) -> str:
    rows, columns = _share([r[0] for r in table.rows]), _share(table.header[1:])
    if max(rows, columns) == 0:
        raise InputError(
            "neither the rows nor the columns are named by miRNAs", file=table.path, row=1,
            value=table.rows[0][0], expected="names such as hsa-miR-21-5p",
        )  # fmt: skip
    if rows == columns:
        raise InputError("rows and columns both look like miRNAs", file=table.path, hint="say which: orientation=...")
    return ROWS if rows > columns else COLUMNS


def _numeric_columns(table: Table) -> tuple[list[int], tuple[str, ...]]:
    """Return the positions of the value columns; columns of words (accessions) and of totals are left out and noted."""
    words = [j for j in range(1, len(table.header)) if all(_is_word(r[j]) for r in table.rows[:50])]
    words += [j for j in range(1, len(table.header)) if table.header[j].lower() in _SUMS]
    columns = [j for j in range(1, len(table.header)) if j not in words]
    if not columns:
        raise InputError("holds no column of numbers", file=table.path, row=table.lines[0], value=table.rows[0][-1])
    told = ", ".join(repr(table.header[j]) for j in words[:5])
    return columns, ((f"Columns of words or totals were left out: {told}.",) if words else ())


def _is_word(cell: str) -> bool:
    text = cell.strip()
    return text.lower() not in MISSING and not any(ch.isdigit() for ch in text[:1] + text[1:2]) and text[:1].isalpha()


def _refuse_negative(table: Table, values: NDArray[np.float64], columns: Sequence[int]) -> None:
    if (values < 0).any():
        i, k = np.argwhere(values < 0)[0]
        raise InputError(
            "a count is negative", file=table.path, row=table.lines[i], field=table.header[columns[k]],
            value=table.rows[i][columns[k]], hint="give counts, not logarithms or scaled values",
        )  # fmt: skip


def _refuse_values(values: NDArray[np.float64], samples: Sequence[str], features: Sequence[str], path: Path) -> None:
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        i, j = np.argwhere(bad)[0]
        what = "a count is negative" if values[i, j] < 0 else "not a finite number"
        raise InputError(what, file=path, field=f"{samples[i]}, {features[j]}", value=float(values[i, j]))


def _check(samples: Sequence[str], values: NDArray[np.float64], path: Path) -> None:
    seen: set[str] = set()
    for i, sample in enumerate(samples):
        if not sample:
            raise InputError("a sample has no name", file=path, field=f"sample {i + 1}")
        if sample in seen:
            raise InputError(
                "a sample occurs twice", file=path, field="sample", value=sample, hint="name samples uniquely"
            )
        seen.add(sample)
        if not values[i].any():
            raise InputError("all counts of a sample are zero", file=path, field=sample, hint="leave the sample out")
    if values.max() <= _LOG_MAX and not np.equal(np.floor(values), values).all():
        raise InputError(
            f"the values look like logarithms (largest {values.max():.3g})",
            file=path,
            expected="counts on a linear scale",
        )  # fmt: skip
