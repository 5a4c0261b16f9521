"""Growth rates of mice, integrated out: a mouse's rate is the law's times exp(omega z), z standard normal.

A dozen volumes with a small error pin a mouse's rate far better than any grid common to all mice could show. So curves
are computed at common values of z (all mice share them), each mouse's likeliest z is sought from the best of those, and
the integral is taken by the trapezoid rule around it, on curves interpolated between the common ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..observation import Array, special

END = 5.0
NODES = np.linspace(-END, END, 161)
"""Common values of z."""
_STEP = float(NODES[1] - NODES[0])
_LN_ROOT = 0.5 * math.log(2 * math.pi)
_WIDE, _LOCAL, _TURNS = 7.0, 29, 2  # standard deviations around the likeliest z, points there, steps to find it


@dataclass(frozen=True)
class Seen:
    """What mice showed on each day d, mice m: measured volumes ``n`` and the sum ``total`` of their logarithms ``(m,
    d)``, sum of squares ``square`` ``(m,)``, volumes too small to measure ``unseen`` ``(m, d)``; ``limit``, the
    logarithm of what can be measured. Logarithms less a common middle."""

    n: Array
    total: Array
    square: Array
    unseen: Array
    limit: Array


def log_chance(mean: Array, sd: Array, seen: Seen, xp: Any) -> Array:
    """Return ln p of each mouse ``(m,)`` less the constants of its normal law.

    Args:
        mean: ln volume of the law at :data:`NODES` on each day, ``(nodes, d)``. sd: error of ln volume.
    """
    f = special(xp)
    below = f.log_ndtr((seen.limit - mean) / sd)
    gap = mean**2 @ seen.n.T - 2 * mean @ seen.total.T  # mice share these curves: products of matrices
    best = xp.argmax(-0.5 * gap / sd**2 + below @ seen.unseen.T - 0.5 * NODES[:, None] ** 2, axis=0)
    middle, width = _around(mean, sd, seen, xp.clip(best, 1, len(NODES) - 2), xp)
    low, high = (xp.clip(middle + side * _WIDE * width, -END, END) for side in (-1.0, 1.0))
    step = (high - low) / (_LOCAL - 1)
    z = low[:, None] + step[:, None] * np.arange(_LOCAL)
    ends = np.log(np.where((np.arange(_LOCAL) % (_LOCAL - 1)) == 0, 0.5, 1.0))
    weight = ends + xp.log(step)[:, None] - 0.5 * z**2 - _LN_ROOT
    return f.logsumexp(_fit(_between(mean, z, xp), sd, seen, xp) + weight, axis=1)


def _fit(mean: Array, sd: Array, seen: Seen, xp: Any) -> Array:
    """Return ln p ``(m, k)`` of every mouse at curves ``(m, k, d)`` of its own."""
    f = special(xp)
    n, total, unseen = (v[:, None] for v in (seen.n, seen.total, seen.unseen))
    fit = mean * (total - 0.5 * n * mean) / sd**2 + unseen * f.log_ndtr((seen.limit - mean) / sd)
    return xp.sum(fit, axis=-1) - 0.5 * seen.square[:, None] / sd**2


def _around(mean: Array, sd: Array, seen: Seen, best: Array, xp: Any) -> tuple[Array, Array]:
    """Return the likeliest z of each mouse and the standard deviation there, ``(m,)``, by Gauss-Newton steps from the
    `best` node."""
    f = special(xp)
    slope = (mean[best + 1] - mean[best - 1]) / (2 * _STEP)  # (m, d)
    z = xp.asarray(NODES)[best]
    for _ in range(_TURNS):
        at = _between(mean, z[:, None], xp)[:, 0]
        x = (seen.limit - at) / sd
        mills = xp.exp(-0.5 * x**2 - _LN_ROOT - f.log_ndtr(x))
        pull = (seen.total - seen.n * at) / sd**2 - seen.unseen * mills / sd
        hold = (seen.n + seen.unseen * xp.clip(mills * (mills + x), 0.0, 1.0)) / sd**2
        bend = 1.0 + xp.sum(hold * slope**2, axis=1)
        z = xp.clip(z + xp.clip((xp.sum(pull * slope, axis=1) - z) / bend, -_STEP, _STEP), -END, END)
    return _still(z, xp), _still(bend**-0.5, xp)


def _between(mean: Array, z: Array, xp: Any) -> Array:
    """Return curves ``(m, k, d)`` at `z` ``(m, k)`` by cubic interpolation between the common ones."""
    at = (z + END) / _STEP
    first = xp.clip(xp.floor(at), 1, len(NODES) - 3).astype(int)
    x = at - first
    weights = (
        -x * (x - 1) * (x - 2) / 6,
        (x + 1) * (x - 1) * (x - 2) / 2,
        -(x + 1) * x * (x - 2) / 2,
        (x + 1) * x * (x - 1) / 6,
    )
    return sum(w[..., None] * mean[first + i - 1] for i, w in enumerate(weights))


def _still(value: Array, xp: Any) -> Array:
    """Return `value` without its derivative: an integral does not depend on where its points lie."""
    if xp is np:
        return value
    from ..jax_setup import jax

    return jax().lax.stop_gradient(value)
