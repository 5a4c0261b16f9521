"""The embedded tables: whole, within their budget, traceable, and right where a figure is known."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from metastasome import reference
from metastasome.core.errors import InputError
from metastasome.matchmaking.response import PROGRAMMES
from metastasome.reference import tables
from metastasome.reference.site_counts import TYPES

FOLDER = resources.files("metastasome.reference")


def test_every_table_is_the_one_the_manifest_names() -> None:
    for name, about in reference.manifest()["tables"].items():
        data = (FOLDER / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == about["sha256"], name
        assert tables.checksum(name) == about["sha256"]


def test_all_embedded_tables_fit_the_budget() -> None:
    sizes = [len(f.read_bytes()) for f in FOLDER.iterdir() if not f.name.endswith(".py") and f.is_file()]
    assert sum(sizes) < 700_000


def test_a_missing_table_is_named() -> None:
    with pytest.raises(InputError, match=r"absent\.csv"):
        tables.rows("absent.csv")


def test_literature_rows_are_sound() -> None:
    found = reference.literature()
    assert len(found) == 225
    for row in found.values():
        bounds = [b for b in (row.low, row.value, row.high) if b is not None]
        assert bounds == sorted(bounds), row.id
        assert row.source
    assert reference.literature_value("ev_clearance_01").unit == "min"
    with pytest.raises(InputError, match="did you mean 'ev_clearance_01'"):
        reference.literature_value("ev_clearence_01")


def test_programmes_are_those_of_matchmaking_with_both_signs() -> None:
    genes = reference.programmes()
    assert {g.programme for g in genes} == set(PROGRAMMES)
    for programme in PROGRAMMES:
        own = [g for g in genes if g.programme == programme]
        assert 40 <= len(own) <= 80, programme
        assert {g.sign for g in own} == {1, -1}, programme
        assert len({g.gene for g in own}) == len(own), f"{programme} names a gene twice"


def test_documented_targets_are_in_programmes_and_retracted_claims_are_not_cases() -> None:
    genes = {g.gene for g in reference.programmes()}
    assert {
        "TJP1",
        "CDH5",
        "PKM",
        "PDPK1",
        "PTEN",
        "PDCD4",
        "SOCS1",
        "SOCS5",
        "KLF2",
        "KLF4",
        "EGLN1",
        "EGLN2",
    } <= genes
    cases = reference.documented_cases()
    assert len(cases) == 33
    assert not [c for c in cases if c.gene == "MYB" or "retracted" in c.source]
    named = {c.mirna for c in cases if c.mirna.startswith("hsa-")}
    assert named <= set(reference.mirna_names())


def test_site_counts_known_by_hand() -> None:
    counts = reference.site_counts()
    tjp1 = counts.genes.index("TJP1")
    assert dict(zip(TYPES, counts.dense(["CAAAUGC"])[0, tjp1], strict=True)) == {
        "8mer": 2, "7mer-m8": 2, "7mer-A1": 0, "6mer": 4,
    }  # fmt: skip
    assert counts.lengths[tjp1] == 2228
    assert "CAAAUGC" in counts
    with pytest.raises(InputError, match="not counted"):
        counts.dense(["CCCCCCC"])


def test_unknown_sites_are_told_from_none() -> None:
    counts = reference.site_counts()
    rows = np.array(counts.origin) == "targetscan"
    assert rows.any()
    outside = next(s for s in counts.seeds if s not in counts.families)
    assert not counts.known(outside)[rows].any()
    assert counts.known(outside)[~rows].all()
    assert np.isnan(counts.lengths[rows]).all()


@pytest.mark.shared
def test_site_counts_agree_with_another_way_of_counting(shared_data: Path) -> None:
    """Regular expressions with look-around, against the string search of the build: all seeds on 9 genes."""
    from metastasome.stockroom import read_gene_map, read_utrs

    symbols = read_gene_map(shared_data / "rna/targetscan8_Gene_info.txt.gz")
    utrs = read_utrs(shared_data / "rna/miraw_utr3_ensg.fa.gz", symbols=symbols).sequences
    counts = reference.site_counts()
    genes = [i for i, o in enumerate(counts.origin) if o == "utr"][::80]
    dense = counts.dense(counts.seeds)
    other = str.maketrans("ACGU", "TGCA")
    for k, seed in enumerate(counts.seeds):
        eighth, *rest = seed.translate(other)[::-1]
        core = "".join(rest)
        forms = [f"(?<={eighth})(?={core}A)", f"(?<={eighth})(?={core}(?!A))", f"(?<!{eighth})(?={core}A)",
                 f"(?<!{eighth})(?={core}(?!A))"]  # fmt: skip
        for i in genes:
            found = [len(re.findall(f, utrs[counts.genes[i]])) for f in forms]
            assert found == dense[k, i].tolist(), (seed, counts.genes[i])


@pytest.mark.shared
@pytest.mark.slow
def test_the_build_gives_the_same_tables_again(shared_data: Path, tmp_path: Path) -> None:
    script = Path(__file__).resolve().parents[2] / "tools" / "build_reference.py"
    subprocess.run(
        [sys.executable, str(script), "--data-dir", str(shared_data), "--out", str(tmp_path)], check=True, timeout=400
    )
    for path in tmp_path.iterdir():
        new, old = path.read_bytes(), (FOLDER / path.name).read_bytes()
        if path.suffix == ".gz":  # another zlib may compress to other bytes
            new, old = gzip.decompress(new), gzip.decompress(old)
        if path.name == "manifest.json":
            new, old = (json.dumps({**json.loads(x), "tables": None}).encode() for x in (new, old))
        assert new == old, path.name
