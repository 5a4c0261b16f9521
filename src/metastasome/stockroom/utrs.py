"""3'UTR sequences by gene: FASTA, and TargetScan's UTR tables (aligned or not)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..core.errors import InputError
from ..core.files import existing, sha256
from ..core.text import iter_lines
from .genes import GeneMap, is_id, read_gene_map

HUMAN = "9606"
_TO_DNA = str.maketrans("uU", "TT", "-. \t")
_UNSURE = re.compile("[^ACGT]")
_NONE = "sequenceunavailable"  # what BioMart writes for a transcript without a 3'UTR
_INSIDE = re.compile(r"(?:^|_)(ENS[A-Z]*[GT]\d{11}|[NX][MR]_\d+)(?=[._]|$)", re.IGNORECASE)
# Fields of a GENCODE title that are neither id nor symbol: lengths, ranges, Havana ids, names of transcripts (ALB-201).
_NO_SYMBOL = re.compile(r"-|\d+|.+:.+|OTT\S+|.+-\d{3}")
_IUPAC = frozenset("ACGTUNRYSWKMBDHVX*")


@dataclass(frozen=True)
class Utrs:
    """3'UTRs.

    Attributes:
        sequences: HGNC symbol -> DNA letters ``ACGT``, with ``N`` for any letter that is not one of them.
        notes, sources: what the reader decided; file -> SHA-256.
    """

    sequences: Mapping[str, str]
    notes: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Utrs: {len(self.sequences)} genes>"


def read_utrs(
    path: str | os.PathLike[str],
    *,
    symbols: str | os.PathLike[str] | GeneMap | None = None,
    species: str = HUMAN,
) -> Utrs:
    """Read 3'UTRs; the format is found from the first line.

    FASTA: the gene is the first word of the title (an Ensembl or RefSeq id, or a symbol; of ``a|b|c`` the first part
    that is known), so titles of Ensembl's BioMart, GENCODE and the UCSC table browser will do. TargetScan:
    tab-separated, with a header that names ``Gene Symbol``, ``Species ID`` and ``UTR sequence``, or three columns (id,
    species, sequence) without header; alignment gaps are taken out.

    Of several UTRs of one gene the longest is kept. U becomes T, lower case upper case, and any letter but ACGT an N.

    Raises:
        InputError: neither format; a letter that is no nucleotide code; ids that `symbols` does not know.
    """
    found = existing(path)
    known = symbols if isinstance(symbols, GeneMap) or symbols is None else read_gene_map(symbols)
    first = next((x for x in iter_lines(found) if x.strip()), "")
    if first.startswith(">"):
        records = _fasta(found)
    elif "\t" in first:
        records = _targetscan(found, first, species)
    else:
        raise InputError(
            "neither FASTA nor a TargetScan UTR table", file=found, row=1, value=first, expected="'>' or tabs"
        )
    return _collect(records, known, found)


def _collect(records: Iterator[tuple[int, str, str]], known: GeneMap | None, path: Path) -> Utrs:
    out: dict[str, str] = {}
    empty = unknown = again = unsure = 0
    lost: str | None = None
    for row, title, sequence in records:
        clean = _clean(sequence, path, row)
        symbol = _gene(title, known, path, row)
        if symbol is None:
            unknown, lost = unknown + 1, lost or title
        elif not clean:
            empty += 1
        else:
            unsure += "N" in clean
            again += symbol in out
            if len(clean) > len(out.get(symbol, "")):
                out[symbol] = clean
    if not out:
        hint = "does the table of ids know ids of this kind?" if lost else None
        raise InputError("no 3'UTR of a known gene in it", file=path, value=lost, hint=hint)
    counts = (
        (empty, "empty and left out"),
        (unknown, "of ids without a symbol and left out"),
        (again, "further ones of a gene; the longest was kept"),
        (unsure, "with letters other than ACGT, read as N"),
    )
    told = "; ".join(f"{n} {what}" for n, what in counts if n)
    note = f"{path.name}: 3'UTRs of {len(out)} genes" + (f" ({told})." if told else ".")
    return Utrs(out, (note,), {path.name: sha256(path), **(known.sources if known else {})})


def _clean(sequence: str, path: Path, row: int) -> str:
    if "".join(sequence.split()).lower() == _NONE:
        return ""
    text = sequence.translate(_TO_DNA).upper()
    if not _IUPAC.issuperset(text):
        letter = next(ch for ch in text if ch not in _IUPAC)
        raise InputError(
            "not a nucleotide sequence", file=path, row=row, value=letter, expected="letters of DNA or RNA"
        )
    return _UNSURE.sub("N", text)


def _gene(title: str, known: GeneMap | None, path: Path, row: int) -> str | None:
    parts = [p for p in re.split(r"[|\s]+", title) if p]
    if not parts:
        raise InputError("a sequence has no name", file=path, row=row)
    ids = [p for p in parts if is_id(p)] or _INSIDE.findall(parts[0])[:1]  # UCSC: hg38_refGene_NM_000477
    if not ids:
        return parts[0]
    if known is None:
        named = [p for p in parts if not is_id(p) and not _NO_SYMBOL.fullmatch(p)] if "|" in title else []
        if named:
            return named[-1]
        raise InputError(
            "3'UTRs are named by ids",
            file=path,
            row=row,
            value=ids[0],
            hint="give a table of ids and symbols (--gene-map; in Python symbols=)",
        )
    return next((s for p in ids if (s := known.symbol(p))), None)


def _fasta(path: Path) -> Iterator[tuple[int, str, str]]:
    title, start, parts = None, 0, list[str]()
    for row, line in enumerate(iter_lines(path), start=1):
        if line.startswith(">"):
            if title is not None:
                yield start, title, "".join(parts)
            title, start, parts = line[1:].strip(), row, []
        elif title is not None:
            parts.append(line.strip())
    if title is not None:
        yield start, title, "".join(parts)


def _targetscan(path: Path, first: str, species: str) -> Iterator[tuple[int, str, str]]:
    header = [h.strip().lower() for h in first.split("\t")]
    named = "utr sequence" in header
    if not named and len(header) < 3:
        raise InputError("neither FASTA nor a TargetScan UTR table", file=path, row=1, value=first)
    gene = header.index("gene symbol") if "gene symbol" in header else 0
    kind = header.index("species id") if "species id" in header else 1
    sequence = header.index("utr sequence") if named else 2
    for row, line in enumerate(iter_lines(path), start=1):
        if not line.strip() or (row == 1 and named):
            continue
        cells = line.split("\t")
        if len(cells) <= max(gene, kind, sequence):
            raise InputError(f"{len(cells)} fields", file=path, row=row, expected=f"{len(header)} fields")
        if cells[kind].strip() == species:
            yield row, cells[gene].strip(), cells[sequence]
