"""Units are written by the user and converted once, at the door.

Inside: day, mL, cell, vesicle (``EV``), gram, kilogram for a body. ``to("3 months", "day")`` is the only door.
"""

from __future__ import annotations

import functools
import math
import re
from typing import Any

from .errors import InputError

# A number, then units joined by spaces, '*' and '/', with one-digit powers: pint would evaluate '9**9**9 day' for ever.
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
_UNIT = r"(?:1|%|[^\W\d][\w%°]*(?:\s*(?:\*\*|\^)\s*[-+]?\d)?)"
_QUANTITY = re.compile(rf"({_NUMBER})\s*((?:[*/(]\s*)*{_UNIT}(?:[\s*/()]+{_UNIT})*[\s)]*)?")


@functools.cache
def registry() -> Any:
    """Return the pint registry, with cell, EV (vesicle), copy and ID (injected dose) defined. Loaded on first use."""
    import pint

    known: Any = pint.UnitRegistry(cache_folder=None)
    for line in ("cell = [cell]", "EV = [vesicle] = vesicle", "copy = [copy] = copies", "ID = [dose]"):
        known.define(line)
    for line in ("year = y", "month = mo = mos", "week = wk = wks"):  # as clinicians write them
        known.define(f"@alias {line}")
    return known


def to(value: float | int | str, unit: str, *, field: str | None = None) -> float:
    """Return `value` in `unit`: a number is taken to be in `unit` already, a string carries its own unit.

    >>> to("2 weeks", "day")
    14.0

    Raises:
        InputError: the string is not a quantity, its unit does not convert to `unit`, or the number is not finite.
    """
    if isinstance(value, bool):
        raise InputError("not a quantity", field=field, value=value, expected=in_unit("a number", unit))
    if isinstance(value, int | float):
        return _finite(float(value), unit, field, value)
    text = str(value).strip()
    found = _QUANTITY.fullmatch(text) if len(text) <= 80 else None
    if found is None:
        raise InputError("not a quantity", field=field, value=value, expected=_example(unit))
    plain = found[2] is None or found[2] == unit  # nothing to convert: pint, slow to load, can stay out
    number = float(found[1]) if plain else _converted(text, unit, field)
    return _finite(number, unit, field, value)


def in_unit(what: str, unit: str, link: str = " in") -> str:
    """Return `what` with its unit, or as it is for a pure number: ``0 to 20``, ``a number in day``."""
    return ("a plain number" if what == "a quantity" else what) if unit == "1" else f"{what}{link} {unit}"


def _example(unit: str) -> str:
    return f"for example '{'0.5' if unit == '1' else f'1 {unit}'}'"


def _converted(text: str, unit: str, field: str | None) -> float:
    import pint

    try:
        return float(registry().Quantity(text.replace("%", " percent")).to(_pint(unit)).magnitude)
    except pint.DimensionalityError as error:
        raise InputError("unit mismatch", field=field, value=text, expected=in_unit("a quantity", unit)) from error
    except pint.UndefinedUnitError as error:
        names = error.unit_names
        name = names if isinstance(names, str) else next(iter(names))
        raise InputError(
            f"not a quantity, as no unit is called '{name}'", field=field, value=text, expected=_example(unit)
        ) from error
    except Exception as error:
        raise InputError("not a quantity", field=field, value=text, expected=_example(unit)) from error


def _pint(unit: str) -> str:
    return "dimensionless" if unit == "1" else unit


def _finite(number: float, unit: str, field: str | None, value: object) -> float:
    if not math.isfinite(number):
        raise InputError("not a finite number", field=field, value=value, expected=in_unit("a number", unit))
    return number
