"""Quantities as people write them, at the one door."""

from __future__ import annotations

import pytest

from metastasome.core.errors import InputError
from metastasome.core.units import to


@pytest.mark.parametrize(
    ("text", "days"),
    [("3 y", 3 * 365.25), ("3 yr", 3 * 365.25), ("6 mo", 6 * 365.25 / 12), ("2 wks", 14.0), ("36 h", 1.5), ("7", 7.0)],
)
def test_times_come_in_the_units_of_clinics(text: str, days: float) -> None:
    assert to(text, "day") == pytest.approx(days, rel=1e-12)


def test_a_rate_per_year_is_a_rate_per_day() -> None:
    assert to("1/y", "1/day") == pytest.approx(1 / 365.25)


@pytest.mark.parametrize(
    ("text", "told"), [("2 w", "unit"), ("3 fortnite", "no unit is called 'fortnite'"), ("many", "1 day")]
)
def test_what_is_no_time_is_refused(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        to(text, "day", field="horizon")
