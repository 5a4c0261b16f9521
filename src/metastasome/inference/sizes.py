"""From the primary's diameter to the chance of distant metastasis at diagnosis, by the model's own laws.

A primary grows by Hahnfeldt's law (``mechanisms/primary_growth``). Its cells N(t) found lesions as a Poisson process of
intensity proportional to N^g (g = 1: every cell sheds alike; less: shedding or success per cell falls with size); each
lesion is a birth-death clone that has reached the detectable size after a time u with Kendall's chance S(u). Vesicles,
when on, train niches as the primary grows: founding is multiplied by 1 + G N / (N + N_half). The expected number of
detectable lesions when the primary is d wide is

    L(d) = m F(d) / F(4 cm),   F(d) = int N(t)^g (1 + G N/(N + N_half)) S(t_d - t) dt

and the chance of any is p(d) = c (1 - exp(-L)): a share c of tumours can metastasise at all. One number per cancer is
free, m, the expected lesions at 4 cm; the rest is shared (the exponent with a spread between cancers).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..mechanisms.lesion_growth import LesionGrowth
from ..mechanisms.primary_growth import PrimaryGrowth

Floats = NDArray[np.float64]
REFERENCE_CM = 4.0
_DETECTABLE = 6.3e7
_POINTS = 320
_SMALLEST = 1e-9  # mL, one cell


@dataclass(frozen=True)
class SizeLaw:
    """What all cancers share.

    Attributes:
        exponent: g. capable: c. pace: net growth of lesions over early growth of primaries.
        gain: G, how many times a trained niche raises founding, less one; 0 without vesicles.
        half_cm: diameter of N_half.
    """

    exponent: float = 0.4
    capable: float = 0.3
    pace: float = 1.44
    gain: float = 0.0
    half_cm: float = 2.0

    def shape(self, diameter_cm: Floats, exponents: Floats | None = None) -> Floats:
        """Return F(d)/F(4 cm) for each exponent, ``(g, d)``; one row for the law's own exponent when None."""
        wanted = np.array([self.exponent]) if exponents is None else np.asarray(exponents, float)
        wide = np.append(np.asarray(diameter_cm, float), REFERENCE_CM)
        ln = founded_at(wide, wanted, self.pace, self.gain, self.half_cm, np)
        return np.asarray(over_reference(ln, ln[:, -1:], np)[:, :-1], np.float64)

    def chance(self, diameter_cm: Floats, lesions_at_4cm: float) -> Floats:
        """Return p(d) of a cancer that founds `lesions_at_4cm` detectable lesions by 4 cm, ``(d,)``."""
        expected = lesions_at_4cm * self.shape(diameter_cm)[0]
        return np.asarray(-self.capable * np.expm1(-expected), np.float64)


def _cells(diameter_cm: Floats) -> Floats:
    return np.asarray(np.pi / 6 * diameter_cm**3 * _default(PrimaryGrowth, "cell_density"), np.float64)


@functools.cache
def _growth() -> tuple[Floats, Floats, Floats]:
    """Return days, cells and the days each point stands for, of a primary from one cell on by default parameters."""
    from scipy.integrate import solve_ivp

    early, excess = _default(PrimaryGrowth, "early_growth"), _default(PrimaryGrowth, "capacity_excess")
    largest = _default(PrimaryGrowth, "volume_max")
    a, s = early / excess, early * np.exp(excess)

    def rate(_: float, y: Floats) -> list[float]:
        gap = y[1] - y[0]
        return [a * gap, s * (np.exp(-gap) - np.exp((2 / 3) * (y[0] - np.log(largest))))]

    end = 3.0 * np.log(largest / _SMALLEST) / early
    start = [np.log(_SMALLEST), np.log(_SMALLEST) + excess]
    found = solve_ivp(rate, (0.0, end), start, method="LSODA", rtol=1e-8, atol=1e-10, dense_output=True)
    fine = np.linspace(0.0, end, 6000)
    volume = np.maximum.accumulate(found.sol(fine)[0])
    keep = np.linspace(volume[0], np.log(largest * 0.98), _POINTS)
    days = np.interp(keep, volume, fine)
    return days, np.exp(keep) * _default(PrimaryGrowth, "cell_density"), np.gradient(days)


def founded_at(diameter_cm: Floats, exponents: Any, pace: Any, gain: Any, half_cm: Any, xp: Any) -> Any:
    """Return ln F(d) for each exponent ``(g,)``, ``(g, d)``, on NumPy or traced JAX numbers.

    In logarithms throughout: where lesions grow so slowly that hardly any is seen, F is far below the smallest number,
    and still rises steeply with size.
    """
    days, cells, width = _growth()
    at = np.interp(np.log(_cells(diameter_cm)), np.log(cells), days)
    older = at[:, None] > days[None, :]
    reach = xp.where(older, _ln_reach(np.where(older, at[:, None] - days[None, :], 1.0), pace, xp), -np.inf)
    half = xp.asarray(half_cm) ** 3 * float(_cells(np.ones(1))[0])
    ln = exponents[:, None] * np.log(cells) + xp.log1p(gain * cells / (cells + half)) + np.log(width)
    top, far = xp.max(ln, axis=1, keepdims=True), xp.max(reach, axis=1)
    return top + far + xp.log(xp.maximum(xp.exp(ln - top) @ xp.exp(reach - far[:, None]).T, 1e-300))


def over_reference(ln: Any, reference: Any, xp: Any) -> Any:
    """Return F(d)/F(4 cm) from their logarithms, at most e^60: a chance of 1, whatever more there is."""
    return xp.exp(xp.minimum(ln - reference, 60.0))


def _ln_reach(age: Floats, pace: Any, xp: Any = np) -> Any:
    """Return ln P(a clone of one cell holds the detectable number after `age` days) (Kendall 1948)."""
    birth = _default(LesionGrowth, "division")
    net = pace * _default(PrimaryGrowth, "early_growth")
    grown = xp.expm1(xp.minimum(net * age, 600.0))
    alive = xp.log(net * (grown + 1.0) / (birth * grown + net))  # 1 - a, a = d(E - 1)/(bE - d)
    return alive - (_DETECTABLE - 1.0) * xp.log1p(net / (birth * grown))  # e^(n - 1), e = b(E - 1)/(bE - d)


@functools.cache
def _default(mechanism: type[PrimaryGrowth] | type[LesionGrowth], name: str) -> float:
    return next(float(p.default) for p in mechanism.parameters() if p.name == name)
