"""Nulls that keep what must be kept, and p-values that count.

| question | what is shuffled | what is kept |
| --- | --- | --- |
| cargo | which seed carries which copies | the copies by rank; each seed's GC and number of targets |
| gene | which genes form the programme | 3'UTR length and expression of each member |
| recipient | organ labels within a donor | each donor's own profiles |
| class | case and control labels of the donors | the samples (never reads) |

p = (1 + #{null at least as extreme}) / (1 + n), two-sided around the null's median; Benjamini-Hochberg within a
question.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.streams import stream

F8 = NDArray[np.float64]
QUESTIONS = ("cargo", "gene", "recipient", "class")


def p_value(observed: F8, null: F8) -> F8:
    """Return two-sided p-values of `observed` ``(...)`` against draws ``(n, ...)``, counted around their median."""
    centre = np.median(null, axis=0)
    # a tie counts as extreme; the margin absorbs the rounding of sums taken in another order
    least = np.abs(observed - centre) * (1.0 - 1e-9)
    return np.asarray((1.0 + (np.abs(null - centre) >= least).sum(axis=0)) / (1.0 + len(null)))


def benjamini_hochberg(p: F8) -> F8:
    """Return Benjamini-Hochberg adjusted p-values; NaN (nothing to test) stays out of the count."""
    flat = p.ravel()
    out = np.full(flat.size, np.nan)
    tested = np.flatnonzero(np.isfinite(flat))
    if tested.size:
        order = tested[np.argsort(flat[tested], kind="stable")]
        ranked = flat[order] * tested.size / np.arange(1, tested.size + 1)
        out[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return out.reshape(p.shape)


def strata(*features: F8, bins: int = 5, smallest: int = 20) -> NDArray[np.int64]:
    """Return a stratum for each item: quantile bins of each feature, crossed; small ones join the next in order.

    Args:
        features: each ``(k,)``; NaN counts as its lowest value.
        bins: quantile bins of each feature, fewer where items are few.
        smallest: fewest items of a stratum, as far as there are that many.
    """
    k = features[0].size
    each = max(1, min(bins, int((k / max(smallest, 1)) ** (1.0 / len(features)))))
    code = np.zeros(k, np.int64)
    for feature in features:
        ranks = np.argsort(np.argsort(np.nan_to_num(feature, nan=-np.inf), kind="stable"), kind="stable")
        code = code * each + ranks * each // max(k, 1)
    return _merged(code, smallest)


def matched_seeds(
    seeds: Sequence[str], targets: NDArray[np.int64], delivered: NDArray[np.int64], n: int, seed: int
) -> NDArray[np.int64]:
    """Return `n` draws of seeds that take the place of the delivered ones, ``(n, d)``, without repeats in a draw.

    Args:
        seeds: every seed there is to draw from.
        targets: genes with a site of each seed.
        delivered: indices of the delivered seeds, ``(d,)``.
        n: draws.
        seed: of the random stream.
    """
    gc = np.array([s.count("G") + s.count("C") for s in seeds], np.float64)
    group = strata(gc, targets.astype(np.float64), bins=4, smallest=12)
    rng = stream(seed, "match/null/cargo")
    out = np.empty((n, delivered.size), np.int64)
    for g in np.unique(group[delivered]):
        members, places = np.flatnonzero(group == g), np.flatnonzero(group[delivered] == g)
        draws = rng.random((n, members.size)).argsort(axis=1)[:, : places.size]
        out[:, places] = members[draws]
    return out


def matched_genes(change: F8, weights: F8, lengths: F8, expression: F8, n: int, rng: np.random.Generator) -> F8:
    """Return `n` null shifts of each programme in one recipient, ``(n, p)``: its genes replaced by matched ones.

    Args:
        change: ln FC, ``(g,)``.
        weights: signed programme weights, ``(p, g)``.
        lengths, expression: what is matched, ``(g,)``; genes not expressed are never drawn.
        n: draws.
        rng: stream of this recipient.
    """
    usable = np.flatnonzero(np.nan_to_num(expression, nan=0.0) > 0)
    out = np.zeros((n, weights.shape[0]))
    if usable.size == 0:
        return out
    group = strata(np.log1p(lengths[usable]), np.log(expression[usable]), bins=6, smallest=25)
    order = np.argsort(group, kind="stable")
    ends = np.concatenate([[0], np.cumsum(np.bincount(group))])
    of_gene = np.full(change.size, -1, np.int64)
    of_gene[usable] = group
    for p in range(weights.shape[0]):
        genes = np.flatnonzero(weights[p])
        genes = genes[of_gene[genes] >= 0]
        lo, hi = ends[of_gene[genes]], ends[of_gene[genes] + 1]
        picked = usable[order[(lo + rng.random((n, genes.size)) * (hi - lo)).astype(np.int64)]]
        out[:, p] = (change[picked] * weights[p, genes]).sum(axis=1)
    return out


def permute_classes(scores: F8, case: NDArray[np.bool_], n: int, seed: int) -> tuple[F8, F8]:
    """Return the case-minus-control difference of `scores` and `n` differences under permuted labels.

    Args:
        scores: one row a donor, ``(j, ...)``.
        case: the donors' class, ``(j,)``.
        n: permutations.
        seed: of the random stream.

    Returns:
        observed ``(...)``, null ``(n, ...)``, both as Welch t values.

    Raises:
        InputError: fewer than two donors in a class.
    """
    if case.sum() < 2 or (~case).sum() < 2:
        raise InputError(
            "too few donors to compare",
            field="labels",
            value=f"{int(case.sum())} case, {int((~case).sum())} control",
            expected="at least two of each",
        )
    rng = stream(seed, "match/null/class")
    labels = rng.random((n, case.size)).argsort(axis=1) < int(case.sum())
    flat = scores.reshape(case.size, -1)
    both = _welch(flat, np.vstack([case, labels]))
    return both[0].reshape(scores.shape[1:]), both[1:].reshape(n, *scores.shape[1:])


def permute_organs(
    scores: F8, organs: Sequence[str], donors: Sequence[str], n: int, seed: int
) -> tuple[tuple[str, ...], F8, F8]:
    """Return each organ's mean score minus the mean of the others, and `n` such with labels permuted within donors.

    Args:
        scores: one row a profile (one organ of one donor), ``(j, p)``.
        organs, donors: labels of the rows.
        n: permutations.
        seed: of the random stream.

    Returns:
        organ names ``o``, observed ``(o, p)``, null ``(n, o, p)``.

    Raises:
        InputError: no donor gave more than one organ, so nothing can be permuted.
    """
    names = tuple(sorted(set(organs)))
    code = np.array([names.index(x) for x in organs], np.int64)
    who = np.unique(np.asarray(donors), return_inverse=True)[1]
    if all(np.unique(code[who == d]).size < 2 for d in np.unique(who)):
        raise InputError("no donor gave two organs", field="donors", hint="the recipient null needs paired organs")
    rng = stream(seed, "match/null/recipient")
    null = np.empty((n, len(names), scores.shape[1]))
    for i in range(n):
        # sorting by (donor, random) shuffles rows inside each donor and nowhere else
        shuffled, home = np.lexsort((rng.random(who.size), who)), np.argsort(who, kind="stable")
        mixed = np.empty_like(code)
        mixed[home] = code[shuffled]
        null[i] = _contrast(scores, mixed, len(names))
    return names, _contrast(scores, code, len(names)), null


def bootstrap_organs(
    scores: F8, organs: Sequence[str], donors: Sequence[str], seed: int, n: int = 500
) -> tuple[F8, F8]:
    """Return the 95 % ends of each organ's contrast of :func:`permute_organs`, ``(o, p)`` each, donors resampled."""
    names = sorted(set(organs))
    who = np.unique(np.asarray(donors), return_inverse=True)[1]
    rng = stream(seed, "match/recipient/bootstrap")
    drawn = rng.multinomial(who.max() + 1, np.full(who.max() + 1, 1.0 / (who.max() + 1)), size=n)[:, who]
    out = np.empty((n, len(names), scores.shape[1]))
    for o, name in enumerate(names):
        own = np.array([x == name for x in organs])
        ours, rest = drawn * own, drawn * ~own
        sums = [w @ scores / np.maximum(w.sum(axis=1, keepdims=True), 1) for w in (ours, rest)]
        # a draw without any donor of the organ says nothing of it
        out[:, o] = np.where(ours.any(axis=1)[:, None], sums[0] - sums[1], np.nan)
    low, high = np.nanquantile(out, [0.025, 0.975], axis=0)
    return low, high


