"""The group of commands: instant, one line for an error, the promised exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from metastasome.cli import app
from metastasome.core.errors import InputError, ModelError

HEAVY = (
    "numba",
    "pandas",
    "scipy",
    "matplotlib",
    "sympy",
    "pint",
    "pydantic",
    "numpy",
    "rich",
    "xarray",
    "zarr",
    "yaml",
)


def loaded_after(code: str) -> set[str]:
    text = f"import sys, json\n{code}\nprint(json.dumps([m for m in {HEAVY!r} if m in sys.modules]), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_help_loads_nothing_heavy() -> None:
    assert loaded_after("from metastasome.cli.app import run\nassert run(['--help']) == 0") == set()


def test_the_package_loads_nothing_heavy() -> None:
    assert loaded_after("import metastasome") == set()


@pytest.mark.parametrize("name", app.COMMANDS)
def test_every_command_has_help_that_agrees_with_the_table(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run([name, "--help"]) == 0
    first = capsys.readouterr().out.split("\n\n")[1]
    assert " ".join(first.split()) == app.COMMANDS[name]


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["rnu"], "no such command 'rnu'; did you mean 'run'?"),
        (["run"], "Missing argument 'STUDY'"),
        (["run", "colorectal", "--patients", "0"], "0 is not in the range"),
        (["run", "colorectal", "--seed", "-1"], "-1 is not in the range"),
        (["run", "colorectal", "--outt", "x"], "No such option"),
        (["run", "no/such.yaml"], "no such study file"),
        (["run", "colorctal"], "did you mean 'colorectal'?"),
        (["mechanisms", "show", "nich_training"], "did you mean 'niche_training'?"),
        (["completion", "tcsh"], "is not one of"),
    ],
)
def test_wrong_use_is_one_line_and_two(args: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(args) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert line in said.err
    assert said.err.count("\n") == 1


def raising(error: BaseException) -> Callable[..., None]:
    def main(*args: object, **kwargs: object) -> None:
        raise error

    return main


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InputError("bad", file="x.csv", row=3), 2, "metastasome: x.csv, row 3: bad\n"),
        (ModelError("no answer"), 1, "metastasome: no answer\n"),
        (KeyboardInterrupt(), 130, "metastasome: interrupted"),
        (ZeroDivisionError("division\nby zero"), 1, "unexpected ZeroDivisionError: division by zero; run again with"),
        (FileNotFoundError(2, "No such file or directory", "y.csv"), 2, "metastasome: y.csv: No such file"),
        (MemoryError(), 1, "out of memory"),
    ],
)
def test_errors_are_one_line_and_a_code(
    error: BaseException, code: int, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app.group, "main", raising(error))
    assert app.run(["run"]) == code
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1


def test_an_interruption_says_what_was_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def main(*args: object, **kwargs: object) -> None:
        stop = KeyboardInterrupt()
        stop.add_note("stopped after 512 of 1500 patients, kept in x; run again to go on")
        raise app.click.exceptions.Abort from stop

    monkeypatch.setattr(app.group, "main", main)
    assert app.run(["run"]) == 130
    said = capsys.readouterr().err
    assert said == "metastasome: interrupted; stopped after 512 of 1500 patients, kept in x; run again to go on\n"


def test_debug_shows_the_trace(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(app.group, "main", raising(ModelError("no answer")))
    assert app.run(["run", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["schema", "cite"])
def test_a_closed_pipe_makes_no_noise(command: str) -> None:
    code = f"from metastasome.cli import main; main(['{command}'])"
    text = f'{sys.executable} -c "{code}" | (exec 0<&-; sleep 0.1)'
    done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_ctrl_c_while_modules_are_read_is_no_trace(monkeypatch, capsys):
    import builtins

    from metastasome.cli import main

    read = builtins.__import__

    def pressed(name, *rest):
        if name == "app":
            raise KeyboardInterrupt
        return read(name, *rest)

    monkeypatch.setattr(builtins, "__import__", pressed)
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 130
