"""Reading matchmaking's dose response: the inputs a mechanism declares for it, and the shift at a dose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .base import Array, Input, Quantities

ROUTES = ("rna", "protein")
#: What interventions leave of each route's cargo per vesicle.
LEVERS = (
    Input("lever_rna", "body", "1", "what interventions leave of active RNA per vesicle (loading)", "lever", 1.0),
    Input("lever_protein", "body", "1", "what interventions leave of active protein per vesicle", "lever", 1.0),
)  # fmt: skip


def response_inputs(cell: str, programme: str) -> tuple[Input, ...]:
    """Return the inputs for the response of `programme` in `cell`: greatest shift and half-saturating dose by route."""
    made = []
    for route in ROUTES:
        what = f"of {programme} in {cell}, {route} route"
        end = f"{cell}_{programme}"
        made.append(Input(f"{route}_top_{end}", "organ", "1", f"greatest shift {what}", "response"))
        made.append(Input(f"{route}_half_{end}", "organ", "EV/cell/day", f"half-saturating dose {what}", "response"))
    return (*made, *LEVERS)


def response_shift(q: Quantities, dose: Array, cell: str, programme: str, *, routes: Sequence[str] = ROUTES) -> Array:
    """Return the shift ``sum over routes of top l D / (l D + half)`` at `dose` D, natural-log units, by organ.

    The lever l of a route scales its cargo per vesicle, so it counts like so many fewer vesicles.
    """
    shift: Array = 0.0
    for route in routes:
        top, half = (getattr(q, f"{route}_{part}_{cell}_{programme}") for part in ("top", "half"))
        carried = getattr(q, f"lever_{route}") * dose
        shift = shift + top * carried / (carried + half)
    return shift


def share_of(xp: Any, shift: Array, sign: int) -> Array:
    """Return the share of a programme gained (`sign` 1) or lost (-1) at `shift`: ``1 - exp(-max(sign shift, 0))``."""
    return 1 - xp.exp(-xp.maximum(sign * shift, 0.0 * shift))
