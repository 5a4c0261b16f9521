"""Names and numbers as people read them: organs, cell classes, keys, significant digits."""

from __future__ import annotations

import math

from .organs import ORGANS

_ORGANS = {o.name: o.label for o in ORGANS}
_CELLS = {"bulk": "whole tissue", "msc": "mesenchymal stem cell", "t_cell": "T cell"}
_SHORT = {
    "ctc": "CTC", "dna": "DNA", "emt": "EMT", "ev": "EV", "ml": "mL", "rna": "RNA", "tota": "TOTa", "totr": "TOTr",
}  # fmt: skip
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NONE = "–"


def organ_label(name: object) -> str:
    """Return the label of an organ, or its own name made readable."""
    return _ORGANS.get(str(name), plain(name))


def cell_label(name: object) -> str:
    """Return a cell class in words, ``T cell`` for ``t_cell``, or its own name made readable."""
    return _CELLS.get(str(name), plain(name))


def plain(name: object) -> str:
    """Return a key as words: ``immune_suppression`` becomes ``immune suppression``, ``ev_release`` ``EV release``."""
    return " ".join(_SHORT.get(word, word) for word in str(name).split("_"))


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


def percent(value: object) -> str:
    """Return a fraction as a percentage, plain at both ends (``<0.1%``)."""
    x = as_float(value)
    if math.isnan(x):
        return NONE
    if x == 0 or x == 1:
        return f"{x:.0%}"
    if x < 0.001:
        return "<0.1%"
    if x > 0.999:
        return ">99.9%"
    return f"{100 * x:.1f}%" if x < 0.1 or x > 0.99 else f"{100 * x:.0f}%"


def percents(low: object, high: object) -> str:
    """Return ``low to high`` of fractions as percentages, with as many decimals as it takes to tell them apart."""
    a, b = as_float(low), as_float(high)
    if math.isnan(a) or math.isnan(b):
        return NONE
    first, last = percent(a), percent(b)
    for digits in (1, 2, 3):
        if first == last and 0.001 <= a < b <= 0.999:
            first, last = (f"{100 * x:.{digits}f}%" for x in (a, b))
    return f"{first} to {last}"


def count(n: int, one: str, many: str | None = None) -> str:
    """Return ``1 lesion``, ``2 lesions``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def points(value: float, *, sign: bool = True) -> str:
    """Return a difference of shares in percentage points: ``+12.5``, ``−0.3``, ``0.0``."""
    x = round(100 * value, 1) + 0.0  # no minus before zero
    return (f"{x:+.1f}" if sign and x else f"{x:.1f}").replace("-", "−")


def as_float(value: object) -> float:
    """Return a number, NaN for what is none."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan
