"""What the pages list is what there is."""

from __future__ import annotations

import tomllib
from pathlib import Path

from metastasome.cli.app import COMMANDS

ROOT = Path(__file__).parents[2]


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_command_line_page_names_every_command() -> None:
    told = page("reference/cli.md")
    assert [c for c in COMMANDS if f"`metastasome {c}" not in told and f"`{c}`" not in told] == []


def test_the_install_page_names_every_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert [e for e in extras if f"metastasome[{e}]" not in page("install.md")] == []
