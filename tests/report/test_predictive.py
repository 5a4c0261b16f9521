"""Where data lie in the intervals of their predictions."""

from __future__ import annotations

import math

import pytest

from metastasome.report.charts.predictive import Seen, predictive


@pytest.mark.parametrize(("seen", "place"), [(5.0, 0.0), (9.0, 1.0), (13.0, 2.0), (3.0, -1.0), (1.0, -2.0)])
def test_a_datum_is_placed_in_half_widths_of_its_own_side(seen, place):
    assert Seen("a", seen, 5.0, 3.0, 9.0).place == place


def test_an_interval_without_width_holds_only_its_value():
    assert Seen("a", 1.0, 1.0, 1.0, 1.0).place == 0.0
    assert Seen("a", 2.0, 1.0, 1.0, 1.0).place == math.inf


def test_what_lies_outside_is_counted_and_drawn_within_the_frame():
    drawn = predictive(
        [Seen("in", 5, 5, 3, 9), Seen("far <out>", 500, 5, 3, 9), Seen("flat", 2, 1, 1, 1)],
        title="Seen against expected",
    )
    assert drawn.count('class="point front"') == 2 and drawn.count('class="point"') == 1
    assert "2 of 3 data lie outside" in drawn and "&lt;out&gt;" in drawn and "nan" not in drawn and "inf" not in drawn
