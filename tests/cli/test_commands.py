"""Commands that need no run: their text, and the same as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from metastasome.cli import app


def told(args: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert app.run(args) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


def json_of(args: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(told([*args, "--json"], capsys))


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(told(["schema"], capsys))["title"] == "metastasome study"


def test_mechanisms_list(capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of(["mechanisms", "list"], capsys)
    assert {"key": "tota_direct", "on": False}.items() <= next(
        m for m in found["mechanisms"] if m["key"] == "tota_direct"
    ).items()
    assert "block_release" in told(["mechanisms", "list"], capsys)


def test_mechanisms_show(capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of(["mechanisms", "show", "niche_training"], capsys)
    assert all(p["source"] and p["unit"] for p in found["parameters"])
    assert "leak_gain" in told(["mechanisms", "show", "niche_training"], capsys)


def test_mechanisms_graph(capsys: pytest.CaptureFixture[str]) -> None:
    dot = told(["mechanisms", "graph"], capsys)
    assert dot.startswith("digraph")
    assert '"ev_release" -> "ev_uptake"' in dot
    found = json_of(["mechanisms", "graph", "breast"], capsys)
    assert {"from": "ev_release", "quantity": "release", "to": "ev_uptake", "kind": "quantity"} in found
    assert {"from": "niche_training", "quantity": "death", "to": "lesion_growth", "kind": "factor"} in found


def test_cite(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Ghasemi" in told(["cite"], capsys)
    assert told(["cite", "--bibtex"], capsys).count("@article{") == 2
    assert "niche_training.leak_gain" in json_of(["cite", "--sources"], capsys)["sources"]["assumption"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "_METASTASOME_COMPLETE" in told(["completion", shell], capsys)


def test_doctor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("METASTASOME_DATA", raising=False)
    found = json_of(["doctor"], capsys)
    assert found["compiler"]["ok"]
    assert "embedded reference" in found["data folder"]["says"]


def test_doctor_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["doctor", "--data-dir", "/no/such/folder"]) == 1
    assert "BAD  data folder" in capsys.readouterr().out


def test_versions(capsys: pytest.CaptureFixture[str]) -> None:
    from metastasome import __version__

    assert told(["--version"], capsys) == f"metastasome {__version__}\n"
