"""Units are written by the user and converted once, at the door.

Inside: day, mL, cell, vesicle (``EV``), gram, kilogram for a body. ``to("3 months", "day")`` is the only door.
"""

from __future__ import annotations

import functools
import math
from typing import Any

from .errors import InputError


@functools.cache
def registry() -> Any:
    """Return the pint registry, with cell, EV (vesicle), copy and ID (injected dose) defined. Loaded on first use."""
    import pint

    known = pint.UnitRegistry(cache_folder=None)
    for line in ("cell = [cell]", "EV = [vesicle] = vesicle", "copy = [copy] = copies", "ID = [dose]"):
        known.define(line)
    return known


def to(value: float | int | str, unit: str, *, field: str | None = None) -> float:
    """Return `value` in `unit`: a number is taken to be in `unit` already, a string carries its own unit.

    >>> to("2 weeks", "day")
    14.0

    Raises:
        InputError: the string is not a quantity, its unit does not convert to `unit`, or the number is not finite.
    """
    if isinstance(value, bool):
        raise InputError("not a quantity", field=field, value=value, expected=f"a number in {unit}")
    if isinstance(value, int | float):
        return _finite(float(value), unit, field, value)
    import pint

    ureg = registry()
    try:
        quantity = ureg.Quantity(str(value))
        number = float(quantity.magnitude) if quantity.unitless and unit != "1" else float(quantity.to(_pint(unit)).magnitude)
    except pint.DimensionalityError as error:
        raise InputError("unit mismatch", field=field, value=value, expected=f"a quantity in {unit}") from error
    except Exception as error:
        raise InputError("not a quantity", field=field, value=value, expected=f"for example '1 {unit}'") from error
    return _finite(number, unit, field, value)


def _pint(unit: str) -> str:
    return "dimensionless" if unit == "1" else unit


def _finite(number: float, unit: str, field: str | None, value: object) -> float:
    if not math.isfinite(number):
        raise InputError("not a finite number", field=field, value=value, expected=f"a number in {unit}")
    return number
