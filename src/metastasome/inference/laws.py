"""Laws of chance around a prediction: each makes an observation out of data and a formula for what is expected.

``predict(theta, data, xp)`` returns the expected value of every datum. Constants of the densities are kept, so that
log-likelihoods of different hypotheses, and their evidence, can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.parameters import Parameter
from .observation import Array, Data, Singles, Theta, special

Predict = Callable[[Theta, Data, Any], Array]


@dataclass(frozen=True)
class Seen:
    """What all laws share: see :class:`metastasome.inference.observation.Observation`."""

    name: str
    data: Data
    labels: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    predict: Predict
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise InputError("not a weight", field=f"{self.name}.weight", value=self.weight, expected="0 or more")
        for key, value in self.data.items():
            if not np.isfinite(value).all():
                raise InputError("not a finite number", field=f"{self.name}.{key}")
        self.check()

    def check(self) -> None:
        """Raise :class:`InputError` where a datum lies outside the support of the law."""

    def refuse(self, bad: Any, key: str, expected: str) -> None:
        """Raise :class:`InputError` naming the first datum for which `bad` is true."""
        at = np.atleast_1d(bad)
        if at.any():
            i = int(np.argmax(at.reshape(len(self.labels), -1).any(axis=1)))
            raise InputError(
                f"'{self.labels[i]}' lies outside the support",
                field=f"{self.name}.{key}",
                value=np.asarray(self.data[key])[i].tolist(),
                expected=expected,
            )


@dataclass(frozen=True)
class Binomial(Seen):
    """``k`` of ``n``; the prediction is the chance of one. With `overdispersion` (a parameter's name) beta-binomial:
    the chance itself varies between data with intra-class correlation rho; with `scatter` (a parameter's name) instead
    by the standard deviation t of its logit, to first order: rho / (1 - rho) = t^2 p (1 - p)."""

    overdispersion: str | None = None
    scatter: str | None = None

    def check(self) -> None:
        """Refuse counts that are no counts."""
        k, n = self.data["k"], self.data["n"]
        self.refuse((n < 0) | (n != np.round(n)), "n", "whole numbers of 0 or more")
        self.refuse((k < 0) | (k > n) | (k != np.round(k)), "k", "whole numbers from 0 to n")

    def _tightness(self, theta: Theta, p: Array) -> Array | None:
        """Return (1 - rho) / rho, or None where the chance does not vary."""
        if self.scatter is not None:
            return 1 / (theta[self.scatter] ** 2 * p * (1 - p))
        return None if self.overdispersion is None else 1 / theta[self.overdispersion] - 1

    def pointwise(self, theta: Theta, data: Data, xp: Any) -> Array:
        """Return ln Binomial(k; n, p), or ln BetaBinomial(k; n, p s, (1 - p) s) with s = (1 - rho) / rho."""
        p, k, n = self.predict(theta, data, xp), data["k"], data["n"]
        f = special(xp)
        choose = f.gammaln(n + 1) - f.gammaln(k + 1) - f.gammaln(n - k + 1)
        s = self._tightness(theta, p)
        if s is None:
            return choose + xlogy(k, p, xp) + xlogy(n - k, 1 - p, xp)
        a, b = s * p, s * (1 - p)
        # By gamma functions: JAX's betaln is right to 1e-8 only.
        upper = f.gammaln(k + a) + f.gammaln(n - k + b) - f.gammaln(n + a + b)
        return choose + upper - f.gammaln(a) - f.gammaln(b) + f.gammaln(a + b)

    def simulate(self, theta: Theta, rng: np.random.Generator) -> Data:
        """Return new counts."""
        p = np.broadcast_to(np.asarray(self.predict(theta, self.data, np), dtype=float), self.data["n"].shape)
        s = self._tightness(theta, p)
        if s is not None:
            p = rng.beta(np.maximum(s * p, 1e-300), np.maximum(s * (1 - p), 1e-300))
        return {**self.data, "k": rng.binomial(self.data["n"].astype(np.int64), np.clip(p, 0, 1)).astype(float)}


@dataclass(frozen=True)
class Counts(Seen):
    """``count`` events; the prediction is the expected number. With `shape` (a parameter's name) negative binomial of
    variance mean + mean^2 / shape, else Poisson."""

    shape: str | None = None

    def check(self) -> None:
        """Refuse counts that are no counts."""
        k = self.data["count"]
        self.refuse((k < 0) | (k != np.round(k)), "count", "whole numbers of 0 or more")

    def pointwise(self, theta: Theta, data: Data, xp: Any) -> Array:
        """Return ln Poisson(count; mean) or ln NegativeBinomial(count; mean, shape)."""
        mean, k = self.predict(theta, data, xp), data["count"]
        f = special(xp)
        if self.shape is None:
            return xlogy(k, mean, xp) - mean - f.gammaln(k + 1)
        r = theta[self.shape]
        odds = mean / (mean + r)
        return f.gammaln(k + r) - f.gammaln(r) - f.gammaln(k + 1) + xlogy(k, odds, xp) + r * xp.log1p(-odds)

    def simulate(self, theta: Theta, rng: np.random.Generator) -> Data:
        """Return new counts."""
        mean = np.broadcast_to(np.asarray(self.predict(theta, self.data, np), float), self.data["count"].shape)
        if self.shape is not None:
            r = float(theta[self.shape])
            mean = mean * rng.gamma(r, 1 / r, size=mean.shape)
        return {**self.data, "count": rng.poisson(mean).astype(float)}


@dataclass(frozen=True)
class Composition(Seen):
    """``counts`` ``(n, k)`` of n groups over k classes; the prediction ``(n, k)`` are shares (scaled to sum to 1).

    With `concentration` (a parameter's name) Dirichlet-multinomial, whose shares vary between groups; else multinomial.
    `classes` are the classes' names.
    """

    concentration: str | None = None
    classes: tuple[str, ...] = ()

    @property
    def singles(self) -> Singles:
        """Every count, by group and class."""
        groups, classes = enumerate(self.labels), tuple(enumerate(self.classes))
        return tuple((f"{g}: {c}", (i, j)) for i, g in groups for j, c in classes)

    def check(self) -> None:
        """Refuse counts that are no counts."""
        k = self.data["counts"]
        self.refuse((k < 0) | (k != np.round(k)), "counts", "whole numbers of 0 or more")

    def _shares(self, theta: Theta, data: Data, xp: Any) -> Array:
        made = self.predict(theta, data, xp)
        return made / xp.sum(made, axis=-1, keepdims=True)

    def pointwise(self, theta: Theta, data: Data, xp: Any) -> Array:
        """Return the log-probability of each group's counts."""
        p, k, f = self._shares(theta, data, xp), data["counts"], special(xp)
        n = xp.sum(k, axis=-1)
        if self.concentration is None:
            return f.gammaln(n + 1) + xp.sum(xlogy(k, p, xp) - f.gammaln(k + 1), axis=-1)
        # A class of share 0 cannot be seen; gamma(0) would make it not a number.
        open_ = p > 0
        a = xp.where(open_, theta[self.concentration] * p, 1.0)
        rows = f.gammaln(k + a) - f.gammaln(a) - f.gammaln(k + 1)
        rows = xp.where(open_, rows, xp.where(k > 0, -xp.inf, 0.0))
        whole = theta[self.concentration]
        return f.gammaln(n + 1) + f.gammaln(whole) - f.gammaln(n + whole) + xp.sum(rows, axis=-1)

    def simulate(self, theta: Theta, rng: np.random.Generator) -> Data:
        """Return new counts, each group as large as before."""
        counts = self.data["counts"]
        p = np.broadcast_to(np.asarray(self._shares(theta, self.data, np), float), counts.shape)
        if self.concentration is not None:
            gammas = rng.gamma(np.maximum(float(theta[self.concentration]) * p, 1e-12)) * (p > 0)
            p = gammas / gammas.sum(axis=-1, keepdims=True)
        drawn = [rng.multinomial(int(row.sum()), q / q.sum()) for row, q in zip(counts, p, strict=True)]
        return {**self.data, "counts": np.array(drawn, dtype=float)}


@dataclass(frozen=True)
class Levels(Seen):
    """``value`` above a limit of detection ``lod``, log-normal around the prediction; at or below it only "not
    detected".

    `sd` names the parameter that is the standard deviation of ln value. Where ``lod`` is 0 every value must be
    positive.
    """

    sd: str = "sd"

    def check(self) -> None:
        """Refuse values that a log-normal cannot give."""
        value, lod = self.data["value"], self.data["lod"]
        self.refuse(lod < 0, "lod", "0 or more")
        self.refuse((value < 0) | ((value == 0) & (lod == 0)), "value", "above 0, or a limit of detection beside it")

    def pointwise(self, theta: Theta, data: Data, xp: Any) -> Array:
        """Return ln LogNormal(value) where detected, else ln P(value <= lod)."""
        mean, sd = xp.log(self.predict(theta, data, xp)), theta[self.sd]
        return log_normal_seen(data["value"], data["lod"], mean, sd, xp)

    def simulate(self, theta: Theta, rng: np.random.Generator) -> Data:
        """Return new values; what is not detected becomes 0."""
        mean = np.log(np.asarray(self.predict(theta, self.data, np), float))
        drawn = np.exp(mean + float(theta[self.sd]) * rng.standard_normal(self.data["value"].shape))
        return {**self.data, "value": np.where(drawn > self.data["lod"], drawn, 0.0)}


@dataclass(frozen=True)
class GroupMeans(Seen):
    """``mean`` of ``n`` animals with sample deviation ``sd`` (of ln burden, say); the prediction is the true mean.

    Likelihood of the two sufficient statistics under normal scatter of deviation s, the group's own: integrating s out
    with the scale prior 1/s gives Student's t with n - 1 degrees of freedom (Gelman 2013, BDA3 section 3.2).
    """

    def check(self) -> None:
        """Refuse groups without scatter."""
        self.refuse(self.data["n"] < 2, "n", "2 animals or more")
        self.refuse(self.data["sd"] <= 0, "sd", "above 0")

    def pointwise(self, theta: Theta, data: Data, xp: Any) -> Array:
        """Return ln t_(n-1)((mean - prediction) / (sd / sqrt n)) on the scale of the mean."""
        f = special(xp)
        v, error = data["n"] - 1, data["sd"] / xp.sqrt(data["n"])
        t = (data["mean"] - self.predict(theta, data, xp)) / error
        const = f.gammaln((v + 1) / 2) - f.gammaln(v / 2) - 0.5 * xp.log(v * math.pi) - xp.log(error)
        return const - 0.5 * (v + 1) * xp.log1p(t * t / v)

    def simulate(self, theta: Theta, rng: np.random.Generator) -> Data:
        """Return new means; the scatter of the group stays as it was seen, the law being conditional on it."""
        true = np.broadcast_to(np.asarray(self.predict(theta, self.data, np), float), self.data["mean"].shape)
        error = self.data["sd"] / np.sqrt(self.data["n"])
        return {**self.data, "mean": true + error * rng.standard_t(self.data["n"] - 1)}


def log_normal_seen(value: Array, lod: Array, mean: Array, sd: Array, xp: Any) -> Array:
    """Return ln LogNormal(value) around `mean` and `sd` of ln value where above `lod`, else ln P(value <= lod)."""
    seen = (value > lod) & (value > 0)
    logs = xp.log(xp.where(seen, value, 1.0))
    density = -0.5 * ((logs - mean) / sd) ** 2 - xp.log(sd) - logs - 0.5 * math.log(2 * math.pi)
    limit = (xp.log(xp.where(lod > 0, lod, 1.0)) - mean) / sd
    return xp.where(seen, density, special(xp).log_ndtr(limit))


def xlogy(x: Array, y: Array, xp: Any) -> Array:
    """Return x ln y, 0 where x is 0; JAX's own cannot be differentiated twice."""
    none = x == 0
    with np.errstate(divide="ignore"):
        return xp.where(none, 0.0, x * xp.log(xp.where(none, 1.0, y)))
