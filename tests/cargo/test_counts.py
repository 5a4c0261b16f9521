"""Count matrices: any orientation, delimiter and naming is read; what is wrong is named."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metastasome.cargo import read_mirna_counts
from metastasome.core.errors import InputError

from .tables import MIRNAS, write

COUNTS = np.arange(1.0, 25.0).reshape(4, 6) * 10


@settings(deadline=None, max_examples=40)
@given(
    arrays(np.float64, st.tuples(st.integers(1, 5), st.just(6)), elements=st.integers(1, 10**6)),
    st.sampled_from([",", "\t", ";", "|"]),
    st.booleans(),
    st.booleans(),
)
def test_counts_come_back_from_either_orientation_and_delimiter(
    tmp_path_factory: pytest.TempPathFactory, counts: np.ndarray, delimiter: str, rows: bool, zipped: bool
) -> None:
    path = write(tmp_path_factory.mktemp("c") / "c.tsv", counts, delimiter=delimiter, mirnas_in_rows=rows)
    if zipped:
        path.write_bytes(gzip.compress(path.read_bytes()))
    found = read_mirna_counts(path)
    assert found.mirnas == MIRNAS
    np.testing.assert_array_equal(found.counts, counts)
    assert f"mirnas in {'rows' if rows else 'columns'}" in found.notes[0]


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("c") / "c.csv"
    path.write_bytes(data)
    try:
        read_mirna_counts(path)
    except InputError as error:
        assert "\n" not in str(error)
        assert "c.csv" in str(error)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_damaged_table_is_a_table_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = write(tmp_path_factory.mktemp("c") / "c.csv", COUNTS)
    text = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path.write_bytes(bytes(text))
    try:
        read_mirna_counts(path)
    except InputError as error:
        assert "\n" not in str(error)


def test_bare_cr_line_ends(tmp_path: Path) -> None:
    path = write(tmp_path / "c.txt", COUNTS, delimiter="\t")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))
    found = read_mirna_counts(path)
    np.testing.assert_array_equal(found.counts, COUNTS)
    assert any("bare CR" in n for n in found.notes)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("10.0", "-10.0", r"row 2, field 's0': a count is negative"),
        ("10.0", "nan", r"row 2, field 's0': a count is missing"),
        ("10.0", "NA", r"row 2, field 's0': a count is missing"),
        ("10.0", "ten", r"row 2, field 's0': not a number"),
        ("s1", "s0", r"field 's0': two columns have the same name"),
        ("10.0,70.0", "10.0;70.0", r"row 2: 4 fields where the header has 5"),
        ("hsa-", "mmu-", "no name in it is a known human miRNA"),
    ],
)
def test_bad_cells_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = write(tmp_path / "c.csv", COUNTS)
    path.write_text(path.read_text().replace(old, new, 1 if old != "hsa-" else -1))
    with pytest.raises(InputError, match=message):
        read_mirna_counts(path)


def test_duplicated_samples_in_rows_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", COUNTS, samples=["a", "b", "a", "c"], mirnas_in_rows=False)
    with pytest.raises(InputError, match=r"a sample occurs twice \(found 'a'\)"):
        read_mirna_counts(path)


def test_an_all_zero_sample_is_named(tmp_path: Path) -> None:
    counts = COUNTS.copy()
    counts[2] = 0
    with pytest.raises(InputError, match="field 's2': all counts of a sample are zero"):
        read_mirna_counts(write(tmp_path / "c.csv", counts))


def test_logarithms_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="look like logarithms"):
        read_mirna_counts(write(tmp_path / "c.csv", np.log2(COUNTS + 1)))


def test_a_table_without_mirnas_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither the rows nor the columns"):
        read_mirna_counts(write(tmp_path / "c.csv", COUNTS, mirnas=["ACTB", "GAPDH", "ALB", "TP53", "MYC", "INS"]))


def test_the_orientation_can_be_told_and_is_checked(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", COUNTS)
    assert "as told" in read_mirna_counts(path, orientation="mirnas in rows").notes[0]
    with pytest.raises(InputError, match="unknown orientation"):
        read_mirna_counts(path, orientation="sideways")  # type: ignore[arg-type]


def test_columns_of_words_are_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "c.tsv"
    path.write_text("miRNA\tfamily\ts0\nhsa-miR-21-5p\tabc\t10\nhsa-miR-122-5p\tdef\t20\n")
    found = read_mirna_counts(path)
    assert found.samples == ("s0",)
    assert any("'family'" in n for n in found.notes)


def test_loci_of_one_mirna_are_not_added_up_but_isomirs_are(tmp_path: Path) -> None:
    names = ["hsa-mir-16-1", "hsa-mir-16-2", "hsa-miR-101-3p.1", "hsa-miR-101-3p.2", "hsa-mir-9-1", "nonsense"]
    found = read_mirna_counts(write(tmp_path / "c.csv", np.array([[100.0, 98, 5, 7, 30, 1]]), mirnas=names))
    assert dict(zip(found.mirnas, found.counts[0], strict=True)) == {"hsa-miR-16-5p": 100, "hsa-miR-101-3p": 12}
    assert found.totals[0] == 241
    assert set(found.resolution.ambiguous) == {"hsa-mir-9-1"}
    assert any("12.9% of all counts" in n for n in found.notes)
    assert any("the largest was taken" in n for n in found.notes)


def test_mirdeep_tables_are_not_counted_twice(tmp_path: Path) -> None:
    path = tmp_path / "c.tsv"
    path.write_text(
        "#miRNA\tread_count\tprecursor\ttotal\nhsa-let-7a-5p\t10\thsa-let-7a-1\t10\nhsa-let-7a-5p\t10\thsa-let-7a-2\t10\n"
    )
    found = read_mirna_counts(path)
    assert found.samples == ("read_count",)
    assert found.counts.tolist() == [[10.0]]
    assert any("'precursor', 'total'" in n for n in found.notes)


def test_names_that_all_leave_the_arm_open_are_told_so(tmp_path: Path) -> None:
    path = tmp_path / "c.tsv"
    path.write_text("miRNA\ta\nhsa-miR-142\t5\n")
    with pytest.raises(InputError, match="every miRNA name leaves the arm open"):
        read_mirna_counts(path)


def test_classes_by_marks_in_names(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", COUNTS, samples=["GBM1", "x_GBM2", "HC1", "other"])
    found = read_mirna_counts(path, case="GBM", control="HC")
    assert found.labels == ("case", "case", "control")
    assert any("1 samples of other classes" in n for n in found.notes)
    with pytest.raises(InputError, match=r"field 'control': no sample has this mark \(found 'healthy'\)"):
        read_mirna_counts(path, case="GBM", control="healthy")
    with pytest.raises(InputError, match="fits both case and control"):
        read_mirna_counts(path, case="GBM", control=("HC", "GBM1"))


def test_classes_from_a_file_or_a_mapping(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", COUNTS)
    classes = tmp_path / "classes.csv"
    classes.write_text("id,label\ns0,tumour \ns1,tumour\ns2,healthy\ns3,benign\n")
    for samples in (classes, {"s0": "tumour", "s1": "tumour", "s2": "healthy", "s3": "benign"}):
        found = read_mirna_counts(path, samples=samples, case="tumour", control="healthy")
        assert found.labels == ("case", "case", "control")
    assert "classes.csv" in read_mirna_counts(path, samples=classes, case="tumour", control="healthy").sources


@pytest.mark.parametrize(
    ("text", "case", "message"),
    [
        (
            "id,label\ns0,tumour\ns2,healthy\n",
            "tumor",
            r"field 'case': no sample has this label.*did you mean 'tumour'",
        ),
        ("id,label\ns0,tumour\ns0,healthy\n", "tumour", "row 3, field 'id': a sample has two rows"),
        ("id,label\nX0,tumour\nX2,healthy\n", "tumour", "no sample of the counts is in the sample classes"),
        ("id,a,b\ns0,tumour,1\ns2,healthy,2\n", "tumour", "which column holds the class"),
    ],
)
def test_bad_class_files_are_named(tmp_path: Path, text: str, case: str, message: str) -> None:
    classes = tmp_path / "classes.csv"
    classes.write_text(text)
    with pytest.raises(InputError, match=message):
        read_mirna_counts(write(tmp_path / "c.csv", COUNTS), samples=classes, case=case, control="healthy")


def test_h5ad_either_way_round(tmp_path: Path) -> None:
    import anndata
    import pandas as pd

    obs = pd.DataFrame({"state": ["t", "t", "h", "h"]}, index=[f"s{i}" for i in range(4)])
    data = anndata.AnnData(np.log1p(COUNTS), obs=obs, var=pd.DataFrame(index=list(MIRNAS)))
    data.layers["counts"] = COUNTS
    data.write_h5ad(tmp_path / "a.h5ad")
    found = read_mirna_counts(tmp_path / "a.h5ad", class_column="state", case="t", control="h")
    np.testing.assert_array_equal(found.counts, COUNTS)
    assert found.labels == ("case", "case", "control", "control")
    assert "values from counts" in found.notes[0]
    data.T.write_h5ad(tmp_path / "b.h5ad")
    np.testing.assert_array_equal(read_mirna_counts(tmp_path / "b.h5ad").counts, COUNTS)
    with pytest.raises(InputError, match=r"no such layer"):
        read_mirna_counts(tmp_path / "a.h5ad", layer="raw")
    with pytest.raises(InputError, match="no such column of the samples"):
        read_mirna_counts(tmp_path / "a.h5ad", class_column="label", case="t", control="h")


def test_a_broken_h5ad_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.h5ad"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + b"x" * 100)
    with pytest.raises(InputError, match="cannot be read as AnnData"):
        read_mirna_counts(path)
    with pytest.raises(InputError, match="no such file"):
        read_mirna_counts(tmp_path / "absent.h5ad")
