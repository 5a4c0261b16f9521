"""What a tracer dose shows over time, quickly and with exact gradients: the transport equations by Laplace transform.

Below saturation transport is linear, dy/dt = A y, so y(t) is the inverse Laplace transform of (s - A)^-1 y(0). It is
taken by the trapezoid rule on a cotangent contour (Weideman 2006, doi:10.1137/050625837; Trefethen, Weideman &
Schmelzer 2006, doi:10.1007/s10543-006-0077-9), whose error falls by 3.9 with every node whatever the stiffness: 24
nodes, twelve of them by symmetry, leave 1e-12 of the dose from seconds to months
(`tests/inference/test_biodistribution.py`, against the matrix exponential). The area under a curve is the same
transform at s = 0.

What sits on or in the cells of an organ meets others only through that organ's own plasma and tissue, so it is
eliminated organ by organ; blood, plasma and tissue are what is left to solve for.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...kinetics.conditions import CELLS
from ...kinetics.forward import Experiment, JaxNamespace
from ...kinetics.structure import structure
from ...kinetics.transport import layouts, rates
from ..jax_setup import jax
from ..observation import Array, Floats

NODES = 24
_ALMOST_NOTHING = 1e-9  # 1/day: for s = 0, where what never leaves a cell would divide by zero
_LOCAL = (*(f"bound_{c}" for c in CELLS), *(f"inside_{c}" for c in CELLS), "residue")
Coefficients = Mapping[str, Any]


@functools.cache
def contour(nodes: int = NODES) -> tuple[Floats, Floats]:
    """Return points z and weights w, complex ``(nodes / 2,)``: f(t) = Im sum w F(z / t) / t, F the transform of f."""
    angle = (2 * np.arange(nodes // 2) + 1) * np.pi / nodes
    cot, inverse = 1 / np.tan(0.6407 * angle), 1 / np.sin(0.6407 * angle)
    z = nodes * (0.5017 * angle * cot - 0.6122 + 0.2645j * angle)
    slope = nodes * (0.5017 * cot - 0.5017 * 0.6407 * angle * inverse**2 + 0.2645j)
    return z, 2 / nodes * np.exp(z) * slope


class Tracer:
    """Groups of animals with one circuit of organs: from coefficients of transport to the readings of their rows, for
    a dose of one. All groups are one program, which is compiled once.

    Attributes:
        experiments: ``g`` of them, on bodies with the same organs. areas: per group ``(rows,)``, 1 where a row is an
            area under the curve. width: rows of the largest group; shorter ones are filled with zeros.
    """

    def __init__(self, experiments: Sequence[Experiment], areas: Sequence[Floats]) -> None:
        self.experiments, self.width = tuple(experiments), max(len(e.rows) for e in experiments)
        self._where = structure(experiments[0].given.body)
        states = layouts(self._where.size)[0]
        self._states, self._equations = states, rates(self._where)
        o = self._where.size
        plasma, tissue = (np.arange(o) + states.slice(k).start for k in ("plasma", "tissue"))
        blood = [states.slice(k).start for k in ("venous", "arterial", "label_blood")]
        self._core = np.concatenate([plasma, tissue, blood])
        self._local = np.stack([np.arange(o) + states.slice(k).start for k in _LOCAL], axis=1)  # (o, 9)
        self._own = np.stack([np.arange(o), np.arange(o) + o, np.full(o, 2 * o + 2)], axis=1)  # places in the core
        self._unit = {n: np.eye(states.size)[:, states.slice(n)] for n in states.names}
        tags = [e.label for e in self.experiments]
        self._labels = {
            k: np.array([getattr(t, a) for t in tags])
            for k, a in (("label_loss", "loss"), ("label_detached", "detached"), ("label_kept", "kept"),
                         ("residue_out", "residue_out"), ("free_out", "free_out"))
        }  # fmt: skip
        rays = [_rays(e.times, a) for e, a in zip(self.experiments, areas, strict=True)]
        many = max(len(s) for s, _ in rays)
        self._start = np.stack([e.start for e in self.experiments])
        self._read = np.stack([_filled(e.read, self.width) for e in self.experiments])
        self._s, self._w = (np.stack([_filled(r[k], many, fill) for r in rays]) for k, fill in ((0, 1.0), (1, 0.0)))
        at = [np.where(a > 0, len(e.times), e.at) for e, a in zip(self.experiments, areas, strict=True)]
        self._at = np.stack([_filled(a, self.width) for a in at])
        self._begin = np.stack([_filled(e.times == 0, many, False) for e in self.experiments])

    def matrix(self, c: Coefficients) -> Array:
        """Return A ``(states, states)`` at coefficients `c` of one group, those of its label included."""
        xp, states = jax().numpy, self._states
        unit = jax().lax.optimization_barrier(self._unit)  # else the compiler spends minutes folding zeros and ones
        nothing = {"per_capacity": 0.0, "release_venous": 0.0, "release_tissue": 0.0}
        flows, _ = self._equations(JaxNamespace(xp), unit, {**c, **nothing})
        parts = [xp.broadcast_to(flows[n], (states.size, k)) for n, k in zip(states.names, states.sizes, strict=True)]
        return xp.concatenate(parts, axis=-1).T

    def __call__(self, given: Sequence[Coefficients]) -> Array:
        """Return the readings ``(g, width)`` at the coefficients of each group, as of
        :func:`metastasome.kinetics.coefficients`."""
        j = jax()
        stacked = {k: j.numpy.stack([j.numpy.asarray(c[k], dtype=float) for c in given]) for k in given[0]}
        own = (stacked | self._labels, self._start, self._read, self._s, self._w, self._begin, self._at)
        return j.lax.map(lambda one: self._one(*one), own)  # one after another: many points at once need the memory

    def _one(self, c: Coefficients, start: Array, read: Array, s: Array, w: Array, begin: Array, at: Array) -> Array:
        """Return the readings ``(width,)`` of one group."""
        j, matrix = jax(), self.matrix(c)
        xp, core, local, near = j.numpy, self._core, self._local, self._core[self._own]
        flows = matrix[core[:, None], core]
        within = matrix[local[:, :, None], local[:, None, :]]  # (o, 9, 9)
        passed, lost = within * (1.0 - np.eye(len(_LOCAL))), xp.diagonal(within, axis1=1, axis2=2)
        onto = matrix[local[:, :, None], near[:, None, :2]]  # (o, 9, 2): binding from own plasma and tissue
        off = matrix[near[:, :, None], local[:, None, :]]  # (o, 3, 9): back to them, and free label

        def transform(s: Array) -> Array:
            cells = 0.0 * onto  # per state of cells (o, 9, 2): what it holds per unit in own plasma and in own tissue
            for _ in range(3):  # bound, then inside, then residue: each gets from the one before it only
                cells = (onto + passed @ cells) / (s - lost)[..., None]
            left = (s * np.eye(len(core)) - flows).at[self._own[:, :, None], self._own[:, None, :2]].add(-off @ cells)
            there = xp.linalg.solve(left, start[core].astype(s.dtype))
            inside = xp.einsum("okp,op->ok", cells, there[self._own[:, :2]])
            return read[:, core] @ there + xp.tensordot(read[:, local], inside, axes=2)

        weigh = j.vmap(lambda s, w: (w * transform(s)).imag)
        path = j.lax.map(lambda ray: xp.sum(weigh(*ray), axis=0), (s, w))  # (times, rows)
        path = xp.where(begin[:, None], read @ start, path)
        return xp.take_along_axis(path, at[None], axis=0)[0]


def _rays(times: Floats, area: Floats) -> tuple[Array, Array]:
    """Return where the transform is taken and with what weights, complex ``(times, nodes)``.

    Where an area is asked for one more row gives it (over hours, not days).
    """
    z, w = contour()
    late = np.where(times > 0, times, 1.0)[:, None]
    s, weights = z / late, w / late
    if not area.any():
        return s, weights
    only = np.zeros(len(z), dtype=complex)
    only[0] = 24.0j
    return np.vstack([s, np.append(_ALMOST_NOTHING, z[1:])]), np.vstack([weights, only])


def _filled(x: Any, n: int, value: Any = 0) -> Any:
    """Return `x` with rows of `value` appended, `n` rows in all."""
    x = np.asarray(x)
    return np.concatenate([x, np.full((n - len(x), *x.shape[1:]), value, dtype=x.dtype)])
