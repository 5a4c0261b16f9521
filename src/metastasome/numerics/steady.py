"""Steady states: where every rate is zero, by pseudo-transient continuation with the sparse LU of the solver.

Each step solves (1/h I - J) dx = f(y) and h grows as the residual falls (after Mulder & van Leer 1985,
doi:10.1016/0021-9991(85)90148-2; Kelley & Keyes 1998, doi:10.1137/S0036142996304796): at first an implicit Euler step
towards the attractor of the dynamics, in the end Newton's method.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError, SolverError
from .compile import CompiledSystem
from .rodas import linear_module

Float = NDArray[np.float64]
STATUS: Mapping[int, str] = {
    0: "converged",
    1: "no steady state was reached within max_steps; the system may drift, oscillate or conserve a total",
    2: "the rates or the update became not finite; the Jacobian may be singular (a conserved total?)",
}


@dataclass(frozen=True)
class SteadyState:
    """Where the rates vanish.

    Attributes:
        y: ``(states,)``.
        residual: largest absolute rate.
        steps: linear solves.
        status: 0, or a key of ``STATUS``.
    """

    y: Float = field(repr=False)
    residual: float
    steps: int
    status: int

    @property
    def message(self) -> str:
        """The status as a sentence."""
        return STATUS[self.status]


def steady_state(
    compiled: CompiledSystem,
    y0: ArrayLike,
    p: ArrayLike,
    *,
    rtol: float = 1e-10,
    atol: float = 1e-12,
    first: float = 1.0,
    positive: bool = True,
    max_steps: int = 200,
    throw: bool = True,
) -> SteadyState:
    """Return the steady state reached from `y0`.

    Args:
        compiled: system compiled with its Jacobian; it must not conserve a total (its Jacobian would be singular).
        y0, p: start ``(states,)`` and parameters ``(params,)``.
        rtol, atol: the last Newton update is below ``atol + rtol |y|`` in every state.
        first: first pseudo-time step, in the unit of time of the rates.
        positive: amounts: a step takes a state at most nine tenths of the way to zero. Rational rates often have a
            second root among negative amounts, and an undamped Newton step finds it.
        max_steps: linear solves allowed.
        throw: raise on failure; else return with the status.

    Raises:
        InputError: arrays do not fit, or the system depends on time.
        SolverError: no convergence, and `throw` is set.
    """
    if compiled.has_time:
        raise InputError("a system that depends on time has no steady state", field="compiled")
    y, params = np.array(y0, dtype=np.float64), np.asarray(p, dtype=np.float64)
    if y.shape != (compiled.states.size,) or params.shape != (compiled.params.size,):
        raise InputError("arrays do not fit the system", field="y0, p", value=(y.shape, params.shape))
    found = _relax(compiled, y, compiled.prepared(params), rtol, atol, first, max_steps, positive)
    if throw and found.status:
        raise SolverError(f"steady state: {found.message} (largest rate {found.residual:.3g})")
    return found


def _relax(
    compiled: CompiledSystem,
    y: Float,
    c: Float,
    rtol: float,
    atol: float,
    h: float,
    max_steps: int,
    positive: bool,
) -> SteadyState:
    lu = linear_module(compiled)
    values, factors, rates = np.empty(max(1, compiled.nnz)), np.empty(lu.LU_SIZE), np.empty(len(y))
    compiled.module.rhs_c(y, c, rates)
    for step in range(1, max_steps + 1):
        norm = float(np.linalg.norm(rates))
        if norm == 0:
            return SteadyState(y, 0.0, step - 1, 0)
        compiled.module.jac_c(y, c, values)
        lu.factor(values, factors, 1.0 / h)
        newton = h * float(np.max(np.abs(values), initial=0.0)) > 1e3  # 1/h no longer holds the update back
        update = rates.copy()
        lu.solve(factors, update)
        update = np.maximum(update, -0.9 * np.abs(y)) if positive else update
        y = y + update
        compiled.module.rhs_c(y, c, rates)
        residual = float(np.max(np.abs(rates)))
        if not np.all(np.isfinite(update)) or not np.isfinite(residual):
            return SteadyState(y, residual, step, 2)
        if np.all(np.abs(update) <= atol + rtol * np.abs(y)) and newton:
            return SteadyState(y, residual, step, 0)
        gain = norm / max(float(np.linalg.norm(rates)), 1e-300)
        h = min(1e15, h * (min(100.0, max(2.0, gain)) if gain > 0.9 else max(0.2, gain)))
    return SteadyState(y, float(np.max(np.abs(rates))), max_steps, 1)


def fixed_point(
    function: Callable[[Float], Float],
    start: ArrayLike,
    *,
    rtol: float = 1e-10,
    atol: float = 1e-300,
    memory: int = 4,
    max_steps: int = 200,
) -> Float:
    """Return x with ``function(x) = x`` by Anderson's mixing (1965, doi:10.1145/321296.321305).

    Args:
        function: maps ``(n,)`` to ``(n,)``.
        start: first guess ``(n,)``.
        rtol, atol: ``|function(x) - x| <= atol + rtol |x|`` in every entry.
        memory: steps remembered; 0 is plain iteration.
        max_steps: calls of `function` allowed.

    Raises:
        SolverError: no convergence, or a value that is not finite.
    """
    x = np.array(start, dtype=np.float64)
    xs, gaps = list[Float](), list[Float]()
    for _ in range(max_steps):
        gap = np.asarray(function(x), dtype=np.float64) - x
        if not np.all(np.isfinite(gap)):
            raise SolverError("fixed point: the iteration left the finite numbers")
        if np.all(np.abs(gap) <= atol + rtol * np.abs(x)):
            return x + gap
        xs, gaps = [*xs, x][-memory - 1 :], [*gaps, gap][-memory - 1 :]
        x = _mix(xs, gaps)
    raise SolverError(f"fixed point: not converged in {max_steps} steps (largest gap {np.max(np.abs(gap)):.3g})")


def _mix(xs: list[Float], gaps: list[Float]) -> Float:
    """Return the next guess: the combination of past steps whose gaps nearly cancel."""
    x, gap = xs[-1], gaps[-1]
    if len(xs) == 1:
        return x + gap
    moved = np.array([gap - old for old in gaps[:-1]]).T
    weights = np.linalg.lstsq(moved, gap, rcond=1e-12)[0]
    shift = np.array([x - old for old in xs[:-1]]).T + moved
    return np.asarray(x + gap - shift @ weights)
