"""Real processes are killed; the result must not notice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from metastasome.core.errors import StoreError
from metastasome.engine import run_cohort

from . import problems
from .test_cohort import equal

N, SEED = 1500, 5
ROOT = Path(__file__).parents[2]
SCRIPT = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell hands down an ignored SIGINT
sys.path.insert(0, sys.argv[2])
from tests.engine import problems
from metastasome.engine import run_cohort
from metastasome.core.errors import MetastasomeError

class Slow:
    def __init__(self, patients): self.patients = patients
    def __call__(self, lo, hi):
        time.sleep(0.3)
        return self.patients(lo, hi)

problem = problems.tumour(reseed=1.0)
problem = problem.with_(patients=Slow(problem.patients))
if __name__ == "__main__":
    try:
        run_cohort(problem, n=1500, seed=5, chunk=256, workers=int(sys.argv[3]), out=sys.argv[1])
    except KeyboardInterrupt as stop:
        print(stop.__notes__[0]); sys.exit(130)
    except MetastasomeError as error:
        print(error); sys.exit(error.exit_code)
"""


@pytest.fixture(scope="module")
def whole():
    return run_cohort(problems.tumour(reseed=1.0), n=N, seed=SEED, chunk=256)


def start(folder, script=SCRIPT, *, workers=1):
    return subprocess.Popen(
        [sys.executable, "-c", script, str(folder), str(ROOT), str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for_commits(folder, count, process):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if folder.exists() and len(list((folder / "commits").glob("*.json"))) >= count:
            return
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.02)
    raise AssertionError("no chunk was committed")


def resume(folder):
    return run_cohort(problems.tumour(reseed=1.0), n=N, seed=SEED, out=folder, resume=True)


@pytest.mark.parametrize(("commits", "workers"), [(0, 1), (2, 2)])
def test_killed_and_resumed(whole, tmp_path, commits, workers):
    folder = tmp_path / "c"
    process = start(folder, workers=workers)
    wait_for_commits(folder, commits, process)
    process.kill()
    process.wait()
    process.stdout.close()
    done = len(list((folder / "commits").glob("*.json")))
    again = resume(folder)
    assert again.speed["solved"] == N - min(N, 256 * done)
    equal(whole, again)


@pytest.mark.parametrize("workers", [1, 2])
def test_interrupted_says_so_and_resumes(whole, tmp_path, workers):
    folder = tmp_path / "c"
    process = start(folder, workers=workers)
    wait_for_commits(folder, 1, process)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run again to go on" in said and "Traceback" not in said
    equal(whole, resume(folder))


def test_two_writers_are_refused(tmp_path):
    folder = tmp_path / "c"
    process = start(folder)
    wait_for_commits(folder, 1, process)
    with pytest.raises(StoreError, match="another run is writing"):
        resume(folder)
    process.kill()
    process.communicate()


@pytest.mark.parametrize("what", ["zarr", "parquet", "kept", "commit"])
def test_corrupt_chunk_is_computed_again(whole, tmp_path, what):
    folder = tmp_path / "c"
    run_cohort(problems.tumour(reseed=1.0), n=N, seed=SEED, chunk=256, out=folder)
    commit = folder / "commits" / "00000001.json"
    names = sorted(json.loads(commit.read_text())["sha256"])
    victim = {
        "zarr": folder / next(n for n in names if "/cells/" in n),
        "parquet": folder / next(n for n in names if "parquet" in n),
        "kept": folder / next(n for n in names if n.endswith("npy")),
        "commit": commit,
    }[what]
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 0xFF
    victim.write_bytes(content)
    again = resume(folder)
    assert again.speed["solved"] == 256
    equal(whole, again)


def test_full_disk_is_one_line_and_loses_nothing(whole, tmp_path):
    """The writer may not write files of more than a few kilobytes once it has begun: what a full disk does."""
    folder = tmp_path / "c"
    limited = SCRIPT.replace(
        "    try:\n",
        "    import resource, signal\n    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))\n    try:\n",
        1,
    )
    process = start(folder, limited)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 2, said
    assert "cannot write" in said and len(said.strip().splitlines()) == 1
    equal(whole, resume(folder))


def test_lost_worker(whole):
    """A worker process is killed in the middle; Dask gives its chunks to the other, and nothing changes."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = list(client.run(os.getpid).values())

        class Killer:
            """Kills a worker at the first sign of progress."""

            def task(self, name, total=None):
                import contextlib

                @contextlib.contextmanager
                def opened():
                    ticks = []

                    def tick(more):
                        ticks.append(more)
                        if len(ticks) == 2:
                            os.kill(pids[0], signal.SIGKILL)

                    yield tick

                return opened()

        made = run_cohort(problems.tumour(reseed=1.0), n=N, seed=SEED, chunk=256, scheduler=client, progress=Killer())
    equal(whole, made)


def test_no_scheduler_answers():
    from metastasome.core.errors import InputError

    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="no Dask scheduler"):
        run_cohort(problems.tumour(reseed=1.0), n=10, seed=1, scheduler="nonsense")


def test_slurm_script_is_what_the_docs_promise():
    """dask-jobqueue writes the job script without a cluster at hand (dry run)."""
    jobqueue = pytest.importorskip("dask_jobqueue")
    script = jobqueue.SLURMCluster.job_cls(  # the class that writes the script
        scheduler="tcp://127.0.0.1:1",
        name="metastasome",
        cores=1,
        processes=1,
        memory="2GB",
        walltime="02:00:00",
        queue="short",
        interface=None,
        log_directory=None,
    ).job_script()
    assert "#SBATCH -p short" in script and "#SBATCH -t 02:00:00" in script and "distributed.cli.dask_worker" in script
