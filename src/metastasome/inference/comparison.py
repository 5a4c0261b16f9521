"""``compare``: fits of rivals to the same data, their weights with recovery beside them, a verdict in words."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import logsumexp

from ..core.errors import InputError, ModelError
from ..core.jsons import json_text
from ..core.progress import SILENT, Progress
from .explanation import Explanation
from .fitting import Fit, fit
from .posterior import Method
from .recovery import Recovery, recover
from .weights import evidence_weights, stacking_weights
from .words import verdict

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Comparison:
    """What the data say of rival hypotheses, and how far they can say it.

    Attributes:
        fits: one per hypothesis that the data allow. impossible: key -> why the data rule it out altogether.
        recovery: the confusion matrix at the data's size, or None where it was not asked for.
        wider: weights when every prior is half and twice as wide: ``{"as stated": {...}, ...}``.
    """

    question: str
    fits: tuple[Fit, ...]
    impossible: dict[str, str]
    recovery: Recovery | None
    wider: dict[str, dict[str, float]]

    @property
    def keys(self) -> tuple[str, ...]:
        """Hypotheses that were fitted."""
        return tuple(f.explanation.key for f in self.fits)

    @functools.cached_property
    def weights(self) -> dict[str, float]:
        """Hypothesis -> posterior probability from evidence and belief; 0 for the impossible."""
        w = evidence_weights([f.log_evidence for f in self.fits], [f.explanation.belief for f in self.fits])
        return {**dict(zip(self.keys, w.tolist(), strict=True)), **dict.fromkeys(self.impossible, 0.0)}

    @functools.cached_property
    def loo(self) -> pd.DataFrame:
        """PSIS-LOO per hypothesis: elpd and its error, difference to the best and its error, stacking weight."""
        import pandas as pd

        found = [f.loo() for f in self.fits]
        elpd = np.stack([x[2] for x in found], axis=1)
        best = int(np.argmax(elpd.sum(axis=0)))
        gap = elpd - elpd[:, [best]]
        return pd.DataFrame({
            "hypothesis": self.keys,
            "elpd": elpd.sum(axis=0),
            "se": [x[1] for x in found],
            "difference": gap.sum(axis=0),
            "difference_se": np.sqrt(len(elpd) * gap.var(axis=0)),
            "stacking": stacking_weights(elpd),
            "worst_k_hat": [x[3] for x in found],
        })  # fmt: skip

    @property
    def verdict(self) -> str:
        """The answer in one sentence."""
        titles = {f.explanation.key: f.explanation.title for f in self.fits}
        share = None if self.recovery is None else self.recovery.share
        return verdict(titles, {k: self.weights[k] for k in self.keys}, share)

    @property
    def words(self) -> list[str]:
        """The verdict, what is impossible, how the verdict depends on priors, and what the samplers said."""
        lines = [self.verdict, *self.impossible.values()]
        if self.wider:
            spread = max(
                max(w[k] for w in self.wider.values()) - min(w[k] for w in self.wider.values()) for k in self.keys
            )
            firm = "hardly" if spread < 0.1 else "somewhat" if spread < 0.3 else "strongly"
            lines.append(f"Weights depend {firm} on the width of the priors (they move by up to {spread:.2f}).")
        worst = float(self.loo["worst_k_hat"].max())
        if worst > 0.7:
            lines.append(f"PSIS-LOO is unreliable for some data (k-hat up to {worst:.2f}); rely on the evidence.")
        return [*lines, *(f"{f.explanation.key}: {f.words[0]}" for f in self.fits if not f.trusted)]

    def table(self) -> pd.DataFrame:
        """Return one row per hypothesis: weight, recovery, log-evidence, LOO, stacking."""
        made = self.loo.drop(columns=["worst_k_hat"]).copy()
        made.insert(1, "weight", [self.weights[k] for k in self.keys])
        made.insert(2, "recovery", np.diag(self.recovery.found) if self.recovery else np.nan)
        made.insert(3, "log_evidence", [f.log_evidence for f in self.fits])
        return made.sort_values("weight", ascending=False, ignore_index=True)

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        r = self.recovery
        return {
            "question": self.question,
            "verdict": self.verdict,
            "words": self.words,
            "table": self.table().to_dict(orient="records"),
            "impossible": self.impossible,
            "recovery": None if r is None else {
                "share": r.share, "error": r.error, "sets": r.sets, "parameters_from": r.where,
                "evidence_error": r.evidence_error, "words": r.words, "hypotheses": list(r.keys),
                "found": r.found.tolist(), "weights": r.weights.tolist(),
            },
            "prior_sensitivity": self.wider,
        }  # fmt: skip

    def save(self, folder: Path) -> None:
        """Write ``comparison.json``, ``weights.csv``, ``recovery.csv`` and every fit into `folder`."""
        from ..core.files import atomic_file

        folder.mkdir(parents=True, exist_ok=True)
        for f in self.fits:
            f.save(folder)
        with atomic_file(folder / "comparison.json") as part:
            part.write_text(json_text(self.as_dict()) + "\n", encoding="utf-8")
        with atomic_file(folder / "weights.csv") as part:
            self.table().to_csv(part, index=False)
        if self.recovery is not None:
            with atomic_file(folder / "recovery.csv") as part:
                self.recovery.table().to_csv(part)

    def __repr__(self) -> str:
        return f"<Comparison: {self.verdict}>"


def compare(
    explanations: Sequence[Explanation],
    *,
    question: str = "",
    method: Method = "auto",
    draws: int = 1000,
    chains: int = 4,
    warmup: int = 500,
    sets: int = 100,
    recover_from: str = "posterior",
    seed: int = 0,
    keep: Path | None = None,
    progress: Progress = SILENT,
) -> Comparison:
    """Fit rival hypotheses to the same data and weigh them.

    Args:
        explanations: two or more, with the same data.
        sets: simulated data sets per hypothesis for the recovery; 0 leaves it out.
        recover_from: whether they are simulated from the ``posterior`` (what each hypothesis looks like once it has
        seen
            these data) or from the ``prior``.
        keep: as in :func:`.fitting.fit`.

    Raises:
        InputError: the hypotheses are not about the same data. ModelError: every hypothesis is impossible.
    """
    _same_data(explanations)
    fits, impossible = [], {}
    for e in explanations:
        try:
            fits.append(
                fit(
                    e, method=method, draws=draws, chains=chains, warmup=warmup, seed=seed, keep=keep, progress=progress
                )
            )
        except ModelError as error:
            impossible[e.key] = f"{error}."
    if not fits:
        raise ModelError(" ".join(impossible.values()))
    able = [f.explanation for f in fits]
    points = [f.posterior.flat for f in fits] if recover_from == "posterior" else None
    found = recover(able, points, sets=sets, seed=seed, progress=progress) if sets and len(able) > 1 else None
    return Comparison(question, tuple(fits), impossible, found, _prior_sensitivity(fits) if len(able) > 1 else {})


def _same_data(explanations: Sequence[Explanation]) -> None:
    if len({e.labels for e in explanations}) > 1:
        a, b = explanations[0], next(e for e in explanations if e.labels != explanations[0].labels)
        raise InputError(f"'{a.key}' and '{b.key}' are not about the same data", expected="the same observations")
    if len({e.key for e in explanations}) < len(explanations):
        raise InputError("two hypotheses have the same name", value=[e.key for e in explanations])


def _prior_sensitivity(fits: Sequence[Fit]) -> dict[str, dict[str, float]]:
    """Return weights with every prior half and twice as wide (on the scale of z, where it is a standard normal).

    The ratio of evidence under N(0, s^2) and N(0, 1) is the posterior mean of the ratio of the two densities:
    nothing has to be computed again.
    """
    made = {}
    for name, s in (("priors half as wide", 0.5), ("as stated", 1.0), ("priors twice as wide", 2.0)):
        values = []
        for f in fits:
            z = f.posterior.flat
            gain = -z.shape[1] * np.log(s) + 0.5 * (1 - s**-2) * (z**2).sum(axis=1)
            values.append(f.log_evidence + float(logsumexp(gain) - np.log(len(gain))))
        w = evidence_weights(values, [f.explanation.belief for f in fits])
        made[name] = {f.explanation.key: float(v) for f, v in zip(fits, w, strict=True)}
    return made
