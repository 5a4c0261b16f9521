"""When an intervention acts: one stretch, cycles of on and off, and what lingers after the last dose."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..core.errors import InputError

#: Cycles shorter than this act through their mean: the niche they work on builds and decays over days to weeks.
AVERAGED_DAYS = 14.0
#: Most windows of one intervention.
MOST = 400
#: Half-lives after which what lingers is left out (a sixteenth).
_TAIL = 4


@dataclass(frozen=True)
class Window:
    """A stretch of days with the share `intensity` of the full effect."""

    start_day: float
    stop_day: float
    intensity: float = 1.0


def windows(
    start: float,
    stop: float,
    *,
    days_on: float = 0.0,
    days_off: float = 0.0,
    washout_days: float = 0.0,
    field: str,
) -> tuple[Window, ...]:
    """Return the windows of a schedule, in order.

    Args:
        start, stop: days; `stop` may be infinite.
        days_on, days_off: cycles; shorter ones than :data:`AVERAGED_DAYS` act through their mean.
        washout_days: half-life of the effect after `stop`, followed in steps of one half-life at its mean there.
        field: named in errors.

    Raises:
        InputError: long cycles without an end, or too many of them.
    """
    cycle = days_on + days_off
    if not days_off:
        made = [Window(start, stop)]
    elif cycle <= AVERAGED_DAYS:
        made = [Window(start, stop, days_on / cycle)]
    else:
        made = _cycles(start, stop, days_on, cycle, field)
    if washout_days > 0 and math.isfinite(stop):
        made += _washout(made[-1], washout_days)
    return tuple(made)


def _cycles(start: float, stop: float, days_on: float, cycle: float, field: str) -> list[Window]:
    if math.isinf(stop):
        raise InputError("cycles need an end", field=f"{field}.stop", hint="give 'stop'")
    n = math.ceil((stop - start) / cycle)
    if n > MOST:
        raise InputError("too many cycles", field=f"{field}.days_on", value=n, expected=f"at most {MOST}")
    first = [start + k * cycle for k in range(n)]
    return [Window(t, min(t + days_on, stop)) for t in first]


def _washout(last: Window, half_life: float) -> list[Window]:
    """Return the steps after `last`; each holds the mean of 2^(-t/half-life) over its half-life."""
    share = last.intensity * 0.5 / math.log(2.0)
    at = [last.stop_day + k * half_life for k in range(_TAIL + 1)]
    return [Window(at[k], at[k + 1], share * 0.5**k) for k in range(_TAIL)]
