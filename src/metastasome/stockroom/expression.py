"""Gene x organ tables: HPA, GCT, and any csv or tsv, checked and brought to one scale."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.files import existing
from ..core.tables import MISSING, Table, read_table
from .gct import is_gct, read_gct
from .genes import GeneMap, is_id, read_gene_map, to_symbols

Unit = Literal["tpm", "log2(tpm+1)", "ln(tpm+1)", "log2(tpm)", "ln(tpm)"]
SYMBOLS = frozenset({"gene name", "gene symbol", "symbol", "hgnc symbol", "hgnc", "description"})
"""Columns that name the symbol beside an id, in lower case with spaces for underscores."""
UNITS: tuple[str, ...] = ("tpm", "log2(tpm+1)", "ln(tpm+1)", "log2(tpm)", "ln(tpm)")
MILLION = 1e6
WHOLE = 5000
"""Genes from which a table is taken to hold a whole transcriptome, so that a column may be scaled to a million."""
_LOG_MAX = 25.0  # log2 of the most abundant transcript of any tissue; linear values of a whole transcriptome reach 1e4


@dataclass(frozen=True)
class ExpressionTable:
    """mRNA levels, transcripts per million.

    Attributes:
        genes: HGNC symbols, ``g`` of them, each once.
        columns: names as written in the file, ``c`` of them.
        tpm: shape ``(g, c)``; NaN where not measured.
        scaled: whether each column was scaled to a sum of one million.
        notes, sources: what the reader decided; file -> SHA-256.
    """

    genes: tuple[str, ...]
    columns: tuple[str, ...]
    tpm: NDArray[np.float64]
    scaled: bool
    notes: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<ExpressionTable: {len(self.genes)} genes x {len(self.columns)} columns>"

    def column(self, name: str) -> NDArray[np.float64]:
        """Return the levels of one column, shape ``(g,)``."""
        if name not in self.columns:
            raise InputError(
                "no such column of expression", field=name, expected=f"one of {', '.join(self.columns[:6])}, ..."
            )
        return self.tpm[:, self.columns.index(name)]


def read_expression(
    path: str | os.PathLike[str],
    *,
    symbols: str | os.PathLike[str] | GeneMap | None = None,
    unit: Unit | None = None,
    delimiter: str | None = None,
) -> ExpressionTable:
    """Read a gene x organ table (HPA tsv, GCT, csv, tsv; gzipped or not).

    The first column (in GCT, ``Description``) names the gene, as HGNC symbol or as an id that `symbols` maps. Where it
    holds ids that nothing maps, or numbers of rows without a heading, a column of :data:`SYMBOLS` beside it does.
    Several ids of one symbol are summed. A table of :data:`WHOLE` genes or more has its columns scaled to one million:
    HPA's consensus values (NX) are TPM-like but sum to 1.3e5-3.5e5.

    Args:
        path: the table.
        symbols: table of ids and symbols, or one already read.
        unit: what the values are; None takes linear values and refuses what looks like logarithms.
        delimiter: to overrule the detection.

    Raises:
        InputError: not such a table; negative or infinite values; logarithms not announced by `unit`; no gene known.
    """
    if unit is not None and unit not in UNITS:
        raise InputError("unknown unit of expression", field="unit", value=unit, expected=", ".join(UNITS))
    found = existing(path)
    known = symbols if isinstance(symbols, GeneMap) or symbols is None else read_gene_map(symbols)
    raw = read_gct(found) if is_gct(found) else _delimited(found, delimiter, own=known is None)
    values, notes = _linear(raw.tpm, unit, found)
    names, told = to_symbols(raw.genes, known)
    table = _merge(replace(raw, tpm=values, notes=(*raw.notes, *notes, *told)), names)
    if not table.genes:
        raise InputError("no gene has a known symbol", file=found, value=raw.genes[0])
    sources = {**raw.sources, **(known.sources if known else {})}
    return replace(_to_million(table, found), sources=sources)


def _delimited(path: Path, delimiter: str | None, *, own: bool) -> ExpressionTable:
    table = read_table(path, delimiter=delimiter)
    words = [j for j in range(1, len(table.header)) if not any(_number(r[j]) for r in table.rows[:200])]
    columns = [j for j in range(1, len(table.header)) if j not in words]
    if not columns:
        raise InputError("holds no column of numbers", file=path, row=table.lines[0], value=table.rows[0][-1])
    notes, named = table.notes, _gene_column(table, words, own)
    if named:
        notes += (f"Genes are those of the column '{table.header[named]}'.",)
    if left := [table.header[j] for j in words if j != named]:
        notes += (f"Columns without numbers were left out: {', '.join(left[:5])}.",)
    genes = tuple(row[named].strip() for row in table.rows)
    values = table.numbers(columns, missing=np.nan)
    return ExpressionTable(
        genes, tuple(table.header[j] for j in columns), values, False, notes, {path.name: table.sha256}
    )


def _gene_column(table: Table, words: list[int], own: bool) -> int:
    """Return the column of genes: the first, or that of symbols where the first has ids (and `own`) or only counts."""
    first = [row[0].strip() for row in table.rows]
    counts = not table.header[0] and all(name.isdigit() for name in first)
    if counts or (own and any(is_id(name) for name in first)):
        beside = [j for j in words if " ".join(table.header[j].lower().replace("_", " ").split()) in SYMBOLS]
        beside += [j for j in words if counts and j not in beside]
        return beside[0] if beside else 0
    return 0


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.strip().lower() not in MISSING


def _linear(values: NDArray[np.float64], unit: str | None, path: Path) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return linear values; logarithms are turned back when announced, and refused when not."""
    if unit is not None and unit != "tpm":
        if np.nanmax(values, initial=0.0) > 60:
            raise InputError(
                f"the values are too large for {unit} (largest {np.nanmax(values):.3g})", file=path, field="unit"
            )
        base, plus = (np.exp2 if unit.startswith("log2") else np.exp), unit.endswith("+1)")
        return np.maximum(base(values) - plus, 0.0), (f"Values were {unit} and were turned back to linear.",)
    negative = np.nanmin(values, initial=0.0) < 0
    top = float(np.nanmax(values, initial=0.0))
    if unit is None and (negative or (len(values) >= 1000 and top <= _LOG_MAX)):
        why = "some are negative" if negative else f"the largest of {len(values)} genes is {top:.3g}"
        raise InputError(
            f"the values look like logarithms: {why}", file=path, field="unit", expected="linear TPM-like values",
            hint=f"are they? turn them back, or in Python say unit= one of {', '.join(UNITS[1:])}, or 'tpm' if linear",
        )  # fmt: skip
    if negative:
        raise InputError("a level is negative", file=path, field="unit", value=float(np.nanmin(values)))
    return values, ()


