"""Reading matchmaking's dose response: the inputs a mechanism declares for it, and the shift at a dose."""

from __future__ import annotations

from .base import Array, Input, Quantities

ROUTES = ("rna", "protein")


def response_inputs(cell: str, programme: str) -> tuple[Input, ...]:
    """Return the inputs for the response of `programme` in `cell`: greatest shift and half-saturating dose by route."""
    made = []
    for route in ROUTES:
        what = f"of {programme} in {cell}, {route} route"
        end = f"{cell}_{programme}"
        made.append(Input(f"{route}_top_{end}", "organ", "1", f"greatest shift {what}", "response"))
        made.append(Input(f"{route}_half_{end}", "organ", "EV/cell/day", f"half-saturating dose {what}", "response"))
    return tuple(made)


def response_shift(q: Quantities, dose: Array, cell: str, programme: str) -> Array:
    """Return the shift ``sum over routes of top D / (D + half)`` at `dose`, natural-log units, by organ."""
    shift: Array = 0.0
    for route in ROUTES:
        top, half = (getattr(q, f"{route}_{part}_{cell}_{programme}") for part in ("top", "half"))
        shift = shift + top * dose / (dose + half)
    return shift
