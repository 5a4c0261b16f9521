"""Run a cohort: here, on worker processes, or on a cluster; stop at any moment and go on later."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import InputError
from ..core.progress import SILENT, Progress
from ..core.streams import check_seed
from .chunk import BLOCK, ChunkResult, Task, solve_chunk
from .collect import Whole, sizes
from .problem import Problem, Settings
from .room import available_memory
from .summary import quantity_names

if TYPE_CHECKING:
    from .cohort import Cohort
    from .store import Store

_MOST = 2048  # patients of a chunk: what a stop loses, and how often progress is told
_CHUNK_BYTES = 64e6  # most working memory of a chunk, less where memory is short
_SHARE = 0.05  # of the available memory for all chunks under way
_LESIONS = 250  # rows a patient may leave
_PARTS = 16  # chunks per worker: how even their ends are, and how often progress is told of small cohorts


def run_cohort(
    problem: Problem,
    *,
    n: int,
    seed: int,
    chunk: int | None = None,
    workers: int = 1,
    scheduler: Any = None,
    out: str | Path | None = None,
    resume: bool = False,
    progress: Progress = SILENT,
    settings: Settings | None = None,
) -> Cohort:
    """Solve `n` virtual patients and return what became of them.

    Patient i is a pure function of (problem, settings, seed, i): chunks, workers, order and restarts change nothing.

    Args:
        chunk: patients per chunk (rounded up to whole blocks of 256); chosen from memory and workers when None.
        workers: threads of this process (compiled code runs side by side), or processes with ``scheduler="processes"``.
        scheduler: address of a Dask scheduler (``tcp://...``), a Dask cluster or client object, or ``"processes"``:
            a Dask cluster of worker processes on this machine (extra ``cluster``).
        out: folder of the store; each finished chunk is committed there. None keeps nothing beyond this process.
        resume: go on in `out`, where an earlier run of the same study was stopped.
        progress: told after every chunk.
        settings: tolerances and what is kept.

    Raises:
        InputError: an argument or a patient is not usable. StoreError: `out` exists, belongs to another study, or
            is full.
        ModelError, SolverError: a patient cannot be solved; the message names patient, day and organ.
    """
    began = time.perf_counter()
    settings = settings or Settings()
    task = _task(problem, n, seed, settings)
    size = _chunk_size(task, chunk, workers)
    if out is None:
        if resume:
            raise InputError("nothing to resume without a folder", field="resume", hint="pass out")
        return _collect(task, None, size, workers, scheduler, progress, began)
    from . import store as disk

    study = _study(task, size)
    folder = Path(out)
    if resume and (folder / "study.json").exists():
        known = {k: v for k, v in study.items() if k != "chunk" or chunk is not None}
        store = disk.reopen(folder, known)
        size = store.chunk
    else:
        store = disk.create(folder, study, sizes(task))
    with disk.only_writer(folder):
        return _collect(task, store, size, workers, scheduler, progress, began)


def _task(problem: Problem, n: int, seed: int, settings: Settings) -> Task:
    from .generate import sources

    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 1 <= n < 2**31:
        raise InputError("not a usable number of patients", field="n", value=n, expected="a whole number, 1 or more")
    return Task(problem, settings, check_seed(seed), int(n), sources(problem.compiled, problem.burden))


def _chunk_size(task: Task, chunk: int | None, workers: int) -> int:
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise InputError("not a usable number of workers", field="workers", value=workers, expected="1 or more")
    if chunk is not None:
        if isinstance(chunk, bool) or not isinstance(chunk, int) or chunk < 1:
            raise InputError("not a usable chunk", field="chunk", value=chunk, expected="1 patient or more")
        return -(-chunk // BLOCK) * BLOCK
    p = task.problem
    each = 8 * (p.params.size + p.states.size) + 48 * _LESIONS + 24 * len(p.groups)
    room = min(_CHUNK_BYTES, _SHARE * available_memory() / workers)
    fair = -(-task.n // (_PARTS * workers))
    return max(1, min(int(room / each), fair, _MOST) // BLOCK) * BLOCK


def _study(task: Task, chunk: int) -> dict[str, Any]:
    from ..core.provenance import versions
    from .generate import engine_digest
    from .store import FORMAT

    p = task.problem
    return {
        "format": FORMAT,
        "version": versions()["metastasome"],
        "engine": engine_digest(),
        "problem": p.fingerprint(),
        "seed": task.seed,
        "n": task.n,
        "settings": dataclasses.asdict(task.settings),
        "groups": list(p.groups),
        "origins": list(p.origins),
        "events": [e.name for e in p.events],
        "quantities": list(quantity_names(p)),
        "times": p.times.tolist(),
        "chunk": chunk,
    }


def _collect(
    task: Task, store: Store | None, size: int, workers: int, scheduler: Any, progress: Progress, began: float
) -> Cohort:
    found = set() if store is None else set(store.committed())
    ranges = [(lo, min(lo + size, task.n)) for lo in range(0, task.n, size) if lo // size not in found]
    known = task.n - sum(hi - lo for lo, hi in ranges)
    done, started = 0, time.perf_counter()
    try:
        with (
            progress.task("patients", task.n) as tick,
            contextlib.closing(_results(task, ranges, workers, scheduler)) as results,
        ):
            whole = Whole(task, store, size, found)
            tick(known)
            for result in results:
                whole.take(result)
                done += result.hi - result.lo
                tick(result.hi - result.lo)
    except KeyboardInterrupt as stop:
        stop.add_note(_interrupted(store, known + done, task.n))
        raise
    seconds = time.perf_counter() - started
    speed = {
        "solved": done,
        "seconds_solving": seconds,
        "seconds": time.perf_counter() - began,
        "patients_per_second": done / seconds if done else float("nan"),
    }
    return whole.cohort({k: v for k, v in _study(task, BLOCK).items() if k != "chunk"}, speed)


def _results(
    task: Task, ranges: list[tuple[int, int]], workers: int, scheduler: Any
) -> Generator[ChunkResult, None, None]:
    if scheduler is not None:
        from .distribute import solve_anywhere

        yield from solve_anywhere(task, ranges, workers=workers, scheduler=scheduler)
    elif workers > 1:
        from .threads import solve_on_threads

        yield from solve_on_threads(task, ranges, workers)
    else:
        for lo, hi in ranges:
            yield solve_chunk(task, lo, hi)


def _interrupted(store: Store | None, done: int, total: int) -> str:
    if store is None:
        return f"stopped after {done} of {total} patients; nothing was kept (pass out to keep finished chunks)"
    return f"stopped after {done} of {total} patients, kept in {store.folder}; run again to go on (resume)"
