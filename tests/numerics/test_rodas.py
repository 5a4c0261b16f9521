"""The stiff solver against closed forms, published solutions and SciPy."""

import numpy as np
import pytest

from metastasome.core.errors import InputError, SolverError
from metastasome.core.streams import stream
from metastasome.numerics import Layout, compile_system
from metastasome.numerics.events import Event
from metastasome.numerics.reference import solve_reference
from metastasome.numerics.rodas import STATUS, solve, solve_batch, solve_stream
from metastasome.numerics.tableaus import TABLEAUS
from metastasome.numerics.trace import trace

from .problems import HIRES_END, ROBERTSON, chain, driven, hires, pendulum, robertson, van_der_pol

METHODS = tuple(TABLEAUS)


@pytest.mark.parametrize("method", METHODS)
def test_order_of_convergence(method: str) -> None:
    """Global error against steps, at tolerances from 1e-5 to 1e-10: the slope is the order, within a half."""
    compiled, y0, times = compile_system(pendulum()), [1.0, 0.0, 0.0], np.array([0.0, 3.0])
    exact = solve(compiled, y0, [1.0], times, rtol=1e-13, atol=1e-13, method=method).y[-1]
    found = [solve(compiled, y0, [1.0], times, rtol=r, atol=r, method=method) for r in 10.0 ** -np.arange(5, 11)]
    errors = [np.max(np.abs(s.y[-1] - exact)) for s in found]
    slope = -np.polyfit(np.log([float(s.steps) for s in found]), np.log(errors), 1)[0]
    assert slope == pytest.approx(TABLEAUS[method].order, abs=0.5)


@pytest.mark.parametrize("method", METHODS)
def test_tableaus_are_consistent(method: str) -> None:
    """On y' = -y/h one step must be the method's rational function: 1 + z + z^2/2 + ... to its order."""
    tableau = TABLEAUS[method]
    sizes = np.array([0.2, 0.1])
    errors = []
    for z in -sizes:
        k: list[float] = []
        for s in range(tableau.stages):
            a, c = ((), ()) if s == 0 else (tableau.a[s - 1], tableau.c[s - 1])
            start = 1.0 + sum(w * v for w, v in zip(a, k, strict=True))
            k.append((z * start + sum(w * v for w, v in zip(c, k, strict=True))) / (1 / tableau.gamma - z))
        errors.append(abs(start + k[-1] - np.exp(z)))
    assert np.log2(errors[0] / errors[1]) > tableau.order + 0.7


@pytest.mark.parametrize("method", METHODS)
def test_robertson_against_scipy(method: str) -> None:
    system, y0 = robertson(), np.array([1.0, 0.0, 0.0])
    times = np.concatenate([[0.0], np.logspace(-5, 6, 23)])
    expected = solve_reference(system, y0, ROBERTSON, times, method="Radau", rtol=1e-10, atol=1e-15)
    found = solve(compile_system(system), y0, ROBERTSON, times, rtol=1e-8, atol=1e-14, method=method)
    assert np.allclose(found.y, expected, rtol=2e-5, atol=1e-14)  # three digits below the tolerance's reach at 1e6
    assert np.allclose(found.y.sum(axis=1), 1.0, rtol=0, atol=1e-13)  # linear invariants survive rounding only
    assert found.rejected < 0.1 * found.steps


@pytest.mark.parametrize("method", METHODS)
def test_hires_published_solution(method: str) -> None:
    y0 = np.array([1.0, 0, 0, 0, 0, 0, 0, 0.0057])
    found = solve(compile_system(hires()), y0, [280.0], [0.0, 321.8122], rtol=1e-9, atol=1e-12, method=method)
    assert np.allclose(found.y[-1], HIRES_END, rtol=1e-7, atol=0)


@pytest.mark.parametrize("method", METHODS)
def test_van_der_pol_against_scipy(method: str) -> None:
    system, times = van_der_pol(), np.linspace(0.0, 1000.0, 11)
    expected = solve_reference(system, [2.0, 0.0], [1000.0], times, method="Radau", rtol=1e-9, atol=1e-9)
    found = solve(compile_system(system), [2.0, 0.0], [1000.0], times, rtol=1e-9, atol=1e-9, method=method)
    assert np.allclose(found.y[:, 0], expected[:, 0], rtol=0, atol=1e-5)  # the jump near t = 807 magnifies errors


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("stiff", [1.0, 1e6])
def test_stiff_forcing_by_time(method: str, stiff: float) -> None:
    times = np.linspace(0.0, 5.0, 51)
    found = solve(compile_system(driven()), [1.0, 2.0, 0.0], [stiff, 0.3], times, rtol=1e-8, atol=1e-10, method=method)
    # far from the resolved regime a Rosenbrock method falls back to its stage order (Prothero & Robinson 1974)
    assert np.allclose(found.y[:, 0], np.exp(-times), rtol=0, atol=1e-6 if stiff == 1 else 3e-5)
    assert np.allclose(found.y[:, 1], 2 * np.exp(-0.3 * times), rtol=1e-6, atol=1e-8)
    assert np.allclose(found.y[:, 2], times, rtol=1e-13, atol=1e-13)


def test_chain_keeps_its_mass_and_its_closed_form() -> None:
    n, times = 12, np.linspace(0.0, 40.0, 81)
    compiled, y0 = compile_system(chain(n)), np.eye(n)[0] * 3.0
    found = solve(compiled, y0, np.full(n, 0.7), times, rtol=1e-10, atol=1e-13)
    assert np.allclose(found.y.sum(axis=1), 3.0, rtol=1e-13, atol=0)
    z = 0.7 * times  # Erlang: x_k = 3 z^k exp(-z) / k!
    expected = [3.0 * z**k * np.exp(-z) / np.prod(np.arange(1.0, k + 1)) for k in range(n - 1)]
    assert np.allclose(found.y[:, :-1].T, expected, rtol=0, atol=1e-9)
    assert np.all(found.y > -1e-12)


