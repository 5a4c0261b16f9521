"""Explicit window kernels against the implicit solver and closed forms."""

import numpy as np
import pytest

from metastasome.core.errors import InputError, SolverError
from metastasome.numerics import Layout, compile_module, compile_system
from metastasome.numerics.explicit import METHODS, solve_explicit, window_module
from metastasome.numerics.rodas import solve
from metastasome.numerics.trace import trace

from .problems import chain, pendulum

ORDERS = {"bs32": 3, "tsit5": 5, "rkc2": 2}


@pytest.mark.parametrize("method", METHODS)
def test_order_of_convergence(method: str) -> None:
    compiled, y0, times = compile_system(pendulum()), np.array([1.0, 0.0, 0.0]), np.array([0.0, 20.0])
    exact = solve(compiled, y0, [1.0], times, rtol=1e-13, atol=1e-13).y[-1]
    module, tolerances, errors, work = window_module(compiled, method), 10.0 ** -np.arange(5, 11), [], []
    for r in tolerances:
        memory, y = np.zeros((module.WORK_ROWS, 3 + module.WORK_EXTRA)), y0.copy()
        c = compiled.prepared([1.0])
        assert module.step_window(y, c, 0.0, 20.0, r, np.full(3, r), memory) == 0
        errors.append(np.max(np.abs(y - exact)))
        work.append(memory[0, 6])
    slope = -np.polyfit(np.log(work), np.log(errors), 1)[0]
    assert slope > ORDERS[method] - 0.6  # tsit5 does better here: its leading errors cancel


@pytest.mark.parametrize("method", METHODS)
def test_windows_follow_the_implicit_solver(method: str) -> None:
    compiled, times = compile_system(chain(9, loss=True)), np.arange(0.0, 400.0, 30.0)
    p = np.geomspace(0.005, 0.4, 9)
    expected = solve(compiled, np.ones(9), p, times, rtol=1e-10, atol=1e-12).y
    found = solve_explicit(compiled, np.ones(9), p, times, rtol=1e-5, atol=1e-7, method=method)
    assert np.allclose(found, expected, rtol=0, atol=2e-3)  # second order at 1e-5: measured 3e-4
    tight = solve_explicit(compiled, np.ones(9), p, times, rtol=1e-9, atol=1e-9, method=method)
    assert np.max(np.abs(tight - expected)) < 0.05 * np.max(np.abs(found - expected))


@pytest.mark.parametrize("method", METHODS)
def test_stiff_windows_stay_stable(method: str) -> None:
    """Rate 40 per day over windows of a month: far outside the plain stability interval of a window-sized step."""
    compiled = compile_system(chain(4, loss=True))
    found = solve_explicit(compiled, np.ones(4), [40.0, 0.1, 40.0, 0.02], [0.0, 30.0, 60.0], rtol=1e-5, method=method)
    expected = solve(compiled, np.ones(4), [40.0, 0.1, 40.0, 0.02], [0.0, 30.0, 60.0], rtol=1e-9, atol=1e-12).y
    assert np.allclose(found, expected, rtol=0, atol=1e-4)


def test_a_larger_kernel_imports_the_window_by_name() -> None:
    compiled = compile_system(chain(3, loss=True))
    module = window_module(compiled)
    kernel = compile_module(
        "import numpy as np\nfrom numba import njit\n"
        f"from {module.__name__} import WORK_EXTRA, WORK_ROWS, step_window\n"
        f"from {compiled.module_name} import N_CONSTANTS, prepare\n\n"
        '@njit(cache=True, nogil=True, error_model="numpy")\n'
        "def run(p, y):\n"
        "    c = np.empty(N_CONSTANTS)\n    prepare(p, c)\n"
        "    work = np.zeros((WORK_ROWS, y.shape[0] + WORK_EXTRA))\n    atol = np.full(y.shape[0], 1e-9)\n"
        "    status = 0\n"
        "    for w in range(10):\n"
        "        status = max(status, step_window(y, c, 1.0 * w, w + 1.0, 1e-9, atol, work))\n"
        "    return status\n",
        "test_kernel",
    )
    y, p = np.ones(3), np.array([0.1, 0.2, 0.3])
    assert kernel.run(p, y) == 0
    assert np.allclose(y, solve(compiled, np.ones(3), p, [0.0, 10.0], rtol=1e-10, atol=1e-12).y[-1], rtol=1e-6)


def test_trouble_is_a_sentence() -> None:
    def explode(xp, s, p):  # type: ignore[no-untyped-def]
        return {"x": p["k"] * s["x"] ** 2}, {}

    compiled = compile_system(trace(explode, states=Layout(("x",), (1,)), params=Layout(("k",), (1,))))
    for method in METHODS:
        with pytest.raises(SolverError, match=r"too small|step limit"):
            solve_explicit(compiled, [1.0], [1.0], [0.0, 2.0], method=method)
    with pytest.raises(InputError, match="rkc2"):
        window_module(compiled, "euler")
