"""``kinetics simulate`` and ``plot``: the table, the picture, and clear lines for what makes no sense."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metastasome.cli import app

DOSE = ["1e10 EV", "--body", "mouse", "--time", "1 min", "--time", "1 hour"]


def test_simulate_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["kinetics", "simulate", *DOSE]) == 0
    said = capsys.readouterr()
    head, *rows = [line.split("\t") for line in said.out.splitlines()]
    assert head == ["time_day", "organ", "quantity", "value", "unit"]
    plasma = [float(r[3]) for r in rows if r[1] == "plasma"]
    assert len(plasma) == 2
    assert plasma[0] > plasma[1] > 0
    assert "mouse" in said.err


def test_times_may_be_given_in_any_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["kinetics", "simulate", "1e6 EV", "--time", "1 day", "--time", "1 hour"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()[1:]]
    assert [float(r[0]) for r in rows if r[1] == "plasma"] == pytest.approx([1 / 24, 1.0], rel=1e-4)


def test_simulate_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["kinetics", "simulate", *DOSE, "--json", "--quiet"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["rows"][0]["organ"] == "plasma"
    assert said.err == ""


def test_plot_writes_a_picture_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "x.svg"
    assert app.run(["kinetics", "plot", *DOSE, "-o", str(out)]) == 0
    first = out.read_bytes()
    assert first.startswith(b"<?xml")
    assert app.run(["kinetics", "plot", *DOSE, "-o", str(out)]) == 2
    assert "exists" in capsys.readouterr().err
    assert app.run(["kinetics", "plot", *DOSE, "-o", str(out), "--overwrite"]) == 0
    assert out.read_bytes() == first


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["1e10 cm"], "unit mismatch"),
        (["1e10 EV", "--body", "mousse"], "did you mean 'mouse'?"),
        (["1e10 EV", "--weight", "3 days"], "unit mismatch"),
        (["1e10 EV", "--time", "1 hour", "--time", "60 min"], "times out of order"),
        (["many"], "quantity"),
    ],
)
def test_what_makes_no_sense_is_one_line(args: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["kinetics", "simulate", *args]) == 2
    said = capsys.readouterr()
    assert line in said.err
    assert said.err.count("\n") == 1


def test_plot_needs_a_picture_s_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["kinetics", "plot", "1e10", "-o", "x.pdf"]) == 2
    assert ".svg or .png" in capsys.readouterr().err


def table(path: Path) -> Path:
    """Write a small table of one experiment."""
    rows = [("liver", 60.0), ("spleen", 4.0), ("lung", 5.0)]
    lines = [
        f"mouse,own vesicle,i.v.,,radioiodine,{organ},{hours},{value},%ID" for organ, value in rows for hours in (1, 4)
    ]
    path.write_text(
        "species,source,route,dose,label,organ,time_h,value,unit\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    return path


def test_fit_says_what_the_data_informed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("jax", reason="the extra 'infer' is not installed")
    args = ["kinetics", "fit", str(table(tmp_path / "t.csv")), "--free", "macrophage_clearance", "--json", "-q"]
    assert app.run([*args, "--out", str(tmp_path / "fit")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {p["quantity"] for p in found["parameters"]} >= {"macrophage_clearance", "noise"}
    assert found["median_fold_error"] >= 1
    assert (tmp_path / "fit" / "predictions.csv").is_file()


def test_fit_of_a_broken_table_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = table(tmp_path / "t.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("liver,1,", "lnug,1,"), encoding="utf-8")
    assert app.run(["kinetics", "fit", str(path)]) == 2
    said = capsys.readouterr().err
    assert "t.csv, row 2" in said
    assert "lung" in said


def test_a_page_with_a_moving_body_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "where.html"
    assert app.run(["kinetics", "report", *DOSE, "--label", "dye", "-o", str(out)]) == 0
    page = out.read_text(encoding="utf-8")
    assert page.count('class="card"') == 21
    assert 'type="range"' in page
    assert app.run(["kinetics", "report", *DOSE, "-o", str(tmp_path / "where.pdf")]) == 2
    assert ".html" in capsys.readouterr().err


def test_repeated_doses_and_their_analysis(capsys: pytest.CaptureFixture[str]) -> None:
    one = ["1e10 EV", "--body", "mouse", "--route", "ip", "--time", "1 hour", "--time", "1 day", "--json", "-q"]
    assert app.run(["kinetics", "simulate", *one]) == 0
    once = json.loads(capsys.readouterr().out)["rows"]
    assert app.run(["kinetics", "simulate", *one, "--repeat", "3", "--every", "6 hours"]) == 0
    thrice = json.loads(capsys.readouterr().out)["rows"]
    taken = [
        sum(r["value"] for r in rows if r["quantity"] == "taken up" and r["time_day"] == 1.0) for rows in (once, thrice)
    ]
    assert 2.0 < taken[1] / taken[0] < 3.0
    assert app.run(["kinetics", "simulate", "1e10 EV", "--nca", "--json", "-q"]) == 0
    assert json.loads(capsys.readouterr().out)["nca"]["clearance"] > 0
    assert app.run(["kinetics", "simulate", *one, "--repeat", "3"]) == 2
    assert "--every" in capsys.readouterr().err


def test_export_for_other_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("libsbml")
    for name, start in (("model.xml", b"<?xml"), ("model.omex", b"PK")):
        assert app.run(["kinetics", "export", *DOSE, "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_bytes().startswith(start)
    assert app.run(["kinetics", "export", *DOSE, "-o", str(tmp_path / "model.xml")]) == 2
    assert "exists" in capsys.readouterr().err


def test_scoring_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "study.csv"
    table.write_text(
        "species,source,route,dose,label,organ,time,value,unit\n"
        "mouse,A,iv,,125I,liver,4 h,17,%ID\nmouse,A,iv,,125I,plasma,2 min,60,%ID\n",
        encoding="utf-8",
    )
    assert app.run(["kinetics", "score", str(table), "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["rows"][1]["fold_error"] == pytest.approx(1.0, abs=1e-3)  # the plasma figure sets the donor's binding
    assert found["rows"][0]["fold_error"] > 1.2
    assert found["median_fold_error"] == pytest.approx(sum(r["fold_error"] for r in found["rows"]) / 2)
    table.write_text("species,label,organ,time,value,unit\nmouse,125I,livver,4 h,17,%ID\n", encoding="utf-8")
    assert app.run(["kinetics", "score", str(table)]) == 2
    assert "row 2" in capsys.readouterr().err
