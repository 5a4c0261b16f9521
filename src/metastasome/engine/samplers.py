"""Random variates on a Philox stream, exact in law and safe in the tails.

Counts are float64 whole numbers (exact to 2^53). Methods: normal by inversion (Wichura 1988, AS 241,
doi:10.2307/2347330); gamma by Marsaglia and Tsang 2000 (doi:10.1145/358407.358414); Poisson and binomial by inversion
for small means and by transformed rejection above (Hörmann 1993, PTRS and BTRS, doi:10.1016/0167-6687(93)90997-4 and
doi:10.1080/00949659308811496) with the probabilities in Loader's saddle-point form (2000), which keeps full precision
at any mean. Above 1e13 the normal law is used: its error there is below the spacing of whole numbers in the sum.
"""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .philox import uniform

LARGE = 1e13  # beyond this mean (or number of trials) a normal stands for Poisson, binomial and gamma
_HALF_LOG_2PI = 0.9189385332046727
Stream = NDArray[np.uint64]

# log n! minus Stirling's formula, for n = 0..15 (n = 0 is not used)
_STIRLING = np.array([0.0] + [math.lgamma(n + 1.0) - (n + 0.5) * math.log(n) + n - _HALF_LOG_2PI for n in range(1, 16)])


@njit(error_model="numpy")
def exponential(s: Stream) -> float:
    """Return a unit exponential."""
    return -math.log(uniform(s))


@njit(error_model="numpy")
def normal(s: Stream) -> float:
    """Return a standard normal by inversion of one uniform."""
    return ndtri(uniform(s))


