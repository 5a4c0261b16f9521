"""Gene names: Ensembl, RefSeq and transcript ids to HGNC symbols."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..core.errors import InputError
from ..core.tables import read_table

_VERSION = re.compile(r"\.\d+$")
_ENSEMBL = re.compile(r"^ENS[A-Z]*[GT]\d{11}", re.IGNORECASE)
_REFSEQ = re.compile(r"^[NX][MR]_\d+", re.IGNORECASE)


# Symbols that HGNC changed after TargetScan 8 was frozen, for genes that programmes and markers use. Pairs read in a
# source: RETREG2 (table of documented cases); VSIR, NSD2, TENT5C, CIP2A, CASTOR1 (public lists of renamed symbols). Of
# the others both symbols are in use (the old in TargetScan 8, the new in GO or MSigDB sets); the pairing was not read.
RENAMED: dict[str, str] = {
    "CTGF": "CCN2", "CYR61": "CCN1", "NOV": "CCN3", "WISP1": "CCN4", "WISP2": "CCN5", "WISP3": "CCN6", "IL8": "CXCL8",
    "FAM134A": "RETREG2", "C10orf54": "VSIR", "C12orf5": "TIGAR", "G6PC": "G6PC1", "MKL1": "MRTFA", "PVRL2": "NECTIN2",
    "PARK2": "PRKN", "WHSC1": "NSD2", "KIAA1524": "CIP2A", "FAM46C": "TENT5C", "ERO1L": "ERO1A", "GATSL3": "CASTOR1",
}  # fmt: skip


@dataclass(frozen=True)
class GeneMap:
    """Ids without version -> HGNC symbol, and where they came from (file -> SHA-256)."""

    symbols: Mapping[str, str]
    sources: Mapping[str, str]

    def symbol(self, gene: str) -> str | None:
        """Return the symbol of an Ensembl or RefSeq id; any other name is taken to be a symbol; None where unknown."""
        name = gene.strip()
        if is_id(name):
            return self.symbols.get(_VERSION.sub("", name).upper())
        return current(name) or None


def current(symbol: str) -> str:
    """Return the present HGNC symbol of one that was renamed (:data:`RENAMED`), any other as it is."""
    return RENAMED.get(symbol, symbol)


def is_id(name: str) -> bool:
    """Return whether `name` is an Ensembl or RefSeq id rather than a symbol."""
    return bool(_ENSEMBL.match(name) or _REFSEQ.match(name))


def read_gene_map(path: str | os.PathLike[str], *more: str | os.PathLike[str]) -> GeneMap:
    """Read id-to-symbol tables: TargetScan's ``Gene_info``, or any table whose header names id and symbol columns.

    Raises:
        InputError: a table has no id column or no symbol column.
    """
    symbols: dict[str, str] = {}
    sources: dict[str, str] = {}
    for file in (path, *more):
        table = read_table(file)
        lower = [h.lower() for h in table.header]
        ids = [
            j
            for j, h in enumerate(lower)
            if h in ("gene id", "transcript id", "refseq", "gene_id", "transcript_id", "id")
        ]
        named = [j for j, h in enumerate(lower) if h in ("gene symbol", "symbol", "gene_symbol", "hgnc")]
        if not ids or len(named) != 1:
            raise InputError(
                "no columns of gene ids and symbols", file=table.path, row=1, expected="'Gene ID' and 'Gene symbol'"
            )
        for row in table.rows:
            if symbol := current(row[named[0]].strip()):
                symbols.update({_VERSION.sub("", row[j].strip()).upper(): symbol for j in ids})
        sources[table.path.name] = table.sha256
    return GeneMap(symbols, sources)


def to_symbols(genes: Sequence[str], known: GeneMap | None) -> tuple[list[str | None], tuple[str, ...]]:
    """Return the symbol of each gene (None where unknown) and a sentence on what was mapped and lost.

    Raises:
        InputError: ids were given but there is no table to map them with, or it knows none of them.
    """
    ids = sum(is_id(g) for g in genes)
    if not ids:
        return [current(g.strip()) or None for g in genes], ()
    if known is None:
        raise InputError(
            "genes are given as ids", field="genes", value=next(g for g in genes if is_id(g)),
            hint="give a table of ids and symbols such as TargetScan's Gene_info (--gene-map; in Python symbols=)",
        )  # fmt: skip
    found = [known.symbol(g) for g in genes]
    lost = sum(s is None for s in found)
    if lost == len(found):
        raise InputError("the gene table knows none of these ids", field="symbols", value=genes[0])
    return found, (
        f"{ids} genes were given as ids; {lost} have no symbol in {_files(known.sources)} and were left out.",
    )


def _files(sources: Iterable[str]) -> str:
    return ", ".join(sources) or "the table given"
