"""The result of a cohort run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .rows import OnDemand
from .summary import Summary

Short = NDArray[np.float32]


@dataclass(frozen=True, repr=False)
class Cohort:
    """Virtual patients after their time: n patients, o organs, t recording days, e events.

    Attributes:
        lesion_table: reads `lesions`.
        first_seen: (n, o) day a lesion of the organ was first seen, NaN: never.
        detected_count, lesion_count: (n, o) lesions ever seen; alive at the horizon (with
            ``horizon_founders="detectable"``
            those alive and drawn, which are all that live).
        cells: (n, o) lesion cells at the horizon.
        event_day: (n, e) day each event happened, NaN: never.
        recorded: recorded quantities over time. burden: lesion cells per organ over time.
        detected_by: (o, t) share of patients with a lesion seen in the organ by then.
        provenance: what was run: enough to tell this cohort from any other.
        speed: seconds, patients solved in this call (others were found in the store) and per second.

    Arrays of a large cohort are files mapped into memory: reading them costs what is read, and no more. Go over them
    with :meth:`parts` rather than at once.
    """

    n: int
    seed: int
    groups: tuple[str, ...]
    origins: tuple[str, ...]
    events: tuple[str, ...]
    times: NDArray[np.float64] = field(repr=False)
    lesion_table: OnDemand
    first_seen: Short
    detected_count: NDArray[np.int32]
    lesion_count: NDArray[np.int32]
    cells: NDArray[np.float64]
    event_day: Short
    recorded: Summary
    burden: Summary
    detected_by: NDArray[np.float64]
    provenance: Mapping[str, Any]
    speed: Mapping[str, float]

    @property
    def lesions(self) -> Any:
        """Table of lesions: patient, organ, origin, founded_day, detected_day, cells; a row per lesion of the first
        `lesion_patients` patients. detected_day is NaN where imaging never saw it, cells are those at the horizon.

        Read when asked for; kept in memory up to a million rows.
        """
        return self.lesion_table()

    @property
    def lesion_patients(self) -> int:
        """Number of patients, the first ones, whose lesions have a row in `lesions`."""
        return min(self.n, int(self.provenance["settings"]["keep"]))

    def parts(self, size: int = 65_536) -> Iterator[slice]:
        """Yield slices of consecutive patients that make up everybody."""
        return (slice(lo, min(lo + size, self.n)) for lo in range(0, self.n, size))

    def __repr__(self) -> str:
        seen = sum(int(np.isfinite(self.first_seen[part]).any(axis=1).sum()) for part in self.parts()) / self.n
        return (
            f"Cohort of {self.n} patients, {len(self.groups)} organs, {self.times[-1]:g} days: a lesion was seen in "
            f"{100 * seen:.3g}% of patients"
        )

    @property
    def p_detect(self) -> NDArray[np.float64]:
        """(o,) share of patients in whom a lesion of the organ was seen by the horizon."""
        seen = np.zeros(len(self.groups))
        for part in self.parts():
            seen += np.isfinite(self.first_seen[part]).sum(axis=0)
        return seen / self.n

    def to_frame(self) -> Any:
        """Return a table with a row per patient and organ."""
        import pandas as pd

        o = len(self.groups)
        return pd.DataFrame(
            {
                "patient": np.repeat(np.arange(self.n, dtype=np.int32), o),
                "organ": pd.Categorical.from_codes(
                    np.tile(np.arange(o, dtype=np.int16), self.n), pd.Index(self.groups)
                ),
                "first_seen_day": self.first_seen.ravel(),
                "detected": self.detected_count.ravel(),
                "lesions": self.lesion_count.ravel(),
                "cells": self.cells.ravel(),
            }
        )

    def trajectories(self) -> Any:
        """Return a table: name (``size``, ``niche:lung``, ``burden:lung``), day, q05, q25, q50, q75, q95, mean."""
        import pandas as pd

        parts = []
        for prefix, made in (("", self.recorded), ("burden:", self.burden)):
            for k, name in enumerate(made.names):
                columns = {f"q{round(100 * q):02d}": made.quantiles[j, k] for j, q in enumerate(made.levels)}
                parts.append(pd.DataFrame({"name": prefix + name, "day": self.times, **columns, "mean": made.mean[k]}))
        return pd.concat(parts, ignore_index=True)

    def to_xarray(self) -> Any:
        """Return everything but the lesion table as an :class:`xarray.Dataset`."""
        import xarray as xr

        each, over = ("patient", "organ"), ("quantity", "time")
        return xr.Dataset(
            {
                "first_seen": (each, self.first_seen),
                "detected_count": (each, self.detected_count),
                "lesion_count": (each, self.lesion_count),
                "cells": (each, self.cells),
                "event_day": (("patient", "event"), self.event_day),
                "detected_by": (("organ", "time"), self.detected_by),
                "recorded_mean": (over, self.recorded.mean),
                "recorded_quantiles": (("level", *over), self.recorded.quantiles),
                "recorded_raw": (("raw_patient", *over), self.recorded.raw),
                "burden_mean": (("organ", "time"), self.burden.mean),
                "burden_quantiles": (("level", "organ", "time"), self.burden.quantiles),
                "burden_raw": (("raw_patient", "organ", "time"), self.burden.raw),
            },
            coords={
                "patient": np.arange(self.n),
                "organ": list(self.groups),
                "time": ("time", self.times, {"units": "day"}),
                "quantity": list(self.recorded.names),
                "level": list(self.recorded.levels),
                "event": list(self.events),
            },
            attrs={k: str(v) for k, v in self.provenance.items()},
        )
