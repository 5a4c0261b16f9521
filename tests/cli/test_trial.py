"""``metastasome trial``: a results folder, JSON, and one line for what is wrong."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from metastasome.cli import app
from metastasome.core import provenance
from metastasome.core.errors import StoreError
from metastasome.interventions import BlockRelease
from metastasome.study import read_study, trial_run
from metastasome.study.replay import replay
from metastasome.study.store import fingerprint, partial_folder, read_record

from ..study.trial_world import trial


@pytest.fixture
def small(monkeypatch):
    """The small trial in place of one that compiles a whole body."""
    asked = {}

    def run_trial(study, **options):
        asked.update(options, study=study)
        made = trial({"early": [BlockRelease(1.0)]})
        plan = trial_run.Plan("control", "metastasis_free", "start", None, (), 0.0, 0.05, 0.8)
        whole = trial_run.recorded(made.case.study, made.arms, plan)
        record = provenance.record(seed=5, data={}, data_dir=None, settings={"trial": True})
        return dataclasses.replace(made, case=dataclasses.replace(made.case, study=whole), provenance=record)

    monkeypatch.setattr(trial_run, "run_trial", run_trial)
    return asked


def test_a_trial_leaves_a_folder_and_says_its_answer(small, tmp_path, capsys):
    out = tmp_path / "t"
    assert app.run(["trial", "colorectal", "-n", "7", "--seed", "3", "-o", str(out), "-q"]) == 0
    told = capsys.readouterr().out
    assert "Arm 'early' helps" in told and str(out / "report.html") in told
    assert (out / "report.html").is_file() and (out / "tables" / "effects.csv").is_file()
    assert (small["study"].cohort.patients, small["seed"]) == (7, 3)
    assert app.run(["trial", "colorectal", "-o", str(out)]) == 2
    assert "the output folder exists" in capsys.readouterr().err


def test_where_and_how_it_runs_is_passed_on(small, tmp_path):
    out = tmp_path / "t"
    words = [
        "trial",
        "colorectal",
        "-o",
        str(out),
        "-q",
        "--workers",
        "3",
        "--scheduler",
        "tcp://host:8786",
        "--no-resume",
    ]
    assert app.run(words) == 0
    assert (small["out"], small["workers"], small["scheduler"], small["resume"]) == (out, 3, "tcp://host:8786", False)


def test_a_killed_trial_that_named_no_seed_goes_on_with_the_one_it_drew(small, tmp_path):
    out = tmp_path / "t"
    partial_folder(out, fingerprint=fingerprint(read_study("colorectal"), 77, {}))
    assert app.run(["trial", "colorectal", "-o", str(out), "-q"]) == 0
    assert (small["seed"], small["resume"]) == (77, True)
    assert not Path(f"{out}.partial").exists()


def test_json(small, tmp_path, capsys):
    assert app.run(["trial", "colorectal", "-o", str(tmp_path / "t"), "--json", "-q"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["summary"]["arms"]["control"].startswith("nothing") and told["summary"]["effects"]


def test_a_bad_trial_is_one_line_with_its_row(tmp_path, capsys):
    file = tmp_path / "bad.yaml"
    file.write_text(
        "extends: colorectal\nname: bad\ntrial:\n  arms:\n    control: []\n    a:\n      - {do: hif_inhibition}\n",
        encoding="utf-8",
    )
    assert app.run(["trial", str(file)]) == 2
    line = capsys.readouterr().err
    assert "bad.yaml, row 7" in line and "'hypoxia', which is off" in line and line.count("\n") == 1
    assert not (tmp_path / "results").exists()


def test_a_trial_is_repeated_from_its_folder(small, tmp_path, monkeypatch):
    out = tmp_path / "t"
    assert app.run(["trial", "colorectal", "-o", str(out), "-q"]) == 0
    kept = read_record(out).study
    assert kept.trial is not None and kept.trial.arms["early"][0].settings == {"strength": 1.0}
    found = replay(out)
    assert found.exact and "tables/effects.csv" in found.same
    monkeypatch.setattr("metastasome.study.replay.read_record", lambda _: _without_arms(out))
    with pytest.raises(StoreError, match="given in Python"):
        replay(out)


def _without_arms(out):
    record = read_record(out)
    return dataclasses.replace(record, study=record.study.with_(trial=None))
