"""Gene x organ tables and GCT: one scale, symbols, and clear refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.stockroom import read_expression, read_gene_map
from metastasome.stockroom.recipients import organ_columns


def write(path: Path, values: np.ndarray, columns: list[str], genes: list[str] | None = None, sep: str = "\t") -> Path:
    names = genes or [f"GENE{i}" for i in range(len(values))]
    lines = [sep.join(["gene", *columns])]
    lines += [
        sep.join([g, *("" if np.isnan(v) else repr(float(v)) for v in row)])
        for g, row in zip(names, values, strict=True)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def transcriptome(columns: int = 2, genes: int = 6000) -> np.ndarray:
    return stream(1, "tests/stockroom/tpm").lognormal(1.0, 2.0, (genes, columns))


@settings(deadline=None, max_examples=40)
@given(
    arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.floats(0.5, 1e6, width=32)),
    st.sampled_from(["\t", ",", ";", "|"]),
)
def test_a_small_table_comes_back_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, values: np.ndarray, sep: str
) -> None:
    columns = ["liver", "lung", "brain", "skin"][: values.shape[1]]
    found = read_expression(write(tmp_path_factory.mktemp("e") / "t.txt", values, columns, sep=sep))
    assert found.columns == tuple(columns)
    assert not found.scaled
    np.testing.assert_array_equal(found.tpm, values)


def test_a_whole_transcriptome_is_scaled_to_a_million_per_column(tmp_path: Path) -> None:
    values = transcriptome() * [1.0, 3.0]
    found = read_expression(write(tmp_path / "t.tsv", values, ["liver", "lung"]))
    np.testing.assert_allclose(found.tpm.sum(axis=0), 1e6)
    np.testing.assert_allclose(found.tpm[:, 1] / found.tpm[0, 1], values[:, 1] / values[0, 1])
    assert any("scaled to one million" in n for n in found.notes)


def test_missing_cells_stay_missing(tmp_path: Path) -> None:
    found = read_expression(write(tmp_path / "t.tsv", np.array([[1.0, np.nan], [2.0, 3.0]]), ["liver", "lung"]))
    assert np.isnan(found.tpm[0, 1])
    assert np.nansum(found.tpm[:, 1]) == 3


@pytest.mark.parametrize("unit", ["log2(tpm+1)", "ln(tpm+1)"])
def test_logarithms_are_refused_unless_announced(tmp_path: Path, unit: str) -> None:
    linear = transcriptome()
    logs = np.log2(linear + 1) if unit.startswith("log2") else np.log1p(linear)
    path = write(tmp_path / "t.tsv", logs, ["liver", "lung"])
    with pytest.raises(InputError, match=r"look like logarithms.*say unit="):
        read_expression(path)
    found = read_expression(path, unit=unit)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.tpm, linear / linear.sum(axis=0) * 1e6, rtol=1e-9, atol=1e-9)


def test_linear_values_said_to_be_logarithms_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", transcriptome(), ["liver", "lung"])
    with pytest.raises(InputError, match="too large for log2"):
        read_expression(path, unit="log2(tpm+1)")
    with pytest.raises(InputError, match="unknown unit"):
        read_expression(path, unit="fpkm")  # type: ignore[arg-type]


def test_negative_and_empty_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="some are negative"):
        read_expression(write(tmp_path / "t.tsv", np.array([[-1.0, 2.0], [3.0, 4.0]]), ["liver", "lung"]))
    with pytest.raises(InputError, match="a level is negative"):
        read_expression(write(tmp_path / "t.tsv", np.array([[-1.0, 2.0], [3.0, 4.0]]), ["liver", "lung"]), unit="tpm")
    with pytest.raises(InputError, match="field 'lung': all levels of a column are zero"):
        read_expression(write(tmp_path / "t.tsv", np.array([[1.0, 0.0], [3.0, 0.0]]), ["liver", "lung"]))


def test_ids_are_mapped_and_rows_of_one_gene_added(tmp_path: Path) -> None:
    (tmp_path / "map.tsv").write_text(
        "Transcript ID\tGene ID\tGene symbol\nENST00000000001.1\tENSG00000000001.3\tALB\n"
        "ENST00000000002.1\tENSG00000000002.1\tCTGF\nENST00000000003.1\tENSG00000000003.1\tALB\n"
    )
    genes = ["ENSG00000000001", "ENSG00000000002.7", "ENSG00000000003", "ENSG00000000009"]
    path = write(tmp_path / "t.tsv", np.array([[1.0], [2.0], [4.0], [8.0]]), ["liver"], genes)
    found = read_expression(path, symbols=tmp_path / "map.tsv")
    assert dict(zip(found.genes, found.tpm[:, 0], strict=True)) == {"ALB": 5.0, "CCN2": 2.0}
    assert any("1 have no symbol" in n for n in found.notes)
    assert set(found.sources) == {"t.tsv", "map.tsv"}
    with pytest.raises(InputError, match="give a table of ids and symbols"):
        read_expression(path)
    with pytest.raises(InputError, match="no columns of gene ids and symbols"):
        read_gene_map(path)


def test_symbols_beside_ids_and_the_index_of_pandas(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("gene_id,Gene name,lung\nENSG00000163631.18,ALB,90\nENSG00000104067.2,TJP1,10\n")
    assert read_expression(path).genes == ("ALB", "TJP1")
    path.write_text(",gene,lung\n0,ALB,90\n1,TJP1,10\n")
    found = read_expression(path)
    assert (found.genes, found.columns) == (("ALB", "TJP1"), ("lung",)) and "column 'gene'" in found.notes[0]
    path.write_text("gene_id,Entrez,lung\nENSG00000163631.18,ALB,90\n")
    with pytest.raises(InputError, match=r"genes are given as ids.*--gene-map"):
        read_expression(path)


def test_the_tissues_of_gtex_are_organs() -> None:
    found = organ_columns(["Brain - Cortex", "Brain - Amygdala", "Colon - Sigmoid", "Whole Blood", "Muscle - Skeletal"])
    want = {"gut": ("Colon - Sigmoid",), "brain": ("Brain - Cortex", "Brain - Amygdala")}
    assert found == {**want, "muscle": ("Muscle - Skeletal",)}


GCT = "#1.2\n2\t2\nName\tDescription\tLiver\tLung\nENSG00000000001.3\tALB\t10\t1\nENSG00000000002.1\tSFTPC\t0\t20\n"


def test_gct_versions(tmp_path: Path) -> None:
    path = tmp_path / "a.gct"
    path.write_text(GCT)
    found = read_expression(path)
    assert (found.genes, found.columns) == (("ALB", "SFTPC"), ("Liver", "Lung"))
    assert found.tpm.tolist() == [[10.0, 1.0], [0.0, 20.0]]
    path.write_text("#1.3\n1\t2\t1\t1\nid\tsymbol\tLiver\tLung\nkind\tna\tx\ty\nrow1\tALB\t10\t1\n")
    assert read_expression(path).tpm.tolist() == [[10.0, 1.0]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#1.2", "#1.9", "row 1: unknown GCT version"),
        ("2\t2\n", "two\t2\n", "row 2: the size line"),
        ("2\t2\n", "3\t2\n", "2 genes where 3 are announced"),
        ("2\t2\n", "2\t3\n", "row 3: 4 names where 5 are announced"),
        ("10\t1\n", "10\n", "row 4: 3 fields where the header has 4"),
        ("10\t1\n", "10\tx\n", "row 4, field 'Lung': not a number"),
        ("Liver\tLung", "Lung\tLung", "two columns have the same name"),
    ],
)
def test_broken_gct_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "a.gct"
    path.write_text(GCT.replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        read_expression(path)


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=200) | st.text(max_size=150).map(lambda t: ("#1.2\n" + t).encode()))
def test_any_bytes_are_a_table_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("e") / "t.tsv"
    path.write_bytes(data)
    try:
        read_expression(path)
    except InputError as error:
        assert "\n" not in str(error)
