"""The deterministic model of a study, run here: the equations, schedule and operations that the SBML export holds.

Integrated by SciPy's LSODA (Petzold 1983, doi:10.1137/0904010) from one change of the equations to the next.
Identifiers are those of :mod:`metastasome.study.sbml`, so that a table made for the one can be read by the other.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, ModelError, nearest
from ..numerics import Layout
from ..numerics.labels import identifiers
from ..numerics.namespace import NumpyNamespace
from .arms_actions import levers_and_events
from .sbml import CELLS, SLEEPERS, death

if TYPE_CHECKING:
    from ..interventions import Intervention
    from ..mechanisms import Model

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MeanModel:
    """A composed model with its inputs and interventions, and its mean lesions.

    Attributes:
        model, inputs, interventions, diameter_at_resection: as of :func:`metastasome.study.sbml.model_sbml`.
    """

    model: Model
    inputs: Mapping[str, Vector]
    interventions: Sequence[Intervention] = ()
    diameter_at_resection: float = 4.0

    @functools.cached_property
    def entries(self) -> dict[str, tuple[str, int]]:
        """Identifier -> (block, entry) of every parameter and input."""
        m = self.model
        names = [*m.parameters, *(i.name for i in m.inputs if i.name != "burden"), "diameter_at_resection"]
        sizes = [*(1 for _ in m.parameters), *(m.size(i) for i in m.inputs if i.name != "burden"), 1]
        return self._named(names, sizes, {i.name for i in m.inputs if i.shape == "organ"})

    @functools.cached_property
    def quantities(self) -> dict[str, tuple[str, int]]:
        """Identifier -> (block, entry) of everything that can be observed: states, lesions, derived quantities."""
        m = self.model
        known = [(q.name, m.size(q), q.shape == "organ") for q in (*m.states, *m.derived)]
        known += [(n, len(m.organs), True) for n in (*self._lesions, *(f"intensity_{k}" for k in m.origins))]
        return self._named([k[0] for k in known], [k[1] for k in known], {k[0] for k in known if k[2]})

    @functools.cached_property
    def starts(self) -> frozenset[str]:
        """Identifiers of parameters that only set where a state starts; the SBML holds those as numbers."""
        made = {f"{m.key}.{s.initial}" for m in self.model.mechanisms for s in m.states if isinstance(s.initial, str)}
        return frozenset(k for k, (block, _) in self.entries.items() if block in made)

    @functools.cached_property
    def scheduled(self) -> frozenset[str]:
        """Identifiers that the calendar of the interventions changes; the SBML then gives them a number."""
        run = _Run(self, {})
        touched = {(x.param, x.index) for x in run.levers}
        return frozenset(i for i, (b, k) in self.entries.items() if (b, None) in touched or (b, k) in touched)

    @functools.cached_property
    def changing(self) -> dict[str, float]:
        """Identifier -> value on day 0 of what an intervention or an event changes."""
        run = _Run(self, {})
        blocks = {b for e in run.events for b in e.params}
        first = run._values(0.0)
        return {i: float(first[b][k]) for i, (b, k) in self.entries.items() if b in blocks or i in self.scheduled}

    @property
    def _lesions(self) -> tuple[str, ...]:
        asleep = any(d.name == "dormancy_enter" for d in self.model.derived)
        return (CELLS, SLEEPERS) if asleep else (CELLS,)

    def _named(self, names: Sequence[str], sizes: Sequence[int], by_organ: set[str]) -> dict[str, tuple[str, int]]:
        labels = dict.fromkeys(by_organ, self.model.organs)
        ids = iter(identifiers(Layout(tuple(names), tuple(sizes)), labels))
        return {next(ids): (name, k) for name, size in zip(names, sizes, strict=True) for k in range(size)}

    def find(self, quantity: str) -> str:
        """Return the identifier meant by `quantity`; :class:`InputError` names the nearest known one."""
        if quantity in self.quantities:
            return quantity
        hint = nearest(quantity, self.quantities) or "see 'metastasome mechanisms list'"
        raise InputError("the model has no such quantity", field="quantity", value=quantity, hint=hint)

    def course(self, days: Sequence[float], values: Mapping[str, float] | None = None) -> dict[str, Vector]:
        """Return identifier -> course ``(t,)`` of every quantity at the sorted, distinct `days`.

        Args:
            days: 0 or later.
            values: identifier of a parameter or input -> value instead of its own.

        Raises:
            InputError: an unknown identifier. ModelError: the integration fails.
        """
        return _Run(self, dict(values or {})).course(np.asarray(days, float))


class _Run:
    """One integration: what is multiplied when, and the state of it."""

    def __init__(self, of: MeanModel, values: dict[str, float]) -> None:
        m = of.model
        self.of, self.xp = of, NumpyNamespace()
        base: dict[str, Vector] = {n: np.array([p.default]) for n, p in m.parameters.items()}
        base |= {n: np.array(np.atleast_1d(v), dtype=float) for n, v in of.inputs.items()}
        base["diameter_at_resection"] = np.array([of.diameter_at_resection])
        for name, value in values.items():
            if name not in of.entries:
                raise InputError("the model has no such parameter", field=name, hint=nearest(name, of.entries) or None)
            block, k = of.entries[name]
            base[block][k] = value
        self.base = base
        self.levers, found = levers_and_events(m, of.inputs, of.interventions)
        self.events = [*found, *death({d.name for d in m.derived}, base)]
        lesions = of._lesions
        self.names = [*(s.name for s in m.states), *lesions]
        first = [self._start(s) for s in m.states] + [np.zeros(len(m.organs)) for _ in lesions]
        self.cuts, self.y0 = np.cumsum([len(v) for v in first])[:-1], np.concatenate(first)

    def _start(self, state: Any) -> Vector:
        owner = next(m for m in self.of.model.mechanisms if state in m.states)
        at = self.base[f"{owner.key}.{state.initial}"] if isinstance(state.initial, str) else state.initial
        return np.full(self.of.model.size(state), at, dtype=float)

    def course(self, days: Vector) -> dict[str, Vector]:
        """Return every quantity on `days`."""
        from scipy.integrate import solve_ivp

        at, y, rows = 0.0, self.y0, {}
        breaks = sorted({d for x in self.levers for d in (x.start_day, x.stop_day)}
                        | {float(e.trigger) for e in self.events if not isinstance(e.trigger, tuple)})  # fmt: skip
        y = self._happen(at, y)
        while True:
            for day in days[(days >= at) & (days <= at)]:
                rows[day] = self._observed(at, y)
            if at >= days[-1]:
                break
            end = min([b for b in breaks if b > at] + [float(days[-1])])
            waiting = [e for e in self.events if isinstance(e.trigger, tuple)]
            inside = days[(days > at) & (days < end)]
            values = self._values(at)
            found = solve_ivp(
                lambda t, v: self._rates(v, values),  # noqa: B023
                (at, end), y, method="LSODA", rtol=1e-8, atol=1e-12, t_eval=[*inside, end],
                events=[_crossing(lambda v, e=e: self._gap(e, v, values)) for e in waiting],  # noqa: B023
            )  # fmt: skip
            if found.status < 0 or not np.isfinite(np.asarray(found.y)).all():
                raise ModelError(f"the mean course cannot be integrated from day {at:g}: {found.message}")
            passed = np.reshape(found.y, (len(y), -1)).T  # SciPy gives bare lists where no asked-for day was passed
            for day, state in zip(found.t, passed, strict=True):
                rows[float(day)] = self._observed(at, state)
            if found.status == 1:
                k = next(k for k, t in enumerate(found.t_events) if len(t))
                at, y = float(found.t_events[k][0]), self._apply(waiting[k], found.y_events[k][0])
            else:
                at, y = end, found.y[:, -1]
            y = self._happen(at, y)
        return {i: np.array([rows[d][b][k] for d in days]) for i, (b, k) in self.of.quantities.items()}

    def _happen(self, at: float, y: Vector) -> Vector:
        """Apply what is due on day `at`, thresholds that are already passed included."""
        for e in list(self.events):
            due = e.trigger <= at if not isinstance(e.trigger, tuple) else self._gap(e, y, self._values(at)) >= 0
            if due:
                y = self._apply(e, y)
        return y

    def _apply(self, event: Any, y: Vector) -> Vector:
        self.events.remove(event)
        state = self._split(y)
        for name, factor in event.states.items():
            state[name] = state[name] * factor
        for name, factor in event.params.items():
            self.base[name] = self.base[name] * factor
        return np.concatenate([state[n] for n in self.names])

    def _values(self, at: float) -> dict[str, Vector]:
        made = dict(self.base)
        for x in self.levers:
            if x.start_day <= at < x.stop_day:
                factor = np.ones(len(made[x.param]))
                factor[slice(None) if x.index is None else x.index] = x.factor
                made[x.param] = made[x.param] * factor
        return made

    def _split(self, y: Vector) -> dict[str, Vector]:
        return dict(zip(self.names, np.split(y, self.cuts), strict=True))

    def _evaluate(self, y: Vector, values: Mapping[str, Vector]) -> tuple[dict[str, Vector], Any]:
        state = self._split(y)
        return state, self.of.model.evaluate(self.xp, *self._given(state, values))

    def _read(self, state: dict[str, Vector], values: Mapping[str, Vector], name: str) -> Any:
        return self.of.model.read(self.xp, *self._given(state, values), name)

    def _given(self, state: dict[str, Vector], values: Mapping[str, Vector]) -> tuple[dict[str, Vector], Any]:
        own = {k: v for k, v in state.items() if k not in (CELLS, SLEEPERS)}
        return own, {**values, "burden": state[CELLS]}

    def _rates(self, y: Vector, values: Mapping[str, Vector]) -> Vector:
        state, found = self._evaluate(y, values)
        d, rates = found.derived, dict(found.rates)
        founders = sum(np.broadcast_to(v, state[CELLS].shape) for v in found.intensity.values())
        if SLEEPERS in state:
            share = d["dormancy_enter"] / (d["dormancy_enter"] + d["birth"] + d["death"])
            woken = (1 - share) * d["dormancy_wake"] * state[SLEEPERS]
            rates[SLEEPERS] = share * founders - woken
            founders = (1 - share) * founders + woken
        net = (d["birth"] - d["death"]) * state[CELLS] * (1 - state[CELLS] / d["saturation"])
        rates[CELLS] = values.get("alive", 1.0) * net + founders
        return np.concatenate([np.broadcast_to(np.atleast_1d(rates[n]), state[n].shape) for n in self.names])

    def _gap(self, event: Any, y: Vector, values: Mapping[str, Vector]) -> float:
        what, level = event.trigger
        state = self._split(y)
        value = state[what] if what in state else self._read(state, values, what)
        return float(np.ravel(value)[0] - (np.ravel(values[level])[0] if isinstance(level, str) else level))

    def _observed(self, at: float, y: Vector) -> dict[str, Vector]:
        state, found = self._evaluate(y, self._values(at))
        made = {**state, **found.derived, **{f"intensity_{k}": v for k, v in found.intensity.items()}}
        sizes: dict[str, int] = {}
        for block, k in self.of.quantities.values():
            sizes[block] = max(sizes.get(block, 0), k + 1)
        return {n: np.broadcast_to(np.atleast_1d(np.asarray(made[n], float)), (k,)) for n, k in sizes.items()}


def _crossing(gap: Any) -> Any:
    """Return `gap` as an event that ends an integration when it rises through zero."""

    def event(_t: float, y: Vector) -> float:
        return float(gap(y))

    event.terminal, event.direction = True, 1.0  # type: ignore[attr-defined]
    return event
