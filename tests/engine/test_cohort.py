"""Cohorts: the same patient whatever the chunk, order, folder or worker; summaries; bad input."""

from __future__ import annotations

import json
import threading
import tracemalloc

import numpy as np
import pandas as pd
import pytest

from metastasome.core.errors import InputError, ModelError, StoreError
from metastasome.engine import Event, Lever, Problem, Settings, run_cohort

from . import problems


def equal(a, b):
    """Assert that two cohorts are the same, bit for bit."""
    for name in ("first_seen", "detected_count", "lesion_count", "cells", "event_day", "detected_by"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    for part in ("recorded", "burden"):
        for name in ("mean", "quantiles", "raw"):
            np.testing.assert_array_equal(getattr(getattr(a, part), name), getattr(getattr(b, part), name))
    pd.testing.assert_frame_equal(a.lesions, b.lesions)
    assert a.provenance == b.provenance


@pytest.fixture(scope="module")
def problem():
    return problems.tumour(reseed=1.0)


@pytest.fixture(scope="module")
def cohort(problem):
    return run_cohort(problem, n=700, seed=3)


def test_chunks_and_folder_change_nothing(problem, cohort, tmp_path):
    equal(cohort, run_cohort(problem, n=700, seed=3, chunk=1, out=tmp_path / "c"))
    equal(cohort, run_cohort(problem, n=700, seed=3, chunk=512))
    equal(cohort, run_cohort(problem, n=700, seed=3, out=tmp_path / "c", resume=True))


def test_a_patient_depends_on_seed_and_number_only(problem, cohort):
    fewer = run_cohort(problem, n=300, seed=3)
    np.testing.assert_array_equal(fewer.cells, cohort.cells[:300])
    other = run_cohort(problem, n=300, seed=4)
    assert (other.cells != fewer.cells).any(axis=1).mean() > 0.99


def test_workers_change_nothing(problem, cohort):
    equal(cohort, run_cohort(problem, n=700, seed=3, chunk=256, workers=2))
    equal(cohort, run_cohort(problem, n=700, seed=3, chunk=256, workers=5))


def test_a_worker_that_fails_stops_the_others(problem):
    """The message is that of the patient; no thread is left behind."""

    def broken(lo, hi):
        p, y = problem.patients(lo, hi)
        p[:, 0] = np.nan if lo == 256 else p[:, 0]
        return p, y

    with pytest.raises(InputError, match="not a finite number"):
        run_cohort(problem.with_(patients=broken), n=2000, seed=3, chunk=256, workers=2)
    assert not [t for t in threading.enumerate() if t.name.startswith("patients")]


@pytest.mark.parametrize("folder", [None, "c"])
def test_large_cohorts_live_on_disk(problem, cohort, tmp_path, monkeypatch, folder):
    """What a cohort too large for memory does, at a size at which it can be compared."""
    assert len(cohort.lesions)  # read once, and kept, before memory is taken away
    for name, value in (("room.IN_MEMORY", 0), ("rows.IN_MEMORY", 0), ("rows._SPOOL", 1)):
        monkeypatch.setattr(f"metastasome.engine.{name}", value)
    made = run_cohort(problem, n=700, seed=3, chunk=256, out=folder and tmp_path / folder)
    equal(cohort, made)
    assert "mmap" in str(type(_owner(made.cells))) and "mmap" not in str(type(_owner(cohort.cells)))
    assert made.lesions is not made.lesions and cohort.lesions is cohort.lesions
    if folder:
        assert sorted(p.name for p in (tmp_path / folder).iterdir() if not p.name.startswith(".")) == [
            "cohort.zarr", "commits", "kept", "lesions", "study.json",
        ]  # fmt: skip


def test_chunks_without_lesions_change_no_type(tmp_path):
    rare = problems.constant(organs=3, founding=2e-5, days=300.0)
    made = run_cohort(rare, n=1024, seed=1, chunk=256, out=tmp_path / "c")
    assert 0 < len(made.lesions) < 30 and made.lesions["detected_day"].isna().all()
    equal(run_cohort(rare, n=1024, seed=1), made)


def _owner(array):
    """Return what holds the memory of an array."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return getattr(array, "obj", array)


def test_memory_does_not_grow_with_the_cohort(monkeypatch):
    """Ten times the patients would hold 720 kB more if rows per patient or sums per block were kept."""
    monkeypatch.setattr("metastasome.engine.room.IN_MEMORY", 0)
    made, few = problems.constant(organs=3, days=3.0, steps=61), Settings(raw=1, reservoir=10, keep=10)
    run_cohort(made, n=256, seed=1, settings=few)
    peaks = []
    for n in (1024, 10_240):
        tracemalloc.start()
        run_cohort(made, n=n, seed=1, chunk=256, settings=few)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 300_000


def test_summaries_are_what_they_say(cohort):
    names = cohort.recorded.names
    assert names == ("size", "niche:organ0", "niche:organ1", "niche:organ2", "diameter")
    assert cohort.recorded.sample == 700 and len(cohort.recorded.raw) == 20
    at = cohort.burden.index("organ1")
    final = cohort.burden.mean[at, -1]
    assert final == pytest.approx(cohort.cells[:, at].mean(), rel=1e-9)
    np.testing.assert_allclose(
        cohort.burden.quantiles[:, at, -1],
        np.quantile(cohort.cells[:, at].astype(np.float32), cohort.burden.levels),
        rtol=1e-5,
    )
    frame = cohort.trajectories()
    assert set(frame.columns) == {"name", "day", "q05", "q25", "q50", "q75", "q95", "mean"}
    assert {"niche:organ0", "burden:organ2"} <= set(frame["name"])


def test_reservoir_is_a_random_sample(problem, cohort):
    small = run_cohort(problem, n=700, seed=3, settings=Settings(reservoir=300))
    assert small.recorded.sample == 300
    np.testing.assert_array_equal(small.recorded.mean, cohort.recorded.mean)
    np.testing.assert_array_equal(small.recorded.raw, cohort.recorded.raw)
    a, b = small.recorded.quantiles[2, 0, -1], cohort.recorded.quantiles[2, 0, -1]
    assert a == pytest.approx(b, rel=0.1) and a != b


def test_tables_agree_with_arrays(cohort):
    table = cohort.lesions
    seen = table[table["detected_day"].notna()].groupby(["patient", "organ"], observed=False)["detected_day"].min()
    wide = seen.reset_index().pivot_table("detected_day", "patient", "organ", observed=False, dropna=False)
    wide = wide.reindex(range(700)).to_numpy()
    np.testing.assert_array_equal(wide, cohort.first_seen)
    assert len(cohort.to_frame()) == 2100
    data = cohort.to_xarray()
    assert dict(data.sizes)["patient"] == 700 and float(data["cells"].sum()) == pytest.approx(cohort.cells.sum())
    assert cohort.p_detect == pytest.approx(cohort.detected_by[:, -1])
    assert "700 patients" in repr(cohort)


def test_lesion_rows_can_be_limited(problem, cohort):
    few = run_cohort(problem, n=700, seed=3, settings=Settings(keep=10))
    assert few.lesions["patient"].max() < 10
    np.testing.assert_array_equal(few.cells, cohort.cells)


def test_store_of_another_study_is_refused(problem, tmp_path):
    run_cohort(problem, n=10, seed=3, out=tmp_path / "c")
    with pytest.raises(StoreError, match="exists"):
        run_cohort(problem, n=10, seed=3, out=tmp_path / "c")
    for changes in ({"seed": 4}, {"n": 11}, {"chunk": 512}, {"settings": Settings(rtol=1e-3)}):
        with pytest.raises(StoreError, match=f"another study.*{next(iter(changes))}|field '{next(iter(changes))}'"):
            run_cohort(problem, **({"n": 10, "seed": 3} | changes), out=tmp_path / "c", resume=True)
    with pytest.raises(StoreError, match="field 'problem'"):
        run_cohort(problems.tumour(reseed=2.0), n=10, seed=3, out=tmp_path / "c", resume=True)
    study = json.loads((tmp_path / "c" / "study.json").read_text())
    (tmp_path / "c" / "study.json").write_text(json.dumps(study | {"format": 0}))
    with pytest.raises(StoreError, match="another version"):
        run_cohort(problem, n=10, seed=3, out=tmp_path / "c", resume=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "number of patients"),
        ({"n": 2.5}, "number of patients"),
        ({"seed": -1}, "seed"),
        ({"chunk": 0}, "chunk"),
        ({"workers": 0}, "workers"),
        ({"resume": True}, "resume"),
    ],
)
def test_bad_arguments(problem, arguments, message):
    with pytest.raises(InputError, match=message):
        run_cohort(problem, **({"n": 10, "seed": 1} | arguments))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"birth": -0.1}, "patient 0, day 0, organ0: a birth, death"),
        ({"death": 1e308, "birth": 1e309}, "not a finite number"),
        ({"founding": 1e9}, "founders that matter"),
        ({"saturation": 0.0}, "saturation size"),
    ],
)
def test_impossible_rates(changes, message):
    with pytest.raises((InputError, ModelError), match=message):
        run_cohort(problems.constant(organs=3, **changes), n=2, seed=1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"times": np.array([1.0, 2.0])}, "times"),
        ({"detectable": np.zeros(3)}, "detectable"),
        ({"groups": ()}, "organ"),
        ({"origins": ("sown",)}, "intensity_sown"),
        ({"record": ("sise",)}, "sise"),
        ({"burden": "limit"}, "limit"),
        ({"horizon_founders": "some"}, "horizon_founders"),
        ({"groups": ("a", "b")}, "wrong size"),
        ({"levers": (Lever("birth", 7, 0, 1, 1.0),)}, "birth"),
        ({"events": (Event(("diametre", 1.0)),)}, "diametre"),
    ],
)
def test_bad_problems(problem, changes, message):
    with pytest.raises((InputError, ModelError), match=message):
        problem.with_(**changes)


def test_bad_levers_and_settings():
    with pytest.raises(InputError, match="factor"):
        Lever("birth", None, 0.0, 1.0, -1.0)
    with pytest.raises(InputError, match="stops before"):
        Lever("birth", None, 2.0, 1.0, 1.0)
    with pytest.raises(InputError, match="rtol"):
        Settings(rtol=0.0)


def test_bad_patients(problem):
    wrong = problem.with_(patients=lambda lo, hi: (np.zeros((hi - lo, 2)), np.zeros((hi - lo, 4))))
    with pytest.raises(InputError, match="wrong shape"):
        run_cohort(wrong, n=3, seed=1)

    def broken(lo, hi):
        p, y = problem.patients(lo, hi)
        p[-1, 0] = np.nan
        return p, y

    with pytest.raises(InputError, match="not a finite number"):
        run_cohort(problem.with_(patients=broken), n=3, seed=1)


def test_problem_knows_itself(problem):
    assert isinstance(problem, Problem)
    assert problem.fingerprint() == problems.tumour(reseed=1.0).fingerprint()
    assert problem.fingerprint() != problem.with_(detectable=np.full(3, 2e7)).fingerprint()


def test_too_little_room_is_noticed_before_starting(problem, tmp_path, monkeypatch):
    from types import SimpleNamespace

    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(StoreError, match="too little room"):
        run_cohort(problem, n=100, seed=1, out=tmp_path / "c")
    assert not (tmp_path / "c").exists()
