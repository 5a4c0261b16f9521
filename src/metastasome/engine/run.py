"""Run a cohort: here, on worker processes, or on a cluster; stop at any moment and go on later."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import InputError
from ..core.progress import SILENT, Progress
from ..core.streams import check_seed
from .chunk import BLOCK, PER_PATIENT, ChunkResult, Task, solve_chunk
from .problem import Problem, Settings
from .summary import Collector, quantity_names

if TYPE_CHECKING:
    from .cohort import Cohort
    from .store import Store

_CHUNK_BYTES = 64e6  # working memory of a chunk


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
        workers: processes on this machine (Dask, extra ``cluster``); 1 solves here.
        scheduler: address of a Dask scheduler (``tcp://...``), or a Dask cluster or client object.
        out: folder of the store; each finished chunk is committed there. None keeps results in memory only.
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
        store = disk.create(folder, study, _sizes(task))
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
    each = 8 * (p.params.size + p.states.size) + 48 * 60 + 24 * len(p.groups)
    most = max(BLOCK, int(_CHUNK_BYTES / each))
    fair = -(-task.n // (4 * workers)) if workers > 1 else task.n
    return max(1, min(most, fair, 8192) // BLOCK) * BLOCK


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


def _sizes(task: Task) -> dict[str, int]:
    p = task.problem
    return {
        "patient": task.n,
        "block": -(-task.n // BLOCK),
        "organ": len(p.groups),
        "event": len(p.events),
        "quantity": len(quantity_names(p)),
        "time": len(p.times),
    }


def _collect(
    task: Task, store: Store | None, size: int, workers: int, scheduler: Any, progress: Progress, began: float
) -> Cohort:
    collector, patients = Collector(task), _empty(task)
    rows: dict[int, Any] = {}
    done = 0
    ranges = [(lo, min(lo + size, task.n)) for lo in range(0, task.n, size)]
    if store is not None:
        for number in store.committed():
            _take(store.read(number), collector, patients)
            ranges.remove((number * size, min(number * size + size, task.n)))
    found = task.n - sum(hi - lo for lo, hi in ranges)
    started = time.perf_counter()
    try:
        with progress.task("patients", task.n) as tick:
            tick(found)
            for result in _results(task, ranges, workers, scheduler):
                _take(result, collector, patients)
                if store is not None:
                    store.commit(result)
                else:
                    rows[result.lo] = result.rows
                done += result.hi - result.lo
                tick(result.hi - result.lo)
    except KeyboardInterrupt as stop:
        stop.add_note(_interrupted(store, found + done, task.n))
        raise
    return _cohort(task, store, size, collector, patients, rows, (done, time.perf_counter() - started, began))


def _results(task: Task, ranges: list[tuple[int, int]], workers: int, scheduler: Any) -> Iterator[ChunkResult]:
    if workers == 1 and scheduler is None:
        return (solve_chunk(task, lo, hi) for lo, hi in ranges)
    from .distribute import solve_anywhere

    return solve_anywhere(task, ranges, workers=workers, scheduler=scheduler)


def _empty(task: Task) -> dict[str, Any]:
    from .store import DIMS, TYPES

    sizes = _sizes(task)
    return {n: np.zeros([sizes[d] for d in DIMS[n]], dtype=TYPES.get(n, "float64")) for n in PER_PATIENT}


def _take(result: ChunkResult, collector: Collector, patients: dict[str, Any]) -> None:
    collector.take(result)
    for name in PER_PATIENT:
        patients[name][result.lo : result.hi] = result.arrays[name]


def _provenance(task: Task, patients: dict[str, Any]) -> dict[str, Any]:
    """Return what decides the result; the chunk does not."""
    made = {k: v for k, v in _study(task, BLOCK).items() if k != "chunk"}
    return made | {"founders": int(patients["founders"].sum())}


def _interrupted(store: Store | None, done: int, total: int) -> str:
    if store is None:
        return f"stopped after {done} of {total} patients; nothing was kept (pass out to keep finished chunks)"
    return f"stopped after {done} of {total} patients, kept in {store.folder}; run again with resume to go on"


def _cohort(
    task: Task,
    store: Store | None,
    size: int,
    collector: Collector,
    patients: dict[str, Any],
    rows: dict[int, Any],
    timing: tuple[int, float, float],
) -> Cohort:
    from .cohort import Cohort
    from .store import lesion_frame

    p, (done, seconds, began) = task.problem, timing
    recorded, burden = collector.summaries()
    if store is None:
        lesions = lesion_frame(np.concatenate([rows[lo] for lo in sorted(rows)]), p.groups, p.origins)
    else:
        lesions = store.lesions()
    speed = {
        "solved": done,
        "seconds_solving": seconds,
        "seconds": time.perf_counter() - began,
        "patients_per_second": done / seconds if done else float("nan"),
    }
    return Cohort(
        n=task.n,
        seed=task.seed,
        groups=tuple(p.groups),
        origins=tuple(p.origins),
        events=tuple(e.name for e in p.events),
        times=p.times,
        lesions=lesions,
        first_seen=patients["first_seen"],
        detected_count=patients["seen"],
        lesion_count=patients["lesions"],
        cells=patients["cells"],
        event_day=patients["event_day"],
        recorded=recorded,
        burden=burden,
        detected_by=collector.total("seen_by"),
        provenance=_provenance(task, patients),
        speed=speed,
    )
