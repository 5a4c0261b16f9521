"""The namespace of :mod:`metastasome.numerics` on JAX arrays: the mechanisms' own rates, with exact derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .jax_setup import jax
from .observation import Array


class JaxNamespace:
    """What a rate may call, on ``jax.numpy``; the last axis is organs, or has length 1."""

    def __init__(self) -> None:
        xp = jax().numpy
        self._xp: Any = xp
        self.exp, self.log, self.log1p, self.expm1, self.sqrt = xp.exp, xp.log, xp.log1p, xp.expm1, xp.sqrt
        self.tanh, self.abs, self.power, self.less = xp.tanh, xp.abs, xp.power, xp.less
        self.minimum, self.maximum, self.where = xp.minimum, xp.maximum, xp.where

    def sum(self, x: Array) -> Array:
        """Return the sum over the last axis, kept as length 1."""
        return self._xp.sum(self._xp.asarray(x), axis=-1, keepdims=True)

    def take(self, x: Array, index: int) -> Array:
        """Return entry `index` of the last axis, kept as length 1."""
        return self._xp.asarray(x)[..., index : index + 1]

    def onehot(self, index: int, n: int) -> Array:
        """Return a vector of `n` zeros with a one at `index`."""
        return np.eye(n)[index]

    def zeros(self, n: int) -> Array:
        """Return `n` zeros."""
        return self._xp.zeros(n)

    def ones(self, n: int) -> Array:
        """Return `n` ones."""
        return self._xp.ones(n)

    def stack(self, parts: Sequence[Array]) -> Array:
        """Return the parts side by side on the last axis."""
        return self._xp.concatenate([self._xp.atleast_1d(self._xp.asarray(p)) for p in parts], axis=-1)

    def dot(self, matrix: ArrayLike, x: Array) -> Array:
        """Return ``matrix (n, m) @ x (..., m)`` as ``(..., n)``."""
        return self._xp.asarray(x) @ np.asarray(matrix, dtype=np.float64).T
