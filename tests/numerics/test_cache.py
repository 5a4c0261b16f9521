"""Generated code on disk: a second process compiles nothing, and many may start at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from metastasome.core.errors import InputError
from metastasome.numerics import compile_module
from metastasome.numerics.cache import cache_folder

PROGRAM = """
import sys
from numba.core import event

class Count(event.Listener):
    names = []
    def on_start(self, e):
        self.names.append(e.data["dispatcher"].py_func.__module__)
    def on_end(self, e):
        pass

event.register("numba:compile", Count())
from metastasome.numerics import Layout, compile_system
from metastasome.numerics.rodas import solve
from metastasome.numerics.trace import trace

def rates(xp, s, p):
    return {"x": -p["k"] * s["x"] / (1.0 + s["x"])}, {"twice": 2.0 * s["x"]}

system = trace(rates, states=Layout(("x",), (2,)), params=Layout(("k",), (1,)))
compiled = compile_system(system)
found = solve(compiled, [1.0, 2.0], [0.5], [0.0, 3.0])
print(sum(n.startswith("metastasome_generated") for n in Count.names), repr(found.y[-1].tolist()), sep="|")
"""


def start(folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "METASTASOME_CACHE": str(folder)}
    return subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stdout=-1, stderr=-1, text=True)


def result(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, error = process.communicate(timeout=300)
    assert process.returncode == 0, error
    compiled, _, numbers = out.strip().partition("|")
    return int(compiled), numbers


def test_second_process_compiles_nothing_and_first_ones_may_race(tmp_path: Path) -> None:
    racing = [result(p) for p in [start(tmp_path), start(tmp_path)]]
    again = result(start(tmp_path))
    assert any(compiled > 0 for compiled, _ in racing)
    assert again[0] == 0
    assert len({numbers for _, numbers in [*racing, again]}) == 1
    assert not list(tmp_path.rglob("*.part"))


def test_a_broken_file_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METASTASOME_CACHE", str(tmp_path))
    source = "VALUE = 41 + 1\n"
    first = compile_module(source, "broken")
    path = Path(str(first.__file__))
    path.write_text("VALUE = ")
    del sys.modules[first.__name__]
    assert compile_module(source, "broken").VALUE == 42


def test_same_text_is_one_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METASTASOME_CACHE", str(tmp_path))
    assert compile_module("X = 1\n", "same") is compile_module("X = 1\n", "same")
    assert compile_module("X = 1\n", "same") is not compile_module("X = 2\n", "same")
    with pytest.raises(InputError, match="identifier"):
        compile_module("X = 1\n", "not a name")


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("")
    monkeypatch.setenv("METASTASOME_CACHE", str(occupied))
    with pytest.raises(InputError, match="METASTASOME_CACHE"):
        cache_folder()
    monkeypatch.delenv("METASTASOME_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(occupied))
    assert cache_folder().is_dir()  # a temporary one
