"""Dimensional check of traced equations: every sum adds like to like, every rate has the unit of its state per time.

Units are followed node by node through the straight-line program, with their scale, so that 1/h where 1/day was meant
is found too. A bare number has no unit; a bare zero fits any, and so does a number too small to matter that guards a
division.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..core.errors import InputError, ModelError
from ..core.units import registry
from .layout import Layout
from .program import Program
from .trace import TIME, System


@dataclass(frozen=True)
class Unit:
    """A product of base units with a scale: `powers` by base name, `scale` as a natural logarithm."""

    powers: tuple[tuple[str, float], ...] = ()
    scale: float = 0.0

    def times(self, other: Unit, power: float = 1.0) -> Unit:
        """Return ``self * other**power``."""
        total = dict(self.powers)
        for base, exponent in other.powers:
            total[base] = total.get(base, 0.0) + power * exponent
        kept = tuple(sorted((b, round(e, 9)) for b, e in total.items() if abs(e) > 1e-9))
        return Unit(kept, self.scale + power * other.scale)

    def fits(self, other: Unit) -> bool:
        """Whether both measure the same thing in the same size."""
        return self.powers == other.powers and abs(self.scale - other.scale) < 1e-9

    @property
    def text(self) -> str:
        """The unit in base units, for messages."""
        parts = [f"{base}^{power:g}" if power != 1 else base for base, power in self.powers]
        size = [] if abs(self.scale) < 1e-9 else [f"{math.exp(self.scale):.6g}"]
        return " ".join([*size, *parts]) or "1"


NUMBER = Unit()
#: Numbers up to this guard a division by zero and take any unit, as do their products.
GUARD = 1e-9


def parse(unit: str) -> Unit:
    """Return the unit a text stands for (pint's names, with cell, EV and copy)."""
    ureg = registry()
    try:
        factor, root = ureg.get_root_units(ureg.parse_units("dimensionless" if unit == "1" else unit))
    except Exception as error:
        raise InputError("unknown unit", value=unit, expected="for example '1/day'") from error
    return Unit(tuple(sorted((str(b), float(e)) for b, e in root._units.items())), math.log(float(factor)))


def check_units(system: System, units: Mapping[str, str], *, time_unit: str = "day") -> None:
    """Check every rate and output of `system`.

    Args:
        system: traced equations.
        units: unit of every block of states and parameters, and of the outputs to be checked.
        time_unit: unit of time of the rates.

    Raises:
        InputError: a block has no unit, or an unknown one.
        ModelError: an equation adds unlike quantities or has the wrong unit; names the equation.
    """
    program, time = system.program(), parse(time_unit)
    given = {TIME: time_unit, **units} if system.has_time else dict(units)
    leaves = {"state": _entries(system.states, given), "param": _entries(system.params, given)}
    follow = _Follower(program, leaves)
    for name, node, unit in zip(system.states.entry_names(), program.rates, leaves["state"], strict=True):
        follow.expect(f"rate of '{name}'", node, unit.times(time, -1.0))
    outputs = [name for name, size in zip(system.outputs.names, system.outputs.sizes, strict=True) for _ in range(size)]
    for name, block, node in zip(system.outputs.entry_names(), outputs, program.outputs, strict=True):
        follow.expect(f"output '{name}'", node, parse(given[block]) if block in given else None)


def _entries(layout: Layout, units: Mapping[str, str]) -> list[Unit]:
    for name in layout.names:
        if name not in units:
            raise InputError("a block has no unit", field=name)
    return [u for n, s in zip(layout.names, layout.sizes, strict=True) for u in [parse(units[n])] * s]


class _Follower:
    """Finds the unit of each node; None is a zero, which fits anything."""

    def __init__(self, program: Program, leaves: dict[str, list[Unit]]) -> None:
        self.program, self.leaves = program, leaves
        self.known: dict[int, Unit | None] = {}
        self.where = ""

    def expect(self, where: str, node: int, unit: Unit | None) -> None:
        self.where = where
        found = self.unit(node)
        if found is not None and unit is not None and not found.fits(unit):
            raise ModelError(f"{where} has unit {found.text}; expected {unit.text}")

    def unit(self, k: int) -> Unit | None:
        for node in self._before(k):
            self.known[node] = self._find(node)
        return self.known[k]

    def _before(self, k: int) -> list[int]:
        wanted, todo = set[int](), [k]
        while todo:
            node = todo.pop()
            if node not in wanted and node not in self.known:
                wanted.add(node)
                todo += self.program.arguments(node)
        return sorted(wanted)

    def _find(self, k: int) -> Unit | None:
        operation, *rest = self.program.nodes[k]
        if operation == "const":
            return None if abs(rest[0]) <= GUARD else NUMBER
        if operation in self.leaves:
            return self.leaves[operation][rest[0]]
        units = [self.known[a] for a in self.program.arguments(k)]
        if operation in ("and", "or", "not"):
            return NUMBER
        if operation == "relation":
            self._alike(units, "compares")
            return NUMBER
        if operation in ("add", "sub", "neg", "min", "max"):
            return self._alike(units, "adds" if operation in ("add", "sub") else "compares")
        if operation == "where":
            return self._alike(units[1:], "chooses between")
        if operation in ("mul", "div") and (units[0] is None or (operation == "mul" and units[1] is None)):
            return None
        if operation in ("mul", "div"):
            return (units[0] or NUMBER).times(units[1] or NUMBER, 1.0 if operation == "mul" else -1.0)
        if operation == "pow":
            return self._power(units, self.program.value(rest[1]))
        return self._call(rest[0], units[0])

    def _alike(self, units: list[Unit | None], what: str) -> Unit | None:
        found = [u for u in units if u is not None]
        for other in found[1:]:
            if not other.fits(found[0]):
                raise ModelError(f"{self.where} {what} {found[0].text} and {other.text}")
        return found[0] if found else None

    def _power(self, units: list[Unit | None], exponent: float | None) -> Unit:
        base, power = units[0] or NUMBER, units[1] or NUMBER
        if power.powers or (exponent is None and base.powers):
            raise ModelError(f"{self.where} raises {base.text} to a power with unit {power.text}")
        return NUMBER.times(base, exponent) if exponent is not None else base

    def _call(self, name: str, unit: Unit | None) -> Unit | None:
        if name == "abs":
            return unit
        if name == "sqrt":
            return NUMBER.times(unit or NUMBER, 0.5)
        if unit is not None and not unit.fits(NUMBER):
            raise ModelError(f"{self.where} takes {name} of a quantity in {unit.text}")
        return NUMBER
