"""Progress is told as asked: to nobody, as lines, as bars."""

from __future__ import annotations

import io
import json
import sys
import time

import pytest

from metastasome.core.progress import SILENT, Bars, Lines


def test_silence() -> None:
    with SILENT.task("x", 3) as tick:
        tick(3)


def test_lines_are_json_and_end() -> None:
    out = io.StringIO()
    with Lines(out, every_s=0).task("patients", 3) as tick:
        tick(1)
        tick(2)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["done"] for line in lines] == [0, 1, 3, 3]
    assert lines[-1]["end"] == "finished"
    assert lines[0]["per_second"] is None and lines[0]["seconds_left"] is None and lines[1]["per_second"] is None
    assert lines[-1]["per_second"] > 0 and lines[-1]["seconds_left"] == 0.0
    assert sys.platform != "linux" or 5 < lines[-1]["memory_mib"] < 20_000


def test_a_stopped_task_says_so() -> None:
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt), Lines(out).task("patients"):
        raise KeyboardInterrupt
    assert json.loads(out.getvalue().splitlines()[-1])["end"] == "stopped"


def test_short_steps_draw_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars().task("quick", 10) as tick:
        tick(10)
    assert capsys.readouterr() == ("", "")


def test_long_steps_leave_a_line_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars(patience_s=0.01).task("slow", 10):
        time.sleep(0.02)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("slow: 0.0 s")


def test_long_steps_draw_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with Bars(patience_s=0.01).task("patients", 10) as tick:
        for _ in range(10):
            time.sleep(0.05)
            tick(1)
    assert "patients" in screen.getvalue()
    assert "/10" in screen.getvalue()