def test_constant_jacobian_is_factored_rarely() -> None:
    n = 5
    compiled = compile_system(chain(n, loss=True))
    assert compiled.module.CONSTANT_JACOBIAN
    found = solve(compiled, np.ones(n), np.linspace(1, 2, n), [0.0, 30.0])
    assert found.factorisations < found.steps


def test_batch_rows_equal_single_runs_to_the_last_bit() -> None:
    compiled, times = compile_system(robertson()), np.array([0.0, 1.0, 100.0])
    p = ROBERTSON * np.exp(stream(1, "tests/rodas").normal(size=(7, 3)))
    batch = solve_batch(compiled, [1.0, 0.0, 0.0], p, times)
    threaded = solve_batch(compiled, [1.0, 0.0, 0.0], p, times, threads=3)
    singles = np.array([solve(compiled, [1.0, 0.0, 0.0], row, times).y for row in p])
    streamed = list(solve_stream(compiled, [1.0, 0.0, 0.0], iter([p[:4], p[4:]]), times))
    assert np.array_equal(batch.y, singles) and np.array_equal(batch.y, threaded.y)
    assert np.array_equal(batch.y, np.concatenate([s.y for s in streamed]))
    assert np.array_equal(batch.steps, threaded.steps)


def test_bolus_and_infusion_have_closed_forms() -> None:
    def rates(xp, s, p):  # type: ignore[no-untyped-def]
        return {"x": p["infusion"] - p["k"] * s["x"]}, {}

    compiled = compile_system(trace(rates, states=Layout(("x",), (1,)), params=Layout(("infusion", "k"), (1, 1))))
    times = np.linspace(0.0, 10.0, 41)
    events = [
        Event(0.0, add={"x": 5.0}), Event(2.0, set={"infusion": 3.0}), Event(4.1, set={"infusion": 0.0}),
        Event(6.0, add={"x": 1.0}), Event(10.0, add={"x": 0.25}),
    ]  # fmt: skip
    found = solve(compiled, [0.0], [0.0, 0.5], times, rtol=1e-10, atol=1e-12, events=events)
    expected = 5.0 * np.exp(-0.5 * times)
    on, off = np.maximum(times - 2.0, 0.0), np.maximum(times - 4.1, 0.0)
    expected += 6.0 * ((1 - np.exp(-0.5 * on)) - (1 - np.exp(-0.5 * off)))
    expected += np.where(times >= 6.0, np.exp(-0.5 * (times - 6.0)), 0.0) + np.where(times == 10.0, 0.25, 0.0)
    assert np.allclose(found.y[:, 0], expected, rtol=0, atol=1e-9)
    with pytest.raises(InputError, match="outside the times"):
        solve(compiled, [0.0], [0.0, 0.5], times, events=[Event(11.0)])


def test_the_reference_takes_the_same_events() -> None:
    system, times = chain(3), np.linspace(0.0, 4.0, 9)
    events = [Event(1.0, add={"x": [1.0, 0.0, 0.5]}), Event(2.5, set={"k": 3.0})]
    found = solve(compile_system(system), np.ones(3), np.ones(3), times, rtol=1e-10, atol=1e-12, events=events)
    expected = solve_reference(system, np.ones(3), np.ones(3), times, events=events)
    assert np.allclose(found.y, expected, rtol=0, atol=1e-8)


def test_trouble_is_a_sentence() -> None:
    def explode(xp, s, p):  # type: ignore[no-untyped-def]
        return {"x": p["k"] * s["x"] ** 2}, {}

    compiled = compile_system(trace(explode, states=Layout(("x",), (1,)), params=Layout(("k",), (1,))))
    with pytest.raises(SolverError, match="too small to advance"):
        solve(compiled, [1.0], [1.0], [0.0, 2.0])  # a pole at t = 1
    kept = solve_batch(compiled, [[1.0], [0.1]], [[1.0], [1.0]], [0.0, 0.5, 2.0], throw=False)
    assert kept.status.tolist() == [2, 0] and not kept.ok and kept.message == STATUS[2]
    assert np.isnan(kept.y[0]).all() and np.allclose(kept.y[1, :, 0], 0.1 / (1 - 0.1 * np.array([0, 0.5, 2])))
    with pytest.raises(SolverError, match="step limit"):
        solve(compiled, [1.0], [-1.0], [0.0, 5.0], max_steps=2)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"times": [0.0, 2.0, 1.0]}, "increasing"),
        ({"p": [1.0, 2.0]}, "fit"),
        ({"y0": [np.nan, 0.0, 0.0]}, "finite"),
        ({"rtol": 0.0, "atol": 0.0}, "tolerances"),
        ({"method": "euler"}, "rodas4"),
    ],
)
def test_bad_input_is_one_line(change: dict[str, object], says: str) -> None:
    arguments = {"y0": [1.0, 0.0, 0.0], "p": ROBERTSON, "times": [0.0, 1.0], **change}
    with pytest.raises(InputError, match=says):
        solve(compile_system(robertson()), **arguments)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="Jacobian"):
        solve(compile_system(robertson(), jacobian=False), [1.0, 0, 0], ROBERTSON, [0.0, 1.0])
