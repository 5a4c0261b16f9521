"""Model recovery: simulate from each hypothesis at the size of the data, compare again, and count who is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..core.errors import ModelError
from ..core.progress import SILENT, Progress
from ..core.streams import stream
from .bridge import log_evidence
from .compiled import Compiled, compiled
from .explanation import Explanation
from .grid import MOST, grid
from .importance import importance
from .many import optima
from .nuts import sample_many
from .observation import Data, Floats
from .optimum import Optimum
from .weights import evidence_weights
from .words import K_HAT, evidence_words

if TYPE_CHECKING:
    import pandas as pd

Where = Literal["posterior", "prior"]
_WEIGHED, _DRAWS = 1024, 300


@dataclass(frozen=True)
class Recovery:
    """What the comparison finds when the truth is known.

    Attributes:
        keys: hypotheses, ``k`` of them.
        found: share of data sets simulated from row's hypothesis whose greatest weight went to column's, ``(k, k)``.
        weights: mean weight given to column's hypothesis when row's was true, ``(k, k)``.
        sets: data sets simulated per hypothesis. where: parameters drawn from ``prior`` or ``posterior``.
        evidence_error: standard error of the ln evidence of one data set (root mean square over all of them).
    """

    keys: tuple[str, ...]
    found: Floats
    weights: Floats
    sets: int
    where: str
    evidence_error: float = 0.0

    @property
    def share(self) -> float:
        """Share of data sets, over all hypotheses alike, whose own hypothesis was found."""
        return float(np.trace(self.found) / len(self.keys))

    @property
    def error(self) -> float:
        """Standard error of `share`."""
        p = np.diag(self.found)
        return float(np.sqrt((p * (1 - p) / self.sets).sum()) / len(self.keys))

    @property
    def words(self) -> str:
        """What the error of the evidences means for these figures; empty where it is negligible."""
        return evidence_words(self.evidence_error)

    def table(self) -> pd.DataFrame:
        """Return the confusion matrix: rows are the truth, columns what was found."""
        import pandas as pd

        return pd.DataFrame(self.found, index=pd.Index(self.keys, name="true"), columns=list(self.keys))


def evidences(
    explanation: Explanation,
    data: Sequence[tuple[Data, ...]],
    *,
    seed: int,
    near: Floats | None = None,
    tick: Callable[[int], None] = lambda n: None,
) -> Floats:
    """Return ln p(data) of each of many data sets and its standard error, ``(sets, 2)``; ``-inf`` where impossible.

    By grid for up to three parameters (error 0), else by importance sampling around the likeliest points, which are
    sought in lockstep; data sets on which its own check fails (Pareto k-hat) go to NUTS, all at once, and bridge
    sampling.

    Args:
        near: a point ``(d,)`` to seek optima from, besides the prior's centre.
    """
    machine = compiled(explanation)
    made, left = np.tile([-np.inf, 0.0], (len(data), 1)), []
    starts = [None] * len(data) if len(explanation.names) <= MOST else optima(machine, data, near=near)
    for s, (part, start) in enumerate(zip(data, starts, strict=True)):
        try:
            if len(explanation.names) <= MOST:
                made[s, 0] = grid(machine, part).log_evidence
            else:
                rng = stream(seed, f"inference/recovery/{explanation.key}", s)
                found = importance(machine, rng, part, n=_WEIGHED, best=start)
                made[s] = found.log_evidence, found.error
                if not found.k_hat < K_HAT:
                    left.append(s)
                    continue
        except ModelError:
            pass
        tick(1)
    if left:
        made[left] = _bridged(machine, [data[s] for s in left], [starts[s] for s in left], seed)
        tick(len(left))
    return made


def _bridged(
    machine: Compiled, data: list[tuple[Data, ...]], starts: list[Optimum | None], seed: int
) -> list[tuple[float, float]]:
    chains = sample_many(machine, data, starts=starts, draws=_DRAWS, warmup=_DRAWS // 2, seed=seed).z
    rng = stream(seed, f"inference/recovery/{machine.explanation.key}/bridge")
    return [log_evidence(machine, z[None], rng, data=part) for z, part in zip(chains, data, strict=True)]


def recover(
    explanations: Sequence[Explanation],
    points: Sequence[Floats] | None,
    *,
    sets: int = 100,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Recovery:
    """Return the recovery of `explanations`.

    Args:
        points: per explanation draws ``(n, d)`` (scale of z) to simulate from, as of its posterior; None takes the
            prior.
        sets: data sets per hypothesis.
    """
    k = len(explanations)
    data = [d for i, truth in enumerate(explanations) for d in _simulated(truth, i, points, sets, seed)]
    values, errors = np.zeros((len(data), k)), np.zeros((len(data), k))
    with progress.task("recovery", k * len(data)) as tick:
        for j, e in enumerate(explanations):
            near = None if points is None else points[j].mean(axis=0)
            values[:, j], errors[:, j] = evidences(e, data, seed=seed, near=near, tick=tick).T
    found, weights = np.zeros((k, k)), np.zeros((k, k))
    for n, row in enumerate(values):
        w = evidence_weights(row.tolist(), [e.belief for e in explanations])
        best = np.isclose(w, w.max(), rtol=1e-6)  # rivals that predict the same share the find
        found[n // sets] += best / best.sum()
        weights[n // sets] += w
    where = "prior" if points is None else "posterior"
    keys = tuple(e.key for e in explanations)
    return Recovery(keys, found / sets, weights / sets, sets, where, float(np.sqrt(np.mean(errors**2))))


def _simulated(
    truth: Explanation, i: int, points: Sequence[Floats] | None, sets: int, seed: int
) -> Iterator[tuple[Data, ...]]:
    for s in range(sets):
        rng = stream(seed, "inference/recovery", i, s)
        z = truth.draw_prior(rng, 1)[0] if points is None else points[i][rng.integers(len(points[i]))]
        yield truth.simulate(truth.scale.theta(z), rng)
