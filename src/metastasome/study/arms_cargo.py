"""Patients whose vesicles match the organs better or worse: one factor per patient on every response to cargo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.streams import stream

Floats = NDArray[np.float64]
#: Name of the factor among the values that differ between patients.
CARGO_MATCH = "cargo_match"
_BLOCK = 1024


@dataclass(frozen=True)
class CargoSpread:
    """Patients of a problem, the greatest response of each to cargo scaled by ``exp(spread z)``, z standard normal.

    Attributes:
        patients: what gives their rows without it.
        params: layout of the rows.
        names: parameter blocks that are scaled (``rna_top_...``, ``protein_top_...``).
        spread: log-scale standard deviation between patients.
        seed: of the run.
    """

    patients: Any
    params: Any
    names: tuple[str, ...]
    spread: float
    seed: int

    @property
    def spreads(self) -> Any:
        """Parameters that differ between patients besides."""
        return self.patients.spreads

    def __call__(self, low: int, high: int) -> tuple[Floats, Floats]:
        """Return parameters and initial states of patients `low` to `high` - 1."""
        rows, start = self.patients(low, high)
        scaled = rows.copy()
        factor = self.factor(low, high)[:, None]
        for name in self.names:
            scaled[:, self.params.slice(name)] *= factor
        return scaled, start

    def factor(self, low: int, high: int) -> Floats:
        """Return the factor of patients `low` to `high` - 1."""
        first, last = low // _BLOCK, (max(high, low + 1) - 1) // _BLOCK
        z = [stream(self.seed, "trial/cargo", b).standard_normal(_BLOCK) for b in range(first, last + 1)]
        return np.exp(self.spread * np.concatenate(z)[low - first * _BLOCK : high - first * _BLOCK])


def spread_cargo(problem: Any, seed: int, spread: float) -> Any:
    """Return `problem` with patients whose cargo matches differently; the same problem where `spread` is zero."""
    if spread == 0.0:
        return problem
    names = tuple(n for n in problem.params.names if n.startswith(("rna_top_", "protein_top_")))
    return problem.with_(patients=CargoSpread(problem.patients, problem.params, names, spread, seed))
