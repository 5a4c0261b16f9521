"""Progress that any room can report and nobody has to watch.

A long step says ``with progress.task("patients", 2000) as tick: ...; tick(100)``. What becomes of it is decided at the
door: nothing (:data:`SILENT`), bars on stderr for steps over two seconds (:class:`Bars`), or one JSON object per line
(:class:`Lines`). Nothing here imports rich until a bar is really drawn.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TextIO

Tick = Callable[[int], None]
PATIENCE_S = 2.0


def resident_mib() -> float | None:
    """Return the memory this process holds, MiB; None where the system does not say (only Linux does)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


class _Pace:
    """Units per second since the first tick: what an earlier run had done comes with that one."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def tick(self, done: int) -> None:
        self._first = self._first or (time.monotonic(), done)

    def rate(self, done: int) -> float | None:
        if self._first is None or done <= self._first[1]:
            return None
        spent = time.monotonic() - self._first[0]
        return (done - self._first[1]) / spent if spent > 0 else None


class Progress(Protocol):
    """Whatever can be told how far a long step is."""

    def task(self, name: str, total: int | None = None) -> AbstractContextManager[Tick]:
        """Open the step `name` of `total` units (None: unknown); the tick it yields takes how many more are done."""
        ...


class Silent:
    """Tells nobody."""

    @contextlib.contextmanager
    def task(self, name: str, total: int | None = None) -> Iterator[Tick]:
        """Open a step that nobody watches."""
        yield lambda _done: None


SILENT = Silent()


class Lines:
    """One JSON object per line, for programs: ``{"task": "patients", "done": 100, "total": 2000, "seconds": 0.4,
    "per_second": 250.0, "seconds_left": 7.6, "memory_mib": 310.2}``.

    `per_second` counts from the first tick on (what an earlier run had done comes with that), and it and
    `seconds_left` are null until the second; `memory_mib` is what the process holds, null where the system is silent.

    Args:
        out: where to write; stderr by default.
        every_s: shortest time between two lines of one task; its last line is always written.
    """

    def __init__(self, out: TextIO | None = None, *, every_s: float = 0.5) -> None:
        self._out, self._every = out, every_s

    @contextlib.contextmanager
    def task(self, name: str, total: int | None = None) -> Iterator[Tick]:
        """Open a step; a first line is written at once and a last one, with ``"end"``, when it ends."""
        began = last = time.monotonic()
        done, pace = 0, _Pace()

        def say(end: str | None = None) -> None:
            line: dict[str, Any] = {"task": name, "done": done, "total": total}
            line["seconds"] = round(time.monotonic() - began, 3)
            rate = pace.rate(done)
            line["per_second"] = None if rate is None else float(f"{rate:.4g}")
            line["seconds_left"] = None if rate is None or total is None else round((total - done) / rate, 1)
            line["memory_mib"] = resident_mib()
            if end is not None:
                line["end"] = end
            print(json.dumps(line), file=self._out or sys.stderr, flush=True)

        def tick(more: int) -> None:
            nonlocal done, last
            done += more
            pace.tick(done)
            if (now := time.monotonic()) - last >= self._every:
                last = now
                say()

        say()
        try:
            yield tick
        except BaseException:
            say("stopped")
            raise
        say("finished")


class Bars:
    """Bars on stderr for steps that last longer than two seconds; plain closing lines where stderr is no terminal.

    Args:
        patience_s: how long a step may take before a bar is drawn.
    """

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._patience = patience_s

    @contextlib.contextmanager
    def task(self, name: str, total: int | None = None) -> Iterator[Tick]:
        """Open a step; its bar appears once the step has lasted longer than the patience."""
        began = time.monotonic()
        bar = _Bar(name, total)
        timer = threading.Timer(self._patience, bar.show) if sys.stderr.isatty() else None
        if timer is not None:
            timer.daemon = True
            timer.start()
        try:
            yield bar.advance
        finally:
            if timer is not None:
                timer.cancel()
            bar.close()
        spent = time.monotonic() - began
        if timer is None and spent > self._patience:
            print(f"{name}: {spent:.1f} s", file=sys.stderr, flush=True)


class _Bar:
    """One rich bar that may never be drawn; drawing happens on a timer's thread, so every step holds the lock."""

    def __init__(self, name: str, total: int | None) -> None:
        self._name, self._total, self._done, self._pace = name, total, 0, _Pace()
        self._lock = threading.Lock()
        self._drawn: Any = None
        self._closed = False

    def show(self) -> None:
        """Draw the bar, unless the step has ended meanwhile."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Rich

        with self._lock:
            if self._closed:
                return
            more = [] if self._total is None else [BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
            self._drawn = Rich(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                *more,
                TextColumn("{task.fields[pace]}"),
                console=Console(stderr=True),
                transient=True,
            )
            self._drawn.start()
            self._drawn.add_task(self._name, total=self._total, completed=self._done, pace="")

    def advance(self, more: int) -> None:
        with self._lock:
            self._done += more
            self._pace.tick(self._done)
            if self._drawn is not None:
                rate, memory = self._pace.rate(self._done), resident_mib()
                said = [] if rate is None else [f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.2g}/s"]
                said += [] if memory is None else [f"{memory:,.0f} MiB"]
                self._drawn.update(self._drawn.task_ids[0], completed=self._done, pace=", ".join(said))

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._drawn is not None:
                self._drawn.stop()