@njit(error_model="numpy")
def ndtri(p: float) -> float:
    """Return the standard normal quantile of `p` in (0, 1), to 1 part in 1e16 (AS 241, PPND16)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        num = (
            (
                (
                    (
                        ((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                        + 45921.953931549871457
                    )
                    * r
                    + 13731.693765509461125
                )
                * r
                + 1971.5909503065514427
            )
            * r
            + 133.14166789178437745
        ) * r + 3.387132872796366608
        den = (
            (
                (
                    (
                        ((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
                        + 21213.794301586595867
                    )
                    * r
                    + 5394.1960214247511077
                )
                * r
                + 687.1870074920579083
            )
            * r
            + 42.313330701600911252
        ) * r + 1.0
        return q * num / den
    r = math.sqrt(-math.log(p if q < 0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        num = (
            (
                (
                    (
                        ((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                        + 1.27045825245236838258
                    )
                    * r
                    + 3.64784832476320460504
                )
                * r
                + 5.7694972214606914055
            )
            * r
            + 4.6303378461565452959
        ) * r + 1.42343711074968357734
        den = (
            (
                (
                    (
                        ((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                        + 0.14810397642748007459
                    )
                    * r
                    + 0.68976733498510000455
                )
                * r
                + 1.6763848301838038494
            )
            * r
            + 2.05319162663775882187
        ) * r + 1.0
    else:
        r -= 5.0
        num = (
            (
                (
                    (
                        ((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                        + 0.026532189526576123093
                    )
                    * r
                    + 0.29656057182850489123
                )
                * r
                + 1.7848265399172913358
            )
            * r
            + 5.4637849111641143699
        ) * r + 6.6579046435011037772
        den = (
            (
                (
                    (
                        ((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                        + 7.868691311456132591e-4
                    )
                    * r
                    + 0.0148753612908506148525
                )
                * r
                + 0.13692988092273580531
            )
            * r
            + 0.59983220655588793769
        ) * r + 1.0
    return -num / den if q < 0 else num / den


@njit(error_model="numpy")
def gamma(s: Stream, shape: float) -> float:
    """Return a gamma variate of the given shape (> 0) and unit scale."""
    if shape == 1.0:
        return exponential(s)
    if shape > LARGE:
        return max(0.0, shape + math.sqrt(shape) * normal(s))
    boost = 1.0
    a = shape
    if shape < 1.0:
        boost = math.exp(math.log(uniform(s)) / shape)
        a = shape + 1.0
    d = a - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(s)
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        u = uniform(s)
        if u < 1.0 - 0.0331 * x * x * x * x:
            return boost * d * v
        if math.log(u) < 0.5 * x * x + d * (1.0 - v + math.log(v)):
            return boost * d * v


@njit(error_model="numpy")
def poisson(s: Stream, mean: float) -> float:
    """Return a Poisson variate (a whole float64) of mean >= 0."""
    if mean <= 0.0:
        return 0.0
    if mean < 10.0:
        return _poisson_small(s, mean)
    if mean > LARGE:
        return max(0.0, math.floor(mean + math.sqrt(mean) * normal(s) + 0.5))
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    vr = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = uniform(s) - 0.5
        v = uniform(s)
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= vr:
            return k
        if k < 0.0 or (us < 0.013 and v > us):
            continue
        if math.log(v * inverse_alpha / (a / (us * us) + b)) <= log_poisson(k, mean):
            return k


@njit(error_model="numpy")
def _poisson_small(s: Stream, mean: float) -> float:
    u = uniform(s)
    p = math.exp(-mean)
    k = 0.0
    while u > p:
        u -= p
        k += 1.0
        p *= mean / k
        if p < 1e-300:
            break
    return k


@njit(error_model="numpy")
def binomial(s: Stream, n: float, p: float) -> float:
    """Return a binomial variate: successes in `n` (whole float64 >= 0) trials of chance `p`."""
    if n <= 0.0 or p <= 0.0:
        return 0.0
    if p >= 1.0:
        return n
    if n == 1.0:
        return 1.0 if uniform(s) < p else 0.0
    if p > 0.5:
        return n - _binomial_half(s, n, 1.0 - p)
    return _binomial_half(s, n, p)


@njit(error_model="numpy")
def _binomial_half(s: Stream, n: float, p: float) -> float:
    mean = n * p
    if mean < 10.0:
        return _binomial_small(s, n, p)
    q = 1.0 - p
    spq = math.sqrt(mean * q)
    if n > LARGE:
        return min(n, max(0.0, math.floor(mean + spq * normal(s) + 0.5)))
    b = 1.15 + 2.53 * spq
    a = -0.0873 + 0.0248 * b + 0.01 * p
    alpha = (2.83 + 5.1 / b) * spq
    vr = 0.92 - 4.2 / b
    while True:
        u = uniform(s) - 0.5
        v = uniform(s)
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + mean + 0.5)
        if us >= 0.07 and v <= vr:
            return k
        if k < 0.0 or k > n:
            continue
        mode = math.floor((n + 1.0) * p)
        if math.log(v * alpha / (a / (us * us) + b)) <= log_binomial(k, n, p) - log_binomial(mode, n, p):
            return k


@njit(error_model="numpy")
def _binomial_small(s: Stream, n: float, p: float) -> float:
    u = uniform(s)
    f = math.exp(n * math.log1p(-p))
    odds = p / (1.0 - p)
    k = 0.0
    while u > f:
        u -= f
        k += 1.0
        if k > n or f < 1e-300:
            return min(k, n)
        f *= odds * (n - k + 1.0) / k
    return k


@njit(error_model="numpy")
def log_poisson(k: float, mean: float) -> float:
    """Return the log probability of `k` under a Poisson law."""
    if k == 0.0:
        return -mean
    return -_stirling(k) - _deviance(k, mean) - _HALF_LOG_2PI - 0.5 * math.log(k)


@njit(error_model="numpy")
def log_binomial(k: float, n: float, p: float) -> float:
    """Return the log probability of `k` successes in `n` trials of chance `p` in (0, 1)."""
    if k == 0.0:
        return n * math.log1p(-p)
    if k == n:
        return n * math.log(p)
    return (
        _stirling(n)
        - _stirling(k)
        - _stirling(n - k)
        - _deviance(k, n * p)
        - _deviance(n - k, n * (1.0 - p))
        - _HALF_LOG_2PI
        + 0.5 * math.log(n / (k * (n - k)))
    )


@njit(error_model="numpy")
def _stirling(n: float) -> float:
    if n < 16.0:
        return _STIRLING[np.int64(n)]
    n2 = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / n2) / n2) / n2) / n2) / n


@njit(error_model="numpy")
def _deviance(x: float, m: float) -> float:
    """Return x log(x/m) + m - x without cancellation (Loader's bd0)."""
    gap = x - m
    if abs(gap) >= 0.1 * (x + m):
        return x * math.log(x / m) - gap
    v = gap / (x + m)
    total = gap * v
    term = 2.0 * x * v
    v *= v
    j = 1.0
    while True:
        term *= v
        new = total + term / (2.0 * j + 1.0)
        if new == total:
            return new
        total = new
        j += 1.0


@njit(error_model="numpy")
def geometric(s: Stream, ratio: float) -> float:
    """Return k >= 1 with probability (1 - ratio) ratio^(k-1): the size of a living clone in Kendall's law."""
    if ratio <= 0.0:
        return 1.0
    return 1.0 + math.floor(math.log(uniform(s)) / math.log(ratio))


@njit(error_model="numpy")
def negative_binomial(s: Stream, shape: float, odds: float) -> float:
    """Return a Poisson variate whose mean is ``odds`` times a gamma of the given shape (mean ``shape * odds``)."""
    if shape <= 0.0 or odds <= 0.0:
        return 0.0
    return poisson(s, gamma(s, shape) * odds)


def draw_many(kind: str, count: int, seed: int, *args: Any) -> NDArray[np.float64]:
    """Return `count` variates of a named sampler on stream (seed, 0): for tests and for looking at the laws."""
    table = {
        "exponential": 0,
        "normal": 1,
        "gamma": 2,
        "poisson": 3,
        "binomial": 4,
        "geometric": 5,
        "negative_binomial": 6,
    }
    one, two = (*args, 0.0, 0.0)[:2]
    return _many(table[kind], count, seed, float(one), float(two))


@njit(error_model="numpy")
def _many(kind: int, count: int, seed: int, one: float, two: float) -> NDArray[np.float64]:
    s = np.zeros(9, dtype=np.uint64)
    s[0] = np.uint64(seed)
    out = np.empty(count)
    for i in range(count):
        if kind == 0:
            out[i] = exponential(s)
        elif kind == 1:
            out[i] = normal(s)
        elif kind == 2:
            out[i] = gamma(s, one)
        elif kind == 3:
            out[i] = poisson(s, one)
        elif kind == 4:
            out[i] = binomial(s, one, two)
        elif kind == 5:
            out[i] = geometric(s, one)
        else:
            out[i] = negative_binomial(s, one, two)
    return out
