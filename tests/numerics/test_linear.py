import numpy as np
import pytest

from metastasome.core.streams import stream
from metastasome.numerics import compile_module, linear


def _pattern(n: int, seed: int) -> np.ndarray:
    """A sparse pattern with one full row and one full column, as blood makes them."""
    filled = stream(seed, "tests/linear").random((n, n)) < 0.1
    filled[0, :] = filled[:, 0] = True
    return filled


@pytest.mark.parametrize("straight", [True, False])
@pytest.mark.parametrize("n", [1, 2, 20])
def test_lu_solves(n: int, straight: bool) -> None:
    rng, filled = stream(n, "tests/linear/values"), _pattern(n, n)
    rows, columns = np.nonzero(filled)
    indptr = np.searchsorted(rows, np.arange(n + 1))
    module = compile_module(linear.HEAD + linear.source(n, indptr, columns, straight=straight), "linear")
    for shift in (5.0, 50.0):
        J, b, lu = np.zeros((n, n)), rng.normal(size=n), np.empty(module.LU_SIZE)
        J[rows, columns] = rng.normal(size=len(rows))
        module.factor(J[rows, columns], lu, shift)
        x = b.copy()
        module.solve(lu, x)
        matrix = shift * np.eye(n) - J
        assert np.allclose(matrix @ x, b, rtol=0, atol=1e-11 * np.linalg.cond(matrix))


def test_star_is_eliminated_without_fill_in() -> None:
    """Blood coupled to every organ: taking organs first leaves 3n - 2 entries, blood first would fill all n^2."""
    n = 30
    filled = np.eye(n, dtype=bool)
    filled[0, :] = filled[:, 0] = True
    rows, columns = np.nonzero(filled)
    plan = linear.eliminate(n, np.searchsorted(rows, np.arange(n + 1)), columns)
    assert len(plan.position) == 3 * n - 2
    assert sorted(plan.order) == list(range(n))
    assert plan.order.index(0) >= n - 2
