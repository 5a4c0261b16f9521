"""Stockrooms: columns to recipients, shares to copies per cell, atlases of miRNA; the embedded one and the full one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from metastasome.core.errors import InputError
from metastasome.stockroom import (
    ExpressionTable,
    Recipient,
    Source,
    Stockroom,
    Utrs,
    build,
    embedded,
    gene_roles,
    human,
    read_mirna_atlas,
)
from metastasome.stockroom.build import MIRNA_PER_CELL, MRNA_PER_CELL, beside, beside_mirna
from metastasome.stockroom.recipients import human_sources

TPM = ExpressionTable(
    ("ALB", "TJP1"), ("Liver", "colon", "stomach", "mystery"),
    np.array([[1000.0, 10.0, 30.0, 7.0], [5.0, 50.0, np.nan, 7.0]]), True,
)  # fmt: skip


def column(room: Stockroom, name: str) -> int:
    return [r.name for r in room.recipients].index(name)


def test_columns_become_organs_and_shares_copies() -> None:
    room = build(mrna=TPM, utrs=Utrs({"ALB": "ACGT", "OTHER": "A"}), mrna_per_cell=2e5)
    assert [r.name for r in room.recipients] == ["liver", "gut"]
    assert room.mrna[0].tolist() == [200.0, 4.0]
    assert room.mrna[1].tolist() == [1.0, 10.0]  # stomach is not measured: the mean is of the colon alone
    assert room.utrs == {"ALB": "ACGT"}
    assert any("gut: colon, stomach" in n for n in room.notes)
    assert any("assumption" in n for n in room.notes)
    assert any("mystery" in n for n in room.notes)
    assert room.mirna.shape == (0, 2)


def test_recipients_can_be_named_by_hand() -> None:
    source = Source(Recipient("liver/stroma", "liver", "stroma", "mystery cells"), ("mystery",))
    assert build(mrna=TPM, recipients=[source]).mrna[:, 0].tolist() == [7 * MRNA_PER_CELL / 1e6] * 2
    with pytest.raises(InputError, match="no such column of expression"):
        build(mrna=TPM, recipients=[Source(source.recipient, ("absent",))])


def test_unknown_organs_and_totals_are_refused() -> None:
    odd = ExpressionTable(("ALB",), ("lnug",), np.ones((1, 1)), True)
    with pytest.raises(InputError, match=r"no column is a known organ.*lnug"):
        build(mrna=odd)
    mixed = ExpressionTable(("ALB",), ("liver", "lnug"), np.ones((1, 2)), True)
    assert any("lnug (did you mean 'lung'?)" in n for n in build(mrna=mixed).notes)
    with pytest.raises(InputError, match="field 'mrna_per_cell': outside its range"):
        build(mrna=TPM, mrna_per_cell=float("nan"))


def test_tables_are_put_side_by_side() -> None:
    other = ExpressionTable(("TJP1", "CDH5"), ("HUVEC TERT2", "liver"), np.array([[1.0, 9.0], [2.0, 9.0]]), True)
    both = beside(TPM, other)
    assert both.columns == (*TPM.columns, "HUVEC TERT2")  # "liver" is there already, as "Liver"
    assert both.genes == ("ALB", "TJP1", "CDH5")
    assert both.column("HUVEC TERT2")[1:].tolist() == [1.0, 2.0]
    assert np.isnan(both.column("HUVEC TERT2")[0])


def test_every_stand_in_says_so() -> None:
    sources = human_sources(["liver", "lung", "HUVEC TERT2", "THP-1", "HHSteC", "BJ", "ASC TERT1"])
    by_name = {s.recipient.name: s for s in sources}
    assert by_name["liver/stroma"].mrna == ("HHSteC",)
    assert by_name["lung/stroma"].mrna == ("BJ",)
    assert by_name["liver/macrophage"].mrna == ("THP-1",)
    assert "epithelium" not in by_name  # no column for it
    assert all(s.recipient.proxy for s in sources if s.recipient.cell != "bulk")


def atlas(folder: Path, text: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_an_atlas_averages_donors_then_tissues(tmp_path: Path) -> None:
    path = atlas(
        tmp_path,
        "miRNA,bowel__colon__1,bowel__colon__2,bowel__ileum__1,liver__liver__1\n"
        "hsa-miR-21-5p,50,100,0,1\nhsa-miR-122-5p,50,0,10,3\n",
    )
    found = read_mirna_atlas(path)
    assert found.columns == ("bowel", "liver")
    assert found.donors == (3, 1)
    np.testing.assert_allclose(found.cpm, [[375_000, 250_000], [625_000, 750_000]])
    room = build(mrna=TPM, mirna=found)
    assert room.mirna[1, column(room, "liver")] == 0.75 * MIRNA_PER_CELL
    assert room.mirna[1, column(room, "gut")] == 0.625 * MIRNA_PER_CELL


def test_a_mirna_that_a_table_leaves_open_is_unknown_there_not_absent(tmp_path: Path) -> None:
    clear = read_mirna_atlas(atlas(tmp_path, "m,liver\nhsa-miR-142-3p,5\nhsa-miR-21-5p,5\n"))
    vague = read_mirna_atlas(atlas(tmp_path, "m,cells\nhsa-miR-142,5\nhsa-miR-16-5p,5\n", "b.csv"))
    both = beside_mirna(clear, vague)
    cells = dict(zip(both.mirnas, both.column("cells"), strict=True))
    assert np.isnan(cells["hsa-miR-142-3p"])
    assert cells["hsa-miR-21-5p"] == 0
    assert dict(zip(both.mirnas, both.column("liver"), strict=True))["hsa-miR-16-5p"] == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("m,liver\nhsa-miR-21-5p,-1\n", "row 2, field 'liver': a level is negative"),
        ("m,liver\nhsa-miR-21-5p,0\n", "field 'liver': all levels of a column are zero"),
        ("m,liver\nACTB,1\n", "no name in it is a known human miRNA"),
        ("m,total\nhsa-miR-21-5p,1\n", "holds no column of tissues"),
    ],
)
def test_broken_atlases_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_mirna_atlas(atlas(tmp_path, text))


def test_the_embedded_stockroom_tells_organs_apart() -> None:
    room = embedded()
    roles = list(gene_roles().values())
    assert 400 < roles.count("programme") < 600
    assert roles.count("background") > 300
    copies = {g: room.mrna[room.genes.index(g)] for g in ("ALB", "SFTPC", "GFAP", "CDH5", "CD14")}
    for gene, organ in (("ALB", "liver"), ("SFTPC", "lung"), ("GFAP", "brain")):
        bulk = [j for j, r in enumerate(room.recipients) if r.cell == "bulk"]
        assert room.recipients[max(bulk, key=lambda j, g=gene: copies[g][j])].name == organ
    assert copies["CDH5"][column(room, "lung/endothelium")] > 20 * copies["CDH5"][column(room, "lung/macrophage")]
    assert copies["CD14"][column(room, "liver/macrophage")] > 10 * copies["CD14"][column(room, "liver/stroma")]
    mir122 = room.mirna[room.mirnas.index("hsa-miR-122-5p")]
    assert mir122[column(room, "liver")] > 1e4
    assert mir122[column(room, "liver")] > 100 * mir122[column(room, "brain")]
    assert room.site_counts is not None


@pytest.mark.shared
@pytest.mark.slow
def test_the_embedded_stockroom_is_the_full_one_to_three_figures(shared_data: Path) -> None:
    full, small = human(shared_data), embedded()
    assert full.recipients == small.recipients
    assert len(full.genes) > 18_000
    assert len(full.utrs) > 3_900
    rows = [full.genes.index(g) for g in small.genes]
    np.testing.assert_allclose(small.mrna, full.mrna[rows], rtol=6e-3, atol=0.011)
    mirnas = [full.mirnas.index(m) for m in small.mirnas]
    np.testing.assert_allclose(small.mirna, full.mirna[mirnas], rtol=6e-3, atol=0.011)
    sums = np.nansum(full.mrna[:, [r.cell == "bulk" for r in full.recipients]], axis=0)
    np.testing.assert_allclose(sums, MRNA_PER_CELL, rtol=0.08)  # a few genes are not measured in every organ


def test_a_folder_without_the_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Gene_info\.txt\.gz.*no such file"):
        human(tmp_path)
