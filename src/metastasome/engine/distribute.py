"""Chunks on other processes and machines, through Dask; no scheduler of our own."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import contextlib
import signal
from collections import deque
from collections.abc import Generator, Iterator
from typing import Any

from ..core.errors import InputError, MissingExtraError, ModelError
from .chunk import ChunkResult, Task, solve_chunk

#: options of a Dask scheduler without a page of its own, on any free port: the usual one may be taken by another
NO_DASHBOARD = {"dashboard": False, "dashboard_address": ":0"}


def solve_anywhere(
    task: Task, ranges: list[tuple[int, int]], *, workers: int, scheduler: Any
) -> Generator[ChunkResult, None, None]:
    """Yield chunks as they finish, a few in flight per worker; Dask gives the chunks of a lost worker to another.

    Waits for the first worker, however long it takes. No chunk is begun that is far ahead of one under way: what
    overtakes it waits in the caller's memory.

    Raises:
        MissingExtraError: Dask is not installed. InputError: no scheduler answers at the address.
        ModelError: a chunk took down three workers one after another.
    """
    try:
        from distributed import KilledWorker, as_completed
    except ImportError as error:
        raise MissingExtraError("distributed", "cluster", "running on several processes") from error
    with connected(workers, scheduler) as client:
        client.wait_for_workers(1)  # jobs may wait in a queue for hours
        shared = client.scatter(task, broadcast=True)
        flight, waiting, under_way = as_completed(), deque(ranges), dict[int, int]()  # lo -> place in `ranges`
        places = {lo: k for k, (lo, _) in enumerate(ranges)}

        def send() -> None:
            ahead = 2 * max(1, len(client.nthreads()))
            while waiting and len(under_way) < ahead:
                lo, hi = waiting[0]
                if under_way and places[lo] - min(under_way.values()) >= 4 * ahead:
                    return
                waiting.popleft()
                under_way[lo] = places[lo]
                flight.add(client.submit(solve_chunk, shared, lo, hi, pure=False))

        send()
        for future in flight:
            try:
                result = future.result()
            except KilledWorker as error:
                raise ModelError(f"a chunk of patients took down its workers: {error}") from error
            future.release()
            del under_way[result.lo]
            yield result
            send()


@contextlib.contextmanager
def connected(workers: int, scheduler: Any) -> Iterator[Any]:
    """Yield the client of `scheduler`, for several cohorts one after another; None and a client are yielded as given.

    Raises:
        MissingExtraError: Dask is not installed. InputError: no scheduler answers at the address.
    """
    if scheduler is None:
        yield None
        return
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise MissingExtraError("distributed", "cluster", "running on several processes") from error
    if isinstance(scheduler, Client):
        yield scheduler
    elif scheduler != "processes":
        with _connect(scheduler) as client:
            yield client
    else:
        options = {
            "n_workers": workers, "threads_per_worker": 1, "processes": True, "scheduler_kwargs": NO_DASHBOARD,
            "preload": [__name__],
        }  # fmt: skip
        with (
            LocalCluster(**options, silence_logs="CRITICAL") as cluster,
            Client(cluster) as client,
        ):
            yield client


def dask_setup(worker: Any) -> None:
    """Let a worker process of ours ignore Ctrl-C, which a terminal sends to it too: whoever started it ends it.

    Dask calls it by this name in every process that loads the module as a preload.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _connect(scheduler: Any) -> Any:
    from distributed import Client

    try:
        return Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise InputError(
            "no Dask scheduler answers",
            field="scheduler",
            value=scheduler,
            expected="an address such as tcp://host:8786",
        ) from error
