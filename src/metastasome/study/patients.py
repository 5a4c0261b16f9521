"""Virtual patients: who they are follows from (seed, patient) alone, whatever the chunk they are computed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.parameters import Parameter
from ..core.streams import stream
from ..numerics import Layout

Floats = NDArray[np.float64]
_BLOCK = 1024


@dataclass(frozen=True)
class VirtualPatients:
    """Rows of parameters and initial states, drawn from the spread between patients.

    A parameter with log-scale spread s takes the value ``default * exp(s z)``, z standard normal, held within its
    range. Draws come in fixed blocks of patients, each from its own stream: a row never depends on its neighbours.

    Attributes:
        seed: of the run.
        params, states: layouts.
        values: the parameter vector of the typical patient, ``(P,)``.
        spreads: name of a single-entry block -> parameter whose `spread` is above zero.
        initial: name of a state -> name of the single-entry parameter that gives it at day 0, or a number.
    """

    seed: int
    params: Layout
    states: Layout
    values: Floats
    spreads: Mapping[str, Parameter]
    initial: Mapping[str, str | float]

    def __call__(self, low: int, high: int) -> tuple[Floats, Floats]:
        """Return parameters ``(n, P)`` and initial states ``(n, S)`` of patients `low` to `high` - 1."""
        rows = np.tile(self.values, (high - low, 1))
        if self.spreads:
            z = self._normals(low, high)
            for k, (name, p) in enumerate(self.spreads.items()):
                at = self.params.slice(name).start
                rows[:, at] = np.clip(rows[:, at] * np.exp(p.spread * z[:, k]), p.low, p.high)
        start = np.zeros((high - low, self.states.size))
        for name, given in self.initial.items():
            value = rows[:, self.params.slice(given)] if isinstance(given, str) else given
            start[:, self.states.slice(name)] = value
        return rows, start

    def _normals(self, low: int, high: int) -> Floats:
        first, last = low // _BLOCK, (max(high, low + 1) - 1) // _BLOCK
        blocks = [
            stream(self.seed, "cohort/patients", b).standard_normal((_BLOCK, len(self.spreads)))
            for b in range(first, last + 1)
        ]
        return np.concatenate(blocks)[low - first * _BLOCK : high - first * _BLOCK]
