"""Which site comes next, and which sites spread on: two shrunk log-linear models of a patient's history.

Next site: among all sites, P(s | history) is a softmax of

    a_s + f_s first + sum_r b_rs involved_r + c involved_s

Dated process: after the first metastasis, site s is newly reached at the rate (per year)

    exp(a_s + sum_r h_r involved_r)

so that exp(h_r) is how much involvement of r speeds further spread; death ends a patient's exposure. Coefficients have
normal priors around 0; estimates are posterior modes, intervals Laplace's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .sequences_table import Step

Floats = NDArray[np.float64]
#: Prior widths, natural-log units (assumptions): levels, first event, coming back to a site, spread on.
LEVEL, FIRST, AGAIN, ONWARD = 1.5, 0.5, 2.0, 0.5
#: Prior widths of pairs of sites to choose from, by Laplace's marginal likelihood of the data that is fitted.
PAIRS = (0.1, 0.2, 0.35, 0.6, 1.0)
_DAY = 1 / 365.25


@dataclass(frozen=True)
class NextSite:
    """Fitted model of the next site: coefficients as in the module's formula, ``(s,)`` and ``(s, s)``."""

    level: Floats
    first: Floats
    pair: Floats
    again: float

    def shares(self, step: Step) -> Floats:
        """Return the chance of each site to be the next, ``(s,)``."""
        eta = self.level + step.first * self.first + step.before @ self.pair + self.again * step.before
        made = np.exp(eta - eta.max())
        return np.asarray(made / made.sum(), np.float64)


def fit_next(steps: Sequence[Step]) -> NextSite:
    """Fit the next-site model to `steps` that end with an event; an event of k sites counts as k."""
    events = [s for s in steps if s.sites.any()]
    n = len(events[0].sites)
    x = np.stack([_design(s) for s in events])
    y = np.stack([s.sites for s in events]).astype(float)
    best, b = -np.inf, np.zeros(0)
    for pair in PAIRS:
        widths = np.concatenate([np.full(n, LEVEL), np.full(n, FIRST), np.full(n * n, pair), [AGAIN]])
        tried, evidence = _softmax_mode(x, y, widths)
        if evidence > best:
            best, b = evidence, tried
    return NextSite(b[:n], b[n : 2 * n], b[2 * n : -1].reshape(n, n), float(b[-1]))


def _design(step: Step) -> Floats:
    """Return columns of one step, ``(s, 2 s + s^2 + 1)``, in the order level, first, pair[r, s], again."""
    eye = np.eye(len(step.before))
    pairs = np.einsum("r,st->srt", step.before.astype(float), eye).reshape(len(eye), -1)
    return np.concatenate([eye, step.first * eye, pairs, step.before[:, None].astype(float)], axis=1)


def _softmax_mode(x: Floats, y: Floats, widths: Floats) -> tuple[Floats, float]:
    """Return mode and Laplace's log evidence of a multinomial logit with normal priors of `widths` around 0."""
    precision, b = widths**-2.0, np.zeros(x.shape[2])
    total, flat = y.sum(axis=1), x.reshape(-1, x.shape[2])
    q, hessian = np.ones_like(y), np.diag(precision)
    for _ in range(50):
        eta = x @ b
        q = np.exp(eta - eta.max(axis=1, keepdims=True))
        q /= q.sum(axis=1, keepdims=True)
        expected = total[:, None] * q
        slope = flat.T @ (y - expected).ravel() - precision * b
        mean = np.einsum("es,esk->ek", q, x)
        hessian = (flat * expected.ravel()[:, None]).T @ flat - (mean * total[:, None]).T @ mean + np.diag(precision)
        step = np.linalg.solve(hessian, slope)
        b = b + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < 1e-6:
            break
    curvature = float(np.linalg.slogdet(hessian)[1]) - float(np.log(precision).sum())
    evidence = float((y * np.log(q)).sum()) - 0.5 * float(precision @ b**2) - 0.5 * curvature
    return np.asarray(b, np.float64), evidence


@dataclass(frozen=True)
class Onward:
    """Fitted dated process: ln rates per year, ``(s,)`` each.

    Attributes:
        level: ln rate of reaching each site. spread, spread_sd: h of each site and its standard deviation.
    """

    level: Floats
    spread: Floats
    spread_sd: Floats

    def table(self, sites: Sequence[str]) -> list[dict[str, object]]:
        """Return one record per site: yearly rate of reaching it, factor on further spread once reached, 95% limits."""
        return [
            {"site": s, "per_year": float(np.exp(a)), "spreads_on": float(np.exp(h)),
             "low": float(np.exp(h - 1.96 * sd)), "high": float(np.exp(h + 1.96 * sd))}
            for s, a, h, sd in zip(sites, self.level, self.spread, self.spread_sd, strict=True)
        ]  # fmt: skip

    def log_density(self, step: Step) -> float:
        """Return ln of the density of what happened in `step` (new sites, or none until death)."""
        rate, open_ = np.exp(self.level + step.before @ self.spread), ~step.before
        new = step.sites & open_
        years = max(step.days, 1.0) * _DAY
        return float(np.log(rate[new]).sum() - years * rate[open_].sum())


def fit_onward(steps: Sequence[Step], *, spread: bool = True) -> Onward:
    """Fit the dated process to the steps after the first metastasis; without `spread` every h is 0.

    Steps of less than a day count as one day. Returning to a site that is involved is no event here.
    """
    used = [s for s in steps if not s.first]
    if not used:
        n = len(steps[0].sites)
        return Onward(np.zeros(n), np.zeros(n), np.full(n, ONWARD))
    n = len(used[0].before)
    eye = np.eye(n)
    x = np.concatenate([np.concatenate([eye, np.tile(s.before, (n, 1))], axis=1)[~s.before] for s in used])
    y = np.concatenate([s.sites[~s.before] for s in used]).astype(float)
    years = np.concatenate([np.full(int((~s.before).sum()), max(s.days, 1.0) * _DAY) for s in used])
    widths = np.concatenate([np.full(n, 2 * LEVEL), np.full(n, ONWARD if spread else 1e-6)])
    b, cov = _poisson_mode(x, y, years, widths, float(np.log(max(y.sum(), 1.0) / years.sum())))
    return Onward(b[:n], b[n:], np.sqrt(np.diag(cov)[n:]))


def _poisson_mode(x: Floats, y: Floats, years: Floats, widths: Floats, centre: float) -> tuple[Floats, Floats]:
    """Return mode and covariance of a Poisson regression with exposure; levels are normal around `centre`."""
    n = x.shape[1] // 2
    mean = np.concatenate([np.full(n, centre), np.zeros(n)])
    precision, b = widths**-2.0, mean.copy()
    hessian = np.diag(precision)
    for _ in range(60):
        expected = years * np.exp(x @ b)
        slope = x.T @ (y - expected) - precision * (b - mean)
        hessian = (x * expected[:, None]).T @ x + np.diag(precision)
        step = np.linalg.solve(hessian, slope)
        b = b + step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(b, np.float64), np.asarray(np.linalg.inv(hessian), np.float64)
