"""An explanation compiled once: log-posterior, gradient and curvature as functions of the point *and* the data."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .explanation import Explanation
from .jax_setup import jax
from .observation import Data, Floats

_CHUNK = 64  # points at once: memory does not grow with their number, and what they need stays in the cache


class Compiled:
    """Compiled functions of one explanation; simulated data of the same shape meet the same machine code."""

    def __init__(self, explanation: Explanation) -> None:
        self.explanation = explanation
        self.programs: dict[Any, Any] = {}  # of samplers: what was compiled, by its settings
        self._jax = jax()
        self._np = self._jax.numpy

    @functools.cached_property
    def potential(self) -> Any:
        """``f(z, data)``: the negative log-posterior, for samplers."""
        return lambda z, data: -self.explanation.log_posterior(z, data, self._np)

    @functools.cached_property
    def _many(self) -> Any:
        return self._jax.jit(self._jax.vmap(lambda z, d: -self.potential(z, d), in_axes=(0, None)))

    @functools.cached_property
    def _points(self) -> Any:
        one = lambda z, d: self.explanation.pointwise(z, d, self._np)  # noqa: E731
        return self._jax.jit(self._jax.vmap(one, in_axes=(0, None)))

    @functools.cached_property
    def value_and_gradient(self) -> Any:
        """``f(z, data)`` -> (negative log-posterior, its gradient)."""
        return self._jax.jit(self._jax.value_and_grad(self.potential))

    def curvature(self, z: Floats, data: tuple[Data, ...]) -> Floats:
        """Return the Hessian ``(d, d)`` of the negative log-posterior: central differences of the exact gradient.

        Differentiating twice would be exact, but takes long to compile where a likelihood integrates in time.
        """
        step = 1e-4
        rows = [
            (np.asarray(self.value_and_gradient(z + e, data)[1]) - np.asarray(self.value_and_gradient(z - e, data)[1]))
            for e in step * np.eye(len(z))
        ]
        found = np.array(rows, dtype=np.float64).reshape(len(z), len(z)) / (2 * step)
        return np.asarray(0.5 * (found + found.T))

    def log_posterior(self, z: Floats, data: tuple[Data, ...] | None = None) -> Floats:
        """Return the log-posterior of points ``(n, d)``, ``(n,)``; what is not a number counts as impossible."""
        found = self._in_chunks(self._many, z, data)
        return np.where(np.isnan(found), -np.inf, found)

    def pointwise(self, z: Floats, data: tuple[Data, ...] | None = None) -> Floats:
        """Return ln p of every datum at points ``(n, d)``, ``(n, data)``."""
        return self._in_chunks(self._points, z, data)

    def _in_chunks(self, function: Any, z: Floats, data: tuple[Data, ...] | None) -> Floats:
        given = self.explanation.data if data is None else data
        size = min(_CHUNK, 1 << max(int(len(z) - 1).bit_length(), 4))  # few shapes, hence few compilations
        out = []
        for low in range(0, len(z), size):
            part = z[low : low + size]
            full = np.concatenate([part, np.zeros((size - len(part), z.shape[1]))]) if len(part) < size else part
            out.append(np.asarray(function(full, given))[: len(part)])
        return np.concatenate(out)


def compiled(explanation: Explanation) -> Compiled:
    """Return the compiled form of `explanation`, made once per object."""
    found = explanation.__dict__.get("_compiled")
    if found is None:
        found = Compiled(explanation)
        object.__setattr__(explanation, "_compiled", found)
    return found
