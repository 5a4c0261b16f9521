"""``metastasome biopsy``: its text and JSON, and one clear line for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from metastasome.cli import app
from metastasome.core.errors import InputError
from metastasome.readouts.deconvolution import embedded


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A plasma profile of two donors: a tenth liver, the rest red cells."""
    known = embedded()
    liver, red = (known.shares[:, known.sources.index(s)] for s in ("liver", "red_cell"))
    reads = np.round(1e6 * (0.1 * liver + 0.9 * red))
    path = tmp_path / "plasma.csv"
    rows = [f"{m},{x:g},{2 * x:g}" for m, x in zip(known.mirnas, reads, strict=True)]
    path.write_text("\n".join(["mirna,one,two", *rows]) + "\n", encoding="utf-8")
    return path


def failed(args: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert app.run(["biopsy", *args]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def test_assays_are_listed_with_their_limits(capsys):
    assert app.run(["biopsy", "assays", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"ctdna", "elisa", "nta", "ctc", "mirna_panel"} <= {r["name"] for r in rows}
    assert all(r["limit of detection"] > 0 for r in rows)
    assert app.run(["biopsy", "assays", "ctdna"]) == 0
    assert "half_life" in capsys.readouterr().out


def test_deconvolve_prints_shares_and_writes_whole_folders(profile: Path, tmp_path: Path, capsys):
    out = tmp_path / "out"
    assert app.run(["biopsy", "deconvolve", str(profile), "--out", str(out), "--json", "-q"]) == 0
    said = json.loads(capsys.readouterr().out)
    liver = [r for r in said["rows"] if r["source"] == "liver"]
    assert len(liver) == 2
    assert liver[0]["low"] <= liver[0]["share"] == pytest.approx(0.1, abs=0.02)
    assert (out / "shares.csv").is_file()
    assert "exists" in failed(["deconvolve", str(profile), "--out", str(out)], capsys)
    assert (
        app.run(["biopsy", "deconvolve", str(profile), "--method", "nnls", "--tissue", "liver", "--tissue", "red_cell"])
        == 0
    )
    told = capsys.readouterr()
    assert told.out.startswith("sample\tlabel\tsource")
    assert "red cell 9" in told.err
    assert app.run(["biopsy", "deconvolve", str(profile), "--method", "nnls", "--json", "-q"]) == 0
    assert "NaN" not in capsys.readouterr().out


def test_profiles_that_make_no_sense_are_refused(tmp_path: Path, capsys):
    path = tmp_path / "bad.csv"
    path.write_text("mirna,a\ngeneA,5\ngeneB,3\n", encoding="utf-8")
    assert "miRNA" in failed(["deconvolve", str(path)], capsys)
    path.write_text("mirna,a\nhsa-miR-21-5p,0\nhsa-miR-122-5p,0\n", encoding="utf-8")
    assert "zero" in failed(["deconvolve", str(path)], capsys)
    path.write_text("mirna,a\nhsa-miR-21-5p,5\nhsa-miR-122-5p,2\n", encoding="utf-8")
    assert "no signature of this tissue" in failed(["deconvolve", str(path), "--tissue", "livr"], capsys)
    assert "no such file" in failed(["deconvolve", str(tmp_path / "none.csv")], capsys)


def test_designs_that_make_no_sense_are_refused_before_any_patient_is_drawn(capsys):
    assert "has no limit of detection" in failed(["plan", "colorectal", "--assay", "elisa:limit=none"], capsys)
    assert "did you mean 'ctdna'" in failed(["plan", "colorectal", "--assay", "ctdn"], capsys)
    assert "past the study's horizon" in failed(["plan", "colorectal", "--delay", "40 years"], capsys)
    assert "--every" in failed(["plan", "colorectal", "--every", "3 kg"], capsys)
    assert "usable time" in failed(["plan", "colorectal", "--every", "0 days"], capsys)
    for option in ("--every", "--imaging"):  # millions of draws of every patient
        assert "at least 1 day" in failed(["plan", "colorectal", option, "1 minute"], capsys)


def test_a_plan_of_a_cohort_is_answered_in_words_tables_and_figures(tmp_path: Path):
    """A cohort made by hand stands in for the engine's, so that no model needs compiling."""
    from dataclasses import replace
    from types import SimpleNamespace

    import pandas as pd

    from metastasome.engine.summary import Summary
    from metastasome.readouts import Schedule, Surveillance, from_cohort, intervals, make_assay, watch
    from metastasome.study.biopsy import Plan

    n, times = 40, np.linspace(0.0, 1800.0, 31)
    removed, founded = 100.0, 50.0
    lesion = np.where(times >= founded, np.exp(0.0128 * (times - founded)), 0.0)
    diameter = np.where(times < removed, 3.0, 0.0)
    primary = np.pi / 6 * diameter**3 * 1e9
    names = ("primary_diameter", "release", "plasma_ev", "ctc_per_ml")
    total = primary + lesion
    raw = np.tile(np.stack([diameter, 1e3 * total, total / 300, 1e-10 * total]), (n, 1, 1)).astype(np.float32)
    both = np.tile(np.stack([lesion, np.zeros_like(lesion)]), (n, 1, 1)).astype(np.float32)
    seen = founded + np.log(6.3e7) / 0.0128
    table = pd.DataFrame({
        "patient": np.arange(n), "organ": "liver", "origin": "seeded", "founded_day": founded, "detected_day": seen,
        "cells": float(lesion[-1]),
    })  # fmt: skip
    none = np.zeros((0, 0, 0), np.float32)
    cohort = SimpleNamespace(
        groups=("liver", "lung"), times=times, lesions=table, events=("resection", "death"),
        event_day=np.tile([removed, np.nan], (n, 1)), first_seen=np.tile([seen, np.nan], (n, 1)),
        recorded=Summary(names, raw.mean(axis=0), none, raw, n),
        burden=Summary(("liver", "lung"), both.mean(axis=0), none, both, n),
    )  # fmt: skip
    course = from_cohort(cohort)  # type: ignore[arg-type]
    np.testing.assert_allclose(course.at("largest", np.full((n, 1), seen))[0, 0, 0], 6.3e7, rtol=0.1)
    assert course.at("tumour_cells", np.full((n, 1), 99.0))[0, 0] > 1e10
    assert course.at("tumour_cells", np.full((n, 1), 101.0))[0, 0] < 1e3
    growing = course.at("deaths", np.full((n, 1), 1000.0)) / course.at("tumour_cells", np.full((n, 1), 1000.0))
    assert growing[0, 0] == pytest.approx(0.14 - 0.0128, rel=0.05)
    design = Surveillance((make_assay("ctdna"), make_assay("marked_ev")), Schedule(90.0), Schedule(180.0))
    plan = Plan("by hand", watch(course, design, seed=1), intervals(course, design, seed=1, every=(90.0, 365.0)))
    assert f"{n} of {n} patients" in plan.summary()[0]
    lead = plan.watch.lead.set_index("assay")
    assert lead.loc["panel", "found_before_imaging"] >= lead.loc["marked_ev", "found_before_imaging"]
    folder = plan.save(tmp_path / "plan")
    assert {"lead.csv", "lead.png", "roc.svg", "by_stage.png", "intervals.png", "decision.png", "summary.txt"} <= {
        p.name for p in folder.iterdir()
    }
    with pytest.raises(InputError, match="exists"):
        plan.save(folder)
    none_left = replace(course.healthy(), removed=np.full(n, removed))
    plan = Plan("healthy", watch(none_left, design, seed=1), intervals(none_left, design, seed=1, every=(90.0, 365.0)))
    said = plan.summary()
    assert said[0].startswith("0 of 40") and any("marked_ev would call" in s for s in said), "false alarms are told"
    assert not any("finds" in s for s in said[1:])
    assert (plan.save(tmp_path / "healthy") / "by_stage.png").is_file()
