"""A model without content, in whose place a composed model's own functions are put when a kernel is generated."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
N_CONSTANTS = 1


@njit(cache=True)
def prepare(p: Floats, c: Floats) -> None:
    """Compute everything that depends on parameters only."""
    c[0] = p[0]


@njit(cache=True)
def rhs_c(y: Floats, c: Floats, dy: Floats) -> None:
    """Compute rates from states and prepared parameters."""
    dy[:] = -c[0] * y


@njit(cache=True)
def observe_c(y: Floats, c: Floats, out: Floats) -> None:
    """Compute outputs from states and prepared parameters."""
    out[:] = y[0] * c[0]


WORK_ROWS, WORK_EXTRA = 1, 4


@njit(cache=True)
def step_window(y: Floats, c: Floats, t0: float, t1: float, rtol: float, atol: Floats, work: Floats) -> int:
    """Advance `y` in place from day `t0` to day `t1`; 0 means it went well."""
    work[0, 0] = rtol * atol[0]
    y *= np.exp(-c[0] * (t1 - t0))
    return 0
