"""Least squares by Levenberg and Marquardt: the parameters at which the occupancy model fits HeLa best.

The loss is a sum of squares with a normal prior on every parameter, so that its Hessian is close to that of the
Jacobian and about ten steps reach the bottom. A fit that is stopped early remembers where it started; held-out scores
are honest only at the bottom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .affinity import FIXED_LN_KD
from .train_fit import N_TYPES, N_WEAK, PRIOR, TYPE_SD, VARIANCE, WEAK, Problem, predict, slopes

F8 = NDArray[np.float64]
ENOUGH = 0.02
"""A step that lowers the loss (minus log posterior) by less than this is the last."""
MOST_STEPS, MOST_TRIES = 60, 12


@dataclass(frozen=True)
class _Target:
    """What is fitted: centred levels of the miRNAs kept, and how residuals are weighted and freed of trends."""

    keep: list[int]
    level: F8
    root: F8
    trend: F8
    factor: F8

    def residual(self, predicted: F8) -> F8:
        """Return the residuals of predictions for every miRNA, ``(g, k)``."""
        return self._freed(self.level - self._centred(predicted))

    def turned(self, slope: F8) -> F8:
        """Return derivatives ``(g, m, v)`` as those of minus the residuals, ``(g k, v)``."""
        return self._freed(self._centred(slope)).reshape(-1, slope.shape[2])

    def _centred(self, values: F8) -> F8:
        kept = values[:, self.keep] * self.factor.reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(kept - kept.mean(axis=1, keepdims=True))

    def _freed(self, values: F8) -> F8:
        flat = (values * self.root.reshape(-1, *[1] * (values.ndim - 1))).reshape(len(values), -1)
        return np.asarray(flat - self.trend @ (self.trend.T @ flat)).reshape(values.shape)


def fit(problem: Problem, *, keep: list[int], first: F8, columns: list[int], penalty: F8, factor: F8) -> F8:
    """Return the parameters that minimise the loss over the miRNAs `keep`, from `first`.

    Args:
        problem: sites and levels.
        keep: miRNAs that are fitted.
        first: parameters to start from.
        columns: terms in use.
        penalty: on the square of each one's coefficient.
        factor: multiplies the prediction of each gene, ``(g,)``.
    """
    level = problem.level[:, keep]
    root = np.sqrt(problem.weight)
    target = _Target(keep, level - level.mean(axis=1, keepdims=True), root, problem.trend, factor)
    centre, weight = _priors(penalty)

    def loss(at: F8) -> float:
        e = target.residual(predict(problem, at, columns))
        return float((e**2).sum() / VARIANCE + (weight * (at - centre) ** 2).sum()) / 2

    x, damp, value = first.copy(), 1e-3, loss(first)
    for _ in range(MOST_STEPS):
        predicted, slope = slopes(problem, x, columns)
        e, j = target.residual(predicted).ravel(), target.turned(slope)
        hessian = j.T @ j / VARIANCE + np.diag(weight)
        downhill = j.T @ e / VARIANCE - weight * (x - centre)
        for _ in range(MOST_TRIES):
            step = np.linalg.solve(hessian + damp * np.diag(np.diag(hessian)), downhill)
            new = loss(x + step)
            if new < value:
                break
            damp = max(5 * damp, 1e-3)
        else:
            return x
        x, gained, value, damp = x + step, value - new, new, damp / 5
        if gained < ENOUGH:
            break
    return x


def _priors(penalty: F8) -> tuple[F8, F8]:
    """Return mean and inverse variance of every parameter's prior."""
    mean, sd = (np.array([prior[k] for prior in PRIOR.values()]) for k in (0, 1))
    centre = np.concatenate([FIXED_LN_KD, mean, np.full(N_WEAK, WEAK), np.zeros(len(penalty))])
    return centre, np.concatenate([np.full(N_TYPES, TYPE_SD**-2.0), sd**-2.0, np.ones(N_WEAK), 2 * penalty])
