"""Plasma levels (vesicles, ctDNA, markers) against tumour size, with a limit of detection: what sheds, and how much?

Log-normal around ``level(size) = at_one x size^exponent``; values at or below the limit count as "not detected". Rival
readings by option `law`: ``shed`` (exponent free), ``volume`` (each cell sheds alike: exponent 3 of a diameter, 1 of a
volume, as option `power` says), ``none`` (the level does not follow the size).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..laws import Levels
from ..observation import Array, Data, Floats, Theta
from .base import Given, Kind, lognormal

SD = lognormal("levels.sd", 1.5, 0.5, "1", 0.05, 10.0, "spread of ln level")
EXPONENT = Parameter(
    "levels.exponent",
    1.0,
    "1",
    -5.0,
    8.0,
    Prior("normal", 1.0, 1.0),
    ASSUMPTION,
    "power of size that the level follows",
)
LAWS = ("shed", "volume", "none")


def build(given: Given) -> Levels:
    """Return the levels under the law of the options."""
    law = given.options["law"]
    if law not in LAWS:
        raise InputError("not a law", field=f"{given.name}.law", value=law, expected=" or ".join(LAWS))
    size = given.numbers("size", low=1e-12)
    middle = float(given.options["typical_size"])
    level = Parameter(
        "levels.typical", float(given.options["typical"]), "1", 1e-12, 1e15,
        Prior("lognormal", float(given.options["typical"]), 3.0), ASSUMPTION, f"level at a size of {middle:g}",
    )  # fmt: skip
    data = {"value": given.numbers("level", low=0), "lod": _limits(given), "size": size / middle}

    fixed_power = float(given.options["power"]) if law == "volume" else 0.0

    def expected(theta: Theta, data: Data, xp: Any) -> Array:
        power = theta[EXPONENT.name] if law == "shed" else fixed_power
        return theta["levels.typical"] * data["size"] ** power

    needed = (level, SD, EXPONENT) if law == "shed" else (level, SD)
    return Levels(given.name, data, given.words("patient"), needed, expected, given.weight, SD.name)


def _limits(given: Given) -> Floats:
    """Return the limit of detection of every row: its column, or the option `limit` where there is none."""
    found = given.numbers("lod")
    limit = float(given.options["limit"])
    return found if "lod" in given.table.header else np.full(len(found), limit)


KIND = Kind(
    "levels", "plasma levels with a limit of detection",
    {"patient": "who", "size": "size of the tumour", "level": "level; 0 where not detected",
     "lod": "limit of detection"},
    build,
    {"law": ("shed", "shed, volume or none"), "power": (3.0, "exponent of the law 'volume'"),
     "typical": (10.0, "prior median of the level at the typical size"), "typical_size": (50.0, "typical size"),
     "limit": (0.0, "limit of detection where the table has no column lod")}, {"lod": 0.0},
)  # fmt: skip
