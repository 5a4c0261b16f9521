"""How vesicles enter the body: bolus, infusion, endogenous release, repeated education; all as numbers of vesicles."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ..body import Body
from ..core.errors import InputError, nearest
from ..core.organs import find_organ
from ..core.units import registry, to
from ..numerics.events import Event
from .background import particles

ROUTES: dict[str, tuple[str, str | None]] = {
    "iv": ("venous", None), "ia": ("arterial", None), "portal": ("plasma", "liver"), "lymph": ("tissue", "lymph_node"),
    "sc": ("tissue", "skin"), "ip": ("tissue", "peritoneum"), "im": ("tissue", "muscle"), "id": ("tissue", "skin"),
    "pleural": ("tissue", "pleura"),
}  # fmt: skip
_ALIASES = {
    "i.v.": "iv",
    "intravenous": "iv",
    "i.p.": "ip",
    "s.c.": "sc",
    "i.a.": "ia",
    "endogenous": "iv",
    "i.m.": "im",
}


@dataclass(frozen=True)
class Bolus:
    """`amount` vesicles (EV) at `time` (days) by `route`.

    Routes: iv, ia, portal, lymph, sc, ip, im, pleural or ``tissue:ORGAN``.
    """

    amount: float
    time: float = 0.0
    route: str = "iv"

    def __post_init__(self) -> None:
        _check(self.amount, "dose", low_open=True)
        _check(self.time, "time")


@dataclass(frozen=True)
class Infusion:
    """`rate` vesicles per day from `start` to `end` (days; no end: for ever) by `route` (iv or ``tissue:ORGAN``)."""

    rate: float
    start: float = 0.0
    end: float = math.inf
    route: str = "iv"

    def __post_init__(self) -> None:
        _check(self.rate, "rate")
        _check(self.start, "start")
        if not self.end > self.start:
            raise InputError("times out of order", field="end", value=self.end, expected=f"after start, {self.start:g}")


Dose = Bolus | Infusion


def bolus(
    amount: float | str, *, time: float | str = 0.0, route: str = "iv", particles_per_ug: float | None = None
) -> Bolus:
    """Return a bolus of ``1e10``, ``"1e10 EV"`` or, with `particles_per_ug`, ``"5 ug"``."""
    return Bolus(particles(amount, particles_per_ug), to(time, "day", field="time"), route)


def release(rate: float | str, *, start: float | str = 0.0, end: float | str = math.inf, route: str = "iv") -> Infusion:
    """Return constant release of `rate` vesicles (EV/day, or text with a unit) from `start` to `end`."""
    until = math.inf if end == math.inf else to(end, "day", field="end")
    return Infusion(to(rate, "EV/day", field="rate"), to(start, "day", field="start"), until, route)


def education(
    dose: float | str = "5 ug",
    *,
    number: int = 12,
    over: float | str = "28 days",
    particles_per_ug: float | None = None,
) -> tuple[Bolus, ...]:
    """Return `number` equal doses spread over `over` (12 x 5 ug in 28 days, doi:10.7554/eLife.39944)."""
    if number < 1:
        raise InputError("not a number of doses", field="number", value=number, expected="1 or more")
    amount, days = particles(dose, particles_per_ug), to(over, "day", field="over")
    return tuple(Bolus(amount, k * days / number) for k in range(number))


def doses(given: Dose | float | str | Iterable[Dose], particles_per_ug: float | None = None) -> tuple[Dose, ...]:
    """Return doses from what a user may write: a dose object or several, a number or ``"1e10 EV"``, ``"5 ug"``
    (bolus), ``"1e9 EV/min"`` (release without end).
    """
    if isinstance(given, Bolus | Infusion):
        return (given,)
    if isinstance(given, int | float):
        return (bolus(given),)
    if isinstance(given, str):
        return (release(given),) if _is_rate(given) else (bolus(given, particles_per_ug=particles_per_ug),)
    found = tuple(given)
    if not found or not all(isinstance(d, Bolus | Infusion) for d in found):
        raise InputError("not doses", field="dose", value=found, expected="Bolus or Infusion objects, or '1e10 EV'")
    return found


def target(route: str, body: Body) -> tuple[str, int | None]:
    """Return the state and organ position that `route` leads to; :class:`InputError` for an unknown one."""
    key = _ALIASES.get(route.lower(), route.lower())
    if key.startswith("tissue:"):
        name = find_organ(key.removeprefix("tissue:")) or key.removeprefix("tissue:")
        state: tuple[str, str | None] = ("tissue", name)
    elif key in ROUTES:
        state = ROUTES[key]
    else:
        hint = nearest(key, ROUTES) or f"known: {', '.join(ROUTES)}, tissue:ORGAN"
        raise InputError(f"route '{route}' is unknown", field="route", hint=hint)
    block, organ = state
    if organ is None:
        return block, None
    if organ not in body.organs:
        raise InputError(f"organ '{organ}' is not in this body", field="route", value=route)
    return block, body.index(organ)


def events(given: tuple[Dose, ...], body: Body, last: float) -> list[Event]:
    """Return the doses as events of the solver up to `last` (days)."""
    found = [_bolus_event(d, body) for d in given if isinstance(d, Bolus) and d.time <= last]
    flows = [d for d in given if isinstance(d, Infusion)]
    marks = sorted({m for d in flows for m in (d.start, d.end) if m <= last})
    return found + [Event(m, set=_running(flows, m, body)) for m in marks]


def total(given: tuple[Dose, ...], until: float) -> float:
    """Return vesicles given up to time `until` (days)."""
    boluses = sum(d.amount for d in given if isinstance(d, Bolus) and d.time <= until)
    flows = sum(d.rate * max(min(d.end, until) - d.start, 0.0) for d in given if isinstance(d, Infusion))
    return boluses + flows


def _bolus_event(dose: Bolus, body: Body) -> Event:
    block, organ = target(dose.route, body)
    if organ is None:
        return Event(dose.time, add={block: dose.amount})
    amounts = [0.0] * len(body.organs)
    amounts[organ] = dose.amount
    return Event(dose.time, add={block: amounts})


def _running(flows: list[Infusion], at: float, body: Body) -> dict[str, float | list[float]]:
    """Return the release parameters of the infusions that run just after time `at`."""
    venous, tissue = 0.0, [0.0] * len(body.organs)
    for d in flows:
        if d.start <= at < d.end:
            block, organ = target(d.route, body)
            if block == "venous":
                venous += d.rate
            elif block == "tissue" and organ is not None:
                tissue[organ] += d.rate
            else:
                raise InputError(
                    "an infusion goes to veins or tissue", field="route", value=d.route, expected="iv, tissue:ORGAN"
                )
    return {"release_venous": venous, "release_tissue": tissue}


def _is_rate(text: str) -> bool:
    try:
        return bool(registry().Quantity(text).check("[vesicle]/[time]"))
    except Exception:
        return False


def _check(value: float, field: str, *, low_open: bool = False) -> None:
    if not (math.isfinite(value) and (value > 0 if low_open else value >= 0)):
        expected = "more than 0" if low_open else "0 or more"
        raise InputError("outside its range", field=field, value=value, expected=expected)
