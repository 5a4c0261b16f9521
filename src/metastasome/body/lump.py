"""A smaller body: organs of no interest merged into "gut" (portal) and "rest"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from .body import Body

CIRCUIT = ("lung", "liver", "gut", "kidney", "lymph_node")


def lumped(body: Body, keep: Iterable[str]) -> Body:
    """Return `body` with the organs in `keep`, those the circuit needs, and the sums of all others.

    Portal organs not kept join "gut", others "rest"; flows, volumes, cells and lymph are summed, so that cardiac
    output, blood and cell numbers stay as they were.
    """
    kept = {*keep, *CIRCUIT, "rest"}
    organs = tuple(o for o in body.organs if o in kept)
    into = [o if o in kept else ("gut" if body.portal[k] else "rest") for k, o in enumerate(body.organs)]
    merge = np.array([[float(i == o) for i in into] for o in organs])
    flow = merge @ body.flow
    flow[-1] = body.cardiac_output - flow[:-1].sum()
    return replace(
        body,
        organs=organs,
        flow=flow,
        vascular=merge @ body.vascular,
        interstitial=merge @ body.interstitial,
        cellular=merge @ body.cellular,
        cells=merge @ body.cells,
        lymph=merge @ body.lymph,
        portal=np.array([body.portal[body.index(o)] for o in organs]),
    )
