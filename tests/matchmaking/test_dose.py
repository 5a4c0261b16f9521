import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import InputError
from metastasome.matchmaking.dose import (
    DETECTABLE,
    check_doses,
    default_doses,
    fit_saturating,
    read_curve,
    threshold_dose,
)


@settings(deadline=None, max_examples=50)
@given(top=st.floats(-3.0, 3.0), log_half=st.floats(1.0, 18.0))
def test_fit_recovers_a_saturating_curve(top, log_half):
    doses, half = default_doses(), math.exp(log_half)
    fit = fit_saturating(doses, (top * doses / (doses + half))[None])
    assert fit.error[0] <= 1e-3 * abs(top) + 1e-12
    if abs(top) > 1e-6 and half < doses[-1]:
        assert fit.top[0] == pytest.approx(top, rel=2e-2)
        assert fit.half[0] == pytest.approx(half, rel=2e-2)


def test_fit_error_says_what_the_form_cannot_follow():
    doses = default_doses()
    two = 0.5 * doses / (doses + 1e3) + 0.5 * doses / (doses + 1e6)
    fit = fit_saturating(doses, np.stack([two, np.zeros_like(two)]))
    fitted = fit.top[0] * doses / (doses + fit.half[0])
    assert fit.error[0] == pytest.approx(np.abs(fitted - two).max())
    assert fit.error[0] > 0.02
    assert fit.top[1] == 0.0 and fit.half[1] > 0.0


def test_threshold_is_where_the_curve_crosses():
    doses = default_doses()
    curve = -1.0 * doses / (doses + 1e5)
    need = threshold_dose(doses, curve[None])
    assert need[0] == pytest.approx(1e5 * DETECTABLE / (1 - DETECTABLE), rel=0.05)
    assert math.isinf(threshold_dose(doses, 0.1 * curve[None])[0])
    steep = threshold_dose(doses, np.full((1, doses.size), 0.2))
    assert steep[0] == pytest.approx(doses[0] * DETECTABLE / 0.2)


def test_read_curve_is_proportional_below_and_exact_on_the_grid():
    doses = np.array([10.0, 100.0, 1000.0])
    curve = np.array([[1.0, 2.0, 3.0], [-1.0, 1.0, 3.0]])
    assert read_curve(doses, curve, 100.0)[0] == pytest.approx(2.0)
    assert read_curve(doses, curve, 1.0)[0] == pytest.approx(0.1)
    at = read_curve(doses, curve, math.sqrt(1e3))
    assert at[0] == pytest.approx(math.sqrt(2.0))  # a power of the dose
    assert at[1] == pytest.approx(0.0)  # a straight line where the sign changes
    assert read_curve(doses, curve, 1e9)[0] == 3.0


@pytest.mark.parametrize("bad", [[1.0], [2.0, 1.0], [0.0, 1.0], [1.0, np.nan], [1.0, 1.0]])
def test_a_bad_grid_is_refused_in_one_line(bad):
    with pytest.raises(InputError, match="not a dose grid") as caught:
        check_doses(bad)
    assert "\n" not in str(caught.value)


def test_no_grid_given_is_the_default():
    assert (check_doses(None) == default_doses()).all()
    assert 1e5 in default_doses()
