"""Reading dated sequences of metastatic events: who, in which order, after how many days, at which sites."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.tables import Table

_NEEDED = ("patient_number", "metastasis_nb", "event", "days_from_previous_event", "next_event", "days_to_next_event")


@dataclass(frozen=True)
class Step:
    """From one event of a patient to the next; sites as booleans over the table's sites, ``(s,)``.

    Attributes:
        patient: number of the patient, from 0. first: whether no metastasis was known before.
        before: sites involved so far. last: sites of the previous event. sites: sites of this event; none where the
            patient died first. days: length of the step; a negative or missing gap counts as 0.
        since: days since the primary was diagnosed, at the start of the step.
    """

    patient: int
    first: bool
    before: NDArray[np.bool_]
    last: NDArray[np.bool_]
    sites: NDArray[np.bool_]
    days: float
    since: float


@dataclass(frozen=True)
class Sequences:
    """Steps of all patients, death as the last, and what was decided in reading.

    `alive` holds the numbers of the patients whose observation did not end with death.
    """

    sites: tuple[str, ...]
    patients: tuple[str, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    sha256: str
    alive: frozenset[int] = frozenset()

    @property
    def events(self) -> tuple[Step, ...]:
        """The steps that end with a metastatic event."""
        return tuple(s for s in self.steps if s.sites.any())


def died(event: str) -> bool:
    """Return whether the words of an event say death (dead, death, died, deceased, exitus)."""
    return event.strip().lower().startswith(("dea", "die", "dece", "exitus"))


def gather_sequences(table: Table) -> Sequences:
    """Return the sequences of a table of events in the columns of the Basel cohort (doi:10.5281/zenodo.14832887); the
    columns of zeros and ones are the sites.

    Raises:
        InputError: a column is missing, a site is not 0 or 1, days are not a number, or no patient has a metastasis.
    """
    path = table.path
    missing = [c for c in _NEEDED if c not in table.header]
    if missing:
        raise InputError("a column is missing", file=path, row=1, field=missing[0], expected=", ".join(_NEEDED))
    sites = tuple(h for h in table.header[table.header.index("days_to_next_event") + 1 :])
    if len(sites) < 2:
        raise InputError("no sites", file=path, row=1, expected="columns of 0 and 1 after days_to_next_event")
    by: dict[str, list[_Event]] = {}
    for cells, line in zip(table.rows, table.lines, strict=True):
        event = _event(dict(zip(table.header, cells, strict=True)), sites, table, line)
        by.setdefault(event.patient, []).append(event)
    steps: list[Step] = []
    alive, ends = set(), Counter[str]()
    negative = 0
    for k, found in enumerate(by.values()):
        ordered = sorted(found, key=lambda e: e.number)
        negative += sum(e.gap < 0 for e in ordered)
        steps += _steps(k, ordered, len(sites))
        if not died(ordered[-1].next):
            alive.add(k)
            ends.update([ordered[-1].next or "nothing said"])
    if not any(s.sites.any() for s in steps):
        raise InputError("no metastatic event", file=path)
    notes = [f"{negative} negative gaps between events, taken as 0 days"] if negative else []
    if ends:
        notes.append("ends of observation other than death: " + ", ".join(f"{w} ({n})" for w, n in ends.most_common(5)))
    return Sequences(sites, tuple(by), tuple(steps), tuple(notes), table.sha256, frozenset(alive))


@dataclass(frozen=True)
class _Event:
    patient: str
    number: float
    sites: NDArray[np.bool_]
    gap: float
    next: str
    left: float


def _event(row: dict[str, str], sites: tuple[str, ...], table: Table, line: int) -> _Event:
    marks = []
    for s in sites:
        if row[s].strip() not in ("0", "1", "0.0", "1.0"):
            raise InputError("not a mark", file=table.path, row=line, field=s, value=row[s], expected="0 or 1")
        marks.append(row[s].strip().startswith("1"))
    return _Event(
        row["patient_number"].strip(), _days(row, "metastasis_nb", table.path, line), np.array(marks),
        _days(row, "days_from_previous_event", table.path, line), row["next_event"].strip(),
        _days(row, "days_to_next_event", table.path, line),
    )  # fmt: skip


def _days(row: dict[str, str], field: str, path: Path, line: int) -> float:
    text = row[field].strip()
    if text in ("", "NA", "nan"):
        return 0.0
    try:
        value = float(text)
    except ValueError:
        value = float("inf")
    if not abs(value) < 1e6:
        raise InputError("not a number of days", file=path, row=line, field=field, value=text)
    return value


def _steps(patient: int, events: list[_Event], n: int) -> list[Step]:
    before, last, since = np.zeros(n, np.bool_), np.zeros(n, np.bool_), 0.0
    made = []
    for e in events:
        if e.sites.any():
            days = max(e.gap, 0.0)
            made.append(Step(patient, not before.any(), before, last, e.sites, days, since))
            before, last, since = before | e.sites, e.sites, since + days
    if events and before.any():
        end = events[-1]
        made.append(Step(patient, False, before, last, np.zeros(n, np.bool_), max(end.left, 0.0), since))
    return made
