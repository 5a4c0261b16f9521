"""Posterior on a grid that closes in on the mass: exact for up to three parameters, and a witness for samplers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import InputError, ModelError
from .compiled import Compiled
from .observation import Data, Floats

MOST = 3
_SIDES = {0: 1, 1: 512, 2: 64, 3: 24}
_TAIL = 1e-7
_EDGE = 1e-3
_ROUNDS = 16
_FARTHEST = 30.0  # prior standard deviations


@dataclass(frozen=True)
class Grid:
    """Points ``(n, d)`` with normalised weights, the half-width of a cell, and the log-evidence."""

    z: Floats
    weights: Floats
    half: Floats
    log_evidence: float

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        """Return `n` draws ``(n, d)``, uniform within cells."""
        at = rng.choice(len(self.weights), size=n, p=self.weights)
        return self.z[at] + self.half * rng.uniform(-1, 1, size=(n, self.z.shape[1]))


def grid(compiled: Compiled, data: tuple[Data, ...] | None = None) -> Grid:
    """Return the posterior on a grid.

    The grid starts at +-6 prior standard deviations and is laid anew over the box that holds all but 1e-7 of each
    marginal until the box stays, going outwards where mass lies at an edge (priors that contradict the data); on the
    last box the midpoint rule is exact to many digits for smooth posteriors.

    Raises:
        InputError: more than three parameters. ModelError: the data are impossible everywhere.
    """
    d = len(compiled.explanation.names)
    if d > MOST:
        raise InputError("too many parameters for a grid", value=d, expected=f"{MOST} or fewer")
    low, high = np.full(d, -6.0), np.full(d, 6.0)
    for _ in range(_ROUNDS):
        points, half, side = _lay(low, high)
        values = compiled.log_posterior(points, data)
        top = values.max()
        if not np.isfinite(top):
            raise ModelError(f"hypothesis '{compiled.explanation.key}' gives zero probability to the data")
        weights = np.exp(values - top)
        total = weights.sum()
        next_low, next_high = _box(weights.reshape((side,) * d) / total, low, half)
        inside = bool(np.all(next_low >= low) and np.all(next_high <= high))
        settled = inside and bool(np.all((next_high - next_low) > 0.6 * (high - low)))
        if settled:
            break
        low, high = next_low, next_high
    evidence = float(top + np.log(total) + np.log(2 * half).sum())
    return Grid(points, weights / total, half, evidence)


def _lay(low: Floats, high: Floats) -> tuple[Floats, Floats, int]:
    d = len(low)
    side = _SIDES[d]
    half = (high - low) / (2 * side)
    axes = [a + h * (2 * np.arange(side) + 1) for a, h in zip(low, half, strict=True)]
    mesh = np.meshgrid(*axes, indexing="ij") if d else []
    return np.stack([m.ravel() for m in mesh], axis=1) if d else np.zeros((1, 0)), half, side


def _box(weights: Floats, low: Floats, half: Floats) -> tuple[Floats, Floats]:
    """Return the box that holds all but the tails of every marginal, two cells wider on each side.

    Where the mass reaches the outermost cell the box goes on by 6 prior standard deviations.
    """
    d = weights.ndim
    below, above = np.empty(d), np.empty(d)
    for k in range(d):
        marginal = weights.sum(axis=tuple(j for j in range(d) if j != k))
        mass = np.cumsum(marginal)
        n = len(marginal) - 1
        first, last = int(np.searchsorted(mass, _TAIL)), min(int(np.searchsorted(mass, 1 - _TAIL)), n)
        left, right = low[k], low[k] + 2 * half[k] * (n + 1)
        out = marginal[0] > _EDGE, marginal[n] > _EDGE
        below[k] = left - 6.0 if out[0] else max(left, left + 2 * half[k] * (first - 2))
        above[k] = right + 6.0 if out[1] else min(right, left + 2 * half[k] * (last + 3))
    return np.maximum(below, -_FARTHEST), np.minimum(above, _FARTHEST)
