"""Cells of an organ taken together at constant rates: immigration, birth, death, and the first day a size is reached.

This is the reference problem on which general simulators are compared with the engine. The process is leapt exactly
(see `laws`), with the leap chosen so long that the size sought is out of reach inside it, and a day at the end.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.streams import check_seed
from .generate import build_pools
from .pool_kernel import FAR


def pool_at(
    *, birth: float, death: float, founding: float, days: float, n: int, seed: int, start: float = 0.0
) -> NDArray[np.float64]:
    """Return the cells of `n` organs after `days`, from `start` cells, in one exact leap each.

    Args:
        birth, death: per cell and day. founding: founders per day.
    """
    _check(birth, death, founding)
    return np.asarray(build_pools().pool_cells(birth, death, founding, days, n, check_seed(seed), start))


def first_detection(
    *,
    birth: float,
    death: float,
    founding: float,
    size: float,
    days: float,
    organs: int,
    n: int,
    seed: int,
    first: int = 0,
) -> NDArray[np.float64]:
    """Return the first whole day on which each organ holds `size` cells, (n, organs); NaN where never by `days`.

    Args:
        birth, death: per cell and day, ``birth > death``. founding: founders per day and organ.
        first: number of the first patient; rows depend only on (seed, patient).
    """
    _check(birth, death, founding)
    if not birth > death:
        raise InputError(
            "the reference problem needs growth", field="birth", value=birth, expected=f"above death {death}"
        )
    if not size > 10 * FAR * birth / (birth - death):
        raise InputError("too small a size", field="size", value=size, expected="many times birth / (birth - death)")
    out = np.full((n, organs), np.nan)
    build_pools().detect(birth, death, founding, size, days, check_seed(seed), first, out)
    return out


def _check(birth: float, death: float, founding: float) -> None:
    for name, value in (("birth", birth), ("death", death), ("founding", founding)):
        if not (math.isfinite(value) and value >= 0):
            raise InputError("an impossible rate", field=name, value=value, expected="a finite number, 0 or more")
