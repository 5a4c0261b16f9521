"""Model recovery: simulate from each hypothesis at the size of the data, compare again, and count who is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..core.errors import ModelError
from ..core.progress import SILENT, Progress
from ..core.streams import stream
from .compiled import compiled
from .explanation import Explanation
from .grid import MOST, grid
from .importance import importance
from .observation import Data, Floats
from .weights import evidence_weights

if TYPE_CHECKING:
    import pandas as pd

Where = Literal["posterior", "prior"]


@dataclass(frozen=True)
class Recovery:
    """What the comparison finds when the truth is known.

    Attributes:
        keys: hypotheses, ``k`` of them.
        found: share of data sets simulated from row's hypothesis whose greatest weight went to column's, ``(k, k)``.
        weights: mean weight given to column's hypothesis when row's was true, ``(k, k)``.
        sets: data sets simulated per hypothesis. where: parameters drawn from ``prior`` or ``posterior``.
    """

    keys: tuple[str, ...]
    found: Floats
    weights: Floats
    sets: int
    where: str

    @property
    def share(self) -> float:
        """Share of data sets, over all hypotheses alike, whose own hypothesis was found."""
        return float(np.trace(self.found) / len(self.keys))

    @property
    def error(self) -> float:
        """Standard error of `share`."""
        p = np.diag(self.found)
        return float(np.sqrt((p * (1 - p) / self.sets).sum()) / len(self.keys))

    def table(self) -> pd.DataFrame:
        """Return the confusion matrix: rows are the truth, columns what was found."""
        import pandas as pd

        return pd.DataFrame(self.found, index=pd.Index(self.keys, name="true"), columns=list(self.keys))


def quick_evidence(explanation: Explanation, data: tuple[Data, ...], rng: np.random.Generator) -> float:
    """Return ln p(data): by grid for up to three parameters, else by importance sampling; ``-inf`` where impossible."""
    try:
        if len(explanation.names) <= MOST:
            return grid(compiled(explanation), data).log_evidence
        return importance(compiled(explanation), rng, data, n=2048).log_evidence
    except ModelError:
        return -np.inf


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
    found, weights = np.zeros((k, k)), np.zeros((k, k))
    with progress.task("recovery", k * sets) as tick:
        for i, truth in enumerate(explanations):
            for s in range(sets):
                rng = stream(seed, "inference/recovery", i, s)
                z = truth.draw_prior(rng, 1)[0] if points is None else points[i][rng.integers(len(points[i]))]
                data = truth.simulate(truth.scale.theta(z), rng)
                w = evidence_weights(
                    [quick_evidence(e, data, rng) for e in explanations], [e.belief for e in explanations]
                )
                best = np.isclose(w, w.max(), rtol=1e-6)  # rivals that predict the same share the find
                found[i] += best / best.sum()
                weights[i] += w
                tick(1)
    where = "prior" if points is None else "posterior"
    return Recovery(tuple(e.key for e in explanations), found / sets, weights / sets, sets, where)
