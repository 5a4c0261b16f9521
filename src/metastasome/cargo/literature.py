"""Cargo that the literature names without a profile: these miRNAs, so many copies per vesicle."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from ..core.errors import InputError
from .cargo import Cargo
from .copies import COPIES_PER_EV, COPIES_SD, SOURCE, log_sd, sequences
from .names import resolve


def documented(
    mirnas: Sequence[str] | Mapping[str, float],
    copies: float = COPIES_PER_EV,
    *,
    copies_sd: float = COPIES_SD,
    name: str = "documented cargo",
    source: str = "",
) -> Cargo:
    """Return a cargo of miRNAs that the literature names, each with `copies` per vesicle or its own figure.

    Raises:
        InputError: no name; a name is unknown, leaves the arm open or is given twice; or a figure is not positive.
    """
    given = [mirnas] if isinstance(mirnas, str) else mirnas
    figures: dict[str, Any] = dict(given.items()) if hasattr(given, "items") else dict.fromkeys(given, copies)
    if not figures:
        raise InputError("no miRNA", field="mirnas", expected="one name or more")
    resolution = resolve(figures)
    for written, candidates in resolution.ambiguous.items():
        raise InputError(
            "this miRNA name leaves the arm open",
            field="mirnas",
            value=written,
            expected=" or ".join(candidates),
        )
    for written, hint in resolution.unknown.items():
        raise InputError("no known human miRNA", field="mirnas", value=written, hint=hint or None)
    for field, figure in (*figures.items(), ("copies", copies)):
        if not (isinstance(figure, Real) and math.isfinite(figure) and float(figure) > 0):
            raise InputError("copies per vesicle must be positive", field=field, value=figure, expected="a number")
    names = tuple(dict.fromkeys(resolution.names[n] for n in figures))
    if len(names) < len(figures):
        again = Counter(resolution.names[n] for n in figures).most_common(1)[0][0]
        raise InputError("a miRNA is named twice", field="mirnas", value=again)
    values = {resolution.names[n]: c for n, c in figures.items()}
    notes = (f"Documented miRNAs, {copies:g} copies per vesicle unless said otherwise ({SOURCE}).",)
    return Cargo(
        name=name,
        mirnas=names,
        copies=np.array([values[n] for n in names]),
        copies_log_sd=np.full(len(names), log_sd(copies, copies_sd)),
        sequences=sequences(names),
        notes=notes,
        sources={source: ""} if source else {},
    )
