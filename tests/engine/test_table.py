"""The table of rates: Kendall's numbers of a cell, room for more cells, and which founders are drawn together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit

from metastasome.engine.founders import mature
from metastasome.engine.handle import done_with, handle
from metastasome.engine.laws import whole_stretch
from metastasome.engine.table import finish, new_table, widen


@pytest.mark.parametrize(("b", "d", "dt"), [(0.3, 0.1, 60.0), (0.1, 0.3, 60.0), (0.2, 0.2, 7.0), (0.0, 2.0, 30.0)])
def test_a_stretch_and_its_inverse(b, d, dt):
    m, back, q = whole_stretch(b, d, dt)
    x = (b - d) * dt
    odds = d * dt if x == 0 else d / (d - b) * math.expm1(-x)
    assert m == pytest.approx(math.exp(x), rel=1e-13)
    assert back == pytest.approx(math.exp(-x), rel=1e-13)
    assert q == pytest.approx(odds, rel=1e-13)


@njit
def grown(cells, rate, room, limit, first):
    """Fill a table of days with one organ that grows by `rate`, in a table that starts with `room` cells."""
    owner = new_table(1, 1, room, False)
    table = handle(owner)
    asleep = np.zeros(1)
    for c in range(cells):
        if c == table.b.shape[1]:
            widen(table)
        table.b[0, c], table.d[0, c], table.nu[0, c] = 0.5 + rate, 0.5, 1.0 + c
        table.time[c + 1] = table.time[c] + 1.0
        finish(table, c, c + 1, asleep)
    found = table.growth[0, : cells + 1].copy(), table.nu[0, :cells].copy(), mature(table, first, cells, 0, limit)
    done_with(owner)
    return found


def test_a_table_that_ran_out_of_room_keeps_its_cells():
    growth, nu, _ = grown(100, 0.1, 8, 1e6, 0)
    assert growth == pytest.approx(0.1 * np.arange(101), abs=1e-12)
    assert nu.tolist() == list(range(1, 101))


def test_founders_are_drawn_once_their_clones_may_matter_and_later_ones_with_them():
    need = math.log(1e6 / 400.0) / 0.1  # days a mean clone takes to a 400th of the limit
    assert grown(int(need), 0.1, 8, 1e6, 0)[2] == 0
    drawn = grown(int(need) + 2, 0.1, 8, 1e6, 0)[2]
    assert drawn == pytest.approx(math.log(16.0) / 0.1 + 1.0, abs=1.0)
    assert grown(int(need) + 2, 0.1, 8, 1e6, drawn)[2] == drawn
    assert grown(40, 0.1, 8, 400.0, 40)[2] == 40
