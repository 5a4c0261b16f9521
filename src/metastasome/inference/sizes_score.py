"""Scoring size curves of cancers left out, each with one anchor, against simple curves with the same anchor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.streams import stream
from .sizes_fit import Setting, SizeModel, fit_sizes
from .sizes_table import SizeCurve

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CurvePrediction:
    """One cancer predicted from its anchor; all arrays over its bins, ``(d,)``.

    Attributes:
        curve: what was seen. anchor: the bins whose common share was used.
        mean, low, high: expected fraction and 95% limits of what a bin of that many patients shows (law, scatter and
            counting).
    """

    curve: SizeCurve
    anchor: NDArray[np.bool_]
    mean: Floats
    low: Floats
    high: Floats

    @property
    def others(self) -> NDArray[np.bool_]:
        """The bins that count in the score: all but the anchor's."""
        return np.asarray(~self.anchor, np.bool_)

    @property
    def rmse(self) -> float:
        """Root mean square error, bins weighing by their patients."""
        return rmse(self.curve, self.mean, self.others)

    @property
    def rmse_plain(self) -> float:
        """Root mean square error, every bin alike."""
        return float(np.sqrt(np.mean((self.curve.fraction - self.mean)[self.others] ** 2)))

    @property
    def counting_noise(self) -> float:
        """The weighted error that binomial counting alone would give if the mean were the truth."""
        p, n, k = self.mean, self.curve.n, self.others
        return float(np.sqrt(np.average((p * (1 - p) / n)[k], weights=n[k])))

    @property
    def coverage(self) -> float:
        """Share of bins inside their 95% limits."""
        seen = (self.curve.fraction >= self.low) & (self.curve.fraction <= self.high)
        return float(seen[self.others].mean())


def rmse(curve: SizeCurve, mean: Floats, keep: NDArray[np.bool_]) -> float:
    """Return the root mean square error over `keep`, bins weighing by their patients."""
    return float(np.sqrt(np.average((curve.fraction - mean)[keep] ** 2, weights=curve.n[keep])))


def predict_curve(
    model: SizeModel, curve: SizeCurve, *, at_cm: float | None = None, draws: int = 4000, seed: int = 1
) -> CurvePrediction:
    """Predict the whole of `curve` from its anchor alone (see :meth:`SizeCurve.anchor`)."""
    anchor = curve.anchor(at_cm)
    weight, chances = model.posterior(curve, anchor)
    rng = stream(seed, "sizes/predict")
    p = chances[rng.choice(len(weight), draws, p=weight)]
    logit = np.log(p / (1 - p)) + model.scatter * rng.standard_normal(p.shape)
    seen = rng.binomial(curve.n.round().astype(np.int64), 1 / (1 + np.exp(-logit))) / curve.n
    low, high = np.quantile(seen, (0.025, 0.975), axis=0)
    return CurvePrediction(curve, anchor, weight @ chances, low, high)


def leave_one_out(
    curves: Sequence[SizeCurve], train: Sequence[SizeCurve], *, setting: Setting, full: SizeModel,
    at_cm: float | None = None,
) -> tuple[CurvePrediction, ...]:  # fmt: skip
    """Predict each of `curves` from its anchor by a law that was fitted without it (see :func:`laws_without`)."""
    laws = laws_without(curves, train, setting=setting, full=full)
    return tuple(predict_curve(law, c, at_cm=at_cm) for law, c in zip(laws, curves, strict=True))


def laws_without(
    curves: Sequence[SizeCurve], train: Sequence[SizeCurve], *, setting: Setting, full: SizeModel
) -> tuple[SizeModel, ...]:
    """Return for each of `curves` the law fitted to `train` without that cancer, or `full` where `train` lacks it."""
    made = []
    for c in curves:
        rest = [t for t in train if t.cancer != c.cancer]
        new = len(rest) == len(train)
        made.append(full if new else fit_sizes(rest, setting=setting, start=full, most=20))
    return tuple(made)


def baselines(train: Sequence[SizeCurve]) -> dict[str, Callable[[SizeCurve, NDArray[np.bool_]], Floats]]:
    """Return simple curves through the anchor: pan-cancer mean, logistic in diameter and in its log, power law.

    Slopes are fitted on `train`, a level per cancer; the mean curve is the mean of logits over cancers. Each is moved
    by one level until it gives the anchor's share.
    """
    log_slope, slope = _slope(train, np.log), _slope(train, lambda d: d)
    knots = np.log(np.array([0.1, 0.5, *np.arange(1.0, 10.5, 1.0)]))
    mean = np.mean([np.interp(knots, np.log(c.diameter), _logit(c)) for c in train], axis=0)
    return {
        "pan-cancer mean": _through(lambda d: np.interp(np.log(d), knots, mean), _expit),
        "logistic in log size": _through(lambda d: log_slope * np.log(d), _expit),
        "logistic in size": _through(lambda d: slope * d, _expit),
        "power law": _through(lambda d: log_slope * np.log(d), lambda x: -np.expm1(-np.exp(x))),
    }


def _through(
    shape: Callable[[Floats], Floats], link: Callable[[Floats], Floats]
) -> Callable[[SizeCurve, NDArray[np.bool_]], Floats]:
    def curve(c: SizeCurve, anchor: NDArray[np.bool_]) -> Floats:
        from scipy.optimize import brentq

        n, seen = c.pooled(anchor)
        seen = (seen * n + 0.5) / (n + 1.0)
        eta = shape(c.diameter)

        def miss(level: float) -> float:
            return float(np.average(link(eta + level)[anchor], weights=c.n[anchor])) - seen

        return np.asarray(link(eta + brentq(miss, -40.0, 40.0)), np.float64)

    return curve


def _expit(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)), np.float64)


def _logit(c: SizeCurve) -> Floats:
    p = (c.fraction * c.n + 0.5) / (c.n + 1.0)
    return np.asarray(np.log(p / (1 - p)), np.float64)


def _slope(train: Sequence[SizeCurve], of: Callable[[Floats], Floats]) -> float:
    """Return the slope of logits shared by cancers, bins weighing n p (1 - p) / (1 + that / 50), levels free."""
    top = bottom = 0.0
    for c in train:
        x, y = np.asarray(of(c.diameter), float), _logit(c)
        p = 1 / (1 + np.exp(-y))
        w = c.n * p * (1 - p)
        w = w / (1 + w / 50.0)
        x, y = x - np.average(x, weights=w), y - np.average(y, weights=w)
        top, bottom = top + float(w @ (x * y)), bottom + float(w @ (x * x))
    return top / bottom
