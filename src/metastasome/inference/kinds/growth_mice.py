"""Growth rates of mice, integrated out: a mouse's rate is the law's times exp(omega z), z standard normal.

A dozen volumes with a small error pin a mouse's rate far better than any grid common to all mice could show. So curves
are computed at common values of z (all mice share them), each mouse's likeliest z is sought from the best of those, and
the integral is taken by the trapezoid rule around it, on curves interpolated between the common ones.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..observation import Array, Floats, special

END = 5.0
NODES = np.linspace(-END, END, 161)
"""Common values of z."""
_STEP = float(NODES[1] - NODES[0])
_LN_ROOT = 0.5 * math.log(2 * math.pi)
_WIDE, _LOCAL, _TURNS = 7.0, 29, 2  # standard deviations around the likeliest z, points there, steps to find it


@dataclass(frozen=True)
class Seen:
    """Measurements r of mice m: the day of each among the curves' days, whose it is, its logarithm and whether it could
    be `measured`, ``(r,)`` each.

    Attributes:
        mice: how many there are. limit: logarithm of what can be measured; None where nothing lies below.
    """

    day: NDArray[np.intp]
    mouse: NDArray[np.intp]
    mice: int
    log: Array
    measured: Array
    limit: Array | None

    @functools.cached_property
    def whose(self) -> Floats:
        """1 where a measurement is a mouse's, ``(m, r)``: sums over a mouse's measurements are products with it."""
        return np.asarray(self.mouse == np.arange(self.mice)[:, None], dtype=np.float64)


def log_chance(mean: Array, sd: Array, seen: Seen, xp: Any) -> Array:
    """Return ln p of each mouse ``(m,)``, as of logarithms of volumes.

    Args:
        mean: ln volume of the law at :data:`NODES` on each day, ``(nodes, d)``. sd: error of ln volume.
    """
    f = special(xp)
    gap = xp.where(seen.measured, mean[:, seen.day] - seen.log, 0.0)
    fit = -0.5 * gap**2 @ seen.whose.T / sd**2 - 0.5 * NODES[:, None] ** 2
    if seen.limit is not None:  # on each day once, not for each measurement: it costs most
        on = (seen.day[:, None] == np.arange(mean.shape[1])) * 1.0
        below = f.log_ndtr((seen.limit - mean) / sd)
        fit = fit + below @ (on.T @ xp.where(seen.measured, 0.0, seen.whose).T)
    best = xp.argmax(fit, axis=0)
    middle, width = _around(mean, sd, seen, xp.clip(best, 1, len(NODES) - 2), xp)
    low, high = (xp.clip(middle + side * _WIDE * width, -END, END) for side in (-1.0, 1.0))
    step = (high - low) / (_LOCAL - 1)
    z = low[:, None] + step[:, None] * np.arange(_LOCAL)
    ends = np.log(np.where((np.arange(_LOCAL) % (_LOCAL - 1)) == 0, 0.5, 1.0))
    weight = ends + xp.log(step)[:, None] - 0.5 * z**2 - _LN_ROOT
    constant = seen.whose @ (seen.measured * (xp.log(sd) + _LN_ROOT))
    return f.logsumexp(_fit(mean, z, sd, seen, xp) + weight, axis=1) - constant


def _fit(mean: Array, z: Array, sd: Array, seen: Seen, xp: Any) -> Array:
    """Return ln p ``(m, k)`` of every mouse at `z` ``(m, k)`` of its own, less the constants of its normal law."""
    at = _at(mean, z, seen, xp)
    fit = -0.5 * ((at - seen.log[:, None]) / sd) ** 2
    if seen.limit is not None:
        fit = xp.where(seen.measured[:, None], fit, special(xp).log_ndtr((seen.limit - at) / sd))
    return seen.whose @ fit


def _around(mean: Array, sd: Array, seen: Seen, best: Array, xp: Any) -> tuple[Array, Array]:
    """Return the likeliest z of each mouse and the standard deviation there, ``(m,)``, by Gauss-Newton steps from the
    `best` node."""
    node = best[seen.mouse]
    slope = (mean[node + 1, seen.day] - mean[node - 1, seen.day]) / (2 * _STEP)
    z = xp.asarray(NODES)[best]
    for _ in range(_TURNS):
        at = _at(mean, z[:, None], seen, xp)[:, 0]
        pull, hold = (seen.log - at) / sd**2, 1.0 / sd**2
        if seen.limit is not None:
            x = (seen.limit - at) / sd
            mills = xp.exp(-0.5 * x**2 - _LN_ROOT - special(xp).log_ndtr(x))
            pull = xp.where(seen.measured, pull, -mills / sd)
            hold = xp.where(seen.measured, hold, xp.clip(mills * (mills + x), 0.0, 1.0) * hold)
        bend = 1.0 + seen.whose @ (hold * slope**2)
        z = xp.clip(z + xp.clip((seen.whose @ (pull * slope) - z) / bend, -_STEP, _STEP), -END, END)
    return _still(z, xp), _still(bend**-0.5, xp)


def _at(mean: Array, z: Array, seen: Seen, xp: Any) -> Array:
    """Return ln volume ``(r, k)`` at each measurement for its mouse's `z` ``(m, k)``: cubic between the common ones."""
    at = (z + END) / _STEP
    first = xp.clip(xp.floor(at), 1, len(NODES) - 3).astype(int)
    x = at - first
    weights = (
        -x * (x - 1) * (x - 2) / 6,
        (x + 1) * (x - 1) * (x - 2) / 2,
        -(x + 1) * x * (x - 2) / 2,
        (x + 1) * x * (x - 1) / 6,
    )
    row, day = first[seen.mouse], seen.day[:, None]
    return sum(w[seen.mouse] * mean[row + i - 1, day] for i, w in enumerate(weights))


def _still(value: Array, xp: Any) -> Array:
    """Return `value` without its derivative: an integral does not depend on where its points lie."""
    if xp is np:
        return value
    from ..jax_setup import jax

    return jax().lax.stop_gradient(value)
