"""One organ of constant rates, compiled: exact leaps of everything it holds, and the day it holds a size.

Called by `pooled`. Like the kernel it is compiled from a text that carries a digest of all engine files (`generate`).
"""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from metastasome.engine.laws import alive, leap, leap_with_immigration, newcomers, odds, ratio, stretch
from metastasome.engine.philox import make_stream, rekey, seek, uniform
from metastasome.engine.samplers import exponential, geometric, negative_binomial, poisson

_SIGMAS = 6.0  # a leap ends this many standard deviations short of the size sought: chance of overshoot 1e-9
FAR = 40.0  # the first leap stops where the mean is this many times below the size: chance exp(-40) of reaching it


@njit(cache=True, nogil=True, error_model="numpy")
def pool_cells(b: float, d: float, nu: float, days: float, n: int, seed: int, start: float) -> NDArray[np.float64]:
    """Return the cells of `n` organs after `days`, from `start` cells; organ i uses stream (seed, i)."""
    s = make_stream(seed, 0)
    m, q = stretch(b, d, days)
    out = np.empty(n)
    for i in range(n):
        rekey(s, seed, i)
        if b > 0.0:
            out[i] = leap_with_immigration(s, start, m, q, nu / b)
        else:  # newcomers that never divide are Poisson
            out[i] = leap(s, start, m, q) + poisson(s, nu * (-math.expm1(-d * days) / d if d > 0.0 else days))
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def detect(
    b: float, d: float, nu: float, size: float, days: float, seed: int, first: int, out: NDArray[np.float64]
) -> None:
    """Fill `out` with first days; organ g of patient i uses decision g of stream (seed, first + i)."""
    s = make_stream(seed, 0)
    growth = b - d
    lasting = growth / b  # chance that a founder's line never dies out
    far = math.log(size * lasting / FAR) / growth
    shape = nu / b
    rare = odds(*stretch(d, b, days)) * shape * alive(stretch(d, b, far - 1.0)[1])  # see _doomed
    day = stretch(b, d, 1.0)
    for i in range(out.shape[0]):
        rekey(s, seed, first + i)
        for g in range(out.shape[1]):
            seek(s, g, 0)
            t = exponential(s) / (nu * lasting)
            if t >= days:
                continue
            end = math.floor(t + far)
            m, q = stretch(b, d, end - t)
            n = _lasting_clone(s, m, q, d / b) + newcomers(s, shape, odds(m, q))
            if uniform(s) < rare:
                n += _doomed(s, b, d, shape, t, end - t, rare)
            out[i, g] = _approach(s, b, d, shape, size, days, n, end, day)


@njit(cache=True, nogil=True, error_model="numpy")
def _lasting_clone(s: NDArray[np.uint64], m: float, q: float, doomed: float) -> float:
    """Return the cells of a clone that will never die out, by thinning a living one: it has n cells all doomed w.p.
    doomed^n."""
    while True:
        n = geometric(s, ratio(m, q))
        if n > 2000.0 or uniform(s) > doomed**n:
            return n


@njit(cache=True, nogil=True, error_model="numpy")
def _doomed(s: NDArray[np.uint64], b: float, d: float, shape: float, t: float, far: float, rare: float) -> float:
    """Return what is left, `far` days on, of the doomed lines present at `t`, called with chance `rare`.

    `rare` is an upper bound of the chance that any is left: their mean number at the horizon.
    """
    m, q = stretch(d, b, t)
    m2, q2 = stretch(d, b, far)
    scale = odds(m, q)
    p = alive(q2)
    some = 1.0 - (1.0 + scale * p) ** (-shape)  # lines alive after `far` are negative binomial with odds scale * p
    if uniform(s) * rare > some:
        return 0.0
    r = scale * p / (1.0 + scale * p)
    chance = shape * r * (1.0 - some)
    u = uniform(s) * some
    lines = 1.0
    while u > chance > 0.0:
        u -= chance
        chance *= (shape + lines) / (lines + 1.0) * r
        lines += 1.0
    return lines + negative_binomial(s, lines, odds(m2, q2))


@njit(cache=True, nogil=True, error_model="numpy")
def _approach(
    s: NDArray[np.uint64],
    b: float,
    d: float,
    shape: float,
    size: float,
    days: float,
    n: float,
    t: float,
    day: tuple[float, float],
) -> float:
    """Return the first whole day with `size` cells or more, leaping as far as the size stays out of reach."""
    growth = b - d
    noise = (b + d) / growth
    while n < size:
        if t >= days:
            return np.nan
        sd = math.sqrt(noise / max(n, 1.0))
        safe = math.floor((math.log(size / max(n, 1.0)) - math.log(1.0 + _SIGMAS * sd)) / growth)
        if safe > 1.0:
            m, q = stretch(b, d, safe)
            t += safe
        else:
            m, q = day
            t += 1.0
        n = leap_with_immigration(s, n, m, q, shape)
    return t if t <= days else np.nan
