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
        (["1e10 EV", "--time", "1 day", "--time", "1 hour"], "times out of order"),
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
