"""Tables of metastasis at diagnosis by diameter of the primary: binned fractions with the number of patients."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.tables import read_table

Floats = NDArray[np.float64]
_NAMES = {
    "cancer": ("cancer", "primary"),
    "diameter": ("primary_diameter_cm_bin", "diameter_cm"),
    "n": ("N", "n", "n_patients"),
    "fraction": ("fraction_with_distant_metastasis_at_diagnosis", "fraction", "fraction_cancer_death_among_all_deaths"),
}
#: The anchor: the share with metastasis in this one size class, cm; all bins in it are kept out of the score.
ANCHOR_CM = (3.0, 5.0)
#: Narrowest and widest primary that the size law is asked about; more in a table is likely millimetres.
ASKED_CM = (0.05, 30.0)


@dataclass(frozen=True)
class SizeCurve:
    """Metastasis by size of one cancer: bins with diameter (cm), patients n and fraction, ``(d,)`` each."""

    cancer: str
    diameter: Floats
    n: Floats
    fraction: Floats

    def anchor(self, at_cm: float | None = None) -> NDArray[np.bool_]:
        """Return which bins make the anchor, ``(d,)``: the one nearest to `at_cm`, or all from 3 to 5 cm when None."""
        inside = (self.diameter >= ANCHOR_CM[0]) & (self.diameter <= ANCHOR_CM[1])
        if at_cm is None and inside.any():
            return np.asarray(inside, np.bool_)
        nearest = np.argmin(np.abs(self.diameter - (4.0 if at_cm is None else at_cm)))
        return np.asarray(np.arange(len(self.n)) == nearest, np.bool_)

    def pooled(self, bins: NDArray[np.bool_]) -> tuple[float, float]:
        """Return patients and share with metastasis over `bins` together."""
        return float(self.n[bins].sum()), float(np.average(self.fraction[bins], weights=self.n[bins]))


def read_sizes(path: str | os.PathLike[str]) -> tuple[SizeCurve, ...]:
    """Read a table with a cancer, a diameter (cm), a number of patients and a fraction per row.

    Raises:
        InputError: a column is missing, a number is not one that can be, or a cancer has fewer than two bins.
    """
    table = read_table(path)
    at = {}
    for field, names in _NAMES.items():
        found = [n for n in names if n in table.header]
        if not found:
            raise InputError("a column is missing", file=path, row=1, field=names[0], expected=" or ".join(names))
        at[field] = table.header.index(found[0])
    limits = {"diameter": (0.01, 100.0), "n": (1.0, 1e9), "fraction": (0.0, 1.0)}
    made: dict[str, list[tuple[float, float, float]]] = {}
    for cells, line in zip(table.rows, table.lines, strict=True):
        values = [_number(cells[at[f]], *limits[f], table.path, line, table.header[at[f]]) for f in limits]
        made.setdefault(cells[at["cancer"]].strip(), []).append((values[0], values[1], values[2]))
    return tuple(_curve(cancer, sorted(rows), table.path) for cancer, rows in made.items())


def training_curves() -> tuple[SizeCurve, ...]:
    """Return the nine cancers the shared law was fitted on (SEER 1973-2013, binned; Szczurek, MetastaticBottleneck)."""
    with resources.as_file(resources.files(__package__).joinpath("sizes_training.tsv")) as path:
        return read_sizes(path)


def _curve(cancer: str, rows: list[tuple[float, float, float]], path: Path) -> SizeCurve:
    if len(rows) < 2:
        raise InputError("a cancer needs two sizes or more", file=path, field="cancer", value=cancer)
    d, n, p = np.array(rows).T
    if len(np.unique(d)) < len(d):
        raise InputError("a size is given twice", file=path, field="cancer", value=cancer)
    return SizeCurve(cancer, d, n, p)


def _number(text: str, low: float, high: float, path: Path, line: int, field: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise InputError(
            "not a value that can be", file=path, row=line, field=field, value=text, expected=f"{low:g} to {high:g}"
        )
    return value
