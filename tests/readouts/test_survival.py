"""Readouts against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.readouts import detectable_cells, metastasis_free, share_with_interval


def test_wilson_interval_matches_a_published_example():
    """81 of 263 (Newcombe 1998, table I, method 3): 0.2553 to 0.3662."""
    share, low, high = share_with_interval(81, 263)
    assert (share, low, high) == pytest.approx((0.3080, 0.2553, 0.3662), abs=5e-5)


def test_wilson_interval_stays_within_zero_and_one():
    assert share_with_interval(0, 20)[1] == 0.0
    assert share_with_interval(20, 20)[2] == 1.0
    assert 0 < share_with_interval(0, 20)[2] < 0.2


def test_metastasis_free_falls_from_one_and_counts_events():
    free = metastasis_free(np.array([10.0, 20.0, np.nan, 20.0]), np.array([0.0, 10.0, 15.0, 20.0]))
    np.testing.assert_allclose(free.fraction, [1.0, 0.75, 0.75, 0.25])
    assert (free.low <= free.fraction).all() and (free.fraction <= free.high).all()


def test_smallest_lesion_is_a_ball():
    assert detectable_cells(["lung"])[0] == 6.3e7
    assert detectable_cells(["lung"], smallest_diameter_cm=0.5)[0] == pytest.approx(6.545e7, rel=1e-3)
