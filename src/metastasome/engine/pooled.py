"""Cells of an organ taken together at constant rates: immigration, birth, death, and the first day a size is reached.

This is the reference problem on which general simulators are compared with the engine. The process is leapt exactly
(see `laws`), with the leap chosen so long that the size sought is out of reach inside it, and a day at the end.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.streams import check_seed
from .laws import alive, leap, leap_with_immigration, newcomers, odds, ratio, stretch
from .philox import make_stream, rekey, seek, uniform
from .samplers import exponential, geometric, negative_binomial, poisson

_SIGMAS = 6.0  # a leap ends this many standard deviations short of the size sought: chance of overshoot 1e-9
_FAR = 40.0  # the first leap stops where the mean is this many times below the size: chance exp(-40) of reaching it


def pool_at(
    *, birth: float, death: float, founding: float, days: float, n: int, seed: int, start: float = 0.0
) -> NDArray[np.float64]:
    """Return the cells of `n` organs after `days`, from `start` cells, in one exact leap each.

    Args:
        birth, death: per cell and day. founding: founders per day.
    """
    _check(birth, death, founding)
    return _pool_at(birth, death, founding, days, n, check_seed(seed), start)


def first_detection(
    *,
    birth: float,
    death: float,
    founding: float,
    size: float,
    days: float,
    organs: int,
    n: int,
    seed: int,
    first: int = 0,
) -> NDArray[np.float64]:
    """Return the first whole day on which each organ holds `size` cells, (n, organs); NaN where never by `days`.

    Args:
        birth, death: per cell and day, ``birth > death``. founding: founders per day and organ.
        first: number of the first patient; rows depend only on (seed, patient).
    """
    _check(birth, death, founding)
    if not birth > death:
        raise InputError(
            "the reference problem needs growth", field="birth", value=birth, expected=f"above death {death}"
        )
    if not size > 10 * _FAR * birth / (birth - death):
        raise InputError("too small a size", field="size", value=size, expected="many times birth / (birth - death)")
    out = np.full((n, organs), np.nan)
    _detect(birth, death, founding, size, days, check_seed(seed), first, out)
    return out


def _check(birth: float, death: float, founding: float) -> None:
    for name, value in (("birth", birth), ("death", death), ("founding", founding)):
        if not (math.isfinite(value) and value >= 0):
            raise InputError("an impossible rate", field=name, value=value, expected="a finite number, 0 or more")


@njit(cache=True, nogil=True, error_model="numpy")
def _pool_at(b: float, d: float, nu: float, days: float, n: int, seed: int, start: float) -> NDArray[np.float64]:
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
def _detect(
    b: float, d: float, nu: float, size: float, days: float, seed: int, first: int, out: NDArray[np.float64]
) -> None:
    """Fill `out` with first days; organ g of patient i uses decision g of stream (seed, first + i)."""
    s = make_stream(seed, 0)
    growth = b - d
    lasting = growth / b  # chance that a founder's line never dies out
    far = math.log(size * lasting / _FAR) / growth
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


@njit(cache=True, error_model="numpy")
def _lasting_clone(s: NDArray[np.uint64], m: float, q: float, doomed: float) -> float:
    """Return the cells of a clone that will never die out, by thinning a living one: it has n cells all doomed w.p.
    doomed^n."""
    while True:
        n = geometric(s, ratio(m, q))
        if n > 2000.0 or uniform(s) > doomed**n:
            return n


@njit(cache=True, error_model="numpy")
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


@njit(cache=True, error_model="numpy")
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
