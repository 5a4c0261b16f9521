"""Delimited tables: the delimiter is found, and what does not fit is named by file, row and field."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import InputError
from metastasome.core.tables import DELIMITERS, read_table

WORDS = st.text(st.characters(codec="ascii", exclude_characters="\r\n\0", exclude_categories=["Cc"]), max_size=8)


def table(folder: Path, text: str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(sorted(DELIMITERS)),
    st.integers(2, 6).flatmap(
        lambda n: st.lists(st.lists(st.floats(0, 1e9, width=32), min_size=n, max_size=n), min_size=1, max_size=8)
    ),
)
def test_numbers_come_back_whatever_the_delimiter(
    tmp_path_factory: pytest.TempPathFactory, delimiter: str, rows: list[list[float]]
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["gene", *(f"c{k}" for k in range(len(rows[0])))])
    writer.writerows([f"g{i}", *map(repr, row)] for i, row in enumerate(rows))
    found = read_table(table(tmp_path_factory.mktemp("t"), out.getvalue()))
    assert found.delimiter == delimiter
    np.testing.assert_array_equal(found.numbers(range(1, len(rows[0]) + 1)), np.array(rows))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(WORDS, min_size=2, max_size=5), min_size=2, max_size=6))
def test_any_text_is_a_table_or_one_line(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    path = table(tmp_path_factory.mktemp("t"), "\n".join(",".join(r) for r in rows))
    try:
        found = read_table(path)
        found.numbers(range(len(found.header)), missing=0.0)
    except InputError as error:
        assert "\n" not in str(error)


def test_a_comma_in_words_does_not_beat_the_tab(tmp_path: Path) -> None:
    found = read_table(table(tmp_path, "gene\twhat\tx\nA\tone, two, three\t1\nB\tfour\t2\nC\tfive, six\t3\n"))
    assert found.delimiter == "\t"
    assert found.column("what")[0] == "one, two, three"


def test_the_wrong_delimiter_is_refused_with_the_right_one(tmp_path: Path) -> None:
    path = table(tmp_path, "gene\tx\nA\t1\n")
    with pytest.raises(InputError, match=r"delimiter.*looks tab-separated"):
        read_table(path, delimiter=";")
    with pytest.raises(InputError, match="no delimiter found"):
        read_table(table(tmp_path, "gene x\nA 1\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n3\n", r"row 3: 1 fields where the header has 2"),
        ("a,b\n1,2\n3,4,5\n", r"row 3: 3 fields"),
        ("a,b,b\n1,2,3\n", r"field 'b': two columns have the same name"),
        ("a,b\n", "no row below the header"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_table(table(tmp_path, text))


@pytest.mark.parametrize(
    ("cell", "message"),
    [("x", "not a number"), ("nan", "not a finite number"), ("inf", "not a finite"), ("", "not a number")],
)
def test_a_bad_cell_is_named_by_row_and_field(tmp_path: Path, cell: str, message: str) -> None:
    found = read_table(table(tmp_path, f"g,s1,s2\nA,1,2\n\nB,3,{cell}\n"))
    with pytest.raises(InputError, match=rf"t\.csv, row 4, field 's2': {message}"):
        found.numbers([1, 2])


def test_decimal_commas_are_points_where_fields_are_not_parted_by_commas(tmp_path: Path) -> None:
    found = read_table(table(tmp_path, "g;s1;s2;what\nA;1,926;NA;x, y\nB;-2,5e3;7;1,2\n"))
    assert found.numbers([1, 2], missing=0.0).tolist() == [[1.926, 0.0], [-2500.0, 7.0]]
    assert found.column("what") == ("x, y", "1,2") and "decimal commas in 1 columns" in found.notes[0]


@pytest.mark.parametrize("text", ["g;s1\nA;1,926\nB;2,512\n", 'g,s1\nA,"1,926"\nB,7\n', "g\ts1\nA\t1,926,512\nB\t7\n"])
def test_a_comma_that_may_part_thousands_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"row 2, field 's1': not a number .*thousands without a mark"):
        read_table(table(tmp_path, text)).numbers([1])
    with pytest.raises(InputError, match="with a point, not a comma"):
        read_table(table(tmp_path, 'g,s1\nA,"1,5"\nB,7\n')).numbers([1])


@pytest.mark.parametrize("text", [
    "# Program: v2, call: -a -b\n\n# done\ng\ta\tb\nA\t1\t2\nB\t3\tx\n",
    "\n\n\ng,a,b,,\nA,1,2,,\nB,3,x,,\n,,,,\n",
    "\n\n\ng,a,b\nA,1,2,\nB,3,x,\n",
])  # fmt: skip
def test_remarks_and_empty_columns_are_left_out_and_rows_keep_their_number(tmp_path: Path, text: str) -> None:
    found = read_table(table(tmp_path, text))
    assert found.header == ("g", "a", "b") and found.rows[0] == ("A", "1", "2")
    with pytest.raises(InputError, match="row 6, field 'b'"):
        found.numbers([1, 2])


def test_a_header_that_begins_like_a_remark_stays(tmp_path: Path) -> None:
    assert read_table(table(tmp_path, "# made today\n#SampleID\tgroup\nS1\tT\n")).header == ("#SampleID", "group")
    assert read_table(table(tmp_path, "g,a,,b\nA,1,5,2\n")).header == ("g", "a", "", "b")  # a column without a name


def test_missing_cells_become_what_was_asked(tmp_path: Path) -> None:
    found = read_table(table(tmp_path, "g,a,b\nA,NA,1\nB,,2\n"))
    assert np.isnan(found.numbers([1], missing=np.nan)).all()
    assert found.numbers([1], missing=0.0).tolist() == [[0.0], [0.0]]


def test_a_header_without_the_first_name_is_read_as_r_writes_it(tmp_path: Path) -> None:
    found = read_table(table(tmp_path, "s1\ts2\ng1\t1\t2\n"))
    assert found.header == ("", "s1", "s2")
    assert "lacks a name" in found.notes[0]


def test_an_unknown_column_lists_the_known(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one of 'g', 'a'"):
        read_table(table(tmp_path, "g,a\nA,1\n")).index("b")
