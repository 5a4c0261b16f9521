"""From diameter to metastasis at diagnosis: the law, the fit, and the prediction of a cancer from one anchor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.inference import sizes
from metastasome.inference.sizes import SizeLaw
from metastasome.inference.sizes_fit import Setting, SizeModel, fit_sizes
from metastasome.inference.sizes_predict import fitted, predict_sizes
from metastasome.inference.sizes_score import baselines, leave_one_out, predict_curve
from metastasome.inference.sizes_table import SizeCurve, read_sizes, training_curves

BINS = np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
TRUE = SizeModel(SizeLaw(exponent=0.4, capable=0.4, pace=1.6), -1.0, 0.8, 0.1, 0.1, 0.08)


def made(level: float, law: SizeLaw = TRUE.law, n: float = 2000.0, key: int = 0) -> SizeCurve:
    p = law.chance(BINS, float(np.exp(level)))
    rng = stream(5, "tests/sizes", key)
    return SizeCurve(f"made {key}", BINS, np.full(len(BINS), n), rng.binomial(int(n), p) / n)


@settings(max_examples=15, deadline=None)
@given(
    exponent=st.floats(0.05, 1.2),
    capable=st.floats(0.05, 0.95),
    pace=st.floats(0.5, 4.0),
    gain=st.floats(0.0, 10.0),
    lesions=st.floats(0.01, 10.0),
)
def test_the_chance_rises_with_size_and_stays_below_the_share_that_can(exponent, capable, pace, gain, lesions):
    law = SizeLaw(exponent=exponent, capable=capable, pace=pace, gain=gain)
    p = law.chance(BINS, lesions)
    assert (np.diff(p) >= -1e-12).all()
    assert (p >= 0).all() and (p <= capable + 1e-12).all()
    assert law.chance(np.array([4.0]), lesions)[0] == pytest.approx(capable * -np.expm1(-lesions), rel=1e-9)


def test_vesicles_steepen_the_curve_and_a_gain_of_zero_leaves_no_trace():
    plain, trained = SizeLaw(), SizeLaw(gain=5.0, half_cm=3.0)
    small, large = np.array([1.0]), np.array([8.0])
    assert (trained.shape(large) > plain.shape(large)).all() and (trained.shape(small) < plain.shape(small)).all()
    assert (SizeLaw(gain=0.0, half_cm=0.7).shape(BINS) == plain.shape(BINS)).all()


def test_kendalls_chance_agrees_with_the_engine():
    from metastasome.engine.meanfield import at_least

    b, net, days = 0.14, 1.44 * sizes._default(sizes.PrimaryGrowth, "early_growth"), np.array([500.0, 1500.0, 2500.0])
    d, grown = b - net, np.exp(net * days)
    want = at_least(sizes._DETECTABLE, grown, d / net * (1 - 1 / grown), np)
    assert np.exp(sizes._ln_reach(days, 1.44)) == pytest.approx(want, rel=1e-6)


def test_the_fit_finds_the_law_that_made_the_data_and_not_another():
    levels = (-2.0, -0.6, 0.8)
    model = fit_sizes([made(level, key=k) for k, level in enumerate(levels)], start=TRUE, most=4)
    new = made(-0.9, key=9)
    good = predict_curve(model, new, draws=500)
    assert good.rmse < 0.02 and good.coverage >= 0.7
    wrong = replace(TRUE, law=replace(TRUE.law, exponent=1.2), exponent_sd=0.02)  # sabotage: every cell sheds alike
    assert predict_curve(wrong, new, draws=500).rmse > 2 * good.rmse


def test_the_anchor_is_one_size_class_and_is_not_scored():
    c = made(-1.0)
    anchor = c.anchor()
    assert c.diameter[anchor].tolist() == [3.0, 3.5, 4.0, 4.5, 5.0]
    assert c.diameter[c.anchor(6.1)].tolist() == [6.0]
    spoilt = SizeCurve(c.cancer, c.diameter, c.n, np.where(anchor, c.fraction, 0.99))
    assert predict_curve(TRUE, spoilt, draws=50).mean == pytest.approx(predict_curve(TRUE, c, draws=50).mean, abs=0)


def test_simple_curves_pass_through_the_anchor():
    train = training_curves()
    c, anchor = train[0], train[0].anchor()
    for way in baselines(train[1:]).values():
        seen = np.average(way(c, anchor)[anchor], weights=c.n[anchor])
        assert seen == pytest.approx(c.pooled(anchor)[1], rel=0.02)


def test_one_figure_gives_a_whole_curve():
    found = predict_sizes(0.09, at_cm=4.0, patients=800)
    at = int(np.flatnonzero(found.curve.diameter == 4.0)[0])
    assert found.mean[at] == pytest.approx(0.09, abs=0.02)
    assert (found.low <= found.mean).all() and (found.mean <= found.high).all()
    with pytest.raises(InputError, match="fraction"):
        predict_sizes(1.2)


def test_the_embedded_law_beats_simple_curves_on_the_cancers_it_knows():
    """Weak on purpose: cancers are in the fit here; ``validation/seer.py`` leaves each out."""
    curves = training_curves()
    mine = np.mean([predict_curve(fitted(), c, draws=50).rmse for c in curves])
    assert len(curves) == 9 and mine < 0.035


def test_a_cancer_that_is_new_is_not_refitted():
    new = made(-1.0, key=3)
    found = leave_one_out([new], training_curves(), setting=Setting(), full=fitted())
    assert found[0].mean == pytest.approx(predict_curve(fitted(), new).mean, abs=0)


@pytest.mark.parametrize(("text", "says"), [
    ("cancer,diameter_cm,n\nx,1,10\n", "a column is missing"),
    ("cancer,diameter_cm,n,fraction\nx,1,10,1.5\nx,2,10,0.1\n", "row 2, field 'fraction'"),
    ("cancer,diameter_cm,n,fraction\nx,1,none,0.5\nx,2,10,0.1\n", "row 2, field 'n'"),
    ("cancer,diameter_cm,n,fraction\nx,1,10,0.5\nx,1,10,0.1\n", "a size is given twice"),
    ("cancer,diameter_cm,n,fraction\nx,1,10,0.5\ny,1,10,0.1\n", "two sizes or more"),
])  # fmt: skip
def test_bad_tables_are_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "sizes.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_sizes(path)
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.shared
def test_the_embedded_curves_are_those_of_the_published_table(shared_data: Path) -> None:
    found = read_sizes(shared_data / "clinical" / "seer_size_vs_metastasis_at_diagnosis.csv")
    for a, b in zip(found, training_curves(), strict=True):
        assert a.cancer == b.cancer and (a.fraction == b.fraction).all() and (a.n == b.n).all()
