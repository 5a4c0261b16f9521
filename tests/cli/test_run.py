"""``run``, ``demo`` and ``replay`` around a stand-in runner: options, folders, exit codes, nothing half-written."""

from __future__ import annotations

import json
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from metastasome.cli import app
from metastasome.core import provenance
from metastasome.core.errors import ModelError
from metastasome.core.streams import stream
from metastasome.study import Study
from metastasome.study.files import data_plan
from metastasome.study.store import results_folder


@dataclass
class StandIn:
    """A run whose only number is drawn from its seed."""

    study: Study
    seed: int
    data: dict[str, str]
    data_dir: Any
    salt: float = 0.0

    @property
    def answer(self) -> list[str]:
        return self.summary()

    @property
    def data_note(self) -> str:
        return "none"

    def summary(self) -> list[str]:
        return ["one number was drawn"]

    def save(self, out: Path, *, overwrite: bool = False) -> None:
        record = provenance.record(seed=self.seed, command="test", data=self.data, data_dir=self.data_dir)
        with results_folder(out, study=self.study, provenance=record, overwrite=overwrite) as folder:
            number = stream(self.seed, "test").random(self.study.cohort.patients).sum() + self.salt
            (folder / "numbers.csv").write_text(f"{number!r}\n", encoding="utf-8")
            (folder / "report.html").write_text("<p>", encoding="utf-8")

    def __repr__(self) -> str:
        return f"<Run {self.study.name}>"


class Runner:
    """Stands where the runner stands; remembers how it was called."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.error: BaseException | None = None
        self.salt = 0.0

    def run(self, study: Study, **options: Any) -> StandIn:
        self.calls.append({"study": study, **options})
        if self.error is not None:
            raise self.error
        plan = data_plan(study, options["data_dir"])
        seed = options["seed"] if options["seed"] is not None else study.cohort.seed or 7
        return StandIn(study, seed, plan.checksums(), plan.folder, self.salt)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runner:
    made = Runner()
    module = types.ModuleType("metastasome.study.runner")
    module.run = made.run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "metastasome.study.runner", module)
    import metastasome.study

    monkeypatch.setattr(metastasome.study, "runner", module, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("METASTASOME_DATA", raising=False)
    return made


def test_run_passes_what_was_asked(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["run", "breast", "-n", "3", "--seed", "5", "--workers", "2", "--no-resume", "-o", "out/x", "-q"]
    assert app.run(args) == 0
    call = runner.calls[0]
    assert (call["study"].cohort.patients, call["seed"], call["workers"], call["resume"]) == (3, 5, 2, False)
    assert str(call["out"]) == "out/x"
    said = capsys.readouterr()
    assert "report: out/x/report.html" in said.out
    assert said.err == ""


def test_run_is_called_after_the_study(runner: Runner) -> None:
    assert app.run(["run", "breast"]) == 0
    assert Path("results/breast/report.html").is_file()


def test_json(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["run", "breast", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["summary"] == ["one number was drawn"]
    assert found["out"] == "results/breast"


def test_an_existing_result_is_refused_before_any_work(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["run", "breast"]) == 0
    before = Path("results/breast/numbers.csv").read_bytes()
    assert app.run(["run", "breast", "--seed", "9"]) == 2
    assert len(runner.calls) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert Path("results/breast/numbers.csv").read_bytes() == before
    assert app.run(["run", "breast", "--seed", "9", "--overwrite"]) == 0
    assert Path("results/breast/numbers.csv").read_bytes() != before


@pytest.mark.parametrize(("error", "code"), [(ModelError("no"), 1), (KeyboardInterrupt(), 130), (RuntimeError("x"), 1)])
def test_a_failure_leaves_nothing(runner: Runner, error: BaseException, code: int) -> None:
    runner.error = error
    assert app.run(["run", "breast", "-o", "out"]) == code
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("extends: colorectal\ntumor: {}", "did you mean 'tumour'?"),
        ("extends: colorectal\ntumour: {organ: lnug}", "did you mean 'lung'?"),
        ("extends: colorectal\nmechanisms: {tota_indirect: on, niche_training: off}", "needs 'niche_training'"),
        ("a: &a [x]\nb: [*a", "not YAML"),
        ("extends: colorectal\ncargo: {mirna: {file: /no/such.csv, case: a, control: b}}", "no such file"),
    ],
)
def test_a_bad_study_is_one_line_exit_two_and_nothing_written(
    runner: Runner, text: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.yaml").write_text(text, encoding="utf-8")
    assert app.run(["run", "bad.yaml", "--out", "out"]) == 2
    said = capsys.readouterr()
    assert expected in said.err
    assert said.err.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["bad.yaml"]


def test_demo_works_twice_in_a_row(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["demo"]) == 0
    first = Path("results/demo/numbers.csv").read_bytes()
    assert app.run(["demo"]) == 0
    assert Path("results/demo/numbers.csv").read_bytes() == first
    assert "report: results/demo/report.html" in capsys.readouterr().out


def test_demo_reads_no_data_folder(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METASTASOME_DATA", "/no/such/folder")
    assert app.run(["demo"]) == 0


def test_replay_repeats_bit_for_bit(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["run", "breast", "--seed", "5", "-n", "4"]) == 0
    assert app.run(["replay", "results/breast"]) == 0
    assert "repeated bit for bit" in capsys.readouterr().out
    assert runner.calls[-1]["seed"] == 5
    assert runner.calls[-1]["study"].cohort.patients == 4


def test_replay_sees_a_number_that_differs(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["run", "breast", "--seed", "5"]) == 0
    runner.salt = 1e-9
    assert app.run(["replay", "results/breast"]) == 1
    assert "not repeated: 1 differ (numbers.csv)" in capsys.readouterr().out


def test_replay_refuses_a_changed_folder(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["run", "breast", "--seed", "5"]) == 0
    Path("results/breast/numbers.csv").write_text("0\n", encoding="utf-8")
    assert app.run(["replay", "results/breast"]) == 2
    assert "numbers.csv: changed since it was written" in capsys.readouterr().err


def test_replay_refuses_other_data(runner: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "g.tsv").write_text("1", encoding="utf-8")
    Path("s.yaml").write_text("extends: breast\nstockroom: {mrna: g.tsv}\n", encoding="utf-8")
    assert app.run(["run", "s.yaml", "--data-dir", "d", "--seed", "5"]) == 0
    assert app.run(["replay", "results/breast"]) == 0
    (tmp_path / "d" / "g.tsv").write_text("2", encoding="utf-8")
    assert app.run(["replay", "results/breast"]) == 2
    assert "not the one of the record" in capsys.readouterr().err


def test_replay_of_nothing(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["replay", "results/none"]) == 2
    assert "no such results folder" in capsys.readouterr().err
