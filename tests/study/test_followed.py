"""Who died when, and a patient who is the same whatever the chunk."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from metastasome.core.parameters import ASSUMPTION, Parameter, Prior
from metastasome.numerics import Layout
from metastasome.study import followed
from metastasome.study.patients import VirtualPatients

NAN = np.nan


def cohort(*, deadly: bool = True) -> SimpleNamespace:
    """Patient 0 dies on day 500, patient 1 lives."""
    lesions = pd.DataFrame({
        "patient": [0, 1], "organ": ["liver"] * 2, "origin": ["seeded"] * 2,
        "founded_day": [10.0, 700.0], "detected_day": [300.0, NAN], "cells": [1e9, 50.0],
    })  # fmt: skip
    days = np.array([[100, 500], [100, NAN]], np.float32)
    return SimpleNamespace(
        n=2, events=("resection", "death")[: 1 + deadly], event_day=days[:, : 1 + deadly], lesions=lesions,
        first_seen=np.array([[300.0, NAN], [NAN, 800.0]], np.float32),
    )  # fmt: skip


def test_lesions_carry_the_day_of_death_and_the_living_none():
    np.testing.assert_array_equal(followed.death_day(cohort()), [500.0, np.inf])
    np.testing.assert_array_equal(followed.lesions(cohort())["death_day"], [500.0, NAN])
    assert followed.first_seen(cohort()).dtype == np.float64


def test_a_cohort_without_death_is_followed_to_the_end():
    assert np.isinf(followed.death_day(cohort(deadly=False))).all()
    assert followed.lesions(cohort(deadly=False))["death_day"].isna().all()


def patients(seed: int = 1) -> VirtualPatients:
    spread = Parameter("rate", 2.0, "1/day", 0.5, 8.0, Prior("fixed", 2.0), ASSUMPTION, "a rate", spread=0.5)
    params, states = Layout(("m.rate", "other"), (1, 2)), Layout(("a", "b"), (1, 2))
    return VirtualPatients(
        seed, params, states, np.array([2.0, 1.0, 1.0]), {"m.rate": spread}, {"a": "m.rate", "b": 3.0}
    )


def test_a_patient_is_the_same_in_any_chunk():
    whole = patients()(0, 3000)
    for low, high in ((0, 1), (1000, 1030), (1023, 1025), (2047, 3000)):
        for part, all_rows in zip(patients()(low, high), whole, strict=True):
            np.testing.assert_array_equal(part, all_rows[low:high])
    assert (patients(2)(0, 10)[0][:, 0] != whole[0][:10, 0]).all()


def test_spread_is_log_normal_around_the_typical_patient_and_stays_in_range():
    """n = 20,000, seed 1: median within 1.5%, log-scale sd within 2% of 0.5 (clipped at 2.77 sd: -0.4%)."""
    rows, start = patients()(0, 20_000)
    assert abs(np.median(rows[:, 0]) / 2.0 - 1) < 0.015
    assert abs(np.log(rows[:, 0]).std() / 0.5 - 1) < 0.02
    assert rows[:, 0].min() >= 0.5 and rows[:, 0].max() <= 8.0
    np.testing.assert_array_equal(rows[:, 1:], 1.0)
    np.testing.assert_array_equal(start[:, 0], rows[:, 0])
    np.testing.assert_array_equal(start[:, 1:], 3.0)
