"""Old miRNA names say what bears them out, and what is said to be shown by a sequence is."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from metastasome.reference import mirna_names

TABLE = Path(__file__).parents[2] / "tools" / "reference_build" / "old_names.tsv"


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_old_name_says_what_bears_it_out() -> None:
    known = mirna_names()
    kinds = ("sequence of ", "other arm of ", "public list of renamings", "not shown")
    for row in rows():
        assert row["name"] in known and row["shown_by"].startswith(kinds), row
        assert row["old"] in known[row["name"]].old


@pytest.mark.shared
def test_sequences_said_to_be_the_same_are(shared_data: Path) -> None:
    file = shared_data / "rna" / "targetscan_miR_Family_Info.txt.gz"
    with gzip.open(file, "rt") as lines:
        table = {r["MiRBase ID"]: r["Mature sequence"] for r in csv.DictReader(lines, delimiter="\t")}
    shown = [row for row in rows() if row["shown_by"].startswith("sequence of ")]
    assert len(shown) >= 30
    for row in shown:
        other = row["shown_by"].removeprefix("sequence of ")
        assert other.split("-", 1)[1] == row["old"].split("-", 1)[1]
        assert table[other][:18] == mirna_names()[row["name"]].sequence[:18], row
