"""Numbers and names as people read them."""

from __future__ import annotations

import math

from ..core.organs import ORGANS

_LABELS = {o.name: o.label for o in ORGANS}
_ORIGINS = {
    "seeded": "seeded cell",
    "emt": "EMT",
    "hybrid": "fusion hybrid",
    "macrophage": "macrophage",
    "stem_mutation": "stem-cell mutation",
    "tota_direct": "TOTa direct",
    "tota_indirect": "TOTa indirect",
    "genometastasis": "genometastasis",
}
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NONE = "–"


def organ_label(name: object) -> str:
    """Return the label of an organ, or its own name made readable."""
    return _LABELS.get(str(name), plain(name))


def origin_label(name: object) -> str:
    """Return the label of an origin of lesions, or its own name made readable."""
    return _ORIGINS.get(str(name), plain(name))


def unit_label(unit: object) -> str:
    """Return a unit, or a dash for a pure number."""
    return NONE if str(unit) in ("1", "", "dimensionless", "nan", "None") else str(unit)


def plain(name: object) -> str:
    """Return a key as words: ``immune_suppression`` becomes ``immune suppression``."""
    return str(name).replace("_", " ")


def number(value: object, digits: int = 3) -> str:
    """Return a number with `digits` significant digits; powers of ten beyond 1e-3 and 1e5; NaN as a dash."""
    x = _float(value)
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


def percent(value: object) -> str:
    """Return a fraction as a percentage, plain at both ends (``<0.1%``)."""
    x = _float(value)
    if math.isnan(x):
        return NONE
    if x == 0 or x == 1:
        return f"{x:.0%}"
    if x < 0.001:
        return "<0.1%"
    if x > 0.999:
        return ">99.9%"
    return f"{100 * x:.1f}%" if x < 0.1 or x > 0.99 else f"{100 * x:.0f}%"


def duration(days: object) -> str:
    """Return a time in days as days, months or years; NaN means that it was not reached."""
    x = _float(days)
    if math.isnan(x) or math.isinf(x):
        return "not reached"
    if abs(x) < 60:
        return f"{x:.0f} days"
    if abs(x) < 730:
        return f"{x / 30.4375:.0f} months"
    return f"{x / 365.25:.1f} years"


def p_value(value: object) -> str:
    """Return a p- or q-value."""
    x = _float(value)
    return NONE if math.isnan(x) else ("<0.0001" if x < 1e-4 else f"{x:.2g}" if x < 0.01 else f"{x:.2f}")


def span(low: object, high: object, how: object = number) -> str:
    """Return ``low to high`` formatted by `how`, or a dash where either is missing."""
    a, b = _float(low), _float(high)
    if math.isnan(a) or math.isnan(b):
        return NONE
    assert callable(how)
    return f"{how(a)} to {how(b)}"


def count(n: int, one: str, many: str | None = None) -> str:
    """Return ``1 lesion``, ``2 lesions``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _float(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan
