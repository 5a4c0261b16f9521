"""One rate function, three ways to run it: plain NumPy, generated machine code, SymPy's own printer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metastasome.core.errors import InputError
from metastasome.numerics import Layout, NumpyNamespace, SymbolicNamespace, compile_system, evaluate
from metastasome.numerics.reference import lambdified
from metastasome.numerics.trace import trace

from .problems import EVERYTHING, driven, everything

SYSTEM = trace(everything, **EVERYTHING)
COMPILED = compile_system(SYSTEM)
STATES = arrays(np.float64, 4, elements=st.floats(0.01, 5.0))
PARAMS = arrays(np.float64, 5, elements=st.floats(0.5, 3.0))
# min and max have two derivatives where they meet
OFF_KINKS = np.array([0.00314159, 0.00271828, 0.00161803, 0.00141421])


@settings(deadline=None, max_examples=60)
@given(STATES, PARAMS)
def test_generated_code_equals_numpy_and_sympy(y: np.ndarray, p: np.ndarray) -> None:
    rates, outputs = evaluate(everything, SYSTEM, y, p)
    assert np.allclose(COMPILED.rates(y, p), rates, rtol=1e-12, atol=1e-12)
    assert np.allclose(COMPILED.observed(y, p), outputs, rtol=1e-12, atol=1e-12)
    assert np.allclose(lambdified(SYSTEM)(y, p), rates, rtol=1e-12, atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(STATES, PARAMS)
def test_jacobian_equals_sympys(y: np.ndarray, p: np.ndarray) -> None:
    y = y + OFF_KINKS
    symbols = dict(zip((*SYSTEM.state_symbols, *SYSTEM.param_symbols), (*y, *p), strict=True))
    for row, rate in zip(COMPILED.jacobian(y, p), SYSTEM.rates, strict=True):
        exact = [float(rate.diff(s).subs(symbols)) for s in SYSTEM.state_symbols]
        assert np.allclose(row, exact, rtol=1e-10, atol=1e-12)  # two orders of summation


def test_numpy_twin_takes_batches() -> None:
    y, p = np.full((6, 4), 0.5), np.ones(5)
    rates, outputs = evaluate(everything, SYSTEM, y, p)
    assert rates.shape == (6, 4) and outputs.shape == (6, 3)
    assert np.allclose(rates, COMPILED.rates(y[0], p))


def test_digest_follows_the_equations() -> None:
    def other(xp, s, p):  # type: ignore[no-untyped-def]
        rates, outputs = everything(xp, s, p)
        return {**rates, "blood": rates["blood"] + 1e-9}, outputs

    assert trace(everything, **EVERYTHING).digest == SYSTEM.digest
    assert trace(other, **EVERYTHING).digest != SYSTEM.digest


def test_time_is_a_state_of_rate_one() -> None:
    compiled = compile_system(driven())
    assert compiled.states.names == ("x", "y", "time") and compiled.has_time
    assert compiled.rates([1.0, 2.0, 0.0], [5.0, 3.0]).tolist() == [-1.0, -6.0, 1.0]


@pytest.mark.parametrize(
    ("rates", "says"),
    [
        ({}, "rate is missing"),
        ({"x": 1.0, "z": 1.0}, "belongs to no block"),
        ({"x": np.ones(3)}, "does not fit"),
    ],
)
def test_bad_rates_name_the_block(rates: dict[str, object], says: str) -> None:
    layout = Layout(("x",), (2,))
    with pytest.raises(InputError, match=says):
        trace(lambda xp, s, p: (rates, {}), states=layout, params=Layout(("k",), (1,)))


def test_states_and_parameters_need_different_names() -> None:
    layout = Layout(("x",), (2,))
    with pytest.raises(InputError, match="same name"):
        trace(lambda xp, s, p: ({"x": s["x"]}, {}), states=layout, params=layout)


def test_namespaces_share_shapes() -> None:
    for xp in (NumpyNamespace(), SymbolicNamespace()):
        assert np.shape(xp.sum(np.ones(3))) == (1,)
        assert np.shape(xp.take(np.ones(3), 2)) == (1,)
        assert np.shape(xp.stack([np.ones(1), np.ones(2)])) == (3,)
        with pytest.raises(IndexError, match="take"):
            xp.take(np.ones(3), 3)
