"""What a table of dated events must say before courses are made of it: every event once, in order, forward in time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NoReturn

from ...core.errors import InputError
from ...core.tables import MISSING
from .base import Given

_DEAD = ("dea", "die")


def check_events(given: Given) -> None:
    """Refuse events that cannot be put on one line of time.

    Raises:
        InputError: with row and field, where an event's number is no whole number of 0 or more, is given twice for a
            patient or leaves one out; days are negative, missing or differ between two rows that tell the same gap; a
            metastasis names no site; something follows death, or a metastasis is announced and not there.
    """
    table = given.table
    numbers, patients = given.counts("metastasis_nb"), given.words("patient_number")
    first = table.index("days_to_next_event") + 1
    by: dict[str, list[int]] = {}
    for i, who in enumerate(patients):
        by.setdefault(who.strip(), []).append(i)
        marks = [cell.strip() for cell in table.rows[i][first:]]
        if numbers[i] > 0 and not any(m.startswith("1") for m in marks):
            _refuse(given, i, "metastasis_nb", f"event {numbers[i]:g} names no site", None, "1 for one site or more")
    for who, rows in by.items():
        ordered = sorted(rows, key=lambda i: (numbers[i], i))
        _check_numbers(given, who, ordered, [int(numbers[i]) for i in ordered])
        for i in ordered:
            _days(given, i, "days_from_previous_event", needed=numbers[i] > 0 and i != ordered[0])
            _days(given, i, "days_to_next_event", needed=i == ordered[-1])
        for before, after in pairwise(ordered):
            _check_pair(given, before, after)
        last = given.words("next_event")[ordered[-1]].strip()
        if last.lower().startswith("metast"):
            _refuse(given, ordered[-1], "next_event", f"the next event of '{who}' is not in the table", last,
                    "a row for it, or what ended the observation (death, alive)")  # fmt: skip


def _check_numbers(given: Given, who: str, rows: list[int], numbers: list[int]) -> None:
    wanted = "events of a patient numbered 0 (diagnosis) or 1, 2, 3 and so on, each once"
    if numbers[0] > 1:
        _refuse(given, rows[0], "metastasis_nb", f"the first event of '{who}' is missing", numbers[0], wanted)
    for (a, b), i in zip(pairwise(numbers), rows[1:], strict=True):
        if b != a + 1:
            problem = f"event {b} of '{who}' is there twice" if a == b else f"event {a + 1} of '{who}' is missing"
            _refuse(given, i, "metastasis_nb", problem, b, wanted)


def _check_pair(given: Given, before: int, after: int) -> None:
    told = given.words("next_event")[before].strip()
    if told.lower().startswith(_DEAD):
        _refuse(given, before, "next_event", "an event follows death", told, "death as the end of the last row only")
    left = _days(given, before, "days_to_next_event", needed=False)
    gap = _days(given, after, "days_from_previous_event", needed=True)
    if left is not None and gap is not None and abs(left - gap) > 1:
        _refuse(given, after, "days_from_previous_event", "days do not fit the row before", gap,
                f"{left:g}, its days_to_next_event")  # fmt: skip


def _days(given: Given, i: int, field: str, *, needed: bool) -> float | None:
    """Return the days of a cell, None where it is empty and need not be there."""
    text = given.words(field)[i].strip()
    wanted = "days, 0 or more"
    if text.lower() in MISSING:
        return _refuse(given, i, field, "days are missing", None, wanted) if needed else None
    try:
        days = float(text)
    except ValueError:
        _refuse(given, i, field, "not a number of days", text, wanted)
    if not 0 <= days < 1e6:
        _refuse(given, i, field, "not a number of days", text, f"{wanted}, counted forward")
    return days


def _refuse(given: Given, i: int, field: str, problem: str, value: Any, expected: str) -> NoReturn:
    raise InputError(
        problem, file=given.table.path, row=given.table.lines[i], field=field, value=value, expected=expected
    )
