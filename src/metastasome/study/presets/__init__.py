"""Studies that come with the package, by name."""

from __future__ import annotations

import functools
from pathlib import Path

_HERE = Path(__file__).parent


@functools.cache
def preset_names() -> tuple[str, ...]:
    """Return the names of the presets."""
    return tuple(sorted(p.stem for p in _HERE.glob("*.yaml")))


def preset_path(name: str) -> Path:
    """Return the file of the preset called `name` (one of :func:`preset_names`)."""
    return _HERE / f"{name}.yaml"
