"""The real files: what their README says of them is what the readers find."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from metastasome.cargo import CountTable, embedded, from_counts, read_mirna_counts, read_proteins
from metastasome.core.streams import stream

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def colorectal(shared_data: Path) -> CountTable:
    return read_mirna_counts(
        shared_data / "rna/ev_plasma_crc_pc_pan_healthy_mir_counts.csv.gz",
        samples=shared_data / "rna/ev_plasma_sample_classes.csv",
        case="Colorectal Cancer",
        control="Healthy Control",
    )


def test_colorectal_donors_and_names(colorectal: CountTable) -> None:
    assert (colorectal.labels.count("case"), colorectal.labels.count("control")) == (100, 50)
    assert "mirnas in columns" in colorectal.notes[0]
    assert 1300 < len(colorectal.resolution.names) < 1803
    assert "hsa-mir-9-1" in colorectal.resolution.ambiguous
    assert (
        len(colorectal.resolution.names) + len(colorectal.resolution.ambiguous) + len(colorectal.resolution.unknown)
        == 1803
    )


def test_colorectal_cargo_is_a_small_difference_not_the_profile(colorectal: CountTable) -> None:
    made = from_counts(colorectal)
    alone = from_counts(replace(colorectal, labels=tuple("case" if x == "case" else "" for x in colorectal.labels)))
    background = made.mirnas.index("hsa-miR-99a-5p")  # 14% of reads in every donor
    assert alone.copies[alone.mirnas.index("hsa-miR-99a-5p")] > 0.02
    assert made.copies[background] == 0
    assert made.copies.sum() < 0.05 * alone.copies.sum()


def test_permuted_labels_make_less_cargo(colorectal: CountTable) -> None:
    """20 permutations, seed 1: the mean of the permuted totals is below a quarter of the real one."""
    real = from_counts(colorectal).copies.sum()
    rng = stream(1, "tests/cargo/permuted")
    totals = [
        from_counts(replace(colorectal, labels=tuple(rng.permutation(colorectal.labels)))).copies.sum()
        for _ in range(20)
    ]
    assert np.mean(totals) < 0.25 * real


def test_the_embedded_summary_gives_the_same_cargo(colorectal: CountTable) -> None:
    full, small = from_counts(colorectal), embedded("colorectal")
    copies = dict(zip(full.mirnas, full.copies, strict=True))
    assert set(copies) == set(small.mirnas)
    np.testing.assert_allclose(small.copies, [copies[m] for m in small.mirnas], rtol=0.02, atol=2e-7)


def test_glioblastoma_file_with_bare_cr(shared_data: Path) -> None:
    path, sheet = (
        shared_data / "rna/ev_serum_gbm_mirna_normalized.txt.gz",
        shared_data / "rna/ev_serum_gbm_phenotype.txt",
    )
    by_name = read_mirna_counts(path, case="GBM", control="HC")
    by_sheet = read_mirna_counts(path, samples=sheet, class_column="Type", case="GBM", control="Control")
    assert by_name.labels == by_sheet.labels
    assert (by_name.labels.count("case"), by_name.labels.count("control")) == (12, 16)
    np.testing.assert_array_equal(by_name.counts, by_sheet.counts)
    assert any("bare CR" in n for n in by_name.notes)
    assert any("red cells" in n for n in from_counts(by_name).notes)


def test_breast_proteome(shared_data: Path) -> None:
    path = shared_data / "rna/ev_proteome_mcf10a_vs_mda231_protein_groups.csv.gz"
    found = read_proteins(path, case="MDA", control="MCF10")
    assert {"ITGB3", "ITGB5", "ITGB6"} <= found.bounded
    assert found.ratios["ITGB3"] > 1 > found.ratios["ITGB6"]
    limma = dict(_limma(shared_data / "rna/ev_proteome_mcf10a_vs_mda231_limma.csv.gz", path))
    both = [g for g in limma if g in found.ratios and g not in found.bounded]
    log2 = np.log2([found.ratios[g] for g in both])
    assert len(both) > 400
    assert np.corrcoef(log2, [limma[g] for g in both])[0, 1] > 0.9


def _limma(path: Path, groups: Path) -> list[tuple[str, float]]:
    from metastasome.core.tables import read_table

    table, named = read_table(path), read_table(groups)
    first = [x.split(";")[0] for x in named.column("Majority protein IDs")]
    gene = dict(zip(first, (x.split(";")[0] for x in named.column("Gene names")), strict=True))
    change = table.numbers([table.index("logFC")])[:, 0]
    return [(gene[u], c) for u, c in zip(table.column("UNIPROT"), change, strict=True) if gene.get(u)]
