"""``metastasome match`` on a count matrix of one's own."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest

from metastasome.cli.app import run as main

NAMES = ("hsa-miR-21-5p", "hsa-miR-122-5p", "hsa-miR-105-5p", "hsa-miR-200c-3p", "hsa-let-7a-5p", "hsa-miR-16-5p")


@pytest.fixture
def counts(tmp_path):
    rng = np.random.Generator(np.random.Philox(3))
    table = pd.DataFrame(
        rng.poisson(2000, (len(NAMES), 8)), index=list(NAMES), columns=[f"{g}{i}" for g in "TN" for i in range(4)]
    )
    table.loc["hsa-miR-105-5p", [f"T{i}" for i in range(4)]] *= 20
    path = tmp_path / "mine.csv"
    table.to_csv(path, index_label="miRNA")
    return path


@pytest.fixture
def held(tmp_path):
    """A stockroom of two genes in two organs; the first has two sites of miR-105."""
    mrna = tmp_path / "mrna.tsv"
    mrna.write_text("gene\tlung\tliver\nTJP1\t900000\t10\nALB\t100000\t999990\n")
    utr = tmp_path / "utr.fa"
    utr.write_text(">TJP1\n" + "GCATTTGACCTTG" * 8 + "AAGCATTTGAA" * 2 + "\n>ALB\n" + "GCGGCCGCGC" * 12 + "\n")
    return mrna, utr


def run(capsys, *args):
    code = main(["match", *map(str, args)])
    seen = capsys.readouterr()
    return code, seen.out, seen.err


def test_own_counts_with_the_embedded_panel(counts, tmp_path, capsys):
    counts.write_text(counts.read_text() + "cel-miR-39-3p" + ",90000" * 8 + "\n")
    code, out, err = run(
        capsys, counts, "--case", "T", "--control", "N", "--nulls", 0, "--organs", "lung", "--out", tmp_path / "kept"
    )
    table = pd.read_csv(io.StringIO(out), sep="\t")
    assert code == 0 and set(table["organ"]) == {"lung"} and (tmp_path / "kept").is_dir()
    assert "preset 'colorectal'" in err and "Spike-ins were left out, and out of the totals: cel-miR-39-3p" in err
    made = {p.relative_to(tmp_path / "kept").as_posix() for p in (tmp_path / "kept").rglob("*.*")}
    assert {"report.html", "match.json", "programmes.parquet", "tables/programmes.csv"} <= made
    drawn = ("heatmap", "ranked", "dose_response", "flow")  # without nulls there is no significance to draw
    assert {f"figures/match_{name}.{kind}" for name in drawn for kind in ("png", "svg")} <= made
    shown = pd.read_csv(tmp_path / "kept" / "tables" / "programmes.csv")
    assert shown.loc[shown["organ"] == "lung", "shift"].to_numpy() == pytest.approx(table["shift"].to_numpy(), rel=1e-3)
    page = (tmp_path / "kept" / "report.html").read_text("utf-8")
    assert "What the vesicles would change" in page and "Remarks" in page


def test_a_folder_that_exists_is_left_alone(counts, tmp_path, capsys):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "mine.txt").write_text("mine")
    code, out, err = run(capsys, counts, "--case", "T", "--control", "N", "--nulls", 0, "--out", tmp_path / "kept")
    assert code == 2 and "choose another --out" in err and not out
    assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == ["kept"]
    assert (tmp_path / "kept" / "mine.txt").read_text() == "mine"


def test_own_stockroom_is_what_is_matched(counts, held, tmp_path, capsys):
    mrna, utr = held
    code, out, err = run(
        capsys, counts, "--case", "T", "--control", "N", "--nulls", 0, "--stockroom", mrna, "--utr", utr,
        "--table", "genes", "--json", "-q", "--out", tmp_path / "kept",
    )  # fmt: skip
    assert code == 0, err
    assert (tmp_path / "kept" / "report.html").is_file()  # drawn though next to nothing moves
    genes = {row["gene"] for row in json.loads(out)["rows"]}
    assert genes <= {"TJP1", "ALB"} and "TJP1" in genes


@pytest.mark.parametrize(("args", "said"), [
    (("--case", "T"), "--control"),
    (("--case", "T", "--control", "N", "--stockroom", "{mrna}"), "--stockroom and --utr together"),
    (("--case", "T", "--control", "N", "--samples", "absent.csv"), "absent.csv"),
    (("--case", "T", "--control", "N", "--nulls", "0", "--organs", "lugn"), "lung"),
])  # fmt: skip
def test_what_is_missing_is_named_in_one_line(counts, held, capsys, args, said):
    code, out, err = run(capsys, counts, *(a.format(mrna=held[0]) for a in args))
    assert code == 2 and said in err.strip().splitlines()[-1] and not out and "Traceback" not in err


def test_organs_are_checked_before_anything_is_computed(counts, held, capsys, monkeypatch):
    def never(*_, **__):
        raise AssertionError("computed")

    own = ("--case", "T", "--control", "N", "--nulls", 0, "-q")
    with monkeypatch.context() as patch:
        patch.setattr("metastasome.study.api.match", never)
        code, out, err = run(capsys, counts, *own, "--organs", "lung,livre")
        assert code == 2 and "'liver'" in err and not out
        code, _, err = run(capsys, "absent.csv", *own)
        assert code == 2 and "absent.csv, field 'CARGO': no such file" in err
    stock = ("--stockroom", held[0], "--utr", held[1])
    code, out, _ = run(capsys, counts, *own, *stock, "--organs", "Pulmonary")  # a synonym will do
    assert code == 0 and set(pd.read_csv(io.StringIO(out), sep="\t")["organ"]) == {"lung"}
    code, _, err = run(capsys, counts, *own, *stock, "--organs", "brain")
    assert code == 2 and "expected one of liver, lung" in err


def test_a_study_keeps_its_own_cargo(capsys):
    code, _, err = run(capsys, "colorectal", "--case", "T")
    assert code == 2 and "a study brings its own" in err
