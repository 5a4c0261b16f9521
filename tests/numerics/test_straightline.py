"""The straight-line text is Python: run as it stands it must give what LLVM makes of it."""

import math

import numpy as np
import pytest
from numba import njit

from metastasome.core.streams import stream
from metastasome.numerics import straightline


def _text(n: int) -> str:
    """Statements that use every operation and reach far back, so that pieces must hand values on."""
    lines = ["v0 = x[0]", "v1 = (x[1] + 2.0)"]
    for k in range(2, n):
        a, b = f"v{k - 1}", f"v{k // 2}"
        forms = [
            f"(({a} * 0.5) + {b})", f"({a} - ({b} / (1.0 + abs({b}))))", f"({a} if ({a} < {b}) else (-{b}))",
            f"math.tanh(({a} + shift))", f"max({a}, min({b}, x[2]))", f"(abs({a}) ** 0.25)",
            f"(math.exp((-abs({b}))) if (({a} > 0.0) and (not ({b} >= {a}))) else {a})",
        ]  # fmt: skip
        lines.append(f"v{k} = {forms[k % len(forms)]}")
    return "\n".join([*lines, *(f"out[{k}] = v{n - 1 - k}" for k in range(8))])


@pytest.mark.parametrize("piece", [7, 10_000])
def test_machine_code_equals_python(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(straightline, "PIECE", piece)
    text, n = _text(120), 0
    run = straightline.straight_line(text, ("x", "out"), ("shift",))

    @njit
    def compiled(x, out, shift):  # type: ignore[no-untyped-def]
        run(x, out, shift)

    for x in stream(5, "tests/straightline").normal(size=(20, 3)):
        out, space = np.empty(8), {"x": x, "out": np.empty(8), "shift": 0.3, "math": math}
        compiled(x, out, 0.3)
        exec(text, space)
        assert np.allclose(out, space["out"], rtol=1e-13, atol=1e-15)
        n += 1
    assert n == 20


def test_arrays_must_be_contiguous_float64() -> None:
    run = straightline.straight_line("out[0] = x[0]", ("x", "out"))

    @njit
    def compiled(x, out):  # type: ignore[no-untyped-def]
        run(x, out)

    with pytest.raises(Exception, match="contiguous one-dimensional float64"):
        compiled(np.ones(6)[::2], np.ones(1))


@pytest.mark.parametrize("text", ["x[0] += 1.0", "out[0] = x[k]", "out[0] = open(x[0])", "for i in x:\n    pass"])
def test_anything_else_is_refused(text: str) -> None:
    run = straightline.straight_line(text, ("x", "out"))

    @njit
    def compiled(x, out):  # type: ignore[no-untyped-def]
        run(x, out)

    with pytest.raises(Exception, match=r"straight-line|assignment|element"):
        compiled(np.ones(2), np.ones(1))
