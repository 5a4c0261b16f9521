"""The slow, obvious twin of the lesion laws: every birth and every death, one by one (Gillespie 1976), in plain
NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Rate = Callable[[float], float]


def gillespie(
    rng: np.random.Generator, *, birth: Rate, death: Rate, founding: Rate, ceiling: float, days: float, start: int = 0
) -> int:
    """Return the cells after `days` of immigration, birth and death with rates of time, by thinning under `ceiling`
    per cell."""
    t, n = 0.0, start
    most = max(founding(x) for x in np.linspace(0, days, 101))
    while True:
        total = most + ceiling * n
        if total == 0.0:
            return n
        t += rng.exponential(1.0 / total)
        if t >= days:
            return n
        u = rng.random() * total
        if u < most:
            n += u < founding(t)
        else:
            v = (u - most) / n
            if v < birth(t):
                n += 1
            elif v < birth(t) + death(t):
                n -= 1


def many(count: int, seed: int, **kwargs: object) -> np.ndarray:
    """Return `count` runs."""
    rng = np.random.default_rng(seed)
    return np.array([gillespie(rng, **kwargs) for _ in range(count)])  # type: ignore[arg-type]


def ks_p(x: np.ndarray, y: np.ndarray) -> float:
    """Return the two-sample Kolmogorov-Smirnov p-value (conservative for whole numbers)."""
    from scipy.stats import ks_2samp

    return float(ks_2samp(x, y).pvalue)


def chi2_p(x: np.ndarray, pmf: Callable[[np.ndarray], np.ndarray], top: int) -> float:
    """Return the p-value of Pearson's test of counts against `pmf`, cells with 10 expected or more, the rest
    pooled."""
    from scipy.stats import chi2

    k = np.arange(top)
    expected = np.append(pmf(k), 0.0)
    expected[-1] = 1.0 - expected[:-1].sum()
    seen = np.bincount(np.minimum(x, top).astype(int), minlength=top + 1).astype(float)
    expected *= len(x)
    good = expected >= 10
    e = np.append(expected[good], expected[~good].sum())
    s = np.append(seen[good], seen[~good].sum())
    keep = e >= 5
    return float(chi2.sf(((s - e)[keep] ** 2 / e[keep]).sum(), keep.sum() - 1))
