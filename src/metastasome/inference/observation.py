"""The seam of this room: what was seen, with the chance of seeing it under given parameters.

An observation is anything with the members below; nothing needs to be inherited. `theta` maps a parameter's name to a
scalar (a float, a 0-d array or a traced JAX scalar). `xp` is ``numpy`` or ``jax.numpy``; everything else that a formula
needs (gamma functions, error functions) comes from :func:`special`, so that one formula runs on both, is compiled, and
has exact gradients. `data` is passed in beside the object so that simulated data meet the same compiled likelihood.

A minimal one::

    @dataclass(frozen=True)
    class Metastatic:
        name: str
        data: Mapping[str, Floats]            # {"k": ..., "n": ...}
        labels: tuple[str, ...]
        parameters: tuple[Parameter, ...]
        weight: float = 1.0

        def pointwise(self, theta, data, xp):
            p = xp.broadcast_to(theta["rate"], data["k"].shape)
            return data["k"] * xp.log(p) + (data["n"] - data["k"]) * xp.log1p(-p)

        def simulate(self, theta, rng):
            return {**self.data, "k": rng.binomial(self.data["n"].astype(int), theta["rate"]).astype(float)}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ..core.parameters import Parameter

Array = Any  # NumPy or JAX, float64
Floats = NDArray[np.float64]
Data = Mapping[str, Floats]
Singles = tuple[tuple[str, tuple[int, ...]], ...]
Theta = Mapping[str, Array]


@runtime_checkable
class Observation(Protocol):
    """What was seen, and how likely it is.

    Attributes:
        name: what it is called in tables; unique within a question.
        data: name -> float64 array. What was seen *and* what was controlled (numbers of trials, doses, times).
        labels: one per independent datum (a patient, a mouse, a size class), ``n`` of them; leave-one-out leaves out
            one of these.
        parameters: what it needs to know, with priors; two observations that name the same parameter share it.
        weight: power of the likelihood: 1 counts it fully, 0 leaves it out.

    Where a datum holds several numbers (a mouse's curve), a property ``singles`` may name them for tables and figures:
    a label and an index into the entry that simulation changes, for each number.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def data(self) -> Data: ...  # noqa: D102
    @property
    def labels(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def parameters(self) -> tuple[Parameter, ...]: ...  # noqa: D102
    @property
    def weight(self) -> float: ...  # noqa: D102

    def pointwise(self, theta: Theta, data: Data, xp: Any) -> Array:
        """Return ln p of each datum, ``(n,)``; ``-inf`` where it could not have happened."""

    def simulate(self, theta: Theta, rng: np.random.Generator) -> Data:
        """Return data of the same shape drawn under `theta` (controlled entries unchanged)."""


def log_likelihood(observation: Observation, theta: Theta, *, data: Data | None = None, xp: Any = np) -> Array:
    """Return the weighted log-likelihood of one observation; `data` stands in for its own where given."""
    given = observation.data if data is None else data
    return observation.weight * xp.sum(observation.pointwise(theta, given, xp))


def special(xp: Any) -> Any:
    """Return the special functions that go with `xp`: ``scipy.special`` or ``jax.scipy.special``."""
    if xp is np:
        import scipy.special as found
    else:
        import jax.scipy.special as found
    return found
