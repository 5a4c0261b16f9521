"""Fitting the size law to several cancers at once, and predicting a new one from a single anchor.

Each cancer has ln m, ln g and logit c ~ Normal around shared means; all are integrated over a grid, so shared
parameters maximise the marginal likelihood, and a new cancer's posterior given one bin is exact on the grid. A fraction
y of n patients is y ~ Normal(p, p(1-p)/n + (t p(1-p))^2): t is what bins scatter beyond counting, on the logit scale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .sizes import SizeLaw
from .sizes_table import SizeCurve

Floats = NDArray[np.float64]
_LEVELS = np.linspace(-6.0, 5.0, 34)
_SPREAD = np.linspace(-2.1, 2.1, 7)  # of ln g, in its sd
_WIDE = np.linspace(-2.0, 2.0, 5)  # of logit c, in its sd


_OVER_CANCERS = ("level", "level_sd", "exponent_sd", "capable_sd", "scatter")


@dataclass(frozen=True)
class SizeModel:
    """The law and how cancers vary around it.

    Attributes:
        law: shared law. level, level_sd: mean and sd over cancers of ln m.
        exponent_sd, capable_sd: sd over cancers of ln g and of logit c. scatter: t.
        fit: maximised log marginal likelihood with the priors of `_prior`. free: number of shared parameters.
    """

    law: SizeLaw
    level: float
    level_sd: float
    exponent_sd: float
    capable_sd: float
    scatter: float
    fit: float = 0.0
    free: int = 0

    def posterior(self, curve: SizeCurve, bins: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Return the weight of each grid point given the share over `bins`, ``(q,)``, and p at all bins, ``(q, d)``."""
        chances = self._chances(curve.diameter)
        n, seen = curve.pooled(bins)
        at = (chances[:, bins] @ curve.n[bins] / n)[:, None]
        ln = self._weights() + self._ln_seen(at, np.array([n]), np.array([seen])).sum(axis=1)
        w = np.exp(ln - ln.max())
        return w / w.sum(), chances

    def evidence(self, curves: Sequence[SizeCurve]) -> float:
        """Return the log marginal likelihood of whole curves."""
        total = 0.0
        for c in curves:
            ln = self._weights() + self._ln_seen(self._chances(c.diameter), c.n, c.fraction).sum(axis=1)
            total += float(ln.max() + np.log(np.exp(ln - ln.max()).sum()))
        return total

    def _chances(self, diameter: Floats) -> Floats:
        exponents = self.law.exponent * np.exp(self.exponent_sd * _SPREAD)
        shape = self.law.shape(diameter, exponents)
        any_lesion = -np.expm1(-np.exp(_LEVELS)[:, None, None, None] * shape[None, :, None])
        odds = self.law.capable / (1 - self.law.capable) * np.exp(self.capable_sd * _WIDE)
        made = np.clip((odds / (1 + odds))[:, None] * any_lesion, 1e-7, 1 - 1e-7)
        return np.asarray(made.reshape(-1, len(diameter)), np.float64)

    def _weights(self) -> Floats:
        level = -0.5 * ((_LEVELS - self.level) / self.level_sd) ** 2
        ln = level[:, None, None] - 0.5 * _SPREAD[None, :, None] ** 2 - 0.5 * _WIDE[None, None] ** 2
        return np.asarray((ln - np.log(np.exp(ln).sum())).ravel(), np.float64)

    def _ln_seen(self, p: Floats, n: Floats, seen: Floats) -> Floats:
        variance = p * (1 - p) / n + (self.scatter * p * (1 - p)) ** 2
        gap = seen - p
        return np.asarray(-0.5 * (gap**2 / variance + np.log(2 * np.pi * variance)), np.float64)


@dataclass(frozen=True)
class Setting:
    """What is fitted: whether vesicles act, and an exponent held fixed (None: free)."""

    vesicles: bool = False
    exponent: float | None = None


def fit_sizes(
    curves: Sequence[SizeCurve], *, setting: Setting = Setting(), start: SizeModel | None = None, most: int = 60
) -> SizeModel:
    """Return the model whose shared parameters maximise the marginal likelihood of `curves`.

    Args:
        curves: cancers to fit on.
        setting: which law.
        start: where to begin, e.g. the fit of a neighbouring set of cancers.
        most: iterations at most.
    """
    from scipy.optimize import minimize

    begin = start or SizeModel(SizeLaw(gain=2.0 if setting.vesicles else 0.0), -1.0, 1.2, 0.4, 0.12, 0.15)
    free = _free(setting)
    x0 = np.array([_get(begin, n) for n in free])

    def loss(x: Floats) -> float:
        made = _put(begin, setting, dict(zip(free, x, strict=True)))
        return -made.evidence(curves) - _prior(made, setting)

    rough = minimize(loss, x0, method="L-BFGS-B", options={"maxiter": most, "ftol": 1e-7, "eps": 1e-3})
    around = np.vstack([rough.x, *(rough.x + 0.2 * np.eye(len(x0)))])  # a simplex passes the kinks of the grid
    options = {"maxfev": 4 * most, "xatol": 0.01, "fatol": 0.02, "initial_simplex": around}
    found = minimize(loss, rough.x, method="Nelder-Mead", options=options)
    made = _put(begin, setting, dict(zip(free, found.x, strict=True)))
    return replace(made, fit=-float(found.fun), free=len(free))


