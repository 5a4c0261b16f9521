"""Intervals and p-values of a match: every recipient's programme shifts against four nulls.

Each row carries the effect with its 95 % interval beside p and q. The tested effect of the questions cargo, gene and
recipient is the shift at the tested dose; of the question class it is the case-minus-control difference of the donors'
shifts, each donor's counts taken as one cargo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..core.streams import stream
from . import nulls
from .effects import Slice, Variant, copies_grid, evaluate, programme_sites, variant
from .occupancy import in_threads, target_copies
from .profiles import ProfileScores, Question
from .uncertainty import draw

F8 = NDArray[np.float64]
COLUMNS = (
    "question",
    "recipient",
    "organ",
    "cell",
    "programme",
    "dose",
    "effect",
    "low",
    "high",
    "null_median",
    "null_sd",
    "n",
    "p",
    "q",
)


@dataclass(frozen=True)
class Answer:
    """Intervals of the shifts, ``(r, d, p)`` each, the table of p-values, and the misfit of the fast sums."""

    low: F8
    high: F8
    table: pd.DataFrame
    linear_error: float


@dataclass(frozen=True)
class _Draws:
    """Variants common to all recipients, with the seeds their columns stand for."""

    active: NDArray[np.int64]
    variants: tuple[Variant, ...]
    grid: F8
    case: NDArray[np.bool_] | None


def ask(
    question: Question, before: tuple[F8, F8], change: F8, shift: F8, profile_scores: ProfileScores | None
) -> Answer:
    """Return intervals and p-values.

    Args:
        question: what was asked.
        before: occupancy before delivery and had no site been a site, ``(g, r)`` each.
        change: exact ln FC, ``(r, d, g)``.
        shift: exact shifts, ``(r, d, p)``.
        profile_scores: of the recipient null, of the recipient null; None where no donors were given.
    """
    prepared = _prepare(question)
    r, d, p = shift.shape
    low, high = shift.copy(), shift.copy()
    size = len(prepared.case) if prepared.case is not None else 0
    linear, null, samples = np.zeros((r, p)), np.zeros((question.nulls, r, p)), np.zeros((size, r, p))
    genes = np.zeros((question.nulls, r, p))
    sites = programme_sites(question.sites, np.abs(question.weights).sum(axis=(0, 2)) > 0)
    targets = target_copies(question.stockroom.mrna, question.delivery)

    def run(i: int) -> None:
        found = _evaluate(question, prepared, sites, targets[:, i], (before[0][:, i], before[1][:, i]), i)
        linear[i], null[:, i], samples[:, i] = found[0][0], found[1], found[2]
        if question.draws:
            low[i], high[i] = _interval(found[3].reshape(question.draws, d, p), found[4], shift[i])
        if question.nulls:
            rng = stream(question.seed, "match/null/gene", i)
            genes[:, i] = nulls.matched_genes(
                change[i, question.tested],
                question.weights[:, :, i],
                question.sites.lengths,
                question.stockroom.mrna[:, i],
                question.nulls,
                rng,
            )

    in_threads(run, range(r), question.workers)
    exact = shift[:, question.tested]
    parts = []
    if question.nulls:
        ends = (low[:, question.tested], high[:, question.tested])
        # the null is made of sums of single guides, so the observed value it is held against is one as well
        parts.append(_rows(question, "cargo", exact, ends, null, linear))
        parts.append(_rows(question, "gene", exact, ends, genes, exact))
        if prepared.case is not None:
            parts.append(_class_rows(question, samples, prepared.case))
        if profile_scores is not None:
            parts.append(_recipient_rows(question, profile_scores))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    return Answer(low, high, table, float(np.abs(linear - exact).max(initial=0.0)))


def _prepare(q: Question) -> _Draws:
    """Draw everything that does not depend on the recipient."""
    delivered = np.flatnonzero(q.guides.delivered > 0)
    seeds = nulls.matched_seeds(q.guides.seeds, q.sites.targets(), delivered, q.nulls, q.seed)
    samples, case = _donor_copies(q)
    used = np.zeros(len(q.guides.seeds), bool)
    used[delivered] = used[seeds.ravel()] = True
    used |= samples.any(axis=0) if samples.size else False
    active = np.flatnonzero(used)
    place = np.full(used.size, -1, np.int64)
    place[active] = np.arange(active.size)
    gain = q.delivery.copies_per_dose
    at = gain * q.doses[q.tested]
    observed = q.guides.delivered[active]
    shuffled = np.zeros((q.nulls, active.size))
    np.put_along_axis(shuffled, place[seeds], np.broadcast_to(q.guides.delivered[delivered] * at, seeds.shape), axis=1)
    random = draw(q.delivery, q.guides.delivered_log_sd[active], q.sites.ln_kd_sd[active], q.draws, q.seed)
    clouds = (observed * random.factor)[:, None, :] * (gain * q.doses)[:, None]
    variants = (
        variant(observed[None] * at),
        variant(shuffled),
        variant(samples[:, active] * at),
        variant(clouds.reshape(q.draws * q.doses.size, active.size), np.repeat(random.shift, q.doses.size, axis=0)),
        variant(observed * (gain * q.doses)[:, None]),
    )
    largest = max((float(v.copies.max(initial=0.0)) for v in variants), default=0.0)
    return _Draws(active, variants, copies_grid(largest), case)


def _evaluate(q: Question, prepared: _Draws, sites: Slice, targets: F8, before: tuple[F8, F8], i: int) -> list[F8]:
    return evaluate(
        q.sites,
        sites,
        targets,
        q.weights[:, :, i],
        *before,
        q.guides.endogenous[:, i],
        q.delivery,
        prepared.active,
        prepared.grid,
        prepared.variants,
    )


def _interval(cloud: F8, middle: F8, exact: F8) -> tuple[F8, F8]:
    """Return 95 % ends ``(d, p)`` of drawn shifts ``(n, d, p)``, scaled by what the exact curve makes of the sums."""
    low, high = np.quantile(cloud, [0.025, 0.975], axis=0)
    plain = np.abs(middle) > 1e-12
    ratio = np.clip(np.where(plain, exact / np.where(plain, middle, 1.0), 1.0), 0.1, 10.0)
    return np.minimum(low * ratio, exact), np.maximum(high * ratio, exact)


def _donor_copies(q: Question) -> tuple[F8, NDArray[np.bool_] | None]:
    """Return copies per vesicle by donor and seed, ``(j, s)``, and who is a case; empty without two classes.

    Counts per million become copies by the factor that gives the differences between classes the cargo's copies.
    """
    none = np.zeros((0, len(q.guides.seeds)))
    labels = np.array(q.cargo.labels)
    case = labels == "case"
    if q.cargo.samples is None or case.sum() < 2 or (labels == "control").sum() < 2:
        return none, None
    used = case | (labels == "control")
    counts, case = q.cargo.samples[used], case[used]
    rise = np.abs(counts[case].mean(axis=0) - counts[~case].mean(axis=0))[q.cargo.copies > 0].sum()
    if not rise > 0:
        return none, None
    known = q.guides.of_cargo >= 0
    by_seed = np.zeros((len(q.guides.seeds), len(case)))
    np.add.at(by_seed, q.guides.of_cargo[known], counts[:, known].T)
    return by_seed.T * (q.cargo.copies.sum() / rise), case


def _rows(q: Question, name: str, effect: F8, ends: tuple[F8, F8], null: F8, held: F8) -> pd.DataFrame:
    p = np.where((np.ptp(null, axis=0) > 0), nulls.p_value(held, null), np.nan)
    return _frame(q, name, effect, ends, np.median(null, axis=0), null.std(axis=0), p)


def _class_rows(q: Question, samples: F8, case: NDArray[np.bool_]) -> pd.DataFrame:
    observed, null = nulls.permute_classes(samples, case, q.nulls, q.seed)
    p = np.where(np.ptp(null, axis=0) > 0, nulls.p_value(observed, null), np.nan)
    effect, ends = _bootstrap(samples, case, q.seed)
    # the null is of Welch's t; its centre and spread are given in the units of the effect
    scale = np.where(np.abs(observed) > 0, effect / np.where(np.abs(observed) > 0, observed, 1.0), 0.0)
    return _frame(q, "class", effect, ends, np.median(null, axis=0) * scale, null.std(axis=0) * np.abs(scale), p)


def _bootstrap(samples: F8, case: NDArray[np.bool_], seed: int, n: int = 500) -> tuple[F8, tuple[F8, F8]]:
    rng = stream(seed, "match/class/bootstrap")
    flat = samples.reshape(case.size, -1)
    total = np.zeros((n, flat.shape[1]))
    for rows, sign in ((np.flatnonzero(case), 1.0), (np.flatnonzero(~case), -1.0)):
        weight = rng.multinomial(rows.size, np.full(rows.size, 1.0 / rows.size), size=n) / rows.size
        total += sign * weight @ flat[rows]
    low, high = np.quantile(total, [0.025, 0.975], axis=0).reshape(2, *samples.shape[1:])
    return samples[case].mean(axis=0) - samples[~case].mean(axis=0), (low, high)


def _recipient_rows(q: Question, scored: ProfileScores) -> pd.DataFrame:
    organs, observed, null = nulls.permute_organs(scored.scores, scored.organs, scored.donors, q.nulls, q.seed)
    p = np.where(np.ptp(null, axis=0) > 0, nulls.p_value(observed, null), np.nan)
    low, high = nulls.bootstrap_organs(scored.scores, scored.organs, scored.donors, q.seed)
    people = {r.organ: r.name for r in reversed(q.stockroom.recipients) if r.cell == "bulk"}
    o, k = (x.ravel() for x in np.indices(observed.shape))
    return pd.DataFrame(
        {
            "question": "recipient",
            "recipient": [people.get(organs[i], organs[i]) for i in o],
            "organ": [organs[i] for i in o],
            "cell": "bulk",
            "programme": [q.sets.names[i] for i in k],
            "dose": q.doses[q.tested],
            "effect": observed.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "null_median": np.median(null, axis=0).ravel(),
            "null_sd": null.std(axis=0).ravel(),
            "n": q.nulls,
            "p": p.ravel(),
            "q": nulls.benjamini_hochberg(p).ravel(),
        }
    )


def _frame(q: Question, name: str, effect: F8, ends: tuple[F8, F8], median: F8, sd: F8, p: F8) -> pd.DataFrame:
    r, k = (x.ravel() for x in np.indices(effect.shape))
    people = q.stockroom.recipients
    return pd.DataFrame(
        {
            "question": name,
            "recipient": [people[i].name for i in r],
            "organ": [people[i].organ or "" for i in r],
            "cell": [people[i].cell for i in r],
            "programme": [q.sets.names[i] for i in k],
            "dose": q.doses[q.tested],
            "effect": effect.ravel(),
            "low": ends[0].ravel(),
            "high": ends[1].ravel(),
            "null_median": median.ravel(),
            "null_sd": sd.ravel(),
            "n": q.nulls,
            "p": p.ravel(),
            "q": nulls.benjamini_hochberg(p).ravel(),
        }
    )
