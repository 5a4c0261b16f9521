"""Names and numbers as people read them: organs, cell classes, keys, significant digits."""

from __future__ import annotations

import math

from .organs import ORGANS

_ORGANS = {o.name: o.label for o in ORGANS}
_CELLS = {"bulk": "whole tissue", "msc": "mesenchymal stem cell", "t_cell": "T cell"}
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NONE = "–"


def organ_label(name: object) -> str:
    """Return the label of an organ, or its own name made readable."""
    return _ORGANS.get(str(name), plain(name))


def cell_label(name: object) -> str:
    """Return a cell class in words, ``T cell`` for ``t_cell``, or its own name made readable."""
    return _CELLS.get(str(name), plain(name))


def plain(name: object) -> str:
    """Return a key as words: ``immune_suppression`` becomes ``immune suppression``."""
    return str(name).replace("_", " ")


def number(value: object, digits: int = 3) -> str:
    """Return a number with `digits` significant digits; powers of ten beyond 1e-3 and 1e5; NaN as a dash."""
    x = as_float(value)
    if math.isnan(x):
        return NONE
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    if x == 0:
        return "0"
    rounded = float(f"{x:.{digits - 1}e}")
    if not 1e-3 <= abs(rounded) < 1e5:
        mantissa, power = f"{x:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        head = "" if mantissa in ("1", "-1") else f"{mantissa.lstrip('-')} × "
        return ("−" if x < 0 else "") + f"{head}10{str(int(power)).translate(_SUPERSCRIPT)}"
    places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    text = f"{rounded:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def as_float(value: object) -> float:
    """Return a number, NaN for what is none."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan
