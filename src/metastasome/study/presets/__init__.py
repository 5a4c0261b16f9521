"""Studies that come with the package, by name, and where each of their figures comes from."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent


@functools.cache
def preset_names() -> tuple[str, ...]:
    """Return the names of the presets."""
    return tuple(sorted(p.stem for p in _HERE.glob("*.yaml")))


def preset_path(name: str) -> Path:
    """Return the file of the preset called `name` (one of :func:`preset_names`)."""
    return _HERE / f"{name}.yaml"


@dataclass(frozen=True)
class PresetFigure:
    """One figure of a preset: its `setting` and `value` as in the file, its `basis` and `source`.

    `basis` is ``sourced`` (the source gives it), ``calibrated`` (fitted to the data named) or ``assumption``.
    """

    preset: str
    setting: str
    value: str
    basis: str
    source: str


def preset_sources(name: str | None = None) -> tuple[PresetFigure, ...]:
    """Return what each figure of the preset called `name` rests on; of all presets when None.

    Figures a preset does not set are the mechanisms' own defaults, each with its source there.
    """
    with (_HERE / "sources.tsv").open(encoding="utf-8", newline="") as file:
        rows = tuple(PresetFigure(**row) for row in csv.DictReader(file, delimiter="\t"))
    return tuple(r for r in rows if name is None or r.preset == name)
