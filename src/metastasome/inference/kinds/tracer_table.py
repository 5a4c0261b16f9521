"""Biodistribution tables as groups of animals: rows that share species, donor, route, label, study and depletion."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from ...core.errors import InputError
from ...kinetics.forward import Experiment, experiments
from ...kinetics.table import Measurement, measurement
from ..observation import Floats
from .base import Given

AREA = "%ID*h/mL"
_PLASMA_ONLY = ("%ID/mL", "EV/mL")


@dataclass(frozen=True)
class Group:
    """One group of animals.

    Attributes:
        label: what it is called. donor: of its vesicles. experiment: what to simulate and read.
        value, error, lod, area, there: per row: as measured, standard error of its logarithm, limit of detection, 1 for
            an area under the curve, 1.
    """

    label: str
    donor: str
    experiment: Experiment
    value: Floats
    error: Floats
    lod: Floats
    area: Floats

    @property
    def rows(self) -> tuple[Measurement, ...]:
        """Its rows."""
        return self.experiment.rows

    @property
    def there(self) -> Floats:
        """Ones, ``(rows,)``."""
        return np.ones(len(self.rows))


def groups(given: Given, organs: tuple[str, ...] = ()) -> tuple[Group, ...]:
    """Return the groups of a table, all on bodies that keep the organs measured in any of them, and `organs`.

    Raises:
        InputError: file, row and field of a value that cannot be, of a unit that does not fit, or of an unknown organ.
    """
    rows = [_row(given, i) for i in range(len(given.table.rows))]
    value, lod = given.numbers("value", low=0), given.numbers("lod", low=0)
    sd, n = given.numbers("sd", low=0), given.numbers("n", low=1)
    left = given.numbers("macrophages", low=0, high=1)
    area = np.array([float(u == AREA) for u in given.words("unit")])
    given.refuse((value == 0) & (lod == 0), "value", value, "above 0, or a limit of detection beside it")
    error = np.where(value > 0, sd / np.where(value > 0, value, 1.0) / np.sqrt(n), 0.0)
    kinds: dict[tuple[object, ...], list[int]] = {}
    for i, r in enumerate(rows):
        kinds.setdefault((r.study, *r.group, left[i]), []).append(i)
    keep = (*dict.fromkeys(r.organ for r in rows if r.organ != "plasma"), *organs)
    made = []
    for at in kinds.values():
        found = _experiment(given, [rows[i] for i in at], float(left[at[0]]), keep)
        first = rows[at[0]]
        what = " ".join(w for w in (first.study, first.source, first.species) if w)
        label = what if left[at[0]] == 1 else f"{what}, {100 * left[at[0]]:g}% of macrophages"
        made.append(Group(label, first.source, found, value[at], error[at], lod[at], area[at]))
    return tuple(made)


def _experiment(given: Given, rows: list[Measurement], left: float, keep: tuple[str, ...]) -> Experiment:
    """Return one experiment on a body that keeps the organs `keep` (asked for a reading of each, which is dropped)."""
    first, n = dataclasses.replace(rows[0], unit="%ID"), len(rows)
    asked = [*rows, *(dataclasses.replace(first, organ=o) for o in keep)]
    (found,) = experiments(asked, vesicle_class=str(given.options["vesicle"]))
    return dataclasses.replace(
        found, rows=tuple(rows), at=found.at[:n], read=found.read[:n], given=found.given.with_(macrophages=left)
    )


def _row(given: Given, i: int) -> Measurement:
    """Return row `i`, checked as kinetics checks its tables."""
    cells = dict(zip(given.table.header, (c.strip() for c in given.table.rows[i]), strict=True))
    unit = cells["unit"]
    if unit == AREA:
        cells |= {"unit": "%ID/mL", "time_h": "0"}
    try:
        made = measurement(given.table.lines[i], cells)
    except InputError as error:
        raise given.wrong(i, error.field or "", error.problem, error.value, error.expected, error.hint) from None
    if made.organ != "plasma" and (unit == AREA or made.unit in _PLASMA_ONLY):
        raise given.wrong(i, "unit", "this unit is for plasma", unit, "%ID or %ID/g for an organ")
    return made
