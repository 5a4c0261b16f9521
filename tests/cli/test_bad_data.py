"""Damaged data through the real readers: one clear line, exit code 2, nothing written."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from metastasome.cli import app

MIRNAS = ("hsa-miR-21-5p", "hsa-miR-122-5p", "hsa-miR-105-5p", "hsa-let-7a-5p", "hsa-miR-16-5p", "hsa-miR-25-3p")
CASES, CONTROLS = [f"T{i}" for i in range(6)], [f"H{i}" for i in range(6)]


def matrix() -> list[list[str]]:
    rng = random.Random(1)
    head = ["miRNA", *CASES, *CONTROLS]
    rows = [[m, *(str(rng.randint(50, 5000)) for _ in head[1:])] for m in MIRNAS]
    return [head, *rows]


def text(rows: list[list[str]], by: str = ",") -> str:
    return "\n".join(by.join(r) for r in rows) + "\n"


def changed(row: int, column: int, value: str) -> str:
    rows = matrix()
    rows[row][column] = value
    return text(rows)


def zero_sample() -> str:
    rows = matrix()
    for r in rows[1:]:
        r[3] = "0"
    return text(rows)


BAD: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "truncated gzip": (lambda: gzip.compress(text(matrix()).encode() * 50)[:-20], ("truncated",)),
    "not a table": (lambda: b"\x00\x01\x02" * 100, ()),
    "wrong delimiter": (lambda: text(matrix(), by="|x|").encode(), ()),
    "sample twice": (lambda: changed(0, 2, "T0").encode(), ("T0",)),
    "negative count": (lambda: changed(2, 2, "-5").encode(), ("-5",)),
    "no number": (lambda: changed(2, 2, "many").encode(), ("many",)),
    "all-zero sample": (lambda: zero_sample().encode(), ("T2", "zero")),
    "ragged": (lambda: (text(matrix()) + "hsa-miR-375-3p,1,2\n").encode(), ()),
    "empty": (lambda: b"", ("empty",)),
    "no miRNA": (lambda: text([[f"gene{i}", *r[1:]] for i, r in enumerate(matrix())]).encode(), ()),
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(
        "extends: colorectal\nname: own\nmatch: {nulls: 0}\ncargo: {mirna: {file: counts.csv, case: T, control: H}}\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("case", BAD)
def test_a_damaged_matrix_is_one_line(
    case: str, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, expected = BAD[case]
    (tmp_path / "counts.csv").write_bytes(made())
    out = tmp_path / "out"
    assert app.run(["match", str(study), "--data-dir", str(tmp_path), "--out", str(out), "-q"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1, said.err
    assert "counts.csv" in said.err
    assert all(part in said.err for part in expected), said.err
    assert not out.exists()


def test_the_same_matrix_undamaged_is_read(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "counts.csv").write_text(text(matrix()), encoding="utf-8")
    out = tmp_path / "out"
    assert app.run(["match", str(study), "--data-dir", str(tmp_path), "--out", str(out), "-q"]) == 0
    assert capsys.readouterr().out.startswith("recipient\torgan")
    assert out.is_dir()
    assert app.run(["match", str(study), "--data-dir", str(tmp_path), "--out", str(out), "-q"]) == 2
    assert "exists" in capsys.readouterr().err


def test_unknown_classes_are_named(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "counts.csv").write_text(text(matrix()).replace("T", "X"), encoding="utf-8")
    assert app.run(["match", str(study), "--data-dir", str(tmp_path), "-q"]) == 2
    assert "case" in capsys.readouterr().err
