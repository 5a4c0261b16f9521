"""What an assay is: what it reads in the body, what it reports, its noise, its limit of detection, its false alarms.

An assay is a frozen dataclass whose parameters carry unit, range, prior and source. It reads named levels of the body
(:data:`LEVELS`), alone or from a :class:`~metastasome.readouts.course.Course`, and turns them into reported values:

* ``expected(levels)``: what it would report without noise;
* ``measure(levels, person, draw)``: what it reports, from uniforms of the person and of the draw;
* ``lod``: the least level that it tells from a blank; an assay without one is refused;
* ``threshold``: the reported value from which the test is called positive.
"""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.parameters import Parameter, parameters_of

Floats = NDArray[np.float64]
Levels = Mapping[str, Floats]
#: Levels an assay may read -> unit and meaning.
LEVELS: dict[str, tuple[str, str]] = {
    "tumour_ev": ("EV/mL", "tumour vesicles in plasma"),
    "deaths": ("cell/day", "tumour cells dying"),
    "tumour_cells": ("cell", "tumour cells of primary and lesions"),
    "ctc": ("cell/mL", "circulating tumour cells in peripheral blood"),
    "pleural_ev": ("EV/mL", "tumour vesicles in pleural fluid"),
    "largest": ("cell", "cells of the largest lesion, by organ"),
    "since_surgery": ("day", "days since the primary was taken out; below 0 before, NaN without surgery"),
}


@dataclass(frozen=True)
class Assay(ABC):
    """Base of all assays; see the module.

    Class attributes: `key`, `title`, `reads` (a name of :data:`LEVELS`), `unit` of what is reported, `lod_unit`, and
    `false_positive`: what a false alarm costs the patient.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    reads: ClassVar[str] = ""
    unit: ClassVar[str] = ""
    lod_unit: ClassVar[str] = ""
    false_positive: ClassVar[str] = ""
    person_numbers: ClassVar[int] = 1
    draw_numbers: ClassVar[int] = 4

    def __post_init__(self) -> None:
        for p in parameters_of(type(self)):
            if p.name == "limit":
                _check_limit(self.key, getattr(self, p.name), p)
            else:
                p.check(getattr(self, p.name), field=f"{self.key}.{p.name}")

    @property
    def name(self) -> str:
        """Name in tables: the key, with the marker where several share it."""
        marker = getattr(self, "marker", "")
        return f"{self.key}:{marker}" if marker else self.key

    @property
    def lod(self) -> float:
        """Limit of detection, in `lod_unit`."""
        return float(getattr(self, "limit", math.nan))

    @property
    @abstractmethod
    def threshold(self) -> float:
        """Reported value from which a test is positive."""

    @abstractmethod
    def expected(self, levels: Levels) -> Floats:
        """Return what would be reported without noise; shape of the level."""

    @abstractmethod
    def measure(self, levels: Levels, person: Floats, draw: Floats) -> Floats:
        """Return what is reported.

        Args:
            levels: level by name, ``(n, s)`` for n patients and s draws.
            person: uniforms of the patient, ``(n, 1, person_numbers)``.
            draw: uniforms of the draw, ``(n, s, draw_numbers)``.
        """

    def positive(self, reported: Floats) -> NDArray[np.bool_]:
        """Return where a reported value calls the test positive."""
        return np.asarray(reported >= self.threshold)

    def with_(self, **changes: Any) -> Assay:
        """Return a copy with other parameters."""
        known = {f.name for f in dataclasses.fields(self)}
        for name in changes:
            if name not in known:
                raise InputError("no such parameter", field=f"{self.key}.{name}", expected=", ".join(sorted(known)))
        return dataclasses.replace(self, **changes)

    def describe(self) -> list[dict[str, object]]:
        """Return one row per parameter: value, unit, range, prior, source, meaning."""
        return [
            {
                "assay": self.key, "parameter": p.name, "value": p.default, "unit": p.unit, "low": p.low,
                "high": p.high, "prior": p.prior.describe(), "source": p.source, "meaning": p.meaning,
            }
            for p in parameters_of(self)
        ]  # fmt: skip


def _check_limit(key: str, value: object, p: Parameter) -> None:
    """Refuse an assay without a usable limit of detection."""
    number = value if isinstance(value, int | float | np.number) and not isinstance(value, bool) else math.nan
    if not (math.isfinite(number) and number > 0):
        raise InputError(
            f"assay '{key}' has no limit of detection", field=f"{key}.limit", value=value,
            expected=f"a number above 0 in {p.unit}",
            hint="state the least level it tells from a blank, or leave the assay out",
        )  # fmt: skip
    p.check(float(number), field=f"{key}.limit")


def lognormal(deviate: Floats, sd: float) -> Floats:
    """Return a factor of mean 1 and log-scale standard deviation `sd`."""
    return np.asarray(np.exp(sd * deviate - 0.5 * sd**2))
