"""The exact curves of a match: every gene and programme of every recipient over the doses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .delivery import Delivery
from .guides import Guides
from .occupancy import Occupancy, load, occupy
from .repression import ln_fc
from .sitesource import SiteSource

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Exact:
    """Occupancy before delivery (first dose) and at every dose; ln FC ``(r, d, g)`` and shifts ``(r, d, p)``."""

    occupancy: Occupancy
    ln_fc: F8
    shift: F8


def curves(
    sites: SiteSource,
    guides: Guides,
    mrna: F8,
    weights: F8,
    doses: F8,
    delivery: Delivery,
    ago_copies: float | None,
    *,
    workers: int = 2,
) -> Exact:
    """Return the exact curves of every gene and programme over `doses`, against the recipient before delivery."""
    gained = np.concatenate([[0.0], doses]) * delivery.copies_per_dose
    amounts = guides.endogenous[:, :, None] + guides.delivered[:, None, None] * gained
    bound = occupy(sites, mrna, load(amounts, ago_copies), delivery, workers=workers)
    change = ln_fc(bound.n, bound.background, b=delivery.b)
    change = np.ascontiguousarray(np.moveaxis(change[:, :, 1:] - change[:, :, :1], 0, 2))
    shift = np.einsum("rdg,pgr->rdp", change, weights, optimize=True)
    return Exact(bound, change, np.asarray(shift))
