"""What each tissue and blood cell would put into a plasma profile: miRNA shares, embedded or from a file."""

from __future__ import annotations

import csv
import functools
import gzip
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError, nearest
from ...core.tables import read_table
from ...reference.names import resolve

Floats = NDArray[np.float64]
#: Share of every signature taken from the mean of all: index hopping, blood left in tissue, post-mortem carry-over
#: (assumption; without it one read of a marker would rule a tissue out).
AMBIENT = 0.002
BLOOD_CELLS = ("red_cell", "platelet")
_FILE = "signatures.tsv.gz"


@dataclass(frozen=True)
class Signatures:
    """miRNA shares of sources.

    Attributes:
        mirnas: miRBase v22 names, ``m``.
        sources: tissues and cells, ``k``.
        shares: each column sums to 1, ``(m, k)``.
        donors: donors (samples) behind each source; 0: not known.
        notes, files: what was decided; file -> SHA-256.
    """

    mirnas: tuple[str, ...]
    sources: tuple[str, ...]
    shares: Floats
    donors: tuple[int, ...]
    notes: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Signatures: {len(self.mirnas)} miRNAs of {len(self.sources)} sources>"

    def only(self, sources: Iterable[str]) -> Signatures:
        """Return the signatures of some sources; :class:`InputError` for an unknown one."""
        wanted = tuple(dict.fromkeys(sources))
        for name in wanted:
            if name not in self.sources:
                hint = nearest(name, self.sources) or f"known: {', '.join(self.sources)}"
                raise InputError("no signature of this tissue", field="tissues", value=name, hint=hint)
        at = [self.sources.index(s) for s in wanted]
        return Signatures(
            self.mirnas, wanted, self.shares[:, at], tuple(self.donors[k] for k in at), self.notes, self.files
        )

    def without(self, *sources: str) -> Signatures:
        """Return the signatures of all sources but these."""
        return self.only(s for s in self.sources if s not in sources)

    def on(self, mirnas: tuple[str, ...]) -> Floats:
        """Return shares over `mirnas` (0 where a signature lacks one), each column scaled to 1, with the ambient part.

        Raises:
            InputError: a source has none of them.
        """
        place = {name: i for i, name in enumerate(self.mirnas)}
        out = np.zeros((len(mirnas), len(self.sources)))
        for i, name in enumerate(mirnas):
            if name in place:
                out[i] = self.shares[place[name]]
        total = out.sum(axis=0)
        if (total <= 0).any():
            name = self.sources[int(np.argmin(total))]
            raise InputError("the profile holds no miRNA of a signature", field="tissues", value=name)
        out /= total
        return np.asarray((1 - AMBIENT) * out + AMBIENT * out.mean(axis=1, keepdims=True))

    def add(self, name: str, mirnas: tuple[str, ...], shares: Floats, *, donors: int) -> Signatures:
        """Return these and one more source over the union of miRNAs."""
        union = tuple(dict.fromkeys((*self.mirnas, *mirnas)))
        at = {m: i for i, m in enumerate(union)}
        out = np.zeros((len(union), len(self.sources) + 1))
        out[: len(self.mirnas), :-1] = self.shares
        out[[at[m] for m in mirnas], -1] = shares / shares.sum()
        return Signatures(union, (*self.sources, name), out, (*self.donors, donors), self.notes, self.files)


@functools.cache
def embedded() -> Signatures:
    """Return the embedded signatures: 16 tissues (miRNATissueAtlas2, PMID 34570238), red cells and platelets."""
    raw = (resources.files(__package__) / _FILE).read_bytes()
    rows = list(csv.reader(io.StringIO(gzip.decompress(raw).decode()), delimiter="\t"))
    values = np.array([[float(x) for x in r[1:]] for r in rows[1:]])
    sources = tuple(rows[0][1:])
    told = record()["donors"]
    note = (
        "Embedded signatures: medians over donors of miRNATissueAtlas2; red cells and platelets from a PCR study "
        "(PLoS ONE 7:e41561), whose scale against tissues is uncertain."
    )
    return Signatures(
        tuple(r[0] for r in rows[1:]), sources, values / values.sum(axis=0), tuple(int(told[s]) for s in sources),
        (note,), {_FILE: hashlib.sha256(raw).hexdigest()},
    )  # fmt: skip


@functools.cache
def record() -> dict[str, Any]:
    """Return what the embedded signatures were built from."""
    found: dict[str, Any] = json.loads((resources.files(__package__) / "signatures.json").read_bytes())
    return found


def read_signatures(path: str | os.PathLike[str]) -> Signatures:
    """Read signatures: miRNAs in rows (first column), a column of levels per tissue or cell.

    Raises:
        InputError: no known miRNA, a negative level, a column of zeros, or anything a table reader refuses.
    """
    table = read_table(path)
    columns = list(range(1, len(table.header)))
    values = table.numbers(columns, missing=0.0)
    if (values < 0).any():
        i, k = np.argwhere(values < 0)[0]
        raise InputError("a level is negative", file=table.path, row=table.lines[i], field=table.header[columns[k]])
    names = [row[0].strip() for row in table.rows]
    found = resolve(names)
    if not found.names:
        raise InputError("no name in it is a known human miRNA", file=table.path, value=names[0])
    merged: dict[str, Floats] = {}
    for name, row in zip(names, values, strict=True):
        if (mature := found.names.get(name)) is not None:
            merged[mature] = np.maximum(merged.get(mature, np.zeros(len(columns))), row)
    matrix = np.array(list(merged.values()))
    if (matrix.sum(axis=0) <= 0).any():
        k = int(np.argmin(matrix.sum(axis=0)))
        raise InputError("all levels of a signature are zero", file=table.path, field=table.header[columns[k]])
    sources = tuple(table.header[j] for j in columns)
    return Signatures(
        tuple(merged), sources, matrix / matrix.sum(axis=0), (0,) * len(sources),
        (*table.notes, *found.sentences()), {table.path.name: table.sha256},
    )  # fmt: skip
