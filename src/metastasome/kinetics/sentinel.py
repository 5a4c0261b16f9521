"""What the sentinel nodes of a primary take from the lymph that carries its vesicles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..body import Body, Sentinel, sentinel
from ..core.errors import InputError
from .coefficients import coefficients, theta_of
from .conditions import CELLS, conditions
from .parameters import KineticParameters
from .steady import fate
from .vesicle import Vesicle


@dataclass(frozen=True)
class SentinelUptake:
    """Steady uptake in the first nodes, below saturation.

    Attributes:
        nodes: the basin.
        cells: classes of cells, ``c`` of them.
        uptake: vesicles taken up per day in each class, ``(c,)``.
        per_cell: the same per cell of the basin, ``(c,)``.
        passed: vesicles per day that go on to further nodes and blood.
    """

    nodes: Sentinel
    cells: tuple[str, ...]
    uptake: NDArray[np.float64]
    per_cell: NDArray[np.float64]
    passed: float


def sentinel_uptake(
    body: Body,
    primary: str,
    release: float,
    *,
    parameters: KineticParameters | None = None,
    vesicle: str | Vesicle = "small",
) -> SentinelUptake:
    """Return what the sentinel nodes take of `release` vesicles per day that leave a primary by lymph.

    All lymph of the organ passes a well-mixed basin: ``C = release / (L + K)`` with the organ's lymph flow L and the
    basin's clearance K, its share of what all lymph nodes' interstitial cells clear.

    Raises:
        InputError: the organ is unknown or not in `body`, or `release` is negative.
    """
    if not (np.isfinite(release) and release >= 0):
        raise InputError("must not be negative", field="release", value=release, expected="EV/day")
    basin = sentinel(primary)
    c = coefficients(conditions(body, vesicle=vesicle), theta_of(parameters or KineticParameters()))
    node = body.index("lymph_node")
    kept = fate(c).kept
    bind = np.array([0.0, *(float(c[f"bind_{k}"][node]) for k in ("resident", "stroma", "parenchyma"))])
    clearance = kept * bind * basin.share
    if primary not in body.organs:
        raise InputError(f"organ '{primary}' is not in this body", field="primary")
    uptake = release * clearance / (float(body.lymph[body.index(primary)]) + clearance.sum())
    cells = body.cells[node, : len(CELLS)] * basin.share
    return SentinelUptake(basin, CELLS, uptake, uptake / cells, float(release - uptake.sum()))
