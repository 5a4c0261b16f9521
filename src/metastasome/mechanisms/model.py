"""Mechanisms composed into one model: its wiring is checked once, its rates are evaluated on any array namespace."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from ..core.errors import StudyError
from ..core.parameters import Parameter
from .base import Array, Input, Mechanism, Quantities, Quantity, State, Values

#: Names every model derives; the engine draws lesions from them.
LESION_RATES = ("birth", "death", "saturation")


@dataclass(frozen=True)
class Model:
    """A checked set of mechanisms over a fixed list of organs.

    Make one with :func:`metastasome.mechanisms.compose`.

    Attributes:
        organs: canonical names, ``o`` of them.
        mechanisms: in order of the cascade.
    """

    organs: tuple[str, ...]
    mechanisms: tuple[Mechanism, ...]

    @property
    def states(self) -> tuple[State, ...]:
        """Every integrated quantity."""
        return tuple(s for m in self.mechanisms for s in m.states)

    @property
    def derived(self) -> tuple[Quantity, ...]:
        """Every computed quantity."""
        return tuple(d for m in self.mechanisms for d in m.derives)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Every quantity set from outside, each once."""
        return tuple({i.name: i for m in self.mechanisms for i in m.inputs}.values())

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins of lesions that some mechanism opens."""
        return tuple(dict.fromkeys(o for m in self.mechanisms for o in m.opens))

    @property
    def parameters(self) -> dict[str, Parameter]:
        """``"mechanism.name"`` -> parameter, with the values of this model as defaults."""
        from ..core.parameters import parameters_of

        return {f"{m.key}.{p.name}": p for m in self.mechanisms for p in parameters_of(m)}

    def size(self, quantity: Quantity) -> int:
        """Return the length of the last axis of `quantity`."""
        return len(self.organs) if quantity.shape == "organ" else 1

    def evaluate(
        self, xp: Any, state: Values, values: Values, *, name: Callable[[str, Array], Array] | None = None
    ) -> Evaluation:
        """Return rates, derived quantities and founder intensities at one point.

        Args:
            xp: array namespace (:mod:`metastasome.numerics.namespace`).
            state: state name -> array, last axis organs or 1.
            values: input name and ``"mechanism.parameter"`` -> array, last axis organs or 1.
            name: takes the name and value of every derived quantity and factor (``"*death"``) once, and returns what
                others shall read for it; the value itself when not given.
        """
        board = _Board(self, xp, state, values, name)
        rates = {k: v for m in self.mechanisms if m.states for k, v in board.call(m, "rates").items()}
        derived = {d.name: board.read(d.name) for d in self.derived}
        intensity: dict[str, Array] = {}
        for m in (m for m in self.mechanisms if m.opens):
            for origin, founders in board.call(m, "channels").items():
                intensity[origin] = intensity[origin] + founders if origin in intensity else founders
        founding = board.read("*founding")
        intensity = {origin: founders * founding for origin, founders in intensity.items()}
        return Evaluation(rates, derived, intensity)

    def read(self, xp: Any, state: Values, values: Values, name: str) -> Array:
        """Return one derived quantity, and compute only what it needs; arguments as of :meth:`evaluate`."""
        return _Board(self, xp, state, values, None).read(name)

    def traced(self, outputs: tuple[str, ...]) -> Any:
        """Return ``f(xp, state, values) -> (rates, outputs)`` for :func:`metastasome.numerics.trace`.

        `outputs` names derived quantities, states, or ``"intensity_<origin>"``.
        """

        def function(xp: Any, state: Values, values: Values) -> tuple[Values, Values]:
            found = self.evaluate(xp, state, values)
            named = {**state, **found.derived, **{f"intensity_{k}": v for k, v in found.intensity.items()}}
            return found.rates, {name: named[name] for name in outputs}

        return function

    def wiring(self) -> list[tuple[str, str, str]]:
        """Return (writer key, quantity, reader key) for every read between mechanisms."""
        writer = {q.name: m.key for m in self.mechanisms for q in (*m.states, *m.derives)}
        return [
            (writer[name], name, m.key)
            for m in self.mechanisms
            for name in (*m.reads, *m.reads_if_there)
            if name in writer and writer[name] != m.key
        ]


@dataclass(frozen=True)
class Evaluation:
    """Rates per day by state, derived quantities, and founders per organ and day by origin."""

    rates: Mapping[str, Array]
    derived: Mapping[str, Array]
    intensity: Mapping[str, Array]


class _Board:
    """Lazily computed values of one evaluation; a circle of reads is refused with the names on it."""

    def __init__(
        self, model: Model, xp: Any, state: Values, values: Values, name: Callable[[str, Array], Array] | None
    ) -> None:
        self.model, self.xp, self.values, self.name = model, xp, values, name
        self.known: dict[str, Array] = dict(state)
        self.owner = {d.name: m for m in model.mechanisms for d in m.derives}
        self.modifying = {
            t: [m for m in model.mechanisms if t in m.modifies] for m in model.mechanisms for t in m.modifies
        }
        self.open: list[str] = []

    def read(self, name: str) -> Array:
        if name in self.known:
            return self.known[name]
        if name in self.values:
            return self.values[name]
        if name in self.open:
            raise StudyError(f"quantities depend on each other in a circle: {' -> '.join([*self.open, name])}")
        self.open.append(name)
        value = self._named(name, self._modifier(name[1:])) if name.startswith("*") else self._derived(name)
        self.open.pop()
        self.known[name] = value
        return value

    def _derived(self, name: str) -> Array:
        if name not in self.owner:
            return 0.0
        owner = self.owner[name]
        made = self.call(owner, "derive")
        for key, value in made.items():
            self.known[key] = self._named(key, value)
        return self.known[name]

    def _named(self, name: str, value: Array) -> Array:
        return value if self.name is None else self.name(name, value)

    def _modifier(self, target: str) -> Array:
        product: Array = 1.0
        for m in self.modifying.get(target, ()):
            product = product * self.call(m, "modifiers")[target]
        return product

    def call(self, m: Mechanism, method: str) -> Values:
        allowed, named = _declared(type(m))  # type: ignore[arg-type]
        p = SimpleNamespace(**{name: self.values[f"{m.key}.{name}"] for name in named})
        return getattr(m, method)(self.xp, Quantities(m.key, allowed, self.read), p)  # type: ignore[no-any-return]


@functools.cache
def _declared(kind: type[Mechanism]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the quantities that `kind` may read, and the names of its parameters."""
    quantities = {q.name for q in (*kind.states, *kind.derives, *kind.inputs)} | {*kind.reads, *kind.reads_if_there}
    return frozenset(quantities), tuple(p.name for p in kind.parameters())