def _merge(table: ExpressionTable, names: list[str | None]) -> ExpressionTable:
    """Join rows of one symbol by their sum (NaN only where all are missing), and drop rows without a symbol."""
    place: dict[str, int] = {}
    rows = [i for i, n in enumerate(names) if n is not None]
    into = np.array([place.setdefault(str(names[i]), len(place)) for i in rows], dtype=np.intp)
    sums = np.zeros((len(place), len(table.columns)))
    seen = np.zeros(sums.shape, dtype=bool)
    np.add.at(sums, into, np.nan_to_num(table.tpm[rows]))
    np.logical_or.at(seen, into, ~np.isnan(table.tpm[rows]))
    repeated = len(rows) - len(place)
    notes = table.notes + ((f"{repeated} further rows of a gene already named were added to it.",) if repeated else ())
    return replace(table, genes=tuple(place), tpm=np.where(seen, sums, np.nan), notes=notes)


def _to_million(table: ExpressionTable, path: Path) -> ExpressionTable:
    empty = [c for c, total in zip(table.columns, np.nansum(table.tpm, axis=0), strict=True) if total <= 0]
    if empty:
        raise InputError("all levels of a column are zero or missing", file=path, field=empty[0])
    if len(table.genes) < WHOLE:
        note = f"{path.name}: {len(table.genes)} genes, taken as transcripts per million as they are."
        return replace(table, notes=(*table.notes, note))
    totals = np.nansum(table.tpm, axis=0)
    note = f"{path.name}: columns summed to {totals.min():.3g}-{totals.max():.3g} and were scaled to one million each."
    return replace(table, tpm=table.tpm / totals * MILLION, scaled=True, notes=(*table.notes, note))
