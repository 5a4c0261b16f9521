"""Tidy tables of kinetics, out and in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..body import Body, human, mouse, rat
from ..core.errors import InputError, nearest
from ..core.files import existing
from ..core.organs import find_organ
from ..core.units import to
from .label import label as label_of

if TYPE_CHECKING:
    import pandas as pd

    from .profile import Exposure

COLUMNS = ("species", "source", "route", "dose", "label", "organ", "time", "value", "unit")
UNITS = ("%ID", "%ID/g", "%ID/mL", "EV/mL")
BODIES = {"human": human, "mouse": mouse, "rat": rat}
_UNIT_NAMES = {
    "percent injected dose per organ": "%ID", "%id": "%ID", "%id/organ": "%ID", "%id/g": "%ID/g", "%id/ml": "%ID/mL",
    "ev/ml": "EV/mL",
}  # fmt: skip


@dataclass(frozen=True)
class Measurement:
    """One row of a biodistribution or plasma table.

    Attributes:
        row: line in the file, header included.
        species, source, route, label: as in the table; `source` is the donor of the vesicles.
        dose: vesicles (EV); one where the table gives none and the values are shares of dose.
        organ: canonical name, or ``"plasma"``.
        time: days.
        value: in `unit`.
        unit: one of :data:`UNITS`.
        study: groups rows of one experiment.
    """

    row: int
    species: str
    source: str
    route: str
    dose: float
    label: str
    organ: str
    time: float
    value: float
    unit: str
    study: str

    @property
    def group(self) -> tuple[str, str, str, str, float]:
        """What makes rows one experiment: species, source, route, label, dose."""
        return self.species, self.source, self.route, self.label, self.dose


def read_table(path: str | os.PathLike[str], *, particles_per_ug: float | None = None) -> tuple[Measurement, ...]:
    """Return the rows of a tidy table: species, source, route, dose, label, organ, time, value, unit.

    `time` takes a unit (``"4 h"``) or a column ``time_h``; `dose` may be empty for shares of dose. Rows without a
    value are passed over.

    Raises:
        InputError: a column is missing; an unknown species, organ, unit or label; a value that is no number.
    """
    from csv import DictReader

    file = existing(path)
    with file.open(newline="", encoding="utf-8") as handle:
        reader = DictReader(handle)
        names = set(reader.fieldnames or ())
        if missing := {"species", "label", "organ", "value", "unit"} - names:
            raise InputError("columns are missing", file=file, row=1, expected=", ".join(sorted(missing)))
        if not names & {"time", "time_h"}:
            raise InputError("columns are missing", file=file, row=1, expected="time or time_h")
        rows = [(k, r) for k, r in enumerate(reader, start=2) if str(r.get("value") or "").strip()]
    found = []
    for k, r in rows:
        try:
            found.append(measurement(k, r, particles_per_ug))
        except InputError as error:
            raise InputError(
                error.problem, file=file, row=k, field=error.field, value=error.value, expected=error.expected,
                hint=error.hint,
            ) from None  # fmt: skip
    if not found:
        raise InputError("no row has a value", file=file)
    return tuple(found)


def measurement(k: int, r: Mapping[str, Any], particles_per_ug: float | None = None) -> Measurement:
    """Return row `k` of a table from its cells by column name; :class:`InputError` names the field that is wrong."""
    from .background import particles

    species = str(r["species"]).strip().lower()
    if species not in BODIES:
        raise InputError("unknown species", field="species", value=r["species"], expected=", ".join(BODIES))
    unit = str(r["unit"]).strip()
    unit = _UNIT_NAMES.get(unit.lower(), unit)
    if unit not in UNITS:
        raise InputError(
            "unknown unit", field="unit", value=unit, expected=", ".join(UNITS), hint=nearest(unit, UNITS) or None
        )
    label_of(r["label"] or "none")
    raw_dose = str(r.get("dose") or "").strip()
    if not raw_dose and unit == "EV/mL":
        raise InputError("a concentration needs a dose", field="dose")
    return Measurement(
        row=k,
        species=species,
        source=str(r.get("source") or r.get("ev_source") or "").strip(),
        route=str(r.get("route") or "iv").strip(),
        dose=particles(_plain(raw_dose), particles_per_ug) if raw_dose else 1.0,
        label=str(r["label"] or "none").strip(),
        organ=_organ(str(r["organ"]).strip()),
        time=_time(r),
        value=_value(r["value"]),
        unit=unit,
        study=str(r.get("study") or r.get("source_id") or "").strip(),
    )


def _plain(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _time(r: Mapping[str, Any]) -> float:
    given = str(r["time"]).strip() if r.get("time") else f"{r['time_h']} h"
    days = to(given, "day", field="time")
    if not days >= 0:
        raise InputError("must not be negative", field="time", value=given)
    return days


def _value(text: Any) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InputError("not a number", field="value", value=text) from None
    if not (np.isfinite(value) and value >= 0):
        raise InputError("must be finite and not negative", field="value", value=value)
    return value


def _organ(name: str) -> str:
    if name.lower() in ("plasma", "blood", "serum"):
        return "plasma"
    if (found := find_organ(name)) is None:
        from ..core.organs import NAMES

        raise InputError(
            f"organ '{name}' is unknown", field="organ", hint=nearest(name.lower(), (*NAMES, "plasma")) or None
        )
    return found


def read_value(exposure: Exposure, organ: str, unit: str, k: int) -> float:
    """Return what `unit` of `organ` (or plasma) reads at time number `k`."""
    if organ == "plasma":
        concentration = float(exposure.plasma[k])
        given = max(float(exposure.given[k]), 1e-300)
        scale = {
            "EV/mL": 1.0, "%ID/mL": 100.0 / given, "%ID/g": 100.0 / given,
            "%ID": 100.0 * exposure.body.plasma_volume / given,
        }  # fmt: skip
        return concentration * scale[unit]
    if unit in ("%ID/mL", "EV/mL"):
        raise InputError("this unit is for plasma", field="unit", value=unit, expected="%ID or %ID/g for an organ")
    table = exposure.percent_id if unit == "%ID" else exposure.percent_id_per_g
    return float(table[k, exposure.body.index(organ)])


def exposure_frame(exposure: Exposure) -> pd.DataFrame:
    """Return a tidy frame: time_day, organ, quantity, value, unit."""
    import pandas as pd

    parts = [
        pd.DataFrame({"time_day": exposure.times, "organ": "plasma", "quantity": "concentration",
                      "value": exposure.plasma, "unit": "EV/mL"}),
    ]  # fmt: skip
    for quantity, table, unit in (
        ("label", exposure.percent_id, "%ID"), ("label per gram", exposure.percent_id_per_g, "%ID/g"),
        ("taken up", exposure.taken.sum(axis=-1), "EV"),
    ):  # fmt: skip
        for o, organ in enumerate(exposure.organs):
            parts.append(pd.DataFrame({"time_day": exposure.times, "organ": organ, "quantity": quantity,
                                       "value": table[:, o], "unit": unit}))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def simulate_table(
    dose: Any, body: Body | str = "human", *, times: Sequence[str] | Iterable[float] | None = None, **options: Any
) -> pd.DataFrame:
    """Return :func:`distribute` as a tidy frame; `body` may be a species or the path of a body file.

    `options` are those of :func:`distribute`; this is what the command ``kinetics simulate`` calls.
    """
    from ..body import read
    from .course import distribute

    who = body if isinstance(body, Body) else BODIES[body]() if body in BODIES else read(body)
    grid: Any = None if times is None else list(times)
    return exposure_frame(distribute(dose, who, times=grid, **options))
