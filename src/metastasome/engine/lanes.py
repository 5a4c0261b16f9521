"""Eight bodies integrated side by side: one adaptive linearly implicit step of every lane, each with its own length.

The method is ROS34PW2 (Rang & Angermann 2005, doi:10.1007/s10543-005-0035-y, table 4.2): four stages, order 3(2),
L-stable, stiffly accurate, and of full order with any approximate Jacobian, here the sparse part that
:mod:`metastasome.numerics.native` factorises. Coefficients are in the form of `numerics.tableaus`. A lane never sees
its neighbours, so which patients share a step changes nothing.
"""

# mypy: disable-error-code="call-arg, var-annotated, no-untyped-call, no-any-return, arg-type, assignment"
# (what numba compiles is typed by numba)
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.experimental import structref
from numpy.typing import NDArray

from ..numerics.pointer import call_2, call_3, call_5
from .inner import inner

Floats = NDArray[np.float64]
Code = NDArray[np.int64]
LANES = 8  # of `numerics.native`
PREPARE, OBSERVE, RATES, OBSERVE_LANES, FACTOR, SOLVE = range(6)  # in the order of `native.FUNCTIONS`
GAMMA = 0.43586652150845900
A21, A31, A32 = 2.0, 1.4192173174557652, -0.25923221167296978
A41, A42, A43 = 4.1847604823191613, -0.28519201735549599, 2.2942803602790423
C21, C31, C32 = -4.5885607205580836, -4.1847604823191613, 0.28519201735549599
C41, C42, C43 = -6.3681792001283597, -6.7956209444668367, 2.8700986043310550
E1, E2, E3, E4 = 0.2777499476479686, -1.4032398951759992, 1.772630127667551, 0.5


@structref.register
class LanesType(types.StructRef):
    """Vectors of all lanes, entry k of lane l at ``LANES * k + l``."""


_ROW = types.float64[::1]
_FIELDS = (
    "y",
    "new",
    "mid",
    "f0",
    "f1",
    "k1",
    "k2",
    "k3",
    "k4",
    "c",
    "lu",
    "shift",
    "h",
    "w",
    "error",
    "top",
    "out_mid",
    "out",
)
VECTORS = LanesType([(name, _ROW) for name in _FIELDS])


@inner
def new_lanes(sizes: Any) -> Any:
    """Return vectors for (states, constants, outputs, LU entries), with steps of a day."""
    n, constants, outputs, lu = sizes
    v = structref.new(VECTORS)
    v.y, v.new, v.mid, v.f0 = np.zeros(n * LANES), np.zeros(n * LANES), np.zeros(n * LANES), np.zeros(n * LANES)
    v.f1, v.k1, v.k2, v.k3 = np.zeros(n * LANES), np.zeros(n * LANES), np.zeros(n * LANES), np.zeros(n * LANES)
    v.k4, v.top = np.zeros(n * LANES), np.zeros(n * LANES)
    v.c, v.lu = np.zeros(constants * LANES), np.zeros(lu * LANES)
    v.w = np.ones(n * LANES)
    v.shift, v.h, v.error = np.zeros(LANES), np.ones(LANES), np.zeros(LANES)
    v.out_mid, v.out = np.zeros(outputs * LANES), np.zeros(outputs * LANES)
    return v


@inner
def put(whole: Floats, lane: int, row: Floats, upto: int) -> None:
    """Write the first `upto` entries of one lane."""
    for k in range(upto):
        whole[LANES * k + lane] = row[k]


@inner
def take(whole: Floats, lane: int, row: Floats) -> None:
    """Read one lane."""
    for k in range(len(row)):
        row[k] = whole[LANES * k + lane]


@inner
def step(v: Any, code: Code, rtol: float, atol: float) -> None:
    """Take every lane from ``y`` over ``h`` days.

    Fills ``new``, the state ``mid`` way, ``error`` (1: as large as allowed; ``top`` is the largest size each state has
    had), and the outputs half way and at the end.
    """
    y, new, mid, f0, f1, k1, k2, k3, k4 = v.y, v.new, v.mid, v.f0, v.f1, v.k1, v.k2, v.k3, v.k4
    h, w, shift, lu, c = v.h, v.w, v.shift, v.lu, v.c
    n = len(y) // LANES
    for j in range(LANES):
        w[j] = 1.0 / h[j]
        shift[j] = w[j] / GAMMA
    for i in range(LANES, len(y)):
        w[i] = w[i - LANES]
    call_5(code[FACTOR], y, c, shift, f0, lu)
    for i in range(len(y)):
        k1[i] = f0[i]
    call_2(code[SOLVE], lu, k1)
    for i in range(len(y)):
        new[i] = y[i] + A21 * k1[i]
    call_3(code[RATES], new, c, k2)
    for i in range(len(y)):
        k2[i] += C21 * k1[i] * w[i]
    call_2(code[SOLVE], lu, k2)
    for i in range(len(y)):
        new[i] = y[i] + A31 * k1[i] + A32 * k2[i]
    call_3(code[RATES], new, c, k3)
    for i in range(len(y)):
        k3[i] += (C31 * k1[i] + C32 * k2[i]) * w[i]
    call_2(code[SOLVE], lu, k3)
    for i in range(len(y)):
        new[i] = y[i] + A41 * k1[i] + A42 * k2[i] + A43 * k3[i]
    call_3(code[RATES], new, c, k4)
    for i in range(len(y)):
        k4[i] += (C41 * k1[i] + C42 * k2[i] + C43 * k3[i]) * w[i]
    call_2(code[SOLVE], lu, k4)
    for i in range(len(y)):
        new[i] += k4[i]
    _errors(v, n, rtol, atol)
    call_3(code[RATES], new, c, f1)
    _half_way(v, code)
    call_3(code[OBSERVE_LANES], mid, c, v.out_mid)
    call_3(code[OBSERVE_LANES], new, c, v.out)


@inner
def _errors(v: Any, n: int, rtol: float, atol: float) -> None:
    y, new, k1, k2, k3, k4, error, top, part = v.y, v.new, v.k1, v.k2, v.k3, v.k4, v.error, v.top, v.f1
    for i in range(len(y)):
        top[i] = max(top[i], abs(y[i]))
    for i in range(len(y)):
        size = E1 * k1[i] + E2 * k2[i] + E3 * k3[i] + E4 * k4[i]
        part[i] = size / (1e-30 + atol * top[i] + rtol * max(abs(y[i]), abs(new[i])))
    for j in range(LANES):
        error[j] = 0.0
        for i in range(n):
            error[j] += part[LANES * i + j] * part[LANES * i + j]
        error[j] = math.sqrt(error[j] / n)


@inner
def _half_way(v: Any, code: Code) -> None:
    """Fill ``mid`` by Hermite's cubic, its slope term damped by (I - h gamma J)^-1: a fast state, whose slope says
    how far it is from rest and not where it goes, then moves by no more than that distance."""
    y, new, mid, f0, f1 = v.y, v.new, v.mid, v.f0, v.f1
    for i in range(len(y)):
        f1[i] = f0[i] - f1[i]
    call_2(code[SOLVE], v.lu, f1)
    for i in range(len(y)):
        mid[i] = 0.5 * (y[i] + new[i]) + f1[i] * (0.125 / GAMMA)
