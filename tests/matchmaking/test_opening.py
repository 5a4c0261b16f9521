"""How open a 3'UTR is: against every structure written out, and what must hold of any sequence."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from metastasome.core.streams import stream
from metastasome.matchmaking import opening
from metastasome.matchmaking.kmers import build_index

SITE = "ACAUUCCA"
WEIGHTS = opening._weights()


def loop_weight(utr: str, pairs: tuple[tuple[int, int], ...]) -> float:
    """Return the Boltzmann weight of one stem-loop, outermost pair first; 0 if it holds a loop that is left out."""
    kinds = [WEIGHTS.pair["ACGU".index(utr[i]), "ACGU".index(utr[j])] for i, j in pairs]
    if min(kinds) < 0 or pairs[0][1] - pairs[0][0] > opening.SPAN:
        return 0.0
    i, j = pairs[-1]
    weight = WEIGHTS.end[kinds[0]] * WEIGHTS.hairpin[j - i - 1, kinds[-1]] if j - i > 3 else 0.0
    tables = {(1, 1): "stack", (2, 1): "bulge", (1, 2): "bulge", (2, 2): "one", (3, 3): "two"}
    for (a, b), (c, d), outer, inner in zip(pairs, pairs[1:], kinds, kinds[1:], strict=False):
        name = tables.get((c - a, b - d))
        weight *= getattr(WEIGHTS, name)[outer, inner] if name else 0.0
    return float(weight)


def every_stem(utr: str) -> dict[tuple[int, int], float]:
    """Return the weight of all stem-loops by outer pair, each structure written out."""
    out: dict[tuple[int, int], float] = {}
    kinds = {a + b for a, b in ("CG", "GC", "GU", "UG", "AU", "UA")}
    pairing = [(i, j) for i, j in itertools.combinations(range(len(utr)), 2) if utr[i] + utr[j] in kinds and j - i > 3]

    def grow(pairs: tuple[tuple[int, int], ...]) -> None:
        out[pairs[0]] = out.get(pairs[0], 0.0) + loop_weight(utr, pairs)
        a, b = pairs[-1]
        for c, d in itertools.product(range(a + 1, a + 4), range(b - 3, b)):
            if (c, d) in pairing and (c - a, b - d) in {(1, 1), (2, 1), (1, 2), (2, 2), (3, 3)}:
                grow((*pairs, (c, d)))

    for pair in pairing:
        grow((pair,))
    return out


def whole(stems: dict[tuple[int, int], float], low: int, high: int) -> float:
    """Return Z of the letters `low` to `high` (left out), hairpin by hairpin from the left."""
    if high <= low:
        return 1.0
    first = [(j, w) for (i, j), w in stems.items() if i == low and j < high and w > 0]
    return whole(stems, low + 1, high) + sum(w * whole(stems, j + 1, high) for j, w in first)


@pytest.mark.parametrize("utr", ["GGGCUUUUGCCC", "GGCAAAAGUUACC", "GCUAGAAACUUGCA"])
def test_equals_the_sum_over_every_structure(utr: str) -> None:
    stems = every_stem(utr)
    shut = opening.closed(build_index([utr]))[1:-1]
    n = len(utr)
    for i in range(n):
        low, high = max(0, i - 1), min(n, i + 7)
        want = -np.log(whole(stems, 0, low) * whole(stems, high, n) / whole(stems, 0, n))
        assert shut[i] / opening.STEPS == pytest.approx(want, abs=0.51 / opening.STEPS)


def test_a_site_in_a_stem_is_closed_and_in_a_tail_is_open() -> None:
    stem = "GGGGG" + SITE + "GAAA" + "UGGAAUGU" + "CCCCC"
    tail = "AAAAA" + SITE + "AAAAAAAAAAA" * 2
    values = [opening.closed(build_index([utr]))[1 + utr.index(SITE) + 1] / opening.STEPS for utr in (stem, tail)]
    assert values[0] > 10 > 0.2 > values[1]
    broken = "AAAAA" + SITE + "GAAAAAAAAAAACCCCC"  # sabotage: nothing left to pair with
    assert opening.closed(build_index([broken]))[1 + broken.index(SITE) + 1] / opening.STEPS < 0.5


def test_long_sequences_neighbours_and_order_do_not_matter() -> None:
    rng = stream(1, "tests/opening")
    utrs = ["".join(rng.choice(list("ACGUN"), n, p=[0.2, 0.3, 0.3, 0.19, 0.01])) for n in (3, 900, 40, 30000)]
    index, back = build_index(utrs), build_index(utrs[::-1])
    one, other = opening.closed(index), opening.closed(back)
    for u, n in enumerate(index.lengths):
        own = one[index.starts[u] : index.starts[u] + n]
        np.testing.assert_array_equal(own, other[back.starts[3 - u] : back.starts[3 - u] + n])
    alone = build_index([utrs[1]])
    np.testing.assert_array_equal(opening.closed(alone)[1:901], one[index.starts[1] : index.starts[1] + 900])
    assert 1 < one[one > 0].mean() / opening.STEPS < 12


def test_the_answer_is_kept_for_the_last_index_only() -> None:
    index, other = build_index(["GGGCUUUUGCCC"]), build_index(["AAAAAAAAAAAA"])
    first = opening.closed(index)
    assert opening.closed(index) is first
    assert opening.closed(other).max() == 0 < first.max()
    np.testing.assert_array_equal(opening.closed(index), first)
