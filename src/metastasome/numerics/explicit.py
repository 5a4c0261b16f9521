"""Explicit adaptive methods for slow systems, as source that a larger kernel can call.

``window_module(compiled)`` gives a generated module with

``step_window(y, c, t0, t1, rtol, atol, work) -> status``
    advance `y` in place from t0 to t1 with prepared parameters `c` (``compiled.prepare``); `work` is
    ``np.zeros((WORK_ROWS, n + WORK_EXTRA))`` and remembers step size and stiffness from window to window: zero it
    where a new patient starts. The status is 0 or a key of :data:`.rodas.STATUS`.

A kernel imports it by name: ``from <module.__name__> import WORK_EXTRA, WORK_ROWS, step_window``.

Methods: ``bs32`` (Bogacki & Shampine 1989, doi:10.1016/0893-9659(89)90079-7), ``tsit5`` (Tsitouras 2011,
doi:10.1016/j.camwa.2011.06.002), ``rkc2`` (Sommeijer, Shampine & Verwer 1998, doi:10.1016/S0377-0427(97)00219-7),
whose stable step grows with the square of its number of stages. On a disease-like system (112 states, windows of a
month, ten years; figures in ``docs/numerics.md``) ``rkc2`` and ``bs32`` need the same work for errors of 1e-3 while no
rate exceeds 0.3 per day; one state of 2 per day makes ``rkc2`` three times cheaper, so it is the default. Below errors
of 1e-3 take ``bs32``, below 1e-5 ``tsit5``.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError, SolverError
from .cache import compile_module
from .codegen import JIT
from .compile import CompiledSystem
from .explicit_kernel import CHEBYSHEV, HEAD, RUNGE_KUTTA
from .rodas import STATUS

Row = tuple[float, ...]
DEFAULT_METHOD = "rkc2"


@dataclass(frozen=True)
class ExplicitTableau:
    """A Runge-Kutta pair whose last stage is the first of the next step; `error` weighs all stages."""

    order: int
    a: tuple[Row, ...]
    error: Row


BS32 = ExplicitTableau(
    order=3,
    a=((1 / 2,), (0.0, 3 / 4), (2 / 9, 1 / 3, 4 / 9)),
    error=(2 / 9 - 7 / 24, 1 / 3 - 1 / 4, 4 / 9 - 1 / 3, -1 / 8),
)
TSIT5 = ExplicitTableau(
    order=5,
    a=(
        (0.161,),
        (-0.008480655492356989, 0.335480655492357),
        (2.8971530571054935, -6.359448489975075, 4.3622954328695815),
        (5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525),
        (5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383),
        (0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774),
    ),
    error=(
        -0.00178001105222577714, -0.0008164344596567469, 0.007880878010261995, -0.1447110071732629,
        0.5823571654525552, -0.45808210592918697, 0.015151515151515152,
    ),
)  # fmt: skip
TABLEAUS = {"bs32": BS32, "tsit5": TSIT5}
METHODS = ("rkc2", *TABLEAUS)


def source(module_name: str, method: str = DEFAULT_METHOD) -> str:
    """Return the source of ``step_window`` for the generated system module called `module_name`."""
    if method not in METHODS:
        raise InputError("unknown method", field="method", value=method, expected=", ".join(METHODS))
    head = HEAD.replace("@module", module_name).replace("@name", method)
    body = CHEBYSHEV if method == "rkc2" else _runge_kutta(TABLEAUS[method])
    return (head + body).replace("@jit", JIT)


def window_module(compiled: CompiledSystem, method: str = DEFAULT_METHOD) -> ModuleType:
    """Return the generated module with ``step_window`` for `compiled` (no Jacobian needed)."""
    return _built(compiled.module_name, method)


@functools.lru_cache(maxsize=64)
def _built(module_name: str, method: str) -> ModuleType:
    return compile_module(source(module_name, method), method)


def solve_explicit(
    compiled: CompiledSystem,
    y0: ArrayLike,
    p: ArrayLike,
    times: ArrayLike,
    *,
    rtol: float = 1e-5,
    atol: ArrayLike = 1e-8,
    method: str = DEFAULT_METHOD,
) -> NDArray[np.float64]:
    """Return states ``(times, states)`` at increasing `times`, window by window; `y0` is the state at ``times[0]``.

    Raises:
        SolverError: a window could not be finished.
    """
    module = window_module(compiled, method)
    n, grid = compiled.states.size, np.asarray(times, dtype=np.float64)
    work = np.zeros((module.WORK_ROWS, n + module.WORK_EXTRA))
    tolerance = np.array(np.broadcast_to(np.asarray(atol, dtype=np.float64), (n,)))
    y, c = np.array(y0, dtype=np.float64), compiled.prepared(p)
    path = np.empty((len(grid), n))
    path[0] = y
    for k in range(1, len(grid)):
        status = module.step_window(y, c, grid[k - 1], grid[k], rtol, tolerance, work)
        if status:
            raise SolverError(f"integration stopped at time {grid[k - 1]:g}: {STATUS[status]}")
        path[k] = y
    return path


def _runge_kutta(tableau: ExplicitTableau) -> str:
    stages = [f"k{s + 1} = work[{s + 2}]" for s in range(len(tableau.error))]
    steps = list[str]()
    for s, row in enumerate(tableau.a, start=2):
        steps += ["for i in range(n):", f"    new[i] = y[i] + h * ({_sum(row)})", f"rhs_c(new, c, k{s})"]
    last = len(tableau.error)
    text = RUNGE_KUTTA.replace("@stages", "\n    ".join(stages)).replace("@steps", "\n        ".join(steps))
    for key, value in {
        "@error": _sum(tableau.error), "@power": repr(1.0 / tableau.order), "@k": f"k{last}", "@rows": str(last + 2),
    }.items():  # fmt: skip
        text = text.replace(key, value)
    return text


def _sum(weights: Sequence[float]) -> str:
    return " + ".join(f"{w!r} * k{j + 1}[i]" for j, w in enumerate(weights) if w != 0)
