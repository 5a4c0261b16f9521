"""A trial's process is killed, interrupted or runs out of room; run again, it goes on and nothing differs."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from metastasome.core.errors import StoreError
from metastasome.interventions import BlockRelease
from metastasome.study.arms import Arm, Whom
from metastasome.study.arms_run import run_arms

from .trial_world import case

N, SEED, DAYS = 600, 5, 1500.0  # three chunks of two threads
ROOT = Path(__file__).parents[2]
SCRIPT = """
import resource, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell hands down an ignored SIGINT
sys.path.insert(0, sys.argv[2])
from metastasome.core.errors import MetastasomeError
from metastasome.study.arms_run import run_arms
from metastasome.study.patients import VirtualPatients
from tests.study.test_trial_faults import arms, trial_case

quick, begun = VirtualPatients.__call__, []
def slow(self, low, high):
    if high - low > 2:  # not a look at the first patients
        time.sleep(0.3)
        begun.append(low)
        if len(begun) == int(sys.argv[3]):  # no file may grow beyond this from now on: what a full disk does
            resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
    return quick(self, low, high)
VirtualPatients.__call__ = slow
try:
    run_arms(trial_case(), arms(), control="control", workers=2, out=Path(sys.argv[1]))
except KeyboardInterrupt as stop:
    print("; ".join(stop.__notes__)); sys.exit(130)
except MetastasomeError as error:
    print(error); sys.exit(error.exit_code)
"""


def trial_case():
    study = case().study.with_(cohort={"patients": N, "horizon": f"{DAYS:g} days"})
    return dataclasses.replace(case(), study=study)


def arms():
    block = BlockRelease(strength=1.0)
    return (
        Arm("control"),
        Arm("early", (block,)),
        Arm("some", (block,), Whom("ev_release.rate", above=0.5)),
        Arm("late", (block.with_(start_day=700.0),)),
    )


@pytest.fixture(scope="module")
def whole():
    return run_arms(trial_case(), arms(), control="control")


def start(folder, *, full_at=0):
    """Start a trial in `folder`; the disk is full once its patients have been asked for `full_at` times."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(ROOT), str(full_at)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def commits(folder):
    return sorted(folder.glob("arm-*/commits/*.json"))


def wait_for(folder, count, process):
    deadline = time.monotonic() + 600  # a busy machine that compiles first
    while time.monotonic() < deadline:
        if len(commits(folder)) >= count:
            return
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.02)
    raise AssertionError("no chunk was committed")


def go_on(folder):
    return run_arms(trial_case(), arms(), control="control", out=folder, resume=True)


def equal(a, b):
    assert list(a) == list(b) and all(a[name].same(b[name]) for name in a)
    assert not a["early"].same(a["control"]) and not a["early"].same(a["late"])


def test_a_killed_trial_goes_on_with_the_arm_it_was_in(whole, tmp_path):
    folder = tmp_path / "t"
    process = start(folder)
    wait_for(folder, 4, process)  # the first arm is done, the second under way
    process.kill()
    process.wait()
    process.stdout.close()
    done = {file: file.stat().st_mtime_ns for file in commits(folder)}
    assert len(list(folder.glob("arm-*"))) == 2 and len(done) < 6
    equal(whole, go_on(folder))
    assert {file: file.stat().st_mtime_ns for file in done} == done  # nothing was computed twice
    assert len(commits(folder)) == 9  # three of each arm that is computed


def test_an_interrupted_trial_says_where_it_was_and_goes_on(whole, tmp_path):
    folder = tmp_path / "t"
    process = start(folder)
    wait_for(folder, 1, process)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130 and "Traceback" not in said
    assert "run again to go on" in said and "cohort 1 of 3: control" in said
    equal(whole, go_on(folder))


def test_a_full_disk_is_one_line_and_loses_nothing(whole, tmp_path):
    folder = tmp_path / "t"
    process = start(folder, full_at=5)  # in the second arm
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 2 and "cannot write" in said and len(said.strip().splitlines()) == 1, said
    assert 3 <= len(commits(folder)) < 6
    equal(whole, go_on(folder))


def test_a_changed_arm_is_another_cohort_and_a_new_start_takes_nothing_over(tmp_path):
    few = dataclasses.replace(trial_case(), study=trial_case().study.with_(cohort={"patients": 20}))
    first, second = Arm("control"), Arm("x", (BlockRelease(strength=1.0),))
    made = run_arms(few, (first, second), control="control", out=tmp_path, resume=True)
    other = dataclasses.replace(second, interventions=(BlockRelease(strength=0.5),))
    again = run_arms(few, (first, other), control="control", out=tmp_path, resume=True)
    assert len(list(tmp_path.glob("arm-*"))) == 3
    assert made["control"].same(again["control"]) and not made["x"].same(again["x"])
    with pytest.raises(StoreError, match="exists"):
        run_arms(few, (first, second), control="control", out=tmp_path)
