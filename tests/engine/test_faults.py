"""Real processes are killed; the result must not notice."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from metastasome.core.errors import StoreError
from metastasome.engine import run_cohort
from metastasome.engine.distribute import NO_DASHBOARD

from . import problems
from .test_cohort import equal

N, SEED = 1200, 5
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
        run_cohort(
            problem, n=1200, seed=5, chunk=256, workers=int(sys.argv[3]), out=sys.argv[1], scheduler=sys.argv[4] or None
        )
    except KeyboardInterrupt as stop:
        print(stop.__notes__[0]); sys.exit(130)
    except MetastasomeError as error:
        print(error); sys.exit(error.exit_code)
"""


@pytest.fixture(scope="module")
def whole():
    return run_cohort(problems.tumour(reseed=1.0), n=N, seed=SEED, chunk=256)


@pytest.fixture(scope="module")
def cluster():
    """A Dask scheduler with two worker processes, as another machine would offer it."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, scheduler_kwargs=NO_DASHBOARD, silence_logs="CRITICAL"
    ) as made:
        yield made.scheduler_address


@pytest.fixture
def how(request):
    """Where the patients of a script are solved: workers, scheduler."""
    if request.param == "dask":
        return 2, request.getfixturevalue("cluster")
    return 1 + (request.param == "two threads"), ""


def start(folder, script=SCRIPT, *, workers=1, scheduler=""):
    return subprocess.Popen(
        [sys.executable, "-c", script, str(folder), str(ROOT), str(workers), scheduler],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for_commits(folder, count, process):
    deadline = time.monotonic() + 600  # a busy machine that compiles first
    while time.monotonic() < deadline:
        if folder.exists() and len(list((folder / "commits").glob("*.json"))) >= count:
            return
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.02)
    raise AssertionError("no chunk was committed")


def resume(folder, **how):
    return run_cohort(problems.tumour(reseed=1.0), n=N, seed=SEED, out=folder, resume=True, **how)


def test_killed_at_once_and_resumed(whole, tmp_path):
    killed_and_resumed(whole, tmp_path, (1, ""), 0)


@pytest.mark.parametrize("how", ["two threads", "dask"], indirect=True)
def test_killed_in_the_middle_and_resumed(whole, tmp_path, how):
    killed_and_resumed(whole, tmp_path, how, 2)


def killed_and_resumed(whole, tmp_path, how, commits):
    folder = tmp_path / "c"
    process = start(folder, workers=how[0], scheduler=how[1])
    wait_for_commits(folder, commits, process)
    process.kill()
    process.wait()
    process.stdout.close()
    done = len(list((folder / "commits").glob("*.json")))
    again = resume(folder)
    assert again.speed["solved"] == N - min(N, 256 * done)
    equal(whole, again)


@pytest.mark.parametrize("how", ["two threads", "dask"], indirect=True)
def test_interrupted_says_so_and_resumes(whole, tmp_path, how):
    folder = tmp_path / "c"
    process = start(folder, workers=how[0], scheduler=how[1])
    wait_for_commits(folder, 1, process)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run again to go on" in said and "Traceback" not in said
    equal(whole, resume(folder))


class Signalled:
    """A kernel at whose call Ctrl-C is pressed: compiled code runs on, and the interpreter complains of its result."""

    model = ()

    def __init__(self, pressed):
        self.module, self.pressed = self, pressed

    def run_block(self, *_):
        try:
            raise self.pressed
        except BaseException as stop:
            raise SystemError("run_block returned a result with an exception set") from stop


def test_ctrl_c_at_the_call_of_compiled_code_is_an_interruption(monkeypatch, tmp_path):
    monkeypatch.setattr("metastasome.engine.generate.build", lambda _: Signalled(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt) as caught:
        run_cohort(problems.tumour(), n=1, seed=1, out=tmp_path / "c")
    assert "run again to go on" in caught.value.__notes__[0]
    monkeypatch.setattr("metastasome.engine.generate.build", lambda _: Signalled(ValueError()))
    with pytest.raises(SystemError):
        run_cohort(problems.tumour(), n=1, seed=1)


def test_small_cohorts_tell_progress_and_keep_chunks_on_one_thread(whole, tmp_path):
    """1,200 patients were one chunk: no progress until the end, and Ctrl-C lost them all."""
    made = run_cohort(problems.tumour(reseed=1.0), n=N, seed=SEED, out=tmp_path / "c")
    assert len(list((tmp_path / "c" / "commits").glob("*.json"))) == 5
    equal(whole, made)


def test_two_writers_are_refused(tmp_path):
    folder = tmp_path / "c"
    process = start(folder)
    wait_for_commits(folder, 1, process)
    with pytest.raises(StoreError, match="another run is writing"):
        resume(folder)
    process.kill()
    process.communicate()


@pytest.mark.parametrize("what", ["zarr", "parquet", "kept", "commit"])
def test_corrupt_chunk_is_computed_again(whole, tmp_path, what, request):
    """On this thread, on two, or on the workers of a scheduler, by turns."""
    how = {
        "zarr": {}, "parquet": {"workers": 2}, "kept": {"scheduler": request.getfixturevalue("cluster")}, "commit": {},
    }[what]  # fmt: skip
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
    again = resume(folder, **how)
    assert again.speed["solved"] == 256
    equal(whole, again)


@pytest.mark.parametrize("how", ["one thread", "dask"], indirect=True)
def test_full_disk_is_one_line_and_loses_nothing(whole, tmp_path, how):
    """The writer may not write files of more than a few kilobytes: what a full disk does. Workers write nothing."""
    folder = tmp_path / "c"
    limited = SCRIPT.replace(
        "    try:\n",
        "    import resource, signal\n    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))\n    try:\n",
        1,
    )
    process = start(folder, limited, workers=how[0], scheduler=how[1])
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 2, said
    assert "cannot write" in said and len(said.strip().splitlines()) == 1
    equal(whole, resume(folder))


class Marked:
    """Patients that take their time and leave a file for each time they are asked for."""

    def __init__(self, patients, folder):
        self.patients, self.folder = patients, str(folder)

    def __call__(self, lo, hi):
        handle, _ = tempfile.mkstemp(prefix=f"{lo}-", dir=self.folder)
        os.close(handle)
        time.sleep(0.3)
        return self.patients(lo, hi)


class OnFirst:
    """Progress that does something once, when the first chunk is there."""

    def __init__(self, action):
        self.action, self.ticks = action, 0

    @contextlib.contextmanager
    def task(self, name, total=None):
        yield self.tick

    def tick(self, more):
        self.ticks += more > 0
        if self.ticks == 1 and more > 0:
            self.action()


def workers_of(process):
    """Return the Dask worker processes that `process` has started."""
    found = process.children(recursive=True)
    return [p for p in found if "spawn_main" in " ".join(p.cmdline()) and not p.children()]


def test_processes_with_one_killed_are_the_same_bit_for_bit(whole, tmp_path):
    """A worker process is killed in the middle; Dask gives its chunk to another, and nothing changes."""
    psutil = pytest.importorskip("psutil")
    pytest.importorskip("distributed")
    problem = problems.tumour(reseed=1.0)
    problem = problem.with_(patients=Marked(problem.patients, tmp_path))
    killed = []

    def kill():
        victim = workers_of(psutil.Process())[0]
        victim.kill()
        killed.append(victim.pid)

    made = run_cohort(
        problem, n=N, seed=SEED, chunk=256, workers=2, scheduler="processes", progress=OnFirst(kill)
    )  # fmt: skip
    assert killed and len(list(tmp_path.iterdir())) > -(-N // 256)  # what it was at was begun again
    equal(whole, made)


def test_processes_interrupted_by_the_terminal_leave_none_behind(whole, tmp_path):
    """Ctrl-C goes to every process of the terminal, worker processes included."""
    psutil = pytest.importorskip("psutil")
    pytest.importorskip("distributed")
    folder = tmp_path / "c"
    process = start(folder, workers=2, scheduler="processes")
    wait_for_commits(folder, 1, process)
    family = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "run again to go on" in said and "Traceback" not in said, said
    assert not psutil.wait_procs(family, timeout=20)[1]
    equal(whole, resume(folder))


def test_no_scheduler_answers():
    from metastasome.core.errors import InputError

    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="no Dask scheduler"):
        run_cohort(problems.tumour(reseed=1.0), n=10, seed=1, scheduler="nonsense")


SBATCH = """#!/bin/sh
# keeps a copy, as SLURM does, and runs it here, at once, in the background; its number is that of its process group
cp "$1" "{jobs}.sh"
setsid sh "{jobs}.sh" >"{jobs}.log" 2>&1 &
echo $! >>"{jobs}"
echo "Submitted batch job $!"
"""
SCANCEL = """#!/bin/sh
kill -- "-$1"
"""


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """A PATH on which `sbatch` and `scancel` are programs of ours; the file of the jobs that were submitted."""
    tools, jobs = tmp_path / "bin", tmp_path / "jobs"
    tools.mkdir()
    jobs.touch()
    for name, text in (("sbatch", SBATCH.format(jobs=jobs)), ("scancel", SCANCEL)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    yield jobs
    for job in jobs.read_text().split():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(int(job), signal.SIGKILL)


def test_a_cohort_through_slurm(whole, slurm, tmp_path):
    """The call of the documentation: a look at the script first, then jobs, then the cohort, same bits."""
    jobqueue = pytest.importorskip("dask_jobqueue")
    with jobqueue.SLURMCluster(
        cores=1, processes=1, memory="2GB", queue="short", walltime="02:00:00", local_directory=str(tmp_path),
        log_directory=str(tmp_path), scheduler_options={**NO_DASHBOARD, "host": "127.0.0.1"},
        silence_logs="CRITICAL",
    ) as cluster:  # fmt: skip
        script = cluster.job_script()
        for line in ("#SBATCH -p short", "#SBATCH -t 02:00:00", "#SBATCH --cpus-per-task=1", "#SBATCH --mem=2G"):
            assert line in script
        assert "distributed.cli.dask_worker" in script and cluster.scheduler_address in script
        assert slurm.read_text() == ""  # nothing was submitted by looking
        cluster.scale(jobs=1)
        cluster.wait_for_workers(1, timeout=300)  # a job that dies must not be waited for for ever
        made = run_cohort(problems.tumour(reseed=1.0), n=N, seed=SEED, chunk=256, scheduler=cluster)
        assert len(slurm.read_text().split()) == 1
    equal(whole, made)
