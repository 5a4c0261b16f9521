"""Small observations made up for tests: cheap, and with answers known in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np

from metastasome.core.parameters import Parameter, Prior
from metastasome.inference.explanation import Explanation
from metastasome.inference.laws import Binomial, Counts, GroupMeans, Levels

UNIT = Prior("uniform", 0.0, 1.0)


def parameter(name: str, prior: Prior, low: float = -1e9, high: float = 1e9) -> Parameter:
    return Parameter(name, prior.a, "1", low, high, prior, "assumption", name)


def chance(k: float = 7.0, n: float = 10.0, *, key: str = "free", prior: Prior = UNIT) -> Explanation:
    """``k`` of ``n`` with an unknown chance: with a uniform prior the evidence is 1 / (n + 1)."""
    p = parameter("p", prior, 0.0, 1.0)
    data = {"k": np.array([k]), "n": np.array([n])}
    seen = Binomial("coin", data, ("all",), (p,), lambda theta, data, xp: theta["p"] + 0.0 * data["n"])
    return Explanation(key, f"{key} chance", (seen,))


def fixed(p: float, k: float = 7.0, n: float = 10.0, *, key: str = "fair") -> Explanation:
    data = {"k": np.array([k]), "n": np.array([n])}
    seen = Binomial("coin", data, ("all",), (), lambda theta, data, xp: p + 0.0 * data["n"])
    return Explanation(key, f"chance {p}", (seen,))


def every_law() -> dict[str, Explanation]:
    """One explanation per law of :mod:`metastasome.inference.laws`, three parameters at most."""
    mean = parameter("mean", Prior("lognormal", 5.0, 0.5), 0.0)
    spread = parameter("spread", Prior("lognormal", 0.5, 0.5), 0.0)
    p = parameter("p", Prior("uniform", 0.02, 0.98), 0.0, 1.0)
    rho = parameter("rho", Prior("uniform", 0.02, 0.5), 0.0, 1.0)
    size = parameter("size", Prior("lognormal", 4.0, 0.5), 0.0)
    level = parameter("level", Prior("normal", 2.0, 1.0))
    labels = tuple("abcdef")
    six = np.ones(6)

    def constant(name: str) -> Any:
        return lambda theta, data, xp: theta[name] + 0.0 * data["x"]

    counts = {"count": 5 * six, "x": six}
    levels = {"value": 3 * six, "lod": 2 * six, "x": six}
    tries = {"k": 4 * six, "n": 9 * six, "x": six}
    made = (
        Binomial("binomial", tries, labels, (p,), constant("p")),
        Binomial("beta_binomial", tries, labels, (p, rho), constant("p"), 1.0, "rho"),
        Counts("poisson", counts, labels, (mean,), constant("mean")),
        Counts("negative_binomial", counts, labels, (mean, size), constant("mean"), 1.0, "size"),
        Levels("levels", levels, labels, (mean, spread), constant("mean"), 1.0, "spread"),
        GroupMeans("means", {"mean": 2 * six, "sd": six, "n": 5 * six, "x": six}, labels, (level,), constant("level")),
    )  # fmt: skip
    return {o.name: Explanation(o.name, o.name, (o,)) for o in made}
