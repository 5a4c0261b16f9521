"""What a large trial holds of its patients: a mapped file and a few numbers each."""

from __future__ import annotations

import dataclasses
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from metastasome.core import provenance
from metastasome.core.streams import stream
from metastasome.study.arms import Arm, patient_values
from metastasome.study.arms_outcome import FIELDS, Kept, Outcome, mapping
from metastasome.study.runner import cohort_problem
from metastasome.study.trial import Trial

from .trial_world import case

N, DAYS = 60_000, 3287.25


def cohort(key: int, n: int = N) -> SimpleNamespace:
    """Return the rows of a made-up cohort of four organs: many events, days in float32 as the engine gives them."""
    draw = stream(9, "test/cohort", key)
    day = draw.exponential(6000.0 * (1 + 0.1 * key), (n, 4)).astype(np.float32)
    events = np.stack([np.full(n, 900.0), np.where(day[:, 0] < 2000, day[:, 0] * 1.5, np.nan)], axis=1)
    return SimpleNamespace(
        n=n, events=("resection", "death"), event_day=events.astype(np.float32),
        first_seen=np.where(day < DAYS, day, np.float32(np.nan)), detected_count=(day < DAYS).astype(np.int32),
        cells=day.astype(np.float64) * 1e6,
    )  # fmt: skip


@pytest.fixture(scope="module")
def kept() -> dict[str, Outcome]:
    room = Kept(8, N, 4)  # large enough together for a file
    return {name: room.cohort(cohort(k)) for k, name in enumerate(("control", "early", "late"))}


def test_a_large_trial_is_mapped_from_a_file_and_says_the_same(kept):
    found, rows = kept["early"], cohort(1)
    for name in FIELDS:
        assert mapping(getattr(found, name)) is not None
    assert mapping(Kept(1, 100, 4).cohort(cohort(0, 100)).cells) is None
    assert np.array_equal(found.first_seen, rows.first_seen, equal_nan=True)
    first = np.nan_to_num(rows.first_seen.astype(np.float64), nan=np.inf)
    assert np.array_equal(found.first(), first.min(axis=1)) and np.array_equal(found.first([2]), first[:, 2])
    assert np.array_equal(found.lesions(), rows.detected_count.sum(axis=1))
    assert np.array_equal(found.organs(), np.isfinite(rows.first_seen).sum(axis=1))
    assert np.array_equal(found.burden(), np.log10(1.0 + rows.cells.sum(axis=1)))
    assert np.array_equal(np.isfinite(found.death_day), np.isfinite(rows.event_day[:, 1]))
    assert (found.resection_day == 900.0).all() and found.same(found) and not found.same(kept["control"])


def test_those_left_out_are_as_under_control():
    room, treated = Kept(3, 1000, 4), stream(9, "test/treated", 0).random(1000) < 0.3
    mine, control = room.cohort(cohort(1, 1000)), room.cohort(cohort(0, 1000))
    found = room.mixed(treated, mine, control)
    for name in FIELDS:
        now, a, b = (getattr(x, name) for x in (found, mine, control))
        assert np.array_equal(now[treated], a[treated], equal_nan=True)
        assert np.array_equal(now[~treated], b[~treated], equal_nan=True)


def test_statistics_hold_a_few_numbers_of_each_patient(kept):
    """60,000 patients, three arms: at most 350 bytes a patient at any moment, however many arms and organs."""
    study = case().study.with_(cohort={"patients": N})
    arms = tuple(Arm(name) for name in kept)
    record = provenance.record(seed=5, data={}, data_dir=None, settings={})
    said = {a.name: () for a in arms}
    trial = Trial(
        dataclasses.replace(case(), study=study), arms, kept, "control", "metastasis_free", "start", (), (), 0.05, 0.8,
        said, record,
    )  # fmt: skip
    small = {name: Kept(1, 100, 4).cohort(cohort(k, 100)) for k, name in enumerate(kept)}
    dataclasses.replace(trial, outcomes=small).curves()  # imports
    tracemalloc.start()
    assert (trial.effects["hazard_ratio"] < 1).all() and len(trial.counts) == 3 and len(trial.by_organ("late")) == 5
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 350 * N


def test_pages_that_were_read_are_let_go(kept):
    """The resident share of the file, as the system tells it, is small after every pass over it."""

    def resident() -> int:
        lines = Path("/proc/self/smaps").read_text().splitlines()
        start = next(k for k, line in enumerate(lines) if "(deleted)" in line and _size(lines, k) > 34e6)
        return next(1024 * int(line.split()[1]) for line in lines[start:] if line.startswith("Rss:"))

    kept["early"].cells.sum()
    read = resident()
    kept["early"].burden()
    assert read > 1.5e6 and resident() < 1e6


def _size(lines, k):
    low, high = lines[k].split()[0].split("-")
    return int(high, 16) - int(low, 16)


def test_values_of_patients_do_not_depend_on_slices():
    few = dataclasses.replace(case(), study=case().study.with_(cohort={"patients": 5000}))
    base = cohort_problem(few)
    rows = base.patients(0, 5000)[0]
    found = patient_values(few, base)
    assert found and all(np.array_equal(v, rows[:, base.params.slice(name).start]) for name, v in found.items())
