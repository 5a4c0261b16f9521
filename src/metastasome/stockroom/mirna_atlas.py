"""Endogenous miRNA of tissues and cells: counts or frequencies by tissue, to counts per million by mature name."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.tables import Table, read_table
from ..reference.names import Resolution, resolve

_SUMS = frozenset({"total copies", "total", "sum"})


@dataclass(frozen=True)
class MirnaAtlas:
    """miRNA levels of tissues.

    Attributes:
        mirnas: miRBase v22 mature names, ``m`` of them.
        columns: tissues or cells, ``c`` of them.
        cpm: counts per million of all counts of the column, shape ``(m, c)``.
        donors: how many samples stand behind each column.
        resolution: what became of each name.
        notes, sources: what the reader decided; file -> SHA-256.
    """

    mirnas: tuple[str, ...]
    columns: tuple[str, ...]
    cpm: NDArray[np.float64]
    donors: tuple[int, ...]
    resolution: Resolution
    notes: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<MirnaAtlas: {len(self.mirnas)} miRNAs x {len(self.columns)} columns>"

    @property
    def unclear(self) -> frozenset[str]:
        """Mature miRNAs that a name of the table may or may not stand for; their level is not known."""
        return frozenset(c for found in self.resolution.ambiguous.values() for c in found)

    def column(self, name: str) -> NDArray[np.float64]:
        """Return the levels of one column, shape ``(m,)``."""
        if name not in self.columns:
            raise InputError(
                "no such column of miRNA", field=name, expected=f"one of {', '.join(self.columns[:6])}, ..."
            )
        return self.cpm[:, self.columns.index(name)]


def read_mirna_atlas(path: str | os.PathLike[str], *, delimiter: str | None = None) -> MirnaAtlas:
    """Read a miRNA x tissue table of counts or frequencies; every column is scaled to a million.

    Columns named ``organ__tissue__donor`` (miRNATissueAtlas2) are averaged, donors of a tissue first, then tissues of
    an organ. Loci of one mature miRNA: the largest; isomiR rows: the sum. A column of totals is left out.

    Raises:
        InputError: not such a table; a negative value; an all-zero column; no known miRNA name.
    """
    table = read_table(path, delimiter=delimiter)
    columns = [j for j in range(1, len(table.header)) if table.header[j].lower() not in _SUMS]
    values = table.numbers(columns, missing=0.0)
    _check(table, columns, values)
    shares = values / values.sum(axis=0) * 1e6
    names = tuple(row[0].strip() for row in table.rows)
    resolution = resolve(names)
    if not resolution.names:
        raise InputError("no name in it is a known human miRNA", file=table.path, value=names[0])
    mirnas, joined = _join(names, shares, resolution)
    groups, means, donors = _average([table.header[j] for j in columns], joined)
    note = f"{table.path.name}: miRNA counts per million; {len(columns)} samples, {len(groups)} organs or cells."
    notes = (*table.notes, note, *resolution.sentences())
    return MirnaAtlas(mirnas, groups, means, donors, resolution, notes, {table.path.name: table.sha256})


def _check(table: Table, columns: Sequence[int], values: NDArray[np.float64]) -> None:
    if not columns:
        raise InputError("holds no column of tissues", file=table.path, row=1)
    if (values < 0).any():
        i, k = np.argwhere(values < 0)[0]
        raise InputError("a level is negative", file=table.path, row=table.lines[i], field=table.header[columns[k]])
    for k, total in enumerate(values.sum(axis=0)):
        if total <= 0:
            raise InputError("all levels of a column are zero", file=table.path, field=table.header[columns[k]])


def _join(
    names: Sequence[str], shares: NDArray[np.float64], resolution: Resolution
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    rows: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        if (mature := resolution.names.get(name)) is not None:
            rows.setdefault(mature, []).append(i)
    loci = {
        m: len({resolution.how[names[i]] for i in found} & {"dominant", "only", "case"}) > 0
        for m, found in rows.items()
    }
    out = [shares[found].max(axis=0) if loci[m] else shares[found].sum(axis=0) for m, found in rows.items()]
    return tuple(rows), np.array(out)


def _average(
    headers: Sequence[str], values: NDArray[np.float64]
) -> tuple[tuple[str, ...], NDArray[np.float64], tuple[int, ...]]:
    """Average donors of a tissue, then tissues of an organ; columns without ``__`` stay as they are."""
    tissues: dict[str, dict[str, list[int]]] = {}
    for k, header in enumerate(headers):
        organ, _, rest = header.partition("__")
        tissues.setdefault(organ, {}).setdefault(rest.partition("__")[0], []).append(k)
    means = [np.mean([values[:, ks].mean(axis=1) for ks in found.values()], axis=0) for found in tissues.values()]
    donors = tuple(sum(map(len, found.values())) for found in tissues.values())
    return tuple(tissues), np.array(means).T, donors
