"""How ready organs are for metastases: 1, known from elsewhere, or a factor per site that is fitted.

Fitted, each site has a parameter `organs.soil_<organ>`. Observations of several primaries share it; one primary alone
can tell it from what the mechanisms do only as far as its prior lets it.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...core.errors import InputError, nearest
from ...core.parameters import ASSUMPTION, Parameter, Prior
from .base import Given

FITTED = "fitted"
#: The spread is the width that soil has among sites in the fit of the kind ``sites`` (sites_widths.tsv).
PRIOR = Prior("lognormal", 1.0, 0.73)


def known_soil(given: Given, organs: tuple[str, ...]) -> dict[str, float]:
    """Return the option `soil`, ``"bone=3, liver=1.5"``, as organ -> readiness; nothing where it is fitted.

    Raises:
        InputError: an organ that the model lacks or that is named twice, a factor of 0 or less.
    """
    text, made = str(given.options["soil"]).strip(), dict[str, float]()
    for part in (w.strip() for w in ("" if text == FITTED else text).split(",") if w.strip()):
        name, _, number = (w.strip() for w in part.partition("="))
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if name not in organs or not 0 < value < float("inf") or name in made:
            raise InputError(
                "not usable", field=f"{given.name}.soil", value=part,
                expected=f"'{FITTED}', or organ=factor above 0, with commas",
                hint=nearest(name, organs) if name not in organs else None,
            )  # fmt: skip
        made[name] = value
    return made


def fitted_soil(given: Given, sites: Iterable[int], organs: tuple[str, ...]) -> dict[int, Parameter]:
    """Return position of the organ -> the parameter of its readiness, for every one of `sites` where it is fitted."""
    if str(given.options["soil"]).strip() != FITTED:
        return {}
    return {
        o: Parameter(
            f"organs.soil_{organs[o]}", 1.0, "1", 1e-5, 1e5, PRIOR, ASSUMPTION,
            f"readiness of {organs[o]} for metastases against the typical organ",
        )
        for o in sorted(set(sites))
    }  # fmt: skip
