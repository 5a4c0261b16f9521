"""Philox 4x64-10 against the published answers and NumPy's own."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from metastasome.engine.philox import make_stream, philox, seek, uniform, word

ONES = 0xFFFFFFFFFFFFFFFF


@njit
def block(a):
    return philox(a[0], a[1], a[2], a[3], a[4], a[5])


@njit
def words(seed, patient, decision, item, n):
    s = make_stream(seed, patient)
    seek(s, decision, item)
    out = np.empty(n, dtype=np.uint64)
    for i in range(n):
        out[i] = word(s)
    return out


@njit
def uniforms(seed, n):
    s = make_stream(seed, 0)
    return np.array([uniform(s) for _ in range(n)])


# Random123 distribution, tests/kat_vectors, lines "philox 4x64 10": counter, key, answer
@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ([0] * 6, [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B]),
        ([ONES] * 6, [0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0]),
        (
            [
                0x243F6A8885A308D3,
                0x13198A2E03707344,
                0xA4093822299F31D0,
                0x082EFA98EC4E6C89,
                0x452821E638D01377,
                0xBE5466CF34E90C6C,
            ],
            [0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6],
        ),
    ],
)
def test_known_answers(given, answer):
    assert [int(x) for x in block(np.array(given, dtype=np.uint64))] == answer


def test_stream_is_numpys_philox_with_our_key_and_counter():
    theirs = np.random.Philox(key=np.array([5, 7], dtype=np.uint64), counter=np.array([0, 3, 9, 0], dtype=np.uint64))
    assert (words(5, 7, 9, 3, 20)[4:] == theirs.random_raw(16)).all()  # NumPy steps its counter before it draws


def test_streams_differ_and_repeat():
    base = words(1, 2, 3, 4, 8)
    assert (base == words(1, 2, 3, 4, 8)).all()
    for other in ((2, 2, 3, 4), (1, 3, 3, 4), (1, 2, 4, 4), (1, 2, 3, 5)):
        assert not (base == words(*other, 8)).any()


def test_uniforms_lie_inside_and_are_even():
    """n = 1e6, seed 1, alpha 1e-4."""
    from scipy.stats import kstest

    u = uniforms(1, 1_000_000)
    assert u.min() > 0.0 and u.max() < 1.0
    assert kstest(u, "uniform").pvalue > 1e-4
    assert kstest(np.sqrt(u), "uniform").pvalue < 1e-4  # the test sees a wrong generator
