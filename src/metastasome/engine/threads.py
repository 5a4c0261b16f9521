"""Chunks on threads of this process: compiled code lets go of the interpreter, so that they run side by side.

Against processes: nothing to start, nothing to send, one copy of the compiled code.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor

from .chunk import ChunkResult, Task, solve_chunk

_AHEAD = 3  # chunks per worker that are solved or wait: bounds what is held when one takes long


def solve_on_threads(task: Task, ranges: list[tuple[int, int]], workers: int) -> Generator[ChunkResult, None, None]:
    """Yield chunks in order. Closed early, it lets the blocks of patients under way end and drops the rest."""
    from .generate import build

    build(task.parts)  # once, before threads ask for it
    stop, waiting = threading.Event(), iter(ranges)
    flight: deque[Future[ChunkResult]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="patients")
    try:
        for lo, hi in waiting:
            flight.append(pool.submit(solve_chunk, task, lo, hi, stop))
            if len(flight) == _AHEAD * workers:
                break
        while flight:
            yield flight.popleft().result()
            for lo, hi in waiting:
                flight.append(pool.submit(solve_chunk, task, lo, hi, stop))
                break
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