def _free(setting: Setting) -> tuple[str, ...]:
    names = ["level", "ln_level_sd", "ln_exponent_sd", "ln_capable_sd", "ln_scatter", "logit_capable", "ln_pace"]
    names += [] if setting.exponent is not None else ["ln_exponent"]
    return tuple(names + (["ln_gain", "ln_half_cm"] if setting.vesicles else []))


def _get(model: SizeModel, name: str) -> float:
    values = {**asdict(model.law), **{k: v for k, v in asdict(model).items() if k != "law"}}
    if name.startswith("ln_"):
        return float(np.log(values[name[3:]]))
    if name.startswith("logit_"):
        p = values[name[6:]]
        return float(np.log(p / (1 - p)))
    return float(values[name])


def _put(model: SizeModel, setting: Setting, values: dict[str, float]) -> SizeModel:
    plain: dict[str, float] = {}
    for name, x in values.items():
        if name.startswith("ln_"):
            plain[name[3:]] = float(np.exp(np.clip(x, -4.0, 3.0)))
        elif name.startswith("logit_"):
            plain[name[6:]] = float(1 / (1 + np.exp(-np.clip(x, -6.0, 4.0))))
        else:
            plain[name] = float(np.clip(x, -6.0, 4.0))
    if setting.exponent is not None:
        plain["exponent"] = setting.exponent
    law = SizeLaw(**{**asdict(model.law), **{k: v for k, v in plain.items() if k in asdict(model.law)}})
    level, level_sd, exponent_sd, capable_sd, scatter = (plain.get(n, float(getattr(model, n))) for n in _OVER_CANCERS)
    return SizeModel(law, level, level_sd, exponent_sd, capable_sd, scatter)


def _prior(model: SizeModel, setting: Setting) -> float:
    """Return the log prior of the shared parameters (weak; pace from the mechanisms' own prior of net growth)."""
    law = model.law

    def normal(x: float, mean: float, sd: float) -> float:
        return -0.5 * ((x - mean) / sd) ** 2

    made = normal(float(np.log(law.pace)), float(np.log(1.44)), 0.5) + normal(
        float(np.log(law.exponent)), float(np.log(0.7)), 0.7
    )
    made += normal(float(np.log(model.scatter)), float(np.log(0.2)), 0.7)
    made += normal(float(np.log(model.level_sd)), 0.2, 0.5) + normal(
        float(np.log(model.exponent_sd)), float(np.log(0.3)), 0.7
    )
    made += normal(float(np.log(model.capable_sd)), float(np.log(0.12)), 0.5)
    made += normal(float(np.log(law.capable / (1 - law.capable))), 0.0, 1.5)
    if setting.vesicles:
        made += normal(float(np.log(law.gain)), float(np.log(3.0)), 1.0) + normal(
            float(np.log(law.half_cm)), float(np.log(2.0)), 0.7
        )
    return made


def intervals(
    model: SizeModel, curves: Sequence[SizeCurve], *, setting: Setting = Setting(), step: float = 0.05
) -> dict[str, tuple[float, float, float]]:
    """Return shared parameter -> (estimate, low, high): 95% limits from the curvature at the mode.

    Laplace's approximation in the coordinates of the fit (logs, logits), where a curvature too flat to measure is taken
    as that of a standard deviation of 3.

    Args:
        model: a mode found by :func:`fit_sizes` on `curves` with `setting`.
        step: of the central differences, in those coordinates.
    """
    free = _free(setting)
    x0 = np.array([_get(model, n) for n in free])

    def height(x: Floats) -> float:
        made = _put(model, setting, dict(zip(free, x, strict=True)))
        return made.evidence(curves) + _prior(made, setting)

    sd = np.sqrt(np.diag(np.linalg.inv(_curvature(height, x0, step))))
    made = {}
    for k, name in enumerate(free):
        low, high = (_natural(name, x0[k] + s * 1.96 * sd[k]) for s in (-1.0, 1.0))
        made[name.removeprefix("ln_").removeprefix("logit_")] = (_natural(name, x0[k]), low, high)
    return made


def _curvature(height: Callable[[Floats], float], at: Floats, step: float) -> Floats:
    """Return minus the Hessian of `height` by central differences, its eigenvalues at least 1/9."""
    n, e = len(at), step * np.eye(len(at))
    h, top = np.empty((n, n)), height(at)
    for i in range(n):
        h[i, i] = 2.0 * top - height(at + e[i]) - height(at - e[i])
        for j in range(i):
            corners = height(at + e[i] + e[j]) + height(at - e[i] - e[j])
            h[i, j] = h[j, i] = -0.25 * (corners - height(at + e[i] - e[j]) - height(at - e[i] + e[j]))
    values, vectors = np.linalg.eigh(h / step**2)
    return np.asarray((vectors * np.maximum(values, 1.0 / 9.0)) @ vectors.T)


def _natural(name: str, x: float) -> float:
    if name.startswith("ln_"):
        return float(np.exp(x))
    return float(1.0 / (1.0 + np.exp(-x))) if name.startswith("logit_") else float(x)
