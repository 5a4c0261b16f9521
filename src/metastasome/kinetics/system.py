"""The compiled equations of a circuit, made once per circuit and kept on disk."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import SolverError
from ..numerics.namespace import NumpyNamespace
from .coefficients import coefficients
from .conditions import Conditions
from .label import Label
from .structure import Structure
from .transport import layouts, rates

Float = NDArray[np.float64]
WELL_CONDITIONED = 1e10  # eigenvectors; rounding then stays below 1e-6 of the dose
# Equal rates in several organs make eigenvectors meet; each compartment's turnover is changed by so much, times its
# number, to keep them apart. Scaling a column keeps the mass balance exact.
APART = 1e-12


@functools.lru_cache(maxsize=16)
def traced(where: Structure) -> Any:
    """Return the traced equations (:class:`..numerics.trace.System`) of a circuit."""
    from ..numerics.trace import trace

    states, params, outputs = layouts(where.size)
    return trace(rates(where), states=states, params=params, outputs=outputs)


@functools.lru_cache(maxsize=16)
def compiled(where: Structure) -> Any:
    """Return the compiled equations of a circuit; the first call on a machine compiles."""
    from ..numerics import compile_system

    return compile_system(traced(where))


def parameter_blocks(given: Conditions, theta: dict[str, Any], label: Label) -> dict[str, Any]:
    """Return every parameter of the equations, by name, with no release."""
    o = len(given.body.organs)
    return {
        **coefficients(given, theta),
        "label_loss": label.loss,
        "label_detached": label.detached,
        "label_kept": label.kept,
        "residue_out": label.residue_out,
        "free_out": label.free_out,
        "release_venous": 0.0,
        "release_tissue": np.zeros(o),
    }


def derivative(where: Structure, y: Float, p: Float) -> Float:
    """Return rates ``(..., states)`` by the plain NumPy run of the same equations."""
    states, params, _ = layouts(where.size)
    flows, _out = rates(where)(NumpyNamespace(), states.unpack(y), params.unpack(p))
    return states.pack(flows)


def linear_matrix(where: Structure, p: Float) -> Float:
    """Return A with ``dy/dt = A y`` below saturation and without release, ``(states, states)``."""
    states, params, _ = layouts(where.size)
    q = np.array(p)
    for name in ("per_capacity", "release_venous", "release_tissue"):
        q[params.slice(name)] = 0.0
    return derivative(where, np.eye(states.size), q).T.copy()


def linear_path(where: Structure, y0: Float, p: Float, times: Float) -> Float:
    """Return the states at `times`, ``(times, states)``, of the linear system with constant release.

    By eigenvectors where these are well conditioned and nothing is released, else by the matrix exponential of the
    system with the release as one more state, one per distinct step (Moler & Van Loan 2003,
    doi:10.1137/S00361445024180, methods 14 and 3).
    """
    matrix = linear_matrix(where, p)
    source = derivative(where, np.zeros(len(matrix)), p)
    if not source.any():
        apart = matrix * (1.0 + APART * np.arange(len(matrix)))
        values, vectors = np.linalg.eig(apart)
        if np.linalg.cond(vectors) < WELL_CONDITIONED:
            weights = np.linalg.solve(vectors, y0)
            growth = np.exp(np.multiply.outer(times - times[0], values))
            return np.asarray(((growth * weights) @ vectors.T).real)
    return _by_exponential(matrix, source, y0, times)


def _by_exponential(matrix: Float, source: Float, y0: Float, times: Float) -> Float:
    from scipy.linalg import expm

    n = len(matrix)
    whole = np.zeros((n + 1, n + 1))
    whole[:n, :n], whole[:n, n] = matrix, source
    path, state, steps = np.empty((len(times), n)), np.append(y0, 1.0), dict[float, Float]()
    path[0] = y0
    for k, dt in enumerate(np.diff(times)):
        key = float(f"{dt:.12g}")
        if key not in steps:
            steps[key] = expm(whole * dt)
        state = steps[key] @ state
        path[k + 1] = state[:n]
    return path


def check_finite(path: Float) -> Float:
    """Return `path`, or raise :class:`SolverError` where it is not finite."""
    if not np.isfinite(path).all():
        raise SolverError("the solution is not finite; check parameters and doses")
    return path
