"""Next-site log-loss and density of the dated process, by cross-validation over patients, beside simple chains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.streams import stream
from .sequences import Onward, fit_next, fit_onward
from .sequences_table import Sequences, Step

Floats = NDArray[np.float64]
Way = Callable[[Step], Floats]
_SMALL = 0.5


@dataclass(frozen=True)
class SequenceScores:
    """Held-out scores.

    Attributes:
        loss: way -> bits per site, ``(event site,)``. patient: patient of each of them.
        dated: way -> ln density of each later step, ``(step,)``. owner: patient of each of those.
    """

    loss: dict[str, Floats]
    patient: NDArray[np.int64]
    dated: dict[str, Floats]
    owner: NDArray[np.int64]

    def table(self, *, draws: int = 1000, seed: int = 1) -> list[dict[str, object]]:
        """Return mean bits per site by way, with 95% bootstrap limits over patients and those of model less way."""
        made: list[dict[str, object]] = []
        for way, loss in self.loss.items():
            low, high = _bootstrap(loss, self.patient, draws, seed)
            gap = self.loss["model"] - loss
            g0, g1 = _bootstrap(gap, self.patient, draws, seed)
            made.append({
                "prediction": way, "bits_per_site": float(loss.mean()), "low": low, "high": high,
                "model_less_this": float(gap.mean()), "less_low": g0, "less_high": g1,
            })  # fmt: skip
        return sorted(made, key=lambda r: float(str(r["bits_per_site"])))

    def dated_table(self, *, draws: int = 1000, seed: int = 1) -> list[dict[str, object]]:
        """Return mean ln density per later step by way, with bootstrap limits of model less way."""
        made: list[dict[str, object]] = []
        for way, ln in self.dated.items():
            gap = self.dated["model"] - ln
            low, high = _bootstrap(gap, self.owner, draws, seed)
            made.append({
                "process": way, "ln_density_per_step": float(ln.mean()), "model_more": float(gap.mean()),
                "low": low, "high": high,
            })  # fmt: skip
        return made


def cross_validate(found: Sequences, *, folds: int = 10, seed: int = 1) -> SequenceScores:
    """Score every patient by models fitted without that patient's fold."""
    fold = stream(seed, "sequences/folds").permutation(len(found.patients)) % folds
    parts = []
    for k in range(folds):
        train = [s for s in found.steps if fold[s.patient] != k]
        test = [s for s in found.steps if fold[s.patient] == k]
        if train and test:
            parts.append(score_steps(test, ways(train), processes(train)))
    return _join(parts)


def transfer(found: Sequences, train: Sequences) -> SequenceScores:
    """Score every patient of `found` by models fitted on `train`, another cohort with the same sites.

    Raises:
        InputError: the sites differ.
    """
    if found.sites != train.sites:
        other = sorted(set(found.sites) ^ set(train.sites)) or ["their order"]
        raise InputError("the two tables have other sites", field="sites", value=", ".join(other))
    return score_steps(found.steps, ways(train.steps), processes(train.steps))


def ways(train: Sequence[Step]) -> dict[str, Way]:
    """Return ways of predicting the next site, fitted on `train`: uniform, marginals, Markov chain, the model."""
    n = len(train[0].sites)
    marginal = _marginal(train, n)
    chain = _chain(train, n, marginal)

    events = [s for s in train if s.sites.any()]
    seen = sum(int((s.sites & s.before).sum()) for s in events)
    expected = sum(float(marginal[s.before].sum()) * int(s.sites.sum()) for s in events)
    again = min((seen + _SMALL) / (expected + 1.0), 1.0)  # how rarely an involved site is named again

    def fresh(step: Step) -> Floats:
        kept = np.where(step.before, again * marginal, marginal)
        return np.asarray(kept / kept.sum(), np.float64)

    return {
        "uniform": lambda s: np.full(n, 1.0 / n),
        "marginals": lambda s: marginal,
        "marginals of sites not yet involved": fresh,
        "first-order Markov": chain,
        "model": fit_next(train).shares,
    }


def processes(train: Sequence[Step]) -> dict[str, Onward]:
    """Return dated processes fitted on `train`: every site at its own constant rate, and the model."""
    return {"constant rates": fit_onward(train, spread=False), "model": fit_onward(train)}


def score_steps(test: Sequence[Step], by: dict[str, Way], dated: dict[str, Onward]) -> SequenceScores:
    """Score `test` under fitted ways and processes."""
    events = [s for s in test if s.sites.any()]
    loss = {way: np.concatenate([-np.log2(predict(s)[s.sites]) for s in events]) for way, predict in by.items()}
    patient = np.concatenate([np.full(int(s.sites.sum()), s.patient) for s in events])
    later = [s for s in test if not s.first]
    ln = {way: np.array([process.log_density(s) for s in later]) for way, process in dated.items()}
    return SequenceScores(loss, patient, ln, np.array([s.patient for s in later], np.int64))


def _marginal(train: Sequence[Step], n: int) -> Floats:
    counts = sum((s.sites.astype(float) for s in train), np.full(n, _SMALL))
    return np.asarray(counts / counts.sum(), np.float64)


def _chain(train: Sequence[Step], n: int, marginal: Floats) -> Way:
    """Return a first-order chain: rows are the sites of the previous event, the last row is none; smoothed by
    the marginals with the weight of five counts, the mean of rows where several sites came together."""
    counts = np.tile(5.0 * marginal, (n + 1, 1))
    for s in train:
        at = np.flatnonzero(s.last) if s.last.any() else np.array([n])
        counts[at] += s.sites / len(at)
    rows = counts / counts.sum(axis=1, keepdims=True)

    def shares(step: Step) -> Floats:
        at = np.flatnonzero(step.last) if step.last.any() else np.array([n])
        return np.asarray(rows[at].mean(axis=0), np.float64)

    return shares


def _join(parts: Sequence[SequenceScores]) -> SequenceScores:
    return SequenceScores(
        {w: np.concatenate([p.loss[w] for p in parts]) for w in parts[0].loss},
        np.concatenate([p.patient for p in parts]),
        {w: np.concatenate([p.dated[w] for p in parts]) for w in parts[0].dated},
        np.concatenate([p.owner for p in parts]),
    )


def _bootstrap(value: Floats, owner: NDArray[np.int64], draws: int, seed: int) -> tuple[float, float]:
    _, by = np.unique(owner, return_inverse=True)
    total, count = np.bincount(by, value), np.bincount(by).astype(float)
    pick = stream(seed, "sequences/bootstrap").integers(0, len(total), (draws, len(total)))
    low, high = np.quantile(total[pick].sum(axis=1) / count[pick].sum(axis=1), (0.025, 0.975))
    return float(low), float(high)
