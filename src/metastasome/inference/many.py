"""The likeliest points of many data sets of one shape, in lockstep: one compiled program for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .compiled import Compiled
from .jax_setup import jax
from .observation import Data, Floats
from .optimum import Optimum, at_maximum, with_rivals

_LANES = 16
_STARTS = 4
_STEP = 1e-4  # of the differences of gradients that make a curvature
_FLAT = 1e-3
_FARTHEST = 4.0  # longest step, in prior standard deviations
_DONE = 1e-3  # of the fall in the negative log-posterior that is still expected


@dataclass
class _Climb:
    """One way up: where it is, what is known there, and how bold the next step is."""

    at: int  # which data set
    z: Floats
    value: float = np.inf
    gradient: Floats = field(default_factory=lambda: np.zeros(0))
    curvature: Floats = field(default_factory=lambda: np.zeros(0))
    damping: float = 1e-2
    done: bool = False
    rounds: int = 0
    ahead: Floats = field(default_factory=lambda: np.zeros(0))

    def look(self, value: float, gradient: Floats, curvature: Floats) -> None:
        """Take in what was computed at `ahead`, and choose where to look next."""
        self.rounds += 1
        fine = np.isfinite(value) and np.isfinite(gradient).all() and np.isfinite(curvature).all()
        if fine and value <= self.value:
            self.z, self.value, self.gradient, self.curvature = self.ahead, value, gradient, curvature
            self.damping = max(self.damping / 5, 1e-9)
        elif not self.curvature.size:
            self.done = True  # nothing can be said at the start
            return
        else:
            self.damping = max(self.damping * 8, 1e-3)
        # The sign of a curvature is dropped: uphill directions are left as fast as they bend (Dauphin 2014).
        bend, axes = np.linalg.eigh(self.curvature)
        bend = np.maximum(np.abs(bend), _FLAT)
        along = axes.T @ self.gradient
        step = -axes @ (along / (bend + self.damping))
        size = float(np.linalg.norm(step))
        self.ahead = self.z + step * min(1.0, _FARTHEST / max(size, 1e-12))
        self.done = 0.5 * float(np.sum(along**2 / bend)) < _DONE or self.damping > 1e8


def optima(
    compiled: Compiled, data: Sequence[tuple[Data, ...]], *, near: Floats | None = None, most: int = 80
) -> list[Optimum | None]:
    """Return the likeliest point of every data set with the curvature there; None where no start is possible.

    A damped Newton method from the prior's centre, from `near` ``(d,)`` where it is given (as the posterior mean of
    similar data), and from points drawn from the prior; other maxima that were met stand beside the likeliest.

    Args:
        most: rounds after which a way up ends where it is.
    """
    from ..core.streams import stream

    d = len(compiled.explanation.names)
    drawn = 0.8 * stream(0, "inference/starts").standard_normal((_STARTS - 1, d))
    starts = [np.zeros(d), *([] if near is None else [np.asarray(near, float)]), *drawn][:_STARTS]
    ways = [_Climb(s, z, ahead=z) for s in range(len(data)) for z in starts]
    while True:
        todo = [w for w in ways if not w.done and w.rounds < most][:_LANES]
        if not todo:
            break
        full = todo + todo[:1] * (_LANES - len(todo))
        found = _look(compiled, np.stack([w.ahead for w in full]), [data[w.at] for w in full])
        for w, *seen in zip(todo, *found, strict=False):
            w.look(float(seen[0]), seen[1], seen[2])
    return [_best([w for w in ways if w.at == s]) for s in range(len(data))]


def stack(data: Sequence[tuple[Data, ...]]) -> tuple[dict[str, Floats], ...]:
    """Return data sets of one shape as one, with a first axis more."""
    return tuple({k: np.stack([s[i][k] for s in data]) for k in part} for i, part in enumerate(data[0]))


def _best(ways: Sequence[_Climb]) -> Optimum | None:
    best = min(ways, key=lambda w: w.value)
    if not np.isfinite(best.value):
        return None
    agree = float(np.mean([w.value < best.value + 0.1 for w in ways]))
    others = [at_maximum(w.z, -w.value, w.curvature) for w in ways if w.done and w.value < np.inf]
    return with_rivals(at_maximum(best.z, -best.value, best.curvature, agree), others)


def _look(compiled: Compiled, z: Floats, data: Sequence[tuple[Data, ...]]) -> tuple[Floats, Floats, Floats]:
    """Return value ``(n,)``, gradient ``(n, d)`` and curvature ``(n, d, d)`` at a point of each data set."""
    if "look" not in compiled.programs:
        j = jax()
        both = j.vmap(j.value_and_grad(compiled.potential), in_axes=(0, None))
        compiled.programs["look"] = j.jit(j.vmap(both))
    d = z.shape[1]
    steps = np.concatenate([np.zeros((1, d)), _STEP * np.eye(d), -_STEP * np.eye(d)])
    made: Any = compiled.programs["look"](z[:, None, :] + steps, stack(data))
    value, gradient = (np.asarray(part, dtype=float) for part in made)
    rows = (gradient[:, 1 : d + 1] - gradient[:, d + 1 :]) / (2 * _STEP)
    return value[:, 0], gradient[:, 0], 0.5 * (rows + rows.transpose(0, 2, 1))
