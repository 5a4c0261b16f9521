"""``literature.csv`` and ``ev_mirna_cases.csv``: parameters and documented EV-miRNA cases with their sources."""

from __future__ import annotations

import csv
from pathlib import Path

from .manifest import Record

PARAMETERS = "parameters/literature_parameters.csv"
CASES = "cases/ev_mirna_cases.csv"
RETRACTED = "cases/ev_mirna_cases_retracted.csv"


def build(record: Record) -> None:
    """Write both tables; a case whose source is among the retracted ones stops the build."""
    parameters = _rows(record.source(PARAMETERS))
    columns = ("id", "quantity", "process", "value", "low", "high", "unit", "species", "source", "seen")
    names = (*columns[:-2], "source_doi_or_url", "seen_in_source")
    record.table("literature.csv", columns, ([_short(r[n]) for n in names] for r in parameters))
    retracted = {r["doi_or_url"] for r in _rows(record.source(RETRACTED))}
    cases = _rows(record.source(CASES))
    if bad := [c for c in cases if c["doi_or_url"] in retracted]:
        raise SystemExit(f"a documented case is retracted: {bad[0]}")
    columns = ("mirna", "tumour", "organ", "cell", "gene", "direction", "effect", "source", "seen")
    names = (
        "mirna_mature_name", "tumour_type", "recipient_organ", "recipient_cell", "target_gene_hgnc", "direction",
        "reported_effect", "doi_or_url", "seen_in_source",
    )  # fmt: skip
    record.table("ev_mirna_cases.csv", columns, ([c[n] for n in names] for c in cases))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _short(text: str) -> str:
    """Return a cell with a page address cut to its DOI where it names one."""
    if "doi:" in text:
        return text.split("doi:")[1].strip(" )")
    return text.strip()