def _contrast(scores: F8, code: NDArray[np.int64], n: int) -> F8:
    total = np.zeros((n, scores.shape[1]))
    np.add.at(total, code, scores)
    size = np.bincount(code, minlength=n)[:, None]
    rest = np.maximum(len(code) - size, 1)
    return np.asarray(total / np.maximum(size, 1) - (scores.sum(axis=0) - total) / rest)


def _welch(flat: F8, labels: NDArray[np.bool_]) -> F8:
    """Return Welch's t of every column for every labelling, ``(l, q)``; 0 where nothing varies."""
    one = labels.astype(np.float64)
    mean, var = [], []
    centred = flat - flat.mean(axis=0)
    for weight in (one, 1.0 - one):
        size = weight.sum(axis=1, keepdims=True)
        m = weight @ centred / size
        mean.append(m)
        var.append(np.maximum(weight @ centred**2 / size - m**2, 0.0) / np.maximum(size - 1.0, 1.0))
    spread = np.sqrt(var[0] + var[1])
    floor = 1e-12 * np.abs(flat).max(axis=0, initial=0.0)
    return np.asarray(np.where(spread > floor, (mean[0] - mean[1]) / np.where(spread > floor, spread, 1.0), 0.0))


def _merged(code: NDArray[np.int64], smallest: int) -> NDArray[np.int64]:
    values, sizes = np.unique(code, return_counts=True)
    new, held, label = np.empty(values.size, np.int64), 0, 0
    for i, size in enumerate(sizes):
        new[i] = label
        held += size
        if held >= smallest:
            label, held = label + 1, 0
    if held and label > 0:
        new[new == label] = label - 1  # what is left over joins the stratum before it
    return new[np.searchsorted(values, code)]
