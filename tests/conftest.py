"""Fixtures shared by every room's tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data files, from METASTASOME_DATA or ../shared/data; skips where there is none."""
    folder = Path(os.environ.get("METASTASOME_DATA", _BESIDE))
    if not (folder / "rna").is_dir():
        pytest.skip(f"public data files are not at {folder} (set METASTASOME_DATA)")
    return folder
