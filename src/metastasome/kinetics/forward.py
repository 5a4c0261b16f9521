"""Predictions of biodistribution data that can be differentiated: the same equations, run by JAX, below saturation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..body import Body, lumped
from ..core.errors import MissingExtraError
from .background import background_release_per_day
from .coefficients import coefficients, theta_of
from .conditions import Conditions, conditions
from .dosing import target
from .label import Label
from .label import label as label_of
from .parameters import KineticParameters
from .structure import structure
from .system import linear_matrix, parameter_blocks
from .table import BODIES, Measurement
from .transport import VESICLES, layouts, rates
from .uptake import background_state
from .vesicle import vesicle

Float = NDArray[np.float64]


def jax_modules() -> tuple[Any, Any]:
    """Return ``(jax, jax.numpy)``, or raise :class:`MissingExtraError`."""
    try:
        import jax
        import jax.numpy as jnp
    except ImportError as error:
        raise MissingExtraError("jax", "infer", "fitting kinetics") from error
    return jax, jnp


def double_precision(jax: Any) -> Any:
    """Return a context in which JAX computes in float64."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    return jax.experimental.enable_x64()


class JaxNamespace:
    """The part of the `xp` namespace that transport uses, on JAX arrays."""

    def __init__(self, jnp: Any) -> None:
        self._jnp = jnp

    def sum(self, x: Any) -> Any:
        """Return the sum over the last axis, kept as length 1."""
        return self._jnp.sum(x, axis=-1, keepdims=True)

    def take(self, x: Any, index: int) -> Any:
        """Return entry `index` of the last axis, kept as length 1."""
        return x[..., index : index + 1]


@dataclass(frozen=True)
class Experiment:
    """Rows measured on one group of animals: what to simulate, and what to read from it.

    Attributes:
        rows: of the table.
        given: body (lumped to the organs of interest), vesicle class and state of uptake.
        label: what was measured.
        source: donor of the vesicles; each donor has its own `scavenging`.
        start: state after the dose, ``(states,)``, for a dose of one.
        times: distinct times, days, ``(t,)``.
        at: index of each row's time, ``(rows,)``.
        read: weights of states that give each row's value, ``(rows, states)``, for a dose of one.
    """

    rows: tuple[Measurement, ...]
    given: Conditions
    label: Label
    source: str
    start: Float
    times: Float
    at: NDArray[np.int64]
    read: Float

    @property
    def values(self) -> Float:
        """Measured values, ``(rows,)``."""
        return np.array([r.value for r in self.rows])


def experiments(rows: Sequence[Measurement], *, vesicle_class: str = "small") -> tuple[Experiment, ...]:
    """Return the rows grouped into experiments, on bodies lumped to the organs measured."""
    groups: dict[tuple[object, ...], list[Measurement]] = {}
    for r in rows:
        groups.setdefault(r.group, []).append(r)
    return tuple(_experiment(tuple(g), vesicle_class) for g in groups.values())


def _experiment(rows: tuple[Measurement, ...], vesicle_class: str) -> Experiment:
    first = rows[0]
    whole = BODIES[first.species]()
    block, organ = target(first.route, whole)
    keep = {r.organ for r in rows} | {"spleen", "bone"} | ({whole.organs[organ]} if organ is not None else set())
    body = lumped(whole, keep)
    block, organ = target(first.route, body)
    states = layouts(len(body.organs))[0]
    start = np.zeros(states.size)
    start[states.slice(block).start + (organ or 0)] = 1.0
    given = conditions(body, vesicle=vesicle(vesicle_class))
    theta = theta_of(KineticParameters())
    normal = background_state(given, theta, background_release_per_day(body))
    times = np.unique([r.time for r in rows])
    read = np.stack([_reading(body, given, r, whole) for r in rows])
    return Experiment(
        rows, given.with_(occupied=1.0 - normal.free), label_of(first.label), first.source, start, times,
        np.searchsorted(times, [r.time for r in rows]), read,
    )  # fmt: skip


def _reading(body: Body, given: Conditions, r: Measurement, whole: Body) -> Float:
    """Return weights of states whose sum is the reading for a dose of one; as :class:`Exposure` reads them."""
    states = layouts(len(body.organs))[0]
    c = coefficients(given, theta_of(KineticParameters()))
    weights = np.zeros(states.size)
    space = body.plasma_volume + float(body.interstitial.sum())
    free = states.slice("label_blood").start
    if r.organ == "plasma":
        scale = {"EV/mL": r.dose, "%ID/mL": 100.0, "%ID/g": 100.0, "%ID": 100.0 * body.plasma_volume}[r.unit]
        weights[states.slice("venous").start] = scale / c["venous_volume"]
        weights[free] = scale / space
        return weights
    o = body.index(r.organ)
    volume = float(body.vascular[o] + body.interstitial[o] + body.cellular[o])
    scale = 100.0 if r.unit == "%ID" else 100.0 / (1.05 * volume)
    for k in (*VESICLES, "residue"):
        weights[states.slice(k).start + o] = scale
    weights[free] = scale * (c["vascular"][o] + body.interstitial[o]) / space
    return weights


def predictor(experiment: Experiment, jnp: Any) -> Callable[[Mapping[str, Any]], Any]:
    """Return a function from parameters (:class:`KineticParameters` names, `scavenging`) to values, ``(rows,)``.

    Matrix exponential of the linear system below saturation; the background's share of macrophages is kept.
    """
    from jax.scipy.linalg import expm

    body, tag = experiment.given.body, experiment.label
    where = structure(body)
    states = layouts(where.size)[0]
    equations, xp = rates(where), JaxNamespace(jnp)
    fixed = {
        "label_loss": tag.loss, "label_detached": tag.detached, "label_kept": tag.kept, "residue_out": tag.residue_out,
        "free_out": tag.free_out, "release_venous": 0.0, "release_tissue": 0.0,
    }  # fmt: skip
    unit = {n: jnp.asarray(np.eye(states.size)[:, states.slice(n)]) for n in states.names}
    steps = np.diff(experiment.times, prepend=0.0)
    usual = parameter_blocks(experiment.given, {**theta_of(KineticParameters()), "scavenging": 1.0}, tag)
    fastest = float(np.abs(linear_matrix(where, layouts(where.size)[1].pack(usual))).sum(axis=0).max())

    def predict(theta: Mapping[str, Any]) -> Any:
        c = {**coefficients(experiment.given, theta), **fixed, "per_capacity": 0.0}
        flows, _outputs = equations(xp, unit, c)
        columns = [
            jnp.broadcast_to(flows[n], (states.size, s)) for n, s in zip(states.names, states.sizes, strict=True)
        ]
        matrix = jnp.concatenate(columns, axis=-1).T
        y, path = jnp.asarray(experiment.start), []
        for dt in steps:
            squarings = math.ceil(math.log2(1.0 + fastest * dt)) + 4  # room for rates 16 times the usual
            y = expm(matrix * dt, max_squarings=squarings) @ y if dt > 0 else y
            path.append(y)
        return jnp.sum(jnp.stack(path)[experiment.at] * experiment.read, axis=-1)

    return predict
