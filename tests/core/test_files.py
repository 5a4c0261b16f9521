"""Folders are written whole, and only what a result wrote is ever overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from metastasome.core.errors import StoreError
from metastasome.core.files import atomic_folder, check_target


def write(out: Path, text: str, *, overwrite: bool = False) -> None:
    with atomic_folder(out, overwrite=overwrite) as part:
        (part / "tables").mkdir()
        (part / "tables" / "a.csv").write_text(text, encoding="utf-8")


def test_an_earlier_result_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "r"
    write(out, "1")
    (out / "tables" / "b.csv").write_text("stale", encoding="utf-8")
    with pytest.raises(StoreError, match=r"exists.*--overwrite"):
        write(out, "2")
    write(out, "2", overwrite=True)
    assert (out / "tables" / "a.csv").read_text(encoding="utf-8") == "2"
    assert not (out / "tables" / "b.csv").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["r"], "nothing else is left"


def test_an_empty_folder_may_be_taken(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    write(tmp_path / "r", "1", overwrite=True)
    assert (tmp_path / "r" / "tables" / "a.csv").is_file()


def test_what_no_result_wrote_is_never_lost(tmp_path: Path) -> None:
    """A home folder named by mistake, and notes beside a result: with --overwrite both used to be deleted."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.txt").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="not a results folder"):
        write(home, "1", overwrite=True)
    with pytest.raises(StoreError, match=r"exists, and is no results folder; choose another --out$"):
        check_target(home)
    write(tmp_path / "r", "1")
    (tmp_path / "r" / "notes.md").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match=r"no result wrote.*notes\.md.*move it"):
        write(tmp_path / "r", "2", overwrite=True)
    with pytest.raises(StoreError, match="not a results folder"):
        check_target(home / "thesis.txt", overwrite=True)
    assert (home / "thesis.txt").is_file() and (tmp_path / "r" / "notes.md").is_file()
    assert (tmp_path / "r" / "tables" / "a.csv").read_text(encoding="utf-8") == "1"


def test_what_appears_while_a_result_is_made_is_kept(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not a results folder"), atomic_folder(tmp_path / "r", overwrite=True):
        (tmp_path / "r").mkdir()
        (tmp_path / "r" / "mine").write_text("x", encoding="utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["r"]
    assert (tmp_path / "r" / "mine").is_file()
