"""The likeliest values of a PEtab problem with as few simulations as can be.

A simulation of a whole study takes seconds, the likelihood of what it gives microseconds. So the model alone is made
linear, on the scales of parameters and measurements, while noise and priors stay as they are; the maximum of that
likelihood within a box is the next point to simulate, and the box grows or shrinks with how well it was foreseen
(Gauss-Newton with a trust region; Nocedal & Wright 2006, chapters 4 and 10). One simulation per parameter of the model
and round makes the derivatives; parameters of the noise cost none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import ModelError
from .petab_tables import BACK, SCALES

if TYPE_CHECKING:
    from .petab_read import PetabProblem

Vector = NDArray[np.float64]
_STEP = 1e-3  # of the differences, in units of a parameter's range over 8
_ENOUGH = 1e-5  # gain in the log-posterior that ends the search


def likeliest(problem: PetabProblem, *, most: int = 60) -> tuple[dict[str, float], float]:
    """Return name -> value at the maximum of likelihood times prior, found from the nominal values on, and its log.

    Args:
        most: rounds at most, each of one simulation, and as many more as the model has free parameters after a gain.

    Raises:
        ModelError: the nominal values give what was measured no chance.
    """
    at = _Place(problem)
    x, radius = at.start, 1.0
    given, height = at.look(x)
    if not math.isfinite(height):
        raise ModelError("the nominal values give what was measured no chance: fit from others")
    slopes = at.slopes(x, given)
    for _ in range(most):
        ahead, foreseen = at.foresee(x, given, slopes, radius)
        if foreseen - height < _ENOUGH:
            break
        seen, found = at.look(ahead)
        share = (found - height) / (foreseen - height)
        radius = radius / 4 if share < 0.25 else min(2 * radius, 4.0) if share > 0.75 else radius
        if found > height:
            gain, x, given, height = found - height, ahead, seen, found
            if gain < _ENOUGH:
                break
            slopes = at.slopes(x, given)
        elif radius < 1e-5:
            break
    return at.values(x), height


class _Place:
    """The search space: estimated parameters on their scales, within their bounds."""

    def __init__(self, problem: PetabProblem) -> None:
        self.problem = problem
        self.free = [p for p in problem.parameters.values() if p.estimate]
        self.start = np.array([SCALES[p.scale](p.nominal) for p in self.free])
        self.low, self.high = (np.array([SCALES[p.scale](getattr(p, end)) for p in self.free]) for end in _ENDS)
        width = (self.high - self.low) / 8
        self.width = np.where(np.isfinite(width) & (width > 0), width, 1.0)
        set_by = {v for sets in problem.conditions.values() for v in sets.values()}
        names = [p.name for p in self.free]
        self.of_model = [k for k, n in enumerate(names) if n in problem.mean.entries or n in set_by]
        self.scales = [SCALES[m.transformation] for m in problem.measured]
        self.back = [BACK[m.transformation] for m in problem.measured]

    def values(self, x: Vector) -> dict[str, float]:
        """Return name -> value at `x`."""
        found = {p.name: BACK[p.scale](float(v)) for p, v in zip(self.free, x, strict=True)}
        return {p.name: min(max(found[p.name], p.low), p.high) for p in self.free}

    def height(self, x: Vector, given: Vector) -> float:
        """Return the log-posterior at `x` where the model gives `given`."""
        at = self.values(x)
        found = self.problem.log_likelihood(at, given=given) + self.problem.log_prior(at)
        return found if math.isfinite(found) else -math.inf

    def look(self, x: Vector) -> tuple[Vector, float]:
        """Return what the model gives at `x` and the log-posterior; no chance where it cannot be computed."""
        try:
            given = self.problem.simulate(self.values(x))
        except ModelError:
            return np.full(len(self.scales), np.nan), -math.inf
        return given, self.height(x, given)

    def slopes(self, x: Vector, given: Vector) -> Vector:
        """Return derivatives ``(m, d)`` of the measurements, on their scales, by differences away from the bounds."""
        made = np.zeros((len(self.scales), len(x)))
        for k in self.of_model:
            step = _STEP * self.width[k] * (1.0 if x[k] < 0.5 * (self.low[k] + self.high[k]) else -1.0)
            moved = x.copy()
            moved[k] += step
            seen = self.problem.simulate(self.values(moved))
            made[:, k] = (self._scaled(self.scales, seen) - self._scaled(self.scales, given)) / step
        return made

    def foresee(self, x: Vector, given: Vector, slopes: Vector, radius: float) -> tuple[Vector, float]:
        """Return the best point of the box around `x` if the model were linear, and the log-posterior there."""
        from scipy.optimize import minimize

        base = self._scaled(self.scales, given)

        def loss(u: Vector) -> float:
            y = x + u * self.width
            try:
                found = self.height(y, self._scaled(self.back, base + slopes @ (y - x)))
            except OverflowError:
                return 1e12
            return -found if math.isfinite(found) else 1e12

        box = [(max((lo - v) / w, -radius), min((hi - v) / w, radius))
               for lo, hi, v, w in zip(self.low, self.high, x, self.width, strict=True)]  # fmt: skip
        found = minimize(loss, np.zeros(len(x)), method="L-BFGS-B", bounds=box, options={"maxiter": 200})
        return x + found.x * self.width, -float(found.fun)

    @staticmethod
    def _scaled(scales: list[Callable[[float], float]], values: Vector) -> Vector:
        return np.array([f(float(v)) for f, v in zip(scales, values, strict=True)])


_ENDS = ("low", "high")
