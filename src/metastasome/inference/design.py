"""Which experiment would tell hypotheses apart, and how many lesions or animals it takes.

Expected information gain about *which* hypothesis is true, in bits: I = H(prior) - E_y H(posterior given y), by nested
Monte Carlo: the outer sample draws a hypothesis, parameters and an outcome y; the inner one averages p(y |
parameters) over
parameters drawn from each hypothesis' prior (Ryan 2003; Rainforth 2018, arXiv:1709.06181). With counts the
outcomes are few, so that the outer expectation is a sum over all of them: no outer noise, and the inner average is
shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import gammaln, logsumexp, xlogy

from ..core.errors import InputError
from ..core.streams import stream
from .experiments import Experiment
from .explanation import Explanation
from .hypotheses import Hypothesis
from .observation import Floats

if TYPE_CHECKING:
    import pandas as pd

SIZES = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200)
GOAL = 0.95


@dataclass(frozen=True)
class Plan:
    """What one experiment of one size is expected to tell.

    Attributes:
        experiment: what is done. n: units (in each arm). cost: in mice.
        bits: expected information gain. ceiling: bits that would settle the question. correct: chance that the
            hypothesis with the greatest weight afterwards is the true one.
    """

    experiment: Experiment
    n: int
    cost: float
    bits: float
    ceiling: float
    correct: float


@dataclass(frozen=True, repr=False)
class Design:
    """Experiments compared, for one set of rival hypotheses."""

    hypotheses: tuple[Hypothesis, ...]
    plans: tuple[Plan, ...]
    goal: float = GOAL

    def table(self) -> pd.DataFrame:
        """Return one row per experiment and size."""
        import pandas as pd

        return pd.DataFrame([
            {"experiment": p.experiment.key, "unit": p.experiment.unit, "n": p.n, "cost": p.cost, "bits": p.bits,
             "share_of_ceiling": p.bits / p.ceiling, "correct": p.correct, "bits_per_cost": p.bits / p.cost}
            for p in self.plans
        ])  # fmt: skip

    def needed(self) -> pd.DataFrame:
        """Return per experiment the smallest size at which the truth is named with probability `goal`, by cost."""
        import pandas as pd

        rows = []
        for key in dict.fromkeys(p.experiment.key for p in self.plans):
            mine = [p for p in self.plans if p.experiment.key == key]
            enough = [p for p in mine if p.correct >= self.goal]
            best = enough[0] if enough else max(mine, key=lambda p: p.correct)
            rows.append({
                "experiment": key, "title": best.experiment.title, "unit": best.experiment.unit, "enough": bool(enough),
                "n": best.n, "cost": best.cost, "correct": best.correct, "bits": best.bits,
            })  # fmt: skip
        return pd.DataFrame(rows).sort_values(["enough", "cost"], ascending=[False, True], ignore_index=True)

    @property
    def words(self) -> list[str]:
        """The answer: which experiment, how many, and what each of the others would need."""
        names = " from ".join(h.title for h in self.hypotheses) if len(self.hypotheses) == 2 else "the hypotheses"
        lines = []
        for row in self.needed().to_dict(orient="records"):
            n = f"{row['n']} {_plural(row['unit'], row['n'])}" + (
                " in each of two arms" if self._controlled(row["experiment"]) else ""
            )
            if row["enough"]:
                lines.append(f"To separate {names}: {row['title']}, {n} (cost {row['cost']:.0f} mice, "
                             f"{100 * row['correct']:.0f}% correct, {row['bits']:.2f} bits).")  # fmt: skip
            else:
                lines.append(f"{row['title'].capitalize()}: even {n} would name the truth in only "
                             f"{100 * row['correct']:.0f}% of cases.")  # fmt: skip
        return lines

    def _controlled(self, key: str) -> bool:
        return next(p.experiment.controls for p in self.plans if p.experiment.key == key)

    def __repr__(self) -> str:
        return f"<Design: {self.words[0]}>"


def design(
    hypotheses: Sequence[Hypothesis],
    experiments: Sequence[Experiment],
    *,
    sizes: Sequence[int] = SIZES,
    belief: Sequence[float] | None = None,
    draws: int = 2000,
    goal: float = GOAL,
    seed: int = 0,
) -> Design:
    """Return what each experiment is expected to tell, at each size.

    Args:
        hypotheses: two or more. belief: their weights now (as of a comparison); equal when not given.
        sizes: numbers of units to try. draws: of the inner average. goal: chance of naming the truth that is wanted.

    Raises:
        InputError: fewer than two hypotheses or no experiment.
    """
    if len(hypotheses) < 2 or not experiments:
        raise InputError("nothing to separate", expected="two hypotheses or more and one experiment or more")
    weights = np.asarray(belief if belief is not None else np.ones(len(hypotheses)), float)
    weights = weights / weights.sum()
    plans = []
    for e in experiments:
        points = [_points(e.explain(h, 1), seed, draws) for h in hypotheses]
        for n in sizes:
            bits, correct = _information(points, weights, n, e.controls)
            plans.append(Plan(e, n, e.cost(n), bits, _entropy(weights), correct))
    return Design(tuple(hypotheses), tuple(plans), goal)


def _points(explanation: Explanation, seed: int, draws: int) -> Floats:
    """Return chances of the event ``(draws, rows)`` at parameters drawn from the prior.

    A parameter has the same draws in every hypothesis, so that hypotheses that expect the same are told to.
    """
    seen: Any = explanation.observations[0]
    columns = [stream(seed, f"inference/design/{name}").standard_normal(draws) for name in explanation.names]
    z = np.stack(columns, axis=1) if columns else np.zeros((draws, 0))
    found = [seen.predict(explanation.scale.theta(point), seen.data, np) for point in z]
    return np.asarray(found, dtype=np.float64).reshape(draws, -1)


def _information(points: Sequence[Floats], weights: Floats, n: int, controls: bool) -> tuple[float, float]:
    """Return bits and the chance of naming the truth, summed over every possible outcome."""
    log_p = np.stack([_outcomes(p, n, controls) for p in points])  # (hypotheses, outcomes)
    joint = log_p + np.log(weights)[:, None]
    total = logsumexp(joint, axis=0)
    after = np.exp(joint - total)
    chance = np.exp(total)
    entropy = -(xlogy(after, after) / np.log(2)).sum(axis=0)
    correct = float((chance * after.max(axis=0)).sum())
    return max(_entropy(weights) - float((chance * entropy).sum()), 0.0), correct


def _outcomes(p: Floats, n: int, controls: bool) -> Floats:
    """Return ln p of every outcome, averaged over parameters: counts of one arm, or of two (first control)."""
    k = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    arms = [np.exp(choose + xlogy(k, q) + xlogy(n - k, 1 - q)) for q in (p[:, [i]] for i in range(p.shape[1]))]
    mean = arms[0].mean(axis=0) if not controls else (arms[0].T @ arms[1] / len(p)).ravel()
    return np.asarray(np.log(np.maximum(mean, 1e-300)))


def _entropy(weights: Floats) -> float:
    return float(-(xlogy(weights, weights) / np.log(2)).sum())


def _plural(unit: str, n: int) -> str:
    return unit if n == 1 else {"mouse": "mice"}.get(unit, f"{unit}s")
