"""Numbers and names as people read them."""

from __future__ import annotations

import math

from ..core.words import NONE, as_float, cell_label, count, number, organ_label, percent, percents, plain

__all__ = [
    "NONE", "cell_label", "count", "duration", "number", "organ_label", "origin_label", "p_value", "percent",
    "percents", "plain", "span", "unit_label",
]  # fmt: skip
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


def origin_label(name: object) -> str:
    """Return the label of an origin of lesions, or its own name made readable."""
    return _ORIGINS.get(str(name), plain(name))


def unit_label(unit: object) -> str:
    """Return a unit, or a dash for a pure number."""
    return NONE if str(unit) in ("1", "", "dimensionless", "nan", "None") else str(unit)


def duration(days: object) -> str:
    """Return a time in days as days, months or years; NaN means that it was not reached."""
    x = as_float(days)
    if math.isnan(x) or math.isinf(x):
        return "not reached"
    if abs(x) < 60:
        return f"{x:.0f} days"
    if abs(x) < 730:
        return f"{x / 30.4375:.0f} months"
    return f"{x / 365.25:.1f} years"


def p_value(value: object) -> str:
    """Return a p- or q-value."""
    x = as_float(value)
    return NONE if math.isnan(x) else ("<0.0001" if x < 1e-4 else f"{x:.2g}" if x < 0.01 else f"{x:.2f}")


def span(low: object, high: object) -> str:
    """Return ``low to high``, or a dash where either is missing."""
    a, b = as_float(low), as_float(high)
    return NONE if math.isnan(a) or math.isnan(b) else f"{number(a)} to {number(b)}"
