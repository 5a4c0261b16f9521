"""Trace a rate function with symbols: from array expressions to one exact equation per entry."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError, nearest
from .layout import Layout
from .namespace import NumpyNamespace, SymbolicNamespace
from .program import Program

TIME = "time"
RateFunction = Callable[..., tuple[Mapping[str, Any], Mapping[str, Any]]]


@dataclass(frozen=True)
class System:
    """The equations of a model, entry by entry.

    Attributes:
        states, params, outputs: layouts of the three vectors. A system traced with ``time=True`` has ``time`` as its
            last state, with rate one, so that the system is autonomous for every solver.
        state_symbols, param_symbols: SymPy symbols, one per entry.
        rates: d state / dt, one SymPy expression per entry of `states`.
        output_exprs: one expression per entry of `outputs`.
        digest: SHA-256 of layouts and expressions; equal digests mean equal equations.
    """

    states: Layout
    params: Layout
    outputs: Layout
    state_symbols: tuple[Any, ...]
    param_symbols: tuple[Any, ...]
    rates: tuple[Any, ...]
    output_exprs: tuple[Any, ...]
    digest: str

    @property
    def has_time(self) -> bool:
        """True where the rates depend on time, kept as the last state."""
        return TIME in self.states.names

    def program(self) -> Program:
        """Return the straight-line program of rates and outputs, without derivatives."""
        return Program.of(self.state_symbols, self.param_symbols, self.rates, self.output_exprs)


def trace(
    function: RateFunction,
    *,
    states: Layout,
    params: Layout,
    outputs: Layout | None = None,
    time: bool = False,
) -> System:
    """Return the equations of `function` by calling it once with arrays of symbols.

    Args:
        function: ``function(xp, state, param)`` (with ``time=True``: ``function(xp, state, param, t)``) returning
            ``(rates, outputs)``, two mappings from block name to array; a rate per state block.
        states, params: layouts of what the function is given.
        outputs: layout of what it returns beside rates; taken from the returned shapes when not given.
        time: whether the rates depend on time (in the unit of the rates).

    Raises:
        InputError: a rate is missing, unknown, of the wrong size, or uses an unknown symbol.
    """
    if time:
        states = Layout((*states.names, TIME), (*states.sizes, 1))
    y, p = _symbols(states), _symbols(params)
    rates, outs = _call(function, SymbolicNamespace(), states, _blocks(states, y), _blocks(params, p))
    layout = outputs or Layout(tuple(outs), tuple(int(np.size(v)) for v in outs.values()))
    dydt, observed = _flatten(states, rates, "rate"), _flatten(layout, outs, "output")
    program = Program.of(y, p, dydt, observed)
    text = "\n".join([repr((states, params, layout)), *program.listing()])
    digest = hashlib.sha256(text.encode()).hexdigest()
    return System(states, params, layout, y, p, dydt, observed, digest)


def evaluate(
    function: RateFunction, system: System, y: ArrayLike, p: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return rates ``(..., states)`` and outputs ``(..., outputs)`` of `function` on plain NumPy arrays.

    The slow, plain twin of the compiled code: `y` is ``(..., states)``, `p` is ``(..., params)``.
    """
    state, param = system.states.unpack(y), system.params.unpack(p)
    rates, outs = _call(function, NumpyNamespace(), system.states, state, param)
    return system.states.pack(rates), system.outputs.pack(outs)


def _call(
    function: RateFunction, xp: Any, states: Layout, state: dict[str, Any], param: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    if TIME not in states.names:
        rates, outs = function(xp, state, param)
        return dict(rates), dict(outs)
    rates, outs = function(xp, {k: v for k, v in state.items() if k != TIME}, param, state[TIME])
    return {**rates, TIME: np.ones(1)}, dict(outs)


def _symbols(layout: Layout) -> tuple[Any, ...]:
    import sympy

    return tuple(sympy.Symbol(name, real=True) for name in layout.entry_names())


def _blocks(layout: Layout, symbols: tuple[Any, ...]) -> dict[str, Any]:
    whole = np.array(symbols, dtype=object)
    return {name: whole[layout.slice(name)] for name in layout.names}


def _flatten(layout: Layout, values: Mapping[str, Any], what: str) -> tuple[Any, ...]:
    import sympy

    for name in values:
        if name not in layout.names:
            raise InputError(f"{what} '{name}' belongs to no block", hint=nearest(name, layout.names) or None)
    flat: list[Any] = []
    for name, size in zip(layout.names, layout.sizes, strict=True):
        if name not in values:
            raise InputError(f"the {what} is missing", field=name)
        block = np.atleast_1d(np.asarray(values[name], dtype=object))
        if block.shape not in ((1,), (size,)):
            raise InputError(f"the {what} does not fit its block", field=name, value=block.shape, expected=f"({size},)")
        flat += [sympy.sympify(e) for e in np.broadcast_to(block, (size,))]
    return tuple(flat)
