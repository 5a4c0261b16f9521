"""The `xp` argument of every rate: the same array expressions on numbers and on symbols.

Rule of shapes: the **last axis is organs**, or has length 1 for a body-wide quantity; batch axes (patients, doses)
come before it. Arithmetic operators work on both kinds of array; everything else goes through the namespace.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

Array = Any


class Namespace(Protocol):
    """What a rate may call beside ``+ - * / **``."""

    def exp(self, x: Array) -> Array: ...  # noqa: D102
    def log(self, x: Array) -> Array: ...  # noqa: D102
    def log1p(self, x: Array) -> Array: ...  # noqa: D102
    def expm1(self, x: Array) -> Array: ...  # noqa: D102
    def sqrt(self, x: Array) -> Array: ...  # noqa: D102
    def tanh(self, x: Array) -> Array: ...  # noqa: D102
    def abs(self, x: Array) -> Array: ...  # noqa: D102
    def power(self, x: Array, y: Array) -> Array: ...  # noqa: D102
    def minimum(self, a: Array, b: Array) -> Array: ...  # noqa: D102
    def maximum(self, a: Array, b: Array) -> Array: ...  # noqa: D102
    def less(self, a: Array, b: Array) -> Array: ...  # noqa: D102
    def where(self, cond: Array, a: Array, b: Array) -> Array: ...  # noqa: D102
    def sum(self, x: Array) -> Array: ...  # noqa: D102
    def take(self, x: Array, index: int) -> Array: ...  # noqa: D102
    def onehot(self, index: int, n: int) -> Array: ...  # noqa: D102
    def stack(self, parts: Sequence[Array]) -> Array: ...  # noqa: D102
    def dot(self, matrix: ArrayLike, x: Array) -> Array: ...  # noqa: D102
    def zeros(self, n: int) -> Array: ...  # noqa: D102
    def ones(self, n: int) -> Array: ...  # noqa: D102


class _Shapes:
    """What numbers and symbols have in common: shapes only, no mathematics."""

    def sum(self, x: Array) -> Array:
        """Return the sum over the last axis, kept as length 1."""
        return np.sum(np.asarray(x), axis=-1, keepdims=True)

    def take(self, x: Array, index: int) -> Array:
        """Return entry `index` of the last axis, kept as length 1."""
        found = np.asarray(x)
        if not 0 <= index < found.shape[-1]:
            raise IndexError(f"take: index {index} outside a last axis of {found.shape[-1]}")
        return found[..., index : index + 1]

    def onehot(self, index: int, n: int) -> Array:
        """Return a vector of `n` zeros with a one at `index`."""
        vector = np.zeros(n)
        vector[index] = 1.0
        return vector

    def zeros(self, n: int) -> Array:
        """Return `n` zeros."""
        return np.zeros(n)

    def ones(self, n: int) -> Array:
        """Return `n` ones."""
        return np.ones(n)

    def stack(self, parts: Sequence[Array]) -> Array:
        """Return the parts side by side on the last axis; batch axes broadcast."""
        arrays = [np.atleast_1d(np.asarray(p)) for p in parts]
        batch = np.broadcast_shapes(*(a.shape[:-1] for a in arrays))
        return np.concatenate([np.broadcast_to(a, (*batch, a.shape[-1])) for a in arrays], axis=-1)


class NumpyNamespace(_Shapes):
    """The namespace on float64 arrays."""

    exp, log, log1p, expm1, sqrt = np.exp, np.log, np.log1p, np.expm1, np.sqrt
    tanh, abs, power, less, minimum, maximum = np.tanh, np.abs, np.power, np.less, np.minimum, np.maximum
    where = staticmethod(np.where)

    def dot(self, matrix: ArrayLike, x: Array) -> Array:
        """Return ``matrix (n, m) @ x (..., m)`` as ``(..., n)``."""
        return np.asarray(x) @ np.asarray(matrix, dtype=np.float64).T


class SymbolicNamespace(_Shapes):
    """The namespace on object arrays of SymPy expressions; SymPy is loaded on first use."""

    def __init__(self) -> None:
        import sympy
        from sympy.codegen.cfunctions import expm1, log1p

        self._sp = sympy
        self.exp, self.log, self.sqrt = _each(sympy.exp), _each(sympy.log), _each(sympy.sqrt)
        self.tanh, self.abs = _each(sympy.tanh), _each(sympy.Abs)
        self.log1p, self.expm1 = _each(log1p), _each(expm1)
        self.power = _each(sympy.Pow)
        self.less = _each(sympy.StrictLessThan)
        self.minimum = _each(lambda a, b: _extreme(sympy.Min, a, b))
        self.maximum = _each(lambda a, b: _extreme(sympy.Max, a, b))
        self.where = _each(lambda cond, a, b: sympy.Piecewise((a, cond), (b, True)))

    def sum(self, x: Array) -> Array:
        """Return the sum over the last axis, kept as length 1."""
        return self.dot(np.ones((1, np.shape(x)[-1])), x)

    def dot(self, matrix: ArrayLike, x: Array) -> Array:
        """Return ``matrix (n, m) @ x (m)`` as ``(n,)``, without the terms whose coefficient is zero."""
        weights = np.asarray(matrix, dtype=np.float64)
        terms = [self._sp.sympify(v) for v in np.broadcast_to(np.asarray(x, dtype=object), (weights.shape[1],))]
        rows = [self._sp.Add(*(_scale(w, t) for w, t in zip(row, terms, strict=True) if w != 0)) for row in weights]
        return np.array(rows, dtype=object)


def _scale(weight: float, term: Any) -> Any:
    return term if weight == 1 else float(weight) * term


def _extreme(kind: Any, a: Any, b: Any) -> Any:
    """Build Min or Max without SymPy's (slow) search for simplifications."""
    if a.is_Number and b.is_Number:
        return kind(a, b)
    return a if a == b else kind(a, b, evaluate=False)


def _each(function: Callable[..., Any]) -> Callable[..., Array]:
    """Return `function` of expressions as a broadcasting function of arrays of expressions."""
    import sympy

    def whole(*arrays: Array) -> Array:
        parts = np.broadcast_arrays(*(np.asarray(a, dtype=object) for a in arrays))
        made = np.empty(parts[0].shape, dtype=object)
        for k in np.ndindex(made.shape):
            made[k] = function(*(sympy.sympify(p[k]) for p in parts))
        return made

    return whole
