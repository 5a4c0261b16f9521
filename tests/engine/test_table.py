"""The table of rates: Kendall's numbers of a cell, room for more cells, and which founders are drawn together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit

from metastasome.engine.clones import advance
from metastasome.engine.founders import mature
from metastasome.engine.handle import done_with, handle
from metastasome.engine.laws import whole_stretch
from metastasome.engine.philox import make_stream, rekey
from metastasome.engine.table import between_records, finish, look_ahead, new_table, widen


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
    owner = new_table(1, 1, room, False, 2)
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
    assert drawn == pytest.approx(math.log(64.0) / 0.1 + 1.0, abs=1.0)
    assert grown(int(need) + 2, 0.1, 8, 1e6, drawn)[2] == drawn
    assert grown(40, 0.1, 8, 400.0, 40)[2] == 40


RATES = np.random.default_rng(5)
BIRTH = np.concatenate([RATES.uniform(0.0, 0.3, (9, 40)), np.full((1, 40), 0.2), np.zeros((1, 40))])
DEATH = np.concatenate([RATES.uniform(0.0, 0.2, (8, 40)), BIRTH[8:10] + 1e-9, np.full((1, 40), 0.1)])
DAYS = np.concatenate([[0.0], np.cumsum(RATES.uniform(0.5, 20.0, 40))])


@njit
def fill(table, birth, death, days, size, records):
    """Fill a table of organs by cells, and what follows from its rates."""
    table.b[:], table.d[:], table.nu[:], table.size[:], table.time[:] = birth, death, 1.0, size, days
    for k in range(1, len(records)):
        table.at[k] = np.searchsorted(days, records[k])
    finish(table, 0, birth.shape[1], np.zeros(len(birth)))
    between_records(table, records, 0, birth.shape[1])


@njit
def filled(birth, death, days, records):
    """Return (m, 1/m, q, growth, rest, peak, gain) of a table of organs by cells, looked ahead from cell 3 on."""
    organs, cells = birth.shape
    owner = new_table(organs, 1, cells, False, len(records))
    table = handle(owner)
    fill(table, birth, death, days, 1e12, records)
    for g in range(organs):
        look_ahead(table, g, 3, cells)
    found = (
        table.m.copy(), table.back.copy(), table.q.copy(), table.growth.copy(), table.rest.copy(), table.peak.copy(),
        table.gain.copy(),
    )  # fmt: skip
    done_with(owner)
    return found


def test_stretches_of_all_organs_at_once_are_those_of_one():
    m, back, q, growth, *_ = filled(BIRTH, DEATH, DAYS, DAYS[::8])
    for g, c in np.ndindex(*BIRTH.shape):
        one = whole_stretch(BIRTH[g, c], DEATH[g, c], DAYS[c + 1] - DAYS[c])
        assert (m[g, c], back[g, c], q[g, c]) == pytest.approx(one, rel=1e-13)
    assert growth[:, 1:] == pytest.approx(np.cumsum((BIRTH - DEATH) * np.diff(DAYS), axis=1), abs=1e-12)


def test_what_lies_ahead_is_what_cells_compose_to():
    m, _, q, growth, rest, peak, gain = filled(BIRTH, DEATH, DAYS, DAYS[::8])
    for g in range(len(BIRTH)):
        for c in range(3, 40):
            mean, odds = 1.0, 0.0
            for i in range(c, 40):
                odds, mean = odds + q[g, i] / mean, mean * m[g, i]
            assert rest[g, c] == pytest.approx(odds, rel=1e-12)
            assert peak[g, c] == growth[g, c + 1 :].max()
    assert gain[:, 1:] == pytest.approx(np.exp(np.diff(growth[:, ::8], axis=1)), rel=1e-12)


@njit
def lives(birth, death, days, records, n, start, cell, seen_at, free, clones):
    """Return cells at the end, days first seen and summed curves of clones, leaping ahead below `free` cells."""
    organs, cells = birth.shape
    owner = new_table(organs, 1, cells, False, len(records))
    table = handle(owner)
    fill(table, birth, death, days, 1e7, records)
    ends, seen = np.empty((organs, clones)), np.empty((organs, clones))
    burden, s = np.zeros(len(records)), make_stream(3, 0)
    for g in range(organs):
        look_ahead(table, g, cell, cells)
        for i in range(clones):
            rekey(s, 3, g * clones + i)
            ends[g, i], seen[g, i] = advance(
                s, table, cells, g, n, start, cell, np.nan, seen_at, 1e-3, free, records, burden
            )
    done_with(owner)
    return ends, seen, burden


@pytest.mark.parametrize("start", [DAYS[4], 0.4 * DAYS[4] + 0.6 * DAYS[5]])
def test_a_leap_to_the_end_is_the_walk_from_cell_to_cell(start):
    """11 organs, 200 clones each from 50 cells: the same clones, seen on the same days, with the same curves."""
    given = BIRTH, DEATH, DAYS, DAYS[::8], 50.0, start, 4, 1e6
    walked, leapt = lives(*given, 0.0, 200), lives(*given, 1e4, 200)
    assert np.array_equal(walked[0], leapt[0])
    assert np.array_equal(walked[1], leapt[1], equal_nan=True)
    assert leapt[2] == pytest.approx(walked[2], rel=1e-9)
    assert np.isnan(walked[1]).any() and (walked[0] > 0).any()
    assert not np.array_equal(walked[0], lives(*given, 1e9, 200)[0])  # leaping where growth saturates is another law
