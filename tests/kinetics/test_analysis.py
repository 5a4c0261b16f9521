"""Non-compartmental analysis against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome import kinetics
from metastasome.core.errors import InputError, ModelError


@settings(max_examples=30, deadline=None)
@given(k=st.floats(0.1, 50.0), volume=st.floats(0.5, 5000.0))
def test_one_compartment(k: float, volume: float) -> None:
    t = np.linspace(0.0, 10.0 / k, 60)
    found = kinetics.nca(t, 100.0 / volume * np.exp(-k * t), 100.0)
    assert found.clearance == pytest.approx(k * volume, rel=1e-6)
    assert found.volume == pytest.approx(volume, rel=1e-6)
    assert found.mean_residence == pytest.approx(1 / k, rel=1e-6)
    assert found.half_life == pytest.approx(math.log(2) / k, rel=1e-6)


def test_two_compartments() -> None:
    """C = A e^-at + B e^-bt: AUC = A/a + B/b, AUMC = A/a^2 + B/b^2 (Gabrielsson & Weiner 2012)."""
    a, b, A, B = 20.0, 1.5, 8.0, 2.0
    t = np.concatenate([[0.0], np.geomspace(1e-4, 12.0, 4000)])
    found = kinetics.nca(t, A * np.exp(-a * t) + B * np.exp(-b * t), 1.0)
    auc, aumc = A / a + B / b, A / a**2 + B / b**2
    assert found.auc == pytest.approx(auc, rel=1e-4)
    assert found.mean_residence == pytest.approx(aumc / auc, rel=1e-4)
    assert found.volume == pytest.approx(aumc / auc**2, rel=1e-4)
    assert found.half_life == pytest.approx(math.log(2) / b, rel=1e-6)


def test_bad_curves() -> None:
    with pytest.raises(InputError, match="times out of order"):
        kinetics.nca([0, 2, 1, 3, 4], [5, 4, 3, 2, 1], 1.0)
    with pytest.raises(InputError, match="must not be negative"):
        kinetics.nca([0, 1, 2, 3, 4], [5, 4, -3, 2, 1], 1.0)
    with pytest.raises(ModelError, match="does not fall"):
        kinetics.nca([0, 1, 2, 3, 4], [1, 2, 3, 4, 5], 1.0)
