"""By which route vesicles act on the niche in a run, and how well that is known: one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .runner import Case


def routes(case: Case) -> str:
    """Return how much of the niche's stimulus comes by RNA and how much by protein, at the dose around resection."""
    from ..mechanisms.niche_training import STIMULI

    if "niche_training" not in {m.key for m in case.model.mechanisms}:
        return "Training of the niche is off: vesicles have no route to lesions in this run."
    size = {"rna": 0.0, "protein": 0.0}
    for cell, programme, sign in STIMULI.values():
        dose = case.doses[:, case.uptake.cells.index(cell)]
        dose = np.array(
            [dict(zip(case.uptake.organs, dose, strict=True)).get(o, 0.0) for o in case.match.response.organs]
        )
        for route in size:
            top, half = case.match.response.term(route, cell, programme)
            size[route] += float(np.maximum(sign * top * dose / (dose + half), 0.0).sum())
    total = sum(size.values())
    if total == 0:
        return "At the doses delivered, neither RNA nor protein moves a niche programme."
    share = 100 * size["protein"] / total
    known = (
        "were measured"
        if case.cargo.proteins
        else "were not measured, so they are taken as in mouse education experiments"
    )
    return (
        f"Of what trains the niche at the doses delivered, {_percent(share)} comes by the protein route and "
        f"{_percent(100 - share)} by RNA; the vesicles' proteins {known}. "
        "The size of the protein route is an assumption."
    )


def _percent(value: float) -> str:
    if value < 0.01:
        return "under 0.01%"
    return "over 99.99%" if value > 99.99 else f"{value:.3g}%"
