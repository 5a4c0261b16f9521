"""What a kinetic calculation is about: which body, which vesicles, and what has been done to uptake."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..body import Body
from ..core.errors import InputError
from .vesicle import Vesicle, vesicle

CELLS: tuple[str, ...] = ("endothelium", "macrophage", "stroma", "parenchyma")


@dataclass(frozen=True)
class Conditions:
    """A body, a vesicle class and the state of its uptake.

    Attributes:
        body: the body.
        vesicle: the class of vesicle.
        integrins: factor on binding by each organ's cells, ``(o,)``; one: no preference.
        leakiness: extra leakiness of each organ's vessels, ``(o,)``; one: as leaky as a tumour's.
        macrophages: share of each organ's macrophages left by a depletion, ``(o,)``.
        barrier: factor on the exchange of each organ's vessels, ``(o,)`` (a placenta-like barrier: near zero).
        occupied: share of macrophage capacity that background vesicles hold, ``(o,)``.
        heparin: plasma heparin, ug/mL.
    """

    body: Body
    vesicle: Vesicle
    integrins: NDArray[np.float64]
    leakiness: NDArray[np.float64]
    macrophages: NDArray[np.float64]
    barrier: NDArray[np.float64]
    occupied: NDArray[np.float64]
    heparin: float = 0.0

    def with_(self, **changes: Any) -> Conditions:
        """Return a copy with `changes`, each as :func:`conditions` takes it."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return conditions(**(fields | changes))


def conditions(
    body: Body,
    *,
    vesicle: str | Vesicle = "small",
    integrins: ArrayLike | None = None,
    leakiness: ArrayLike | None = None,
    macrophages: ArrayLike | None = None,
    barrier: ArrayLike | None = None,
    occupied: ArrayLike | None = None,
    heparin: float = 0.0,
) -> Conditions:
    """Return checked conditions; arrays are over ``body.organs`` or one number for all.

    Raises:
        InputError: an array does not fit the organs, holds a NaN or a value out of range, or is not float64.
    """
    if not (np.isfinite(heparin) and heparin >= 0):
        raise InputError("not a concentration", field="heparin", value=heparin, expected="ug/mL, 0 or more")
    o = len(body.organs)
    return Conditions(
        body=body,
        vesicle=_vesicle(vesicle),
        integrins=per_organ(integrins, 1.0, o, "integrins"),
        leakiness=per_organ(leakiness, 0.0, o, "leakiness"),
        macrophages=per_organ(macrophages, 1.0, o, "macrophages", high=1.0),
        barrier=per_organ(barrier, 1.0, o, "barrier"),
        occupied=per_organ(occupied, 0.0, o, "occupied", high=1.0),
        heparin=float(heparin),
    )


def per_organ(
    value: ArrayLike | None, default: float, organs: int, field: str, *, high: float = np.inf
) -> NDArray[np.float64]:
    """Return `value` as an array over organs, checked to be finite, float64 and from 0 to `high`."""
    given = np.asarray(default if value is None else value)
    if given.dtype in (np.float32, np.float16):
        raise InputError("float32 loses what mass balance needs", field=field, expected="float64 values")
    if given.shape not in ((), (1,), (organs,)):
        raise InputError("array does not fit the organs", field=field, value=given.shape, expected=f"({organs},)")
    made = np.broadcast_to(given.astype(np.float64), (organs,)).copy()
    if not (np.isfinite(made).all() and (made >= 0).all() and (made <= high).all()):
        limit = "0 or more" if np.isinf(high) else f"0 to {high:g}"
        raise InputError("outside its range", field=field, expected=limit)
    return made


_vesicle = vesicle
