"""What a table of dated events must say before courses are made of it: every event once, in order, forward in time."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from ...core.tables import MISSING
from ..sequences_table import died
from .base import Given

Told = Mapping[str, tuple[str, ...]]
_BEFORE, _AFTER, _NEXT = "days_from_previous_event", "days_to_next_event", "next_event"


def check_events(given: Given) -> None:
    """Refuse events that cannot be put on one line of time.

    Raises:
        InputError: with row and field, where an event's number is no whole number of 0 or more, is given twice for a
            patient or leaves one out; days are negative, missing or differ between two rows that tell the same gap; a
            metastasis names no site; something follows death, or a metastasis is announced and not there.
    """
    table = given.table
    numbers, patients = given.counts("metastasis_nb"), given.words("patient_number")
    told = {name: tuple(w.strip() for w in given.words(name)) for name in (_BEFORE, _AFTER, _NEXT)}
    first = table.index(_AFTER) + 1
    by: dict[str, list[int]] = {}
    for i, who in enumerate(patients):
        by.setdefault(who.strip(), []).append(i)
        marks = [cell.strip() for cell in table.rows[i][first:]]
        if numbers[i] > 0 and not any(m.startswith("1") for m in marks):
            problem = f"event {numbers[i]:g} names no site"
            raise given.wrong(i, "metastasis_nb", problem, None, "1 for one site or more")
    for who, rows in by.items():
        ordered = sorted(rows, key=lambda i: (numbers[i], i))
        _check_numbers(given, who, ordered, [int(numbers[i]) for i in ordered])
        for i in ordered:
            _days(given, told, i, _BEFORE, needed=numbers[i] > 0 and i != ordered[0])
            _days(given, told, i, _AFTER, needed=i == ordered[-1])
        for before, after in pairwise(ordered):
            _check_pair(given, told, before, after)
        last = told[_NEXT][ordered[-1]]
        if last.lower().startswith("metast"):
            problem = f"the next event of '{who}' is not in the table"
            expected = "a row for it, or what ended the observation (death, alive)"
            raise given.wrong(ordered[-1], _NEXT, problem, last, expected)


def _check_numbers(given: Given, who: str, rows: list[int], numbers: list[int]) -> None:
    wanted = "events of a patient numbered 0 (diagnosis) or 1, 2, 3 and so on, each once"
    if numbers[0] > 1:
        raise given.wrong(rows[0], "metastasis_nb", f"the first event of '{who}' is missing", numbers[0], wanted)
    for (a, b), i in zip(pairwise(numbers), rows[1:], strict=True):
        if b != a + 1:
            problem = f"event {b} of '{who}' is there twice" if a == b else f"event {a + 1} of '{who}' is missing"
            raise given.wrong(i, "metastasis_nb", problem, b, wanted)


def _check_pair(given: Given, told: Told, before: int, after: int) -> None:
    event = told[_NEXT][before]
    if died(event):
        expected = "death as the end of the last row only"
        raise given.wrong(before, _NEXT, "an event follows death", event, expected)
    left = _days(given, told, before, _AFTER, needed=False)
    gap = _days(given, told, after, _BEFORE, needed=True)
    if left is not None and gap is not None and abs(left - gap) > 1:
        raise given.wrong(after, _BEFORE, "days do not fit the row before", gap, f"{left:g}, its {_AFTER}")


def _days(given: Given, told: Told, i: int, field: str, *, needed: bool) -> float | None:
    """Return the days of a cell, None where it is empty and need not be there."""
    text, wanted = told[field][i], "days, 0 or more"
    if text.lower() in MISSING:
        if needed:
            raise given.wrong(i, field, "days are missing", None, wanted)
        return None
    try:
        days = float(text)
    except ValueError:
        raise given.wrong(i, field, "not a number of days", text, wanted) from None
    if not 0 <= days < 1e6:
        raise given.wrong(i, field, "not a number of days", text, f"{wanted}, counted forward")
    return days
