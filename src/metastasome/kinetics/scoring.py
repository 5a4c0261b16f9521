"""Predictions of measured biodistribution without fitting, and how far off they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .course import distribute
from .dosing import Bolus
from .parameters import KineticParameters
from .table import BODIES, Measurement, read_value
from .vesicle import Vesicle, vesicle

if TYPE_CHECKING:
    import pandas as pd

Float = NDArray[np.float64]
SCAVENGING_RANGE = (1e-2, 1e3)


@dataclass(frozen=True)
class Score:
    """Measured against predicted, ``n`` rows.

    Attributes:
        rows: the data.
        predicted: in each row's unit, ``(n,)``.
        scavenging: relative binding by macrophages that each donor was given.
    """

    rows: tuple[Measurement, ...]
    predicted: Float
    scavenging: Mapping[str, float]

    @property
    def fold_errors(self) -> Float:
        """max(predicted/measured, measured/predicted), ``(n,)``."""
        ratio = self.predicted / np.array([r.value for r in self.rows])
        return np.asarray(np.maximum(ratio, 1.0 / ratio))

    @property
    def median(self) -> float:
        """Median fold error over rows."""
        return float(np.median(self.fold_errors))

    def by_organ(self) -> pd.DataFrame:
        """Return organ, rows, median fold error and worst."""
        grouped = self.to_frame().groupby("organ", sort=False)["fold_error"]
        found = grouped.agg(["size", "median", "max"]).reset_index()
        return found.set_axis(["organ", "rows", "median_fold_error", "worst_fold_error"], axis=1)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per measurement: study, donor, organ, time, measured, predicted, fold error."""
        import pandas as pd

        return pd.DataFrame({
            "row": [r.row for r in self.rows], "study": [r.study for r in self.rows],
            "species": [r.species for r in self.rows], "source": [r.source for r in self.rows],
            "label": [r.label for r in self.rows], "organ": [r.organ for r in self.rows],
            "time_h": [24.0 * r.time for r in self.rows], "measured": [r.value for r in self.rows],
            "unit": [r.unit for r in self.rows], "predicted": self.predicted, "fold_error": self.fold_errors,
            "scavenging": [self.scavenging.get(r.source, 1.0) for r in self.rows],
        })  # fmt: skip


def score(
    rows: Sequence[Measurement],
    *,
    scavenging: Mapping[str, float] | None = None,
    kind: str = "small",
    parameters: KineticParameters | None = None,
) -> Score:
    """Return how far the model is from `rows`, nothing fitted to organs.

    One number may differ by donor of vesicles, the relative binding by macrophages: as given in `scavenging`; else so
    that the donor's own earliest plasma figure is met, where the table has one; else 1.

    Args:
        rows: measurements above zero, from :func:`read_table`.
        scavenging: donor (`source`) -> relative binding.
        kind: size class of vesicles.
        parameters: kinetic parameters.

    Raises:
        InputError: no rows, or a value of zero.
    """
    if not rows:
        raise InputError("no data to score")
    for r in rows:
        if not r.value > 0:
            raise InputError("a fold error needs a value above zero", row=r.row, field="value", value=r.value)
    known = dict(scavenging or {})
    for donor in dict.fromkeys(r.source for r in rows):
        plasma = [r for r in rows if r.source == donor and r.organ == "plasma" and r.time > 0]
        if donor not in known and plasma:
            known[donor] = scavenging_from_plasma(min(plasma, key=lambda r: r.time), kind=kind, parameters=parameters)
    predicted = np.empty(len(rows))
    for group in dict.fromkeys(r.group for r in rows):
        mine = [k for k, r in enumerate(rows) if r.group == group]
        predicted[mine] = _predict([rows[k] for k in mine], known.get(rows[mine[0]].source, 1.0), kind, parameters)
    return Score(tuple(rows), predicted, known)


def scavenging_from_plasma(
    row: Measurement, *, kind: str = "small", parameters: KineticParameters | None = None
) -> float:
    """Return the scavenging with which `row`, a plasma figure, is met (bisection), within 0.01 to 1000."""
    low, high = SCAVENGING_RANGE
    for _ in range(40):
        middle = float(np.sqrt(low * high))
        over = _predict([row], middle, kind, parameters)[0] > row.value
        low, high = (middle, high) if over else (low, middle)
    return float(np.sqrt(low * high))


def scavenged(kind: str | Vesicle, factor: float) -> Vesicle:
    """Return the class of vesicle with macrophage binding `factor` times the default."""
    base = vesicle(kind)
    return Vesicle(base.name, base.diameter_nm, base.spread, factor, base.arrest)


def _predict(rows: list[Measurement], factor: float, kind: str, parameters: KineticParameters | None) -> Float:
    first = rows[0]
    times = np.unique([0.0, *(r.time for r in rows)])
    course = distribute(
        Bolus(first.dose, 0.0, first.route), BODIES[first.species](), times=times, vesicle=scavenged(kind, factor),
        label=first.label, parameters=parameters, method="linear",
    )  # fmt: skip
    at = np.searchsorted(times, [r.time for r in rows])
    return np.array([read_value(course, r.organ, r.unit, int(k)) for r, k in zip(rows, at, strict=True)])


__all__ = ["Score", "scavenged", "scavenging_from_plasma", "score"]
