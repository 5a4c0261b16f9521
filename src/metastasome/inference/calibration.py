"""Is a posterior what it says? Simulation-based calibration, coverage of intervals, and posterior predictive checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..core.progress import SILENT, Progress
from ..core.streams import stream
from .compiled import compiled
from .explanation import Explanation
from .fitting import Fit
from .observation import Floats
from .posterior import Method, posterior

if TYPE_CHECKING:
    import pandas as pd

BINS = 20


@dataclass(frozen=True)
class Calibration:
    """Ranks of the truth among posterior draws, over data sets simulated from the prior (Talts 2018, arXiv:1804.06788).

    Attributes:
        names: parameters, ``d``. ranks: ``(sets, d)`` from 0 to `draws`. covered: ``(sets, d)`` whether the central 95%
            interval held the truth. draws: posterior draws per set.
    """

    names: tuple[str, ...]
    ranks: Floats
    covered: Floats
    draws: int

    def table(self) -> pd.DataFrame:
        """Return per parameter p of chi-square and of Kolmogorov-Smirnov for uniform ranks, and coverage with its
        error."""
        import pandas as pd
        from scipy.stats import chisquare, kstest

        rows = []
        for k, name in enumerate(self.names):
            ranks = self.ranks[:, k]
            u = (ranks + 0.5) / (self.draws + 1)
            bins = BINS if len(ranks) >= 100 else 10
            seen = np.bincount(np.minimum((u * bins).astype(int), bins - 1), minlength=bins)
            share = float(self.covered[:, k].mean())
            rows.append({
                "parameter": name, "sets": len(ranks), "chi_square_p": float(chisquare(seen).pvalue),
                "ks_p": float(kstest(u, "uniform").pvalue), "coverage_95": share,
                "coverage_se": float(np.sqrt(share * (1 - share) / len(ranks))),
            })  # fmt: skip
        return pd.DataFrame(rows)

    def fine(self, alpha: float = 0.01) -> bool:
        """Return whether every rank test passes at `alpha` shared out over all tests (Bonferroni)."""
        made = self.table()
        return bool((made[["chi_square_p", "ks_p"]].to_numpy() > alpha / (2 * len(made))).all())


def calibrate(
    explanation: Explanation,
    *,
    sets: int = 200,
    draws: int = 199,
    method: Method = "auto",
    seed: int = 0,
    progress: Progress = SILENT,
) -> Calibration:
    """Return the calibration of `explanation`'s posterior at the size of its data.

    Parameters are drawn from the prior, data from the parameters, and the posterior is computed anew for each data set:
    by grid for up to three parameters, else by importance sampling, unless `method` says ``nuts``.
    """
    machine = compiled(explanation)
    d = len(explanation.names)
    chosen: Method = ("grid" if d <= 3 else "importance") if method == "auto" else method
    ranks, covered = np.zeros((sets, d)), np.zeros((sets, d))
    with progress.task("calibration", sets) as tick:
        for s in range(sets):
            rng = stream(seed, "inference/calibration", s)
            z = explanation.draw_prior(rng, 1)[0]
            data = explanation.simulate(explanation.scale.theta(z), rng)
            made = posterior(machine, data=data, method=chosen, draws=draws, chains=1, warmup=300, seed=seed + s)
            ranks[s] = (made.flat < z).sum(axis=0)
            low, high = _interval(made.flat)
            covered[s] = (low <= z) & (z <= high)
            tick(1)
    return Calibration(explanation.names, ranks, covered, draws)


def _interval(flat: Floats) -> tuple[Floats, Floats]:
    """Return ends of the central 95% interval: order statistics whose expected mass is 95%."""
    ordered = np.sort(flat, axis=0)
    n = len(ordered)
    k = max(round(0.025 * (n + 1)) - 1, 0)
    return ordered[k], ordered[n - 1 - k]


def predictive_check(fit: Fit, *, n: int = 400) -> pd.DataFrame:
    """Return per observation the posterior predictive p of its misfit, -2 ln p (Gelman 1996): near 0 the hypothesis
    can't
    make data that look like these, near 1 it makes far noisier ones."""
    import pandas as pd

    rng = stream(fit.seed, "inference/check")
    e = fit.explanation
    flat = fit.posterior.flat
    seen: list[list[float]] = []
    made: list[list[float]] = []
    for z in flat[rng.choice(len(flat), size=n)]:
        theta = e.scale.theta(z)
        drawn = e.simulate(theta, rng)
        seen.append([float(np.sum(o.pointwise(theta, o.data, np))) for o in e.observations])
        made.append([float(np.sum(o.pointwise(theta, d, np))) for o, d in zip(e.observations, drawn, strict=True)])
    a, b = np.array(seen), np.array(made)
    p = (b < a).mean(axis=0) + 0.5 * (b == a).mean(axis=0)
    return pd.DataFrame({"observation": [o.name for o in e.observations], "p": p, "verdict": [_judge(x) for x in p]})


def _judge(p: float) -> str:
    if p < 0.01:
        return "the hypothesis does not make data like these"
    return "the hypothesis makes noisier data than these" if p > 0.99 else "fine"
