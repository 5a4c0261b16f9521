"""Cargo that the literature names without a profile: these miRNAs, so many copies per vesicle."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

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
        InputError: a name is unknown or leaves the arm open, or a figure is not positive.
    """
    figures = dict(mirnas) if isinstance(mirnas, Mapping) else dict.fromkeys(mirnas, copies)
    resolution = resolve(figures)
    for given, candidates in resolution.ambiguous.items():
        raise InputError(
            "this miRNA name leaves the arm open",
            field="mirnas",
            value=given,
            expected=" or ".join(candidates),
        )
    for given, hint in resolution.unknown.items():
        raise InputError("no known human miRNA", field="mirnas", value=given, hint=hint or None)
    if bad := [n for n, c in figures.items() if not (math.isfinite(c) and c > 0)]:
        raise InputError("copies per vesicle must be positive", field=bad[0], value=figures[bad[0]])
    names = tuple(dict.fromkeys(resolution.names[n] for n in figures))
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
