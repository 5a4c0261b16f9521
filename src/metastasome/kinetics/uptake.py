"""The uptake law that mechanisms take: clearance by organ and class at quasi-steady state."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..body import Body
from .background import background_release_per_day
from .coefficients import coefficients, theta_of
from .conditions import CELLS, Conditions, conditions
from .exposure import UptakeLaw
from .parameters import KineticParameters
from .steady import SteadyState, steady_state
from .structure import structure
from .vesicle import Vesicle

Vector = NDArray[np.float64]


def uptake_law(
    body: Body,
    *,
    parameters: KineticParameters | None = None,
    integrins: ArrayLike | None = None,
    vesicle: str | Vesicle = "small",
    background_release: float | str | None = None,
    macrophages: ArrayLike | None = None,
    heparin: float = 0.0,
    barrier: ArrayLike | None = None,
) -> UptakeLaw:
    """Return how readily each organ's cells take `vesicle` from the blood of `body`, per mL plasma, at steady state.

    Tumour vesicles are few beside the background (below 0.1% in stage 1, doi:10.1126/sciadv.abm3453), so the law is
    linear in them; the background holds part of the macrophages' capacity, found by a fixed point.

    Args:
        body: the body; every organ of it, "rest" included, is in the law.
        parameters: kinetic parameters; the declared defaults when not given.
        integrins: factor on binding by organ, ``(o,)``; one number for all.
        vesicle: class of vesicle: small, large, apoptotic, or a :class:`Vesicle`.
        background_release: normal vesicles secreted into blood (a number in EV/min, or text with a unit); the
            published figure of the species when not given.
        macrophages: share of macrophages left by a depletion, ``(o,)`` or one number.
        heparin: plasma heparin, ug/mL.
        barrier: factor on vessel exchange, ``(o,)``.

    Raises:
        InputError: an array does not fit the organs or a value is out of range.
        SolverError: saturation did not settle.
    """
    theta = theta_of(parameters or KineticParameters())
    release = background_release_per_day(body, background_release)
    given = conditions(
        body,
        vesicle=vesicle,
        integrins=integrins,
        macrophages=macrophages,
        heparin=heparin,
        barrier=barrier,
    )
    normal = background_state(given, theta, release)
    given = given.with_(occupied=1.0 - normal.free)
    rest = _trace_state(given, theta)
    clearance = rest.uptake.sum(axis=-1) / rest.venous
    taken = rest.uptake.sum(axis=-1, keepdims=True)
    even = np.full_like(rest.uptake, 1.0 / len(CELLS))
    notes = (
        f"background {release:.3g} EV/day keeps {normal.venous:.3g} EV/mL plasma",
        f"macrophage capacity held by background: liver {1.0 - normal.free[body.index('liver')]:.1%}",
    )
    return UptakeLaw(
        organs=body.organs,
        cells=CELLS,
        clearance=clearance,
        share=np.divide(rest.uptake, taken, out=even, where=taken > 0),
        cell_numbers=body.cells[:, : len(CELLS)],
        leak_response=_leak_response(given, theta, clearance),
        loss=rest.loss / rest.venous,
        cytosolic=float(theta["cytosolic"]),
        notes=notes,
    )


def background_state(given: Conditions, theta: dict[str, Any], release: float) -> SteadyState:
    """Return the steady state of normal small EVs (no integrin preference) at `release` EV/day."""
    normal = given.with_(vesicle="small", integrins=None, occupied=None)
    return steady_state(coefficients(normal, theta), structure(given.body), release)


def _trace_state(given: Conditions, theta: dict[str, Any]) -> SteadyState:
    c = coefficients(given, theta)
    return steady_state({**c, "per_capacity": np.zeros_like(c["per_capacity"])}, structure(given.body), 1.0)


def _leak_response(given: Conditions, theta: dict[str, Any], clearance: Vector) -> Vector:
    """Return the relative rise of each organ's clearance when it alone becomes as leaky as a tumour (leakiness 1)."""
    response = np.zeros_like(clearance)
    for o in range(len(clearance)):
        leaky = np.zeros_like(clearance)
        leaky[o] = 1.0
        state = _trace_state(given.with_(leakiness=leaky), theta)
        if clearance[o] > 0:
            response[o] = max(float(state.uptake[o].sum()) / state.venous / clearance[o] - 1.0, 0.0)
    return response
