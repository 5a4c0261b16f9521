"""Trajectories summed up over patients while they stream by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .chunk import PER_BLOCK, ChunkResult, Task, reservoir, sample_of

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Summary:
    """Quantities over time, over patients.

    Attributes:
        names: one per quantity (``niche:lung`` or ``size``), q of them.
        mean: (q, t) over every patient.
        quantiles: (5, q, t) at `levels`, over a random sample of `sample` patients chosen by key; exact where that
            is everybody.
        raw: (k, q, t) trajectories of the first k patients.
    """

    names: tuple[str, ...]
    mean: Floats = field(repr=False)
    quantiles: NDArray[np.float32] = field(repr=False)
    raw: NDArray[np.float32] = field(repr=False)
    sample: int
    levels: tuple[float, ...] = LEVELS

    def index(self, name: str) -> int:
        """Return the place of a quantity."""
        return self.names.index(name)


class Collector:
    """Takes chunks in the order of patients and adds up their blocks one by one, so that chunks change no sum."""

    def __init__(self, task: Task) -> None:
        self.task = task
        p = task.problem
        self.chosen = reservoir(task.seed, task.n, task.settings)
        self.names = quantity_names(p)
        shape = (len(self.chosen), len(self.names) + len(p.groups), len(p.times))
        self.kept = np.zeros(shape, dtype=np.float32)
        o, t = len(p.groups), len(p.times)
        self.sums = {name: np.zeros((len(self.names) if name == "recorded_sum" else o, t)) for name in PER_BLOCK}

    def take(self, result: ChunkResult) -> None:
        """Add the chunk of the next patients."""
        for name in PER_BLOCK:
            for block in result.arrays[name]:
                self.sums[name] += block
        low, high = np.searchsorted(self.chosen, (result.lo, result.hi))
        self.kept[low:high] = result.kept

    def total(self, name: str) -> Floats:
        """Return a sum over patients divided by their number."""
        return self.sums[name] / self.task.n

    def summaries(self) -> tuple[Summary, Summary]:
        """Return what was recorded, and the lesion cells of each organ."""
        r = len(self.names)
        sample = sample_of(self.task.seed, self.task.n, self.task.settings)
        raw = min(self.task.n, self.task.settings.raw)

        def made(names: tuple[str, ...], part: slice, mean: Floats) -> Summary:
            chosen = self.kept[:, part] if sample.all() else self.kept[sample, part]
            quantiles = np.empty((len(LEVELS), *chosen.shape[1:]), dtype=np.float32)
            for q in range(chosen.shape[1]):
                quantiles[:, q] = np.quantile(chosen[:, q], LEVELS, axis=0)
            return Summary(names, mean, quantiles, self.kept[:raw, part].copy(), int(sample.sum()))

        burden = tuple(self.task.problem.groups)
        return (
            made(self.names, slice(0, r), self.total("recorded_sum")),
            made(burden, slice(r, None), self.total("burden_sum")),
        )


def quantity_names(problem: Any) -> tuple[str, ...]:
    """Return a name per recorded quantity: entries of a block as long as the organs carry the organ's name."""
    found: list[str] = []
    for name in problem.record:
        layout = problem.outputs if name in problem.outputs.names else problem.states
        part = layout.slice(name)
        size = part.stop - part.start
        labels = problem.groups if size == len(problem.groups) else range(size)
        found += [name] if size == 1 else [f"{name}:{label}" for label in labels]
    return tuple(found)
