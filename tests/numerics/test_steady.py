import numpy as np
import pytest

from metastasome.core.errors import InputError, SolverError
from metastasome.numerics import Layout, compile_system
from metastasome.numerics.rodas import solve
from metastasome.numerics.steady import fixed_point, steady_state
from metastasome.numerics.trace import trace

from .problems import chain, driven


def saturable():  # type: ignore[no-untyped-def]
    """Release into blood, saturable uptake by three organs and a small linear loss."""

    def rates(xp, s, p):  # type: ignore[no-untyped-def]
        taken = p["most"] * s["blood"] / (p["half"] + s["blood"])
        loss = p["loss"] * s["blood"]
        return {"blood": p["release"] - xp.sum(taken) - loss, "organ": taken - p["decay"] * s["organ"]}, {}

    return trace(
        rates, states=Layout(("blood", "organ"), (1, 3)),
        params=Layout(("most", "half", "decay", "release", "loss"), (3, 3, 3, 1, 1)),
    )  # fmt: skip


P = np.array([5.0, 2.0, 1.0, 1e3, 50.0, 10.0, 0.01, 0.3, 4.0, 6.0, 1e-4])


@pytest.mark.parametrize("start", [0.0, 1e6])
def test_agrees_with_the_long_run(start: float) -> None:
    compiled = compile_system(saturable())
    found = steady_state(compiled, np.full(4, start), P)
    run = solve(compiled, np.full(4, start), P, [0.0, 1e7], rtol=1e-10, atol=1e-10)
    assert np.allclose(found.y, run.y[-1], rtol=1e-8, atol=0)
    assert found.residual < 1e-9 and found.steps < 40


def test_what_has_none_says_so() -> None:
    closed = compile_system(chain(3))
    overwhelmed = P.copy()
    overwhelmed[9:] = 9.0, 0.0  # more release than all uptake can take, and no loss
    with pytest.raises(SolverError, match="steady state"):
        steady_state(compile_system(saturable()), np.zeros(4), overwhelmed, max_steps=60)
    with pytest.raises(InputError, match="depends on time"):
        steady_state(compile_system(driven()), np.ones(3), np.ones(2))
    drained = steady_state(closed, np.ones(3), np.ones(3), positive=False)  # keeps its total on the way
    assert np.allclose(drained.y, [0.0, 0.0, 3.0], rtol=0, atol=1e-6)


def test_fixed_point_of_a_contraction_and_of_a_repeller() -> None:
    """x = cos x, plainly and mixed; and x = 1 - 1.5 x, which plain iteration runs away from."""
    for memory in (0, 3):
        assert fixed_point(np.cos, [1.0], memory=memory)[0] == pytest.approx(0.7390851332151607, rel=1e-9)
    assert fixed_point(lambda x: 1.0 - 1.5 * x, [3.0])[0] == pytest.approx(0.4, rel=1e-10)
    with pytest.raises(SolverError, match="fixed point"):
        fixed_point(lambda x: 1.0 - 1.5 * x, [3.0], memory=0)
