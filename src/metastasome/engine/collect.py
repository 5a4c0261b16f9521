"""Chunks put together to a cohort, in the order of patients whatever order they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.errors import StoreError
from .chunk import BLOCK, PER_PATIENT, ChunkResult, Task
from .room import Columns
from .rows import OnDemand, RowFile
from .summary import Collector, quantity_names

if TYPE_CHECKING:
    from .cohort import Cohort
    from .store import Store


def sizes(task: Task) -> dict[str, int]:
    """Return the length of every dimension of a cohort's arrays."""
    p = task.problem
    return {
        "patient": task.n,
        "block": -(-task.n // BLOCK),
        "organ": len(p.groups),
        "event": len(p.events),
        "quantity": len(quantity_names(p)),
        "time": len(p.times),
    }


class Whole:
    """Takes chunks as they come, commits them to the store if there is one, and adds them up in order.

    Only chunks that overtook an unfinished one wait in memory; of the others the rows per patient and the lesion rows
    go to disk (small cohorts stay in memory) and the rest is summed up.

    Args:
        task: what is solved.
        store: where chunks are committed, or None.
        size: patients per chunk.
        found: numbers of chunks that the store has already.
    """

    def __init__(self, task: Task, store: Store | None, size: int, found: set[int]) -> None:
        from .store import DIMS, TYPES

        self.task, self.store, self.size, self.found = task, store, size, found
        long = sizes(task)
        shapes = {n: (tuple(long[d] for d in DIMS[n]), TYPES.get(n, "float64")) for n in PER_PATIENT}
        self.columns = Columns(shapes, None if store is None else store.folder)
        self.collector = Collector(task)
        self.rows = RowFile(tuple(task.problem.groups), tuple(task.problem.origins))
        self.founders = self.next = 0
        self._early: dict[int, ChunkResult] = {}
        self._go_on()

    def take(self, result: ChunkResult) -> None:
        """Take a chunk.

        Raises:
            StoreError: the disk is full or cannot be written; chunks committed before are safe.
        """
        if self.store is not None:
            self.store.commit(result)
        self._early[result.lo] = result
        self._go_on()

    def _go_on(self) -> None:
        while self.next < self.task.n:
            number = self.next // self.size
            if self.next in self._early:
                self._add(self._early.pop(self.next))
            elif self.store is not None and number in self.found:
                self._add(self.store.read(number))
            else:
                return

    def _add(self, result: ChunkResult) -> None:
        self.collector.take(result)
        self.founders += int(result.arrays["founders"].sum())
        try:
            for name in PER_PATIENT:
                self.columns.put(name, result.lo, result.arrays[name])
            if self.store is None:
                self.rows.add(result.rows)
        except OSError as error:
            hint = "make room and run again with --resume: finished patients are kept" if self.store else "make room"
            raise StoreError(f"cannot write: {error.strerror or error}", field="results", hint=hint) from error
        self.next = result.hi

    def cohort(self, made_of: dict[str, Any], speed: dict[str, float]) -> Cohort:
        """Return the cohort; `made_of` is what decided it."""
        from .cohort import Cohort

        p, arrays = self.task.problem, self.columns.arrays
        recorded, burden = self.collector.summaries()
        return Cohort(
            n=self.task.n,
            seed=self.task.seed,
            groups=tuple(p.groups),
            origins=tuple(p.origins),
            events=tuple(e.name for e in p.events),
            times=p.times,
            lesion_table=OnDemand(self.rows.table if self.store is None else self.store.lesions),
            first_seen=arrays["first_seen"],
            detected_count=arrays["seen"],
            lesion_count=arrays["lesions"],
            cells=arrays["cells"],
            event_day=arrays["event_day"],
            recorded=recorded,
            burden=burden,
            detected_by=self.collector.total("seen_by"),
            provenance=made_of | {"founders": self.founders},
            speed=speed,
        )
