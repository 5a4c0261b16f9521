"""Fold changes by interventions, with the number of animals: does blocking vesicles change burden, growth or survival?

``ln fold = effect of the intervention x dose`` where vesicles matter (any of TOTr and TOTa), each intervention with an
effect of its own; under cells alone every true fold is 1. A fold is the ratio of geometric means, treated over control,
of groups of n and m animals whose ln values scatter with the pooled standard deviation sd. Their true scatter is
integrated out with the scale prior 1/s, which gives Student's t with n + m - 2 degrees of freedom around the true ln
fold, its scale sd sqrt(1/n + 1/m) (Gelman 2013, BDA3 section 3.2); the density is that of ln fold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..laws import Seen
from ..observation import Array, Data, Theta, special
from .arms import VESICLES
from .base import Given, Kind, key_of


@dataclass(frozen=True)
class Folds(Seen):
    """``ln_fold`` of ``n`` animals over ``control`` others with pooled deviation ``sd``; the prediction is ln fold."""

    def check(self) -> None:
        """Refuse groups that hold no scatter."""
        for key in ("n", "control"):
            self.refuse(self.data[key] < 1, key, "1 animal or more")
        self.refuse(self.data["n"] + self.data["control"] < 3, "n", "3 animals or more in both groups together")
        self.refuse(self.data["sd"] <= 0, "sd", "above 0")

    def _error(self, data: Data, xp: Any) -> tuple[Array, Array]:
        """Return degrees of freedom and scale of each ln fold."""
        return data["n"] + data["control"] - 2, data["sd"] * xp.sqrt(1 / data["n"] + 1 / data["control"])

    def pointwise(self, theta: Theta, data: Data, xp: Any) -> Array:
        """Return ln t((ln fold - prediction) / scale) - ln scale."""
        f, (v, scale) = special(xp), self._error(data, xp)
        t = (data["ln_fold"] - self.predict(theta, data, xp)) / scale
        const = f.gammaln((v + 1) / 2) - f.gammaln(v / 2) - 0.5 * xp.log(v * math.pi) - xp.log(scale)
        return const - 0.5 * (v + 1) * xp.log1p(t * t / v)

    def simulate(self, theta: Theta, rng: np.random.Generator) -> Data:
        """Return new folds; the scatter within groups stays as it was seen, the law being conditional on it."""
        v, scale = self._error(self.data, np)
        true = np.broadcast_to(np.asarray(self.predict(theta, self.data, np), float), scale.shape)
        return {**self.data, "ln_fold": true + scale * rng.standard_t(v)}


def build(given: Given) -> Folds:
    """Return the folds under the hypothesis."""
    acts = any(given.hypothesis.on(m) for m in VESICLES)
    names = given.words("intervention")
    each = tuple(dict.fromkeys(names))
    effects = tuple(_effect(name, float(given.options["spread"])) for name in each)
    data = {
        "ln_fold": np.log(given.numbers("fold", low=1e-12)), "sd": given.numbers("sd", low=1e-9),
        "n": given.counts("n"), "control": given.counts("control"), "dose": given.numbers("dose", low=0),
        "which": np.array([each.index(n) for n in names], float),
    }  # fmt: skip

    def expected(theta: Theta, data: Data, xp: Any) -> Array:
        if not acts:
            return 0.0 * data["dose"]
        effect = xp.stack([xp.asarray(theta[e.name], dtype=float) for e in effects])
        return effect[data["which"].astype(int)] * data["dose"]

    labels = tuple(f"{name} ({i + 1})" if names.count(name) > 1 else name for i, name in enumerate(names))
    return Folds(given.name, data, labels, effects if acts else (), expected, given.weight)


def _effect(intervention: str, spread: float) -> Parameter:
    prior = Prior("normal", 0.0, spread)
    meaning = f"ln fold by {intervention} at dose 1"
    return Parameter(f"folds.effect_{key_of(intervention)}", 0.0, "1", -20.0, 20.0, prior, ASSUMPTION, meaning)


KIND = Kind(
    "folds", "fold changes by interventions",
    {"intervention": "what was given", "fold": "treated over control, ratio of geometric means",
     "sd": "standard deviation of ln values within groups, pooled", "n": "animals treated",
     "control": "animals untreated", "dose": "of the intervention, 1 where there is no column"},
    build, {"spread": (1.0, "prior standard deviation of an effect; 1: 95% between 1/7 and 7 fold")}, {"dose": 1.0},
)  # fmt: skip
