"""Stiff systems: sparse Rosenbrock methods with generated code (Rodas4, Rodas5P), for one parameter set or many.

Rodas4 has 6 stages, order 4(3), is L-stable and stiffly accurate (Hairer & Wanner 1996, doi:10.1007/978-3-642-05221-7,
section IV.7 and IV.10); Rodas5P has 8 stages and order 5(4) (Steinebach 2023, doi:10.1007/s10543-023-00967-x). The LU
of ``1/(h gamma) I - J`` is ordered once and written as straight-line code (:mod:`.linear`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError, SolverError
from . import linear, rodas_kernel
from .cache import compile_module
from .compile import CompiledSystem
from .events import Event, segments
from .tableaus import TABLEAUS, Tableau

Float = NDArray[np.float64]
STATUS: Mapping[int, str] = {
    0: "finished",
    1: "the step limit was reached before the end; raise max_steps or loosen rtol and atol",
    2: "the step became too small to advance; the rates may have a jump or a pole, or a tolerance is too tight",
    3: "the rates are not finite at the start; check initial values and parameters",
}
DEFAULT_METHOD = "rodas5p"


@dataclass(frozen=True)
class Solution:
    """States at the times asked for.

    Attributes:
        times: ``(times,)``.
        y: ``(times, states)``, or ``(batch, times, states)`` of a batch; NaN after a failure.
        status: 0 or a key of ``STATUS``; of a batch one per row.
        steps, rejected, evaluations, factorisations: work done; of a batch one per row.
    """

    times: Float
    y: Float = field(repr=False)
    status: NDArray[np.int64]
    steps: NDArray[np.int64]
    rejected: NDArray[np.int64]
    evaluations: NDArray[np.int64]
    factorisations: NDArray[np.int64]

    @property
    def message(self) -> str:
        """The status as a sentence (of a batch: of the first row that failed)."""
        failed = np.atleast_1d(self.status)
        worst = int(failed[np.argmax(failed > 0)])
        return STATUS[worst]

    @property
    def ok(self) -> bool:
        """Whether every row reached the end."""
        return not np.any(self.status)


def solve(
    compiled: CompiledSystem,
    y0: ArrayLike,
    p: ArrayLike,
    times: ArrayLike,
    *,
    rtol: float = 1e-6,
    atol: ArrayLike = 1e-9,
    events: Sequence[Event] = (),
    method: str = DEFAULT_METHOD,
    max_steps: int = 100_000,
    throw: bool = True,
) -> Solution:
    """Integrate from ``times[0]``, where the state is `y0`, and return the states at `times`.

    Args:
        compiled: system compiled with its Jacobian.
        y0, p: ``(states,)`` and ``(params,)``.
        times: increasing, in the unit of time of the rates.
        rtol, atol: tolerances of one step; `atol` one number or one per state.
        events: doses and changes of parameters at given times; at such a time the state after it is returned.
        method: ``"rodas4"`` or ``"rodas5p"`` (fewer steps on every problem measured).
        max_steps: steps allowed between two events.
        throw: raise on failure; else return the solution with its status.

    Raises:
        InputError: shapes, times or tolerances make no sense.
        SolverError: integration stopped, and `throw` is set.
    """
    whole = solve_batch(
        compiled, np.asarray(y0)[None], np.asarray(p)[None], times, rtol=rtol, atol=atol, events=events,
        method=method, max_steps=max_steps, throw=throw,
    )  # fmt: skip
    return Solution(
        whole.times, whole.y[0], whole.status[0], whole.steps[0], whole.rejected[0], whole.evaluations[0],
        whole.factorisations[0],
    )  # fmt: skip


def solve_batch(
    compiled: CompiledSystem,
    y0: ArrayLike,
    p: ArrayLike,
    times: ArrayLike,
    *,
    rtol: float = 1e-6,
    atol: ArrayLike = 1e-9,
    events: Sequence[Event] = (),
    method: str = DEFAULT_METHOD,
    max_steps: int = 100_000,
    throw: bool = True,
    threads: int = 1,
) -> Solution:
    """Integrate many parameter sets; arguments as :func:`solve` with `y0` ``(batch, states)``, `p` ``(batch, params)``.

    Either may lack the batch axis. Rows are independent of each other and of `threads` to the last bit.
    """
    kernel = _kernel(compiled, method)
    start, params = _rows(compiled, y0, p)
    grid, tolerance = _check(compiled, times, rtol, atol)
    parts = np.array_split(np.arange(len(start)), max(1, min(threads, len(start))))
    run = functools.partial(
        _run,
        kernel,
        compiled,
        TABLEAUS[method],
        times=grid,
        rtol=float(rtol),
        atol=tolerance,
        events=tuple(events),
        max_steps=max_steps,
    )
    if len(parts) == 1:
        found = [run(start, params)]
    else:
        with ThreadPoolExecutor(len(parts)) as pool:
            found = list(pool.map(lambda rows: run(start[rows], params[rows]), parts))
    path, status, counts = (np.concatenate(column) for column in zip(*found, strict=True))
    solution = Solution(grid, path, status, counts[:, 0], counts[:, 1], counts[:, 2], counts[:, 3])
    if throw and not solution.ok:
        raise SolverError(f"integration stopped ({int(np.sum(status > 0))} of {len(status)} rows): {solution.message}")
    return solution


def solve_stream(
    compiled: CompiledSystem,
    y0: ArrayLike,
    rows: Iterator[ArrayLike],
    times: ArrayLike,
    *,
    rtol: float = 1e-6,
    atol: ArrayLike = 1e-9,
    events: Sequence[Event] = (),
    method: str = DEFAULT_METHOD,
    throw: bool = True,
    threads: int = 1,
) -> Iterator[Solution]:
    """Yield a solution per chunk of parameter sets ``(chunk, params)``: memory is that of one chunk."""
    for p in rows:
        yield solve_batch(
            compiled,
            y0,
            p,
            times,
            rtol=rtol,
            atol=atol,
            events=events,
            method=method,
            throw=throw,
            threads=threads,
        )


def _run(
    kernel: ModuleType, compiled: CompiledSystem, method: Tableau, y0: Float, p: Float, *, times: Float,
    rtol: float, atol: Float, events: tuple[Event, ...], max_steps: int,
) -> tuple[Float, NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
    """Return path, status and counts, one stretch between events after the other."""
    path = np.full((len(y0), len(times), compiled.states.size), np.nan)
    status, counts = np.zeros(len(y0), dtype=np.int64), np.zeros((len(y0), 4), dtype=np.int64)
    state, last = y0.copy(), np.empty_like(y0)
    for stretch in segments(times, events):
        state, p = stretch.start(compiled, state, p)
        rows = np.ascontiguousarray(np.concatenate([times[stretch.rows], [stretch.end]]))
        part = np.empty((len(y0), len(rows), compiled.states.size))
        now = np.zeros_like(status)
        kernel.integrate_many(
            state, p, stretch.begin, rows, part, rtol, atol, max_steps, last, now, counts,
            *method.arrays, method.gamma, method.order,
        )  # fmt: skip
        part[(now > 0) | (status > 0)] = np.nan
        path[:, stretch.rows] = part[:, :-1]
        status = np.where(status > 0, status, now)
        state = last.copy()
    return path, status, counts


@functools.lru_cache(maxsize=64)
def _built(module_name: str, n: int, indptr: tuple[int, ...], indices: tuple[int, ...], constant: bool) -> ModuleType:
    lu = linear.source(n, np.asarray(indptr, dtype=np.int64), np.asarray(indices, dtype=np.int64))
    text = rodas_kernel.source(module_name, lu, constant_jacobian=constant)
    return compile_module(text, "rosenbrock")


def linear_module(compiled: CompiledSystem) -> ModuleType:
    """Return the generated module with ``factor(values, lu, shift)``, ``solve(lu, b)`` and ``LU_SIZE``."""
    pattern = tuple(compiled.jac_indptr.tolist()), tuple(compiled.jac_indices.tolist())
    return _linear(compiled.states.size, *pattern)


@functools.lru_cache(maxsize=64)
def _linear(n: int, indptr: tuple[int, ...], indices: tuple[int, ...]) -> ModuleType:
    body = linear.source(n, np.asarray(indptr, dtype=np.int64), np.asarray(indices, dtype=np.int64))
    return compile_module(linear.HEAD + body, "linear")


def _kernel(compiled: CompiledSystem, method: str) -> ModuleType:
    if method not in TABLEAUS:
        raise InputError("unknown method", field="method", value=method, expected=" or ".join(TABLEAUS))
    if not hasattr(compiled.module, "jac_c"):
        raise InputError("the implicit solver needs the Jacobian", hint="compile_system(system, jacobian=True)")
    pattern = tuple(compiled.jac_indptr.tolist()), tuple(compiled.jac_indices.tolist())
    constant = bool(compiled.module.CONSTANT_JACOBIAN)
    return _built(compiled.module_name, compiled.states.size, *pattern, constant)


def _rows(compiled: CompiledSystem, y0: ArrayLike, p: ArrayLike) -> tuple[Float, Float]:
    found = []
    for name, value, size in (("y0", y0, compiled.states.size), ("p", p, compiled.params.size)):
        rows = np.atleast_2d(np.asarray(value, dtype=np.float64))
        if rows.ndim != 2 or rows.shape[1] != size:
            raise InputError("array does not fit the system", field=name, value=rows.shape, expected=f"(batch, {size})")
        if not np.all(np.isfinite(rows)):
            raise InputError("not a finite number", field=name, row=1 + int(np.argmin(np.isfinite(rows).all(axis=1))))
        found.append(rows)
    batch = np.broadcast_shapes(found[0].shape[:1], found[1].shape[:1])[0]
    start, params = (np.array(np.broadcast_to(rows, (batch, rows.shape[1])), order="C") for rows in found)
    return start, params


def _check(compiled: CompiledSystem, times: ArrayLike, rtol: float, atol: ArrayLike) -> tuple[Float, Float]:
    grid = np.array(times, dtype=np.float64)
    if grid.ndim != 1 or len(grid) < 1 or not np.all(np.isfinite(grid)) or np.any(np.diff(grid) <= 0):
        raise InputError("times are not a list of increasing finite numbers", field="times")
    tolerance = np.array(np.broadcast_to(np.asarray(atol, dtype=np.float64), (compiled.states.size,)))
    if not (0 <= rtol < 1) or np.any(tolerance < 0) or not np.all(rtol + tolerance > 0):
        raise InputError("tolerances make no sense", field="rtol, atol", expected="rtol in (0, 1), atol positive")
    return grid, tolerance
