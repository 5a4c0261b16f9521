"""The training data: HeLa cells after transfection of 17 miRNA duplexes (GSE140217). HEK293FT columns are not read.

Reads per gene symbol are the public re-quantification beside the published tables; a gene's fold changes come out of an
additive model of miRNA and batch on log counts per million, because batch and miRNA are partly confounded.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.files import existing

FILES = (
    "mcgeary2019_requantified_counts_by_symbol.tsv.gz", "mcgeary2019_requantified_samples.tsv",
    "mcgeary2019_transfected_mirna_oligos.txt", "miraw_utr3_ensg.fa.gz", "targetscan8_Gene_info.txt.gz",
)  # fmt: skip
CELL_LINE = "HeLa"
LEAST_CPM = 5.0


@dataclass(frozen=True)
class Transfections:
    """Expression after transfection.

    Attributes:
        genes: symbols, ``g`` of them.
        utrs: 3'UTR of each.
        mirnas: ``m`` of them.
        guides, passengers: transfected strands in the order of `mirnas`.
        level: ln counts per million after removal of batch effects, ``(g, m)``.
        reads: mean reads per sample, ``(g,)``.
        cpm: mean counts per million, ``(g,)``.
    """

    genes: tuple[str, ...]
    utrs: tuple[str, ...]
    mirnas: tuple[str, ...]
    guides: tuple[str, ...]
    passengers: tuple[str, ...]
    level: NDArray[np.float64]
    reads: NDArray[np.float64]
    cpm: NDArray[np.float64]


def read_transfections(folder: Path) -> Transfections:
    """Read the HeLa transfections from the ``rna`` folder of the public data.

    Raises:
        InputError: a file is missing, or a transfected miRNA has no strand.
    """
    counts_file, sheet_file, oligo_file, utr_file, gene_file = (existing(folder / name) for name in FILES)
    sheet = pd.read_csv(sheet_file, sep="\t")
    sheet = sheet[sheet["cell_line"] == CELL_LINE].reset_index(drop=True)
    samples = list(sheet["sample"])
    counts = pd.read_csv(counts_file, sep="\t", usecols=["symbol", *samples], index_col="symbol")[samples]
    library = counts.sum()
    utrs = _by_symbol(read_fasta(utr_file), gene_file)
    counts = counts[counts.index.isin(list(utrs))]
    cpm = (counts / library * 1e6).mean(axis=1)
    counts, cpm = counts[cpm > LEAST_CPM], cpm[cpm > LEAST_CPM]
    mirnas = tuple(sorted(sheet["mirna"].unique()))
    strands = read_oligos(oligo_file)
    guides, passengers = (_strands(strands, kind, mirnas) for kind in ("guide", "passenger"))
    log_cpm = np.log(((counts + 0.5) / (library + 1) * 1e6).to_numpy(np.float64))
    level = _without_batches(log_cpm, sheet, mirnas)
    genes = tuple(map(str, counts.index))
    reads = counts.mean(axis=1).to_numpy(np.float64)
    sequences = tuple(utrs[gene] for gene in genes)
    return Transfections(genes, sequences, mirnas, guides, passengers, level, reads, cpm.to_numpy(np.float64))


def read_fasta(path: Path) -> dict[str, str]:
    """Return the sequences of a FASTA file (gzip or plain), by id."""
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    records = (record.partition("\n") for record in text.split(">")[1:])
    return {head.split()[0]: body.replace("\n", "") for head, _, body in records}


def read_oligos(path: Path) -> dict[tuple[str, str, str], str]:
    """Return transfected strands by cell line, strand (guide or passenger) and short miRNA name."""
    out: dict[tuple[str, str, str], str] = {}
    cell = strand = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, sequence = line.partition("\t")
        if not sequence.strip():
            cell = "HeLa" if "HeLa" in name else "HEK293FT"
            strand = "passenger" if "passenger" in name else "guide"
            continue
        short = re.sub(r"^(hsa|cel)-|\(.*?\)|\*", "", name)
        out[cell, strand, short] = sequence.strip()
    return out


def _by_symbol(utrs: Mapping[str, str], gene_file: Path) -> dict[str, str]:
    table = pd.read_csv(gene_file, sep="\t", usecols=["Gene ID", "Gene symbol"])
    ids = table["Gene ID"].str.split(".").str[0]
    table = table[ids.isin(list(utrs))].drop_duplicates("Gene symbol")
    own = ids.loc[table.index]
    return {str(symbol): utrs[gene] for symbol, gene in zip(table["Gene symbol"], own, strict=True)}


def _strands(strands: Mapping[tuple[str, str, str], str], kind: str, mirnas: tuple[str, ...]) -> tuple[str, ...]:
    missing = [name for name in mirnas if (CELL_LINE, kind, name) not in strands]
    if missing:
        raise InputError(f"no {kind} strand", field="mirna", value=missing[0])
    return tuple(strands[CELL_LINE, kind, name] for name in mirnas)


def _without_batches(log_cpm: NDArray[np.float64], sheet: pd.DataFrame, mirnas: tuple[str, ...]) -> NDArray[np.float64]:
    """Return miRNA effects of ``gene: miRNA + batch`` by least squares, a faint ridge settling what is confounded."""
    batches = sorted(sheet["batch"].unique())
    design = np.zeros((len(sheet), len(mirnas) + len(batches)))
    for i, (mirna, batch) in enumerate(zip(sheet["mirna"], sheet["batch"], strict=True)):
        design[i, mirnas.index(mirna)] = 1
        design[i, len(mirnas) + batches.index(batch)] = 1
    ridge = np.diag([1e-6] * len(mirnas) + [1e-3] * len(batches))
    solution = np.linalg.solve(design.T @ design + ridge, design.T)
    return np.asarray((log_cpm @ solution.T)[:, : len(mirnas)])
