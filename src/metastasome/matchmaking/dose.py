"""Dose grids, the saturating form the mechanisms use, and the dose at which an effect can be seen.

A dose is a number of vesicles taken up per recipient cell and day, held until gain and decay of the cargo balance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError

F8 = NDArray[np.float64]
DETECTABLE = 0.2 * math.log(2.0)
"""Smallest |ln FC| that counts as seen: |log2 FC| = 0.2, a fall of 13 %.

It is the median response to one 7mer site under transfection (McGeary 2019 figures give -0.1 to -0.5 in log2) and about
the replicate spread of an RNA-seq fold change, so less than that would not be found in one gene by experiment.
"""


@dataclass(frozen=True)
class Saturating:
    """``top * D / (D + half)`` fitted to curves: `top`, `half` and the greatest absolute misfit `error`, any shape."""

    top: F8
    half: F8
    error: F8


def default_doses() -> F8:
    """Return 13 doses from 10 to 1e7 vesicles per cell and day, half a decade apart.

    More than that would bring more guides than a cell has silencing complexes.
    """
    return np.asarray(10.0 ** np.arange(1.0, 7.25, 0.5))


def check_doses(doses: ArrayLike | None) -> F8:
    """Return a rising grid of positive doses, ``(d,)``, or raise :class:`InputError`."""
    if doses is None:
        return default_doses()
    grid = np.atleast_1d(np.asarray(doses, np.float64))
    good = grid.ndim == 1 and grid.size >= 2 and np.isfinite(grid).all() and bool((grid > 0).all())
    if not good or not bool((np.diff(grid) > 0).all()):
        raise InputError(
            "not a dose grid",
            field="doses",
            value=np.asarray(doses).tolist(),
            expected="two or more rising positive numbers (vesicles per cell and day)",
        )
    return grid


def fit_saturating(doses: F8, curves: F8, *, steps: int = 241) -> Saturating:
    """Fit ``top * D / (D + half)`` to curves, shape ``(..., d)``.

    `half` is sought on a grid of its logarithm, from a hundredth of the lowest dose to ten times the highest, then
    refined by a parabola; for each `half` the best `top` is linear. Residuals are divided by ``|y| + 0.01 max|y|``: the
    low doses that kinetics can deliver count as much as the plateau. A curve of zeros has `top` 0.
    """
    flat = curves.reshape(-1, doses.size)
    peak = np.abs(flat).max(axis=1)
    y = flat / np.where(peak > 0, peak, 1.0)[:, None]
    weight = (np.abs(y) + 0.01) ** -2.0
    logs = np.linspace(math.log(doses[0]) - 4.6, math.log(doses[-1]) + 2.3, steps)
    loss = np.stack([_misfit(doses, y, weight, np.full(len(y), math.exp(u)))[1] for u in logs])
    best = np.clip(loss.argmin(axis=0), 1, steps - 2)
    rows = np.arange(len(y))
    left, mid, right = loss[best - 1, rows], loss[best, rows], loss[best + 1, rows]
    bend = left - 2 * mid + right
    move = np.where(bend > 0, 0.5 * (left - right) / np.where(bend > 0, bend, 1.0), 0.0)
    half = np.exp(logs[best] + np.clip(move, -1, 1) * (logs[1] - logs[0]))
    top = _misfit(doses, y, weight, half)[0] * peak
    misfit = np.abs(top[:, None] * doses / (doses + half[:, None]) - flat).max(axis=1)
    shape = curves.shape[:-1]
    return Saturating(top.reshape(shape), half.reshape(shape), misfit.reshape(shape))


def threshold_dose(doses: F8, curves: F8, level: float = DETECTABLE) -> F8:
    """Return the dose at which ``|curve|`` first reaches `level`, shape ``(...)``; inf where it does not on the grid.

    Between doses the curve is a power of the dose; below the first dose it is proportional to the dose, which is exact
    where nothing saturates.
    """
    size = np.abs(curves)
    reached = size >= level
    first = reached.argmax(axis=-1)
    at = np.take_along_axis(size, first[..., None], -1)[..., 0]
    before = np.take_along_axis(size, np.maximum(first - 1, 0)[..., None], -1)[..., 0]
    tiny = np.finfo(np.float64).tiny
    rise = np.log(np.maximum(at, tiny) / np.maximum(before, 1e-12 * level))
    step = np.log(doses[first] / doses[np.maximum(first - 1, 0)])
    share = np.log(np.maximum(at, tiny) / level) / np.where(rise > 0, rise, 1.0)
    inside = doses[first] * np.exp(-step * np.clip(share, 0.0, 1.0))
    below = doses[0] * level / np.where(at > 0, at, 1.0)
    return np.asarray(np.where(reached.any(axis=-1), np.where(first == 0, below, inside), np.inf))


def read_curve(doses: F8, curves: F8, at: ArrayLike) -> F8:
    """Return curves ``(..., d)`` at doses `at`, ``(...)`` or a number, as :func:`threshold_dose` reads them."""
    x = np.broadcast_to(np.asarray(at, np.float64), curves.shape[:-1])
    hi = np.clip(np.searchsorted(doses, x), 1, doses.size - 1)
    lo = hi - 1
    share = np.clip(np.log(np.maximum(x, 1e-300) / doses[lo]) / np.log(doses[hi] / doses[lo]), 0.0, 1.0)
    low = np.take_along_axis(curves, lo[..., None], -1)[..., 0]
    high = np.take_along_axis(curves, hi[..., None], -1)[..., 0]
    straight = low + share * (high - low)
    alike = low * high > 0
    power = np.abs(np.where(alike, low, 1.0)) ** (1.0 - share) * np.abs(np.where(alike, high, 1.0)) ** share
    inside = np.where(alike, np.copysign(power, high), straight)
    return np.asarray(np.where(x < doses[0], curves[..., 0] * x / doses[0], inside))


def _misfit(doses: F8, y: F8, weight: F8, half: F8) -> tuple[F8, F8]:
    """Return the best tops and the weighted squared misfit for given halves, each ``(q,)``."""
    shape = doses / (doses + half[:, None])
    norm = (weight * shape * shape).sum(axis=1)
    top = np.where(norm > 0, (weight * shape * y).sum(axis=1) / np.where(norm > 0, norm, 1.0), 0.0)
    return top, (weight * (y - top[:, None] * shape) ** 2).sum(axis=1)
