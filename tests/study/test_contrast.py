"""The paired difference against published figures and against what must hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metastasome.study.answer import answer
from metastasome.study.contrast import contrast, paired_difference


def pairs(both: int, only_a: int, only_b: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    a = np.repeat([True, True, False, False], [both, only_a, only_b, neither])
    b = np.repeat([True, False, True, False], [both, only_a, only_b, neither])
    return a, b


def test_interval_covers_the_truth_as_often_as_it_says():
    """n = 4,000 data sets of 200 pairs, seed 1; nominal 95%, accepted 93.5 to 97.5 (binomial sd 0.35%)."""
    rng = np.random.default_rng(1)
    truth = 0.02
    hits = 0
    for _ in range(4000):
        kind = rng.choice(4, size=200, p=[0.28, 0.05, 0.03, 0.64])
        a, b = kind <= 1, (kind == 0) | (kind == 2)
        _, low, high = paired_difference(a, b)
        hits += low <= truth <= high
    assert 0.935 < hits / 4000 < 0.975


@given(st.tuples(*[st.integers(0, 50)] * 4).filter(lambda t: sum(t) > 0))
def test_difference_is_antisymmetric_and_inside_its_interval(cells):
    a, b = pairs(*cells)
    d, low, high = paired_difference(a, b)
    back, low_back, high_back = paired_difference(b, a)
    assert d == pytest.approx(-back)
    assert (low, high) == pytest.approx((-high_back, -low_back))
    assert low - 1e-12 <= d <= high + 1e-12


def test_contrast_counts_patients_and_days():
    nan = np.nan
    with_ = np.array([[100.0, nan], [200.0, 50.0], [nan, nan], [900.0, nan]])
    without = np.array([[150.0, nan], [nan, 70.0], [nan, nan], [nan, nan]])
    anywhere, lung, liver = contrast(("lung", "liver"), with_, without, 500.0)
    assert (anywhere.with_vesicles, anywhere.without_vesicles) == (0.5, 0.5)
    assert (lung.with_vesicles, lung.without_vesicles, lung.sooner_days) == (0.5, 0.25, 50.0)
    assert liver.sooner_days == 20.0


def test_answer_says_no_effect_where_the_interval_holds_zero():
    rng = np.random.default_rng(3)
    days = np.where(rng.random((400, 2)) < 0.2, 100.0, np.nan)
    same = answer(contrast(("lung", "liver"), days, days, 500.0), n=400, horizon_days=3652.5, match_summary=["m"])
    assert "no clear effect" in same[1] and "No single organ shows one either" in same[1]
    none = answer(
        contrast(("lung", "liver"), days, np.full_like(days, np.nan), 500.0),
        n=400,
        horizon_days=3652.5,
        match_summary=[],
    )
    assert none[1].startswith("In this model vesicles make a difference")


def said(with_: np.ndarray, without: np.ndarray) -> list[str]:
    found = contrast(("lung", "liver"), with_, without, 500.0)
    return answer(found, n=len(with_), horizon_days=3652.5, match_summary=[])


def test_answer_gives_the_interval_and_rounds_nothing_to_none_or_all():
    """One of 2,000 was "0.0%", 1,999 "100%", and a single patient "1 patients"."""
    none = np.full((2000, 2), np.nan)
    one, most = none.copy(), np.full((2000, 2), 100.0)
    one[0, 0] = 100.0
    most[0] = np.nan
    assert "<0.1% had a detectable metastasis (95% interval <0.1% to 0.3%)" in said(one, none)[0]
    assert ">99.9% had a detectable metastasis" in said(most, none)[0]
    first, second = said(none[:1], none[:1])
    assert first.startswith("Of 1 virtual patient followed for 10 years, none had a detectable metastasis (95% int")
    assert "the same 1 patient without tumour vesicles had 0% (0.0 points, −79.3 to +79.3)" in second


def test_limits_speak_of_the_soil_that_the_study_sets():
    from metastasome.mechanisms import compose
    from metastasome.study.answer import limits

    model = compose(("lung", "liver"), {})
    (without,) = [s for s in limits(model, embedded=False, n_genes=1) if "soil" in s]
    (with_,) = [s for s in limits(model, embedded=False, n_genes=1, soil=True) if "soil" in s]
    assert "equally ready" in without and "equally ready" not in with_
