r"""What cases carry above controls, with donors as the unit, shrunk so that noise alone does not become cargo.

For each miRNA the difference of class means in counts per million has Welch's standard error over donors (never over
reads). Its p-value, turned into a normal deviate, is :math:`z`. Over all miRNAs, z is taken to be a mixture of null and
real differences (empirical Bayes; Efron 2010, doi:10.1017/CBO9780511761362),

.. math:: z \sim \pi_0 N(0, 1) + (1 - \pi_0) N(0, 1 + \tau^2).

The null share is Storey's (2002, doi:10.1111/1467-9868.00346), the share of p-values above one half, doubled;
tau follows from the second moment, :math:`\tau^2 = (\overline{z^2} - 1)/(1 - \pi_0)`. A difference is shrunk to
its posterior mean, :math:`P(\text{real} \mid z)\,\tau^2/(1+\tau^2)\, z` standard errors; what is positive of it
is the excess. Where cases and controls are alike, the null share is 1 or tau is 0, and no excess is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError


@dataclass(frozen=True)
class Difference:
    """Case minus control by miRNA, in counts per million.

    Attributes:
        difference: difference of class means, ``(m,)``.
        error: its standard error over donors, ``(m,)``.
        z: normal deviate of Welch's t, ``(m,)``.
        shrunk: posterior mean of the true difference, ``(m,)``.
        spread: its posterior standard deviation, ``(m,)``.
        null_share: estimated share of miRNAs that do not differ.
        effect_sd: tau, the spread of real differences in standard errors.
    """

    difference: NDArray[np.float64]
    error: NDArray[np.float64]
    z: NDArray[np.float64]
    shrunk: NDArray[np.float64]
    spread: NDArray[np.float64]
    null_share: float
    effect_sd: float

    @property
    def excess(self) -> NDArray[np.float64]:
        """What cases carry above controls, never negative, ``(m,)``."""
        return np.maximum(self.shrunk, 0.0)

    @property
    def deficit(self) -> NDArray[np.float64]:
        """What cases carry below controls, never negative, ``(m,)``."""
        return np.maximum(-self.shrunk, 0.0)


@dataclass(frozen=True)
class Moments:
    """Mean and standard deviation over donors, counts per million, each ``(m,)``, and the number of donors."""

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    donors: int


def moments(shares: NDArray[np.float64]) -> Moments:
    """Return the moments of donors in rows, shape ``(n, m)``; the spread of a single donor is 0 (not known)."""
    sd = shares.std(axis=0, ddof=1) if len(shares) > 1 else np.zeros(shares.shape[1])
    return Moments(shares.mean(axis=0), sd, len(shares))


def difference(case: Moments, control: Moments) -> Difference:
    """Compare the donors of two classes.

    Raises:
        InputError: fewer than two donors in a class, from which no spread between donors can be had.
    """
    if min(case.donors, control.donors) < 2:
        raise InputError(
            "too few donors for a difference",
            field="samples",
            value=f"{case.donors} case, {control.donors} control",
            expected="at least 2 of each",
        )
    delta, error, z = welch(case, control)
    null, tau = mixture(z[error > 0])
    shrunk, spread = posterior(z, null, tau)
    return Difference(delta, error, z, shrunk * error, spread * error, null, tau)


def welch(case: Moments, control: Moments) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return difference of means, its standard error, and Welch's t as a normal deviate (Welch 1947); each ``(m,)``."""
    from scipy.special import ndtri, stdtr

    a, b = case.sd**2 / case.donors, control.sd**2 / control.donors
    delta, error = case.mean - control.mean, np.sqrt(a + b)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(error > 0, delta / error, 0.0)
        freedom = (a + b) ** 2 / (a**2 / (case.donors - 1) + b**2 / (control.donors - 1))
    freedom = np.where(np.isfinite(freedom), freedom, 1.0)
    tail = np.maximum(stdtr(freedom, -np.abs(t)), 1e-300)
    return delta, error, np.asarray(-np.sign(t) * ndtri(tail))


def mixture(z: NDArray[np.float64]) -> tuple[float, float]:
    """Return (pi0, tau) of the two-normal mixture of the module for deviates `z`; (1, 0) for none."""
    if len(z) == 0:
        return 1.0, 0.0
    null = min(1.0, 2 * float(np.mean(np.abs(z) < 0.6744897501960817)))  # |z| below it: two-sided p above 1/2
    beyond = max(float(np.mean(z**2)) - 1.0, 0.0)
    return (null, float(np.sqrt(beyond / (1 - null)))) if null < 1 and beyond > 0 else (1.0, 0.0)


def posterior(z: NDArray[np.float64], null: float, tau: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return posterior mean and standard deviation of the true effect behind each z, in standard errors."""
    if tau == 0 or null >= 1:
        return np.zeros_like(z), np.zeros_like(z)
    wide = 1 + tau**2
    shrink = tau**2 / wide
    log_odds = np.log((1 - null) / max(null, 1e-12)) - 0.5 * np.log(wide) + 0.5 * z**2 * shrink
    real = 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
    mean = real * shrink * z
    square = real * ((shrink * z) ** 2 + shrink)
    return mean, np.sqrt(np.maximum(square - mean**2, 0.0))
