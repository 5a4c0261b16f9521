"""The quasi-steady state: where vesicles are, and who takes them up, at constant release.

At steady state the bound and internalised pools follow from the concentrations, so that what is left is one small
linear system in plasma and interstitial concentrations, and a fixed point for the macrophages' free capacity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import SolverError
from .structure import Structure

Vector = NDArray[np.float64]
_ITERATIONS = 500
_TOLERANCE = 1e-14


@dataclass(frozen=True)
class SteadyState:
    """Concentrations (EV/mL) and fluxes (EV/day) at constant release.

    Attributes:
        plasma, tissue: in each organ's capillary plasma and interstitium, ``(o,)``.
        venous, arterial: in the great vessels.
        binding: flux bound by each class, ``(o, 4)``.
        uptake: flux processed in each class, ``(o, 4)``.
        free: free share of macrophage capacity, ``(o,)``.
        loss: flux that reaches no cell: urine and decay in plasma.
        iterations: of the fixed point.
    """

    plasma: Vector
    tissue: Vector
    venous: float
    arterial: float
    binding: Vector
    uptake: Vector
    free: Vector
    loss: float
    iterations: int


@dataclass(frozen=True)
class Fate:
    """What becomes of a bound vesicle: share `kept`, and `stay` (days) that it holds its place on or in the cell."""

    kept: float
    bound: float
    inside: float

    @property
    def stay(self) -> float:
        """Mean time on and in the cell, days."""
        return self.bound + self.inside


def fate(c: Mapping[str, Any]) -> Fate:
    """Return the fate of one bound vesicle; a recycled one counts as returned to the fluid."""
    bound = 1.0 / (c["unbinding"] + c["internalisation"])
    inside = c["internalisation"] * bound / (c["recycling"] + c["processing"])
    return Fate(float(c["processing"] * inside), float(bound), float(inside))


def steady_state(
    c: Mapping[str, Any], where: Structure, release: float, *, organ_release: Vector | None = None
) -> SteadyState:
    """Return the state reached at `release` (EV/day into venous blood) and `organ_release` (EV/day into interstitia).

    Args:
        c: coefficients of :func:`coefficients.coefficients`.
        where: which organ is lung, liver, nodes, and what drains where.

    Raises:
        SolverError: the fixed point of saturation did not converge.
    """
    o, end = where.size, fate(c)
    right = np.zeros(2 * o + 2)
    right[2 * o] = release
    if organ_release is not None:
        right[o : 2 * o] = organ_release
    room = 1.0 - c["occupied"]
    free = room.copy()
    for n in range(1, _ITERATIONS + 1):
        x: Vector = np.asarray(np.linalg.solve(_matrix(c, where, free, end.kept), right), dtype=np.float64)
        wanted = c["bind_macrophage"] * x[:o] + c["bind_resident"] * x[o : 2 * o]
        following: Vector = room / (1.0 + wanted * end.stay * c["per_capacity"])
        moved = float(np.max(np.abs(following - free)))
        free = following
        if moved < _TOLERANCE:
            return _state(c, where, x, free, end.kept, n)
    raise SolverError(f"macrophage saturation did not settle: last change {moved:.2g} after {_ITERATIONS} rounds")


def _state(c: Mapping[str, Any], where: Structure, x: Vector, free: Vector, kept: float, n: int) -> SteadyState:
    o = where.size
    plasma, tissue = x[:o], x[o : 2 * o]
    binding = np.stack(
        (
            c["bind_endothelium"] * plasma,
            free * (c["bind_macrophage"] * plasma + c["bind_resident"] * tissue),
            c["bind_stroma"] * tissue,
            c["bind_parenchyma"] * tissue,
        ),
        axis=-1,
    )
    volumes = float(c["vascular"] @ plasma + c["venous_volume"] * x[2 * o] + c["arterial_volume"] * x[2 * o + 1])
    loss = c["plasma_decay"] * volumes + c["urine_flow"] * plasma[where.kidney]
    return SteadyState(
        plasma, tissue, float(x[2 * o]), float(x[2 * o + 1]), binding, kept * binding, free, float(loss), n
    )


def _matrix(c: Mapping[str, Any], where: Structure, free: Vector, kept: float) -> Vector:
    """Return M with ``M x = release`` for x = (plasma, tissue, venous, arterial); rows are flows out less flows in."""
    o = where.size
    p, t, v, a = np.arange(o), np.arange(o, 2 * o), 2 * o, 2 * o + 1
    m = np.zeros((2 * o + 2, 2 * o + 2))
    outflow, drained = where.plasma_flows(c["flow"], c["lymph"])
    m[p, p] += outflow + c["exchange"] + c["drag"] + c["plasma_decay"] * c["vascular"] + kept * c["bind_endothelium"]
    m[p, t] -= c["exchange"]
    m[t, p] -= c["exchange"] + c["drag"]
    m[t, t] += c["exchange"] + drained + kept * (c["bind_stroma"] + c["bind_parenchyma"])
    m[where.kidney, where.kidney] += c["urine_flow"]
    _phagocytosis(m, c, free, kept, p, t)
    where.connect(m, c["flow"], c["lymph"], outflow, drained)
    m[v, v] += c["plasma_decay"] * c["venous_volume"]
    m[a, a] += c["plasma_decay"] * c["arterial_volume"]
    return m


def _phagocytosis(m: Vector, c: Mapping[str, Any], free: Vector, kept: float, p: Any, t: Any) -> None:
    """Add macrophages, which bind from two fluids and give back what they don't keep in fixed shares."""
    blood, resident = free * c["bind_macrophage"], free * c["bind_resident"]
    back_p, back_t = (1.0 - kept) * c["faces_blood"], (1.0 - kept) * (1.0 - c["faces_blood"])
    m[p, p] += blood * (1.0 - back_p)
    m[p, t] -= resident * back_p
    m[t, p] -= blood * back_t
    m[t, t] += resident * (1.0 - back_t)
