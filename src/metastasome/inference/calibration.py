"""Is a posterior what it says? Simulation-based calibration, coverage of intervals, and posterior predictive checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..core.progress import SILENT, Progress
from ..core.streams import stream
from .compiled import Compiled, compiled
from .explanation import Explanation
from .fitting import Fit
from .grid import MOST, grid
from .importance import importance
from .many import optima
from .nuts import sample_many
from .observation import Data, Floats
from .optimum import Optimum
from .posterior import Method
from .words import K_HAT

if TYPE_CHECKING:
    import pandas as pd

BINS = 20
_LOCKSTEP = 50  # data sets whose chains run as one program
_THIN, _WARMUP = 2, 150


@dataclass(frozen=True)
class Calibration:
    """Ranks of the truth among posterior draws, over data sets simulated from the prior (Talts 2018, arXiv:1804.06788).

    Attributes:
        names: parameters, ``d``. ranks: ``(sets, d)`` from 0 to `draws`. covered: ``(sets, d)`` whether the central 95%
            interval held the truth. draws: posterior draws per set.
        suspect: data sets on which the sampler's own check failed (1% of steps diverged).
    """

    names: tuple[str, ...]
    ranks: Floats
    covered: Floats
    draws: int
    suspect: int = 0

    def table(self) -> pd.DataFrame:
        """Return per parameter p of chi-square and of Kolmogorov-Smirnov for uniform ranks, and coverage with its exact
        binomial 95% interval (Clopper-Pearson)."""
        import pandas as pd
        from scipy.stats import binomtest, chisquare, kstest

        rows = []
        for k, name in enumerate(self.names):
            ranks = self.ranks[:, k]
            u = (ranks + 0.5) / (self.draws + 1)
            bins = BINS if len(ranks) >= 100 else 10
            seen = np.bincount(np.minimum((u * bins).astype(int), bins - 1), minlength=bins)
            inside = binomtest(int(self.covered[:, k].sum()), len(ranks)).proportion_ci()
            rows.append({
                "parameter": name, "sets": len(ranks), "chi_square_p": float(chisquare(seen).pvalue),
                "ks_p": float(kstest(u, "uniform").pvalue), "coverage_95": float(self.covered[:, k].mean()),
                "coverage_low": float(inside.low), "coverage_high": float(inside.high),
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

    Parameters are drawn from the prior, data from the parameters, and the posterior is computed anew for each data set
    by the method that a fit would take: a grid for up to three parameters, else NUTS, here for many data sets in
    lockstep. With `method` ``importance`` data sets on which its own check fails (Pareto k-hat) go to NUTS. Neither
    knows the truth: both start from the likeliest point, sought from the prior's centre and a point drawn from it.
    """
    machine, d = compiled(explanation), len(explanation.names)
    chosen: Method = ("grid" if d <= MOST else "nuts") if method == "auto" else method
    truth, data = [], []
    for s in range(sets):
        rng = stream(seed, "inference/calibration", s)
        truth.append(explanation.draw_prior(rng, 1)[0])
        data.append(explanation.simulate(explanation.scale.theta(truth[-1]), rng))
    flats, left, suspect = np.zeros((sets, draws, d)), list(range(sets)), 0
    starts = optima(machine, data) if chosen != "grid" else [None] * sets
    with progress.task("calibration", sets) as tick:
        if chosen != "nuts":
            left = []
            for s in range(sets):
                found = _draws(machine, data[s], chosen, draws, seed + s, starts[s])
                if found is None:
                    left.append(s)
                else:
                    flats[s] = found
                    tick(1)
        size = min(_LOCKSTEP, max(len(left), 1))
        for low in range(0, len(left), size):
            batch = left[low : low + size]
            full = [*batch, *batch[:1] * (size - len(batch))]  # so that all batches meet the same compiled program
            made = sample_many(
                machine, [data[s] for s in full], starts=[starts[s] for s in full], draws=_THIN * draws,
                warmup=_WARMUP, seed=seed + low,
            )  # fmt: skip
            flats[batch] = made.z[: len(batch), _THIN - 1 :: _THIN]
            doubtful = int((made.diverging[: len(batch)].sum(axis=1) > 0.01 * _THIN * draws).sum())
            suspect += doubtful
            tick(len(batch))
    z = np.array(truth).reshape(sets, d)
    ranks = (flats < z[:, None, :]).sum(axis=1).astype(float)
    ends = np.array([_interval(flat) for flat in flats])
    covered = ((ends[:, 0] <= z) & (z <= ends[:, 1])).astype(float)
    return Calibration(explanation.names, ranks, covered, draws, suspect)


def _draws(
    machine: Compiled, data: tuple[Data, ...], method: Method, draws: int, seed: int, start: Optimum | None
) -> Floats | None:
    """Return draws ``(draws, d)`` by grid or by importance sampling; None where the latter fails its check."""
    rng = stream(seed, "inference/calibration/draws")
    if method == "grid":
        return grid(machine, data).draw(rng, draws)
    made = importance(machine, rng, data, best=start)
    return made.draw(rng, draws) if made.k_hat < K_HAT else None


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
