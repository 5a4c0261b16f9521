"""SciPy as a witness: the same equations, evaluated by plain NumPy and integrated by other people's code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import SolverError
from .events import Event, segments
from .trace import System

Float = NDArray[np.float64]
Method = Literal["LSODA", "BDF", "Radau", "DOP853"]


def lambdified(system: System) -> Callable[[Float, Float], Float]:
    """Return ``f(y, p) -> rates`` made by SymPy's own code printer for NumPy, independent of ours."""
    import sympy

    # real symbols print as names numpy code can hold only if they are identifiers, so plain ones are put in
    y = sympy.symbols(f"y0:{system.states.size}", real=True)
    p = sympy.symbols(f"p0:{max(1, system.params.size)}", real=True)
    known = dict(zip((*system.state_symbols, *system.param_symbols), (*y, *p), strict=False))
    rates = [e.xreplace(known) for e in system.rates]
    made = sympy.lambdify([y, p], rates, modules="numpy", cse=True)
    padding = np.zeros(max(0, 1 - system.params.size))
    return lambda state, param: np.array(made(state, np.concatenate([param, padding])), dtype=np.float64)


def solve_reference(
    system: System,
    y0: ArrayLike,
    p: ArrayLike,
    times: ArrayLike,
    *,
    rtol: float = 1e-10,
    atol: ArrayLike = 1e-12,
    method: Method = "LSODA",
    events: Sequence[Event] = (),
) -> Float:
    """Return the states ``(times, states)`` by :func:`scipy.integrate.solve_ivp`; arguments as :func:`.rodas.solve`.

    Raises:
        SolverError: SciPy stopped before the end.
    """
    from scipy.integrate import solve_ivp

    rates, grid = lambdified(system), np.asarray(times, dtype=np.float64)
    path = np.empty((len(grid), system.states.size))
    state, params = np.array(y0, dtype=np.float64)[None], np.array(p, dtype=np.float64)[None]
    for stretch in segments(grid, events):
        state, params = stretch.start(system, state, params)
        rows = grid[stretch.rows]
        if stretch.end == stretch.begin:
            path[stretch.rows] = state
            continue
        found = solve_ivp(
            lambda _, y, now=params[0]: rates(y, now), (stretch.begin, stretch.end), state[0], method=method,
            rtol=rtol, atol=atol, t_eval=np.append(rows, stretch.end),
        )  # fmt: skip
        if not found.success:
            raise SolverError(f"the reference integrator {method} stopped: {found.message}")
        path[stretch.rows] = found.y.T[: len(rows)]
        state = found.y.T[-1:].copy()
    return path
