"""Protein groups: zeros are missing, bounds are bounds, and shared groups are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from metastasome.cargo import read_proteins
from metastasome.core.errors import InputError

HEADER = "Protein IDs,Gene names,Reverse," + ",".join(f"LFQ intensity 0{i}_{c}" for i, c in enumerate("AAABBB"))


def written(folder: Path, *rows: str) -> Path:
    path = folder / "groups.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def test_ratios_bounds_and_gaps(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "P1,FULL,,8,8,8,2,2,2",
        "P2,ONLYA,,8,8,0,0,0,0",
        "P3,ONLYB,,0,0,0,4,4,4",
        "P4,ONCE,,8,8,8,2,0,0",
        "P5,DECOY,+,8,8,8,2,2,2",
        "P6,PAIR1;PAIR2,,4,4,4,4,4,4",
        "P7,FULL,,1,0,0,1,0,0",
        "P8,,,1,1,1,1,1,1",
    )
    found = read_proteins(path, case="A", control="B")
    expected = {"FULL": 4.0, "ONLYA": 8.0, "ONLYB": 0.25, "PAIR1": 1.0, "PAIR2": 1.0}
    assert {g: pytest.approx(r) for g, r in expected.items()} == dict(found.ratios)
    assert found.bounded == {"ONLYA", "ONLYB"}
    assert "1 seen too rarely" in found.notes[1]
    assert "1 contaminant" in found.notes[2]


@pytest.mark.parametrize(
    ("row", "options", "message"),
    [
        ("P1,G,,8,8,8,2,2,x", {}, r"row 2, field 'LFQ intensity 05_B': not a number"),
        ("P1,G,,8,8,8,2,2,-2", {}, r"row 2, field 'LFQ intensity 05_B': a negative intensity"),
        ("P1,G,,8,8,8,2,2,2", {"gene_column": "Genes"}, "field 'Genes': no such column"),
        ("P1,G,,8,8,8,2,2,2", {"quantity": "iBAQ"}, "no intensity columns"),
        ("P1,G,,8,8,8,2,2,2", {"control": "C"}, "no sample has this mark"),
        ("P1,G,,8,8,8,0,0,0", {}, "no detected protein at all"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, row: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_proteins(written(tmp_path, row), **{"case": "A", "control": "B", **options})


def test_empty_cells_are_missing_values(tmp_path: Path) -> None:
    found = read_proteins(written(tmp_path, "P1,G,,8,8,,2,2,", "P2,H,,1,1,1,1,1,1"), case="A", control="B")
    assert found.ratios["G"] == pytest.approx(4.0)


@settings(deadline=None, max_examples=40)
@example(rows=[[0.0, 1.0, 1.0, 5e-324, 5e-324, 0.0]])
@given(st.lists(st.lists(st.floats(0, 1e9), min_size=6, max_size=6), min_size=1, max_size=6))
def test_ratios_are_always_positive_and_finite(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[float]]
) -> None:
    lines = [f"P{i},G{i},," + ",".join(map(repr, row)) for i, row in enumerate(rows)]
    try:
        found = read_proteins(written(tmp_path_factory.mktemp("p"), *lines), case="A", control="B")
    except InputError:
        return
    assert all(0 < r < float("inf") for r in found.ratios.values())
    assert found.bounded <= set(found.ratios)
