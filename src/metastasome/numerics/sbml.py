"""A system as SBML Level 3 Version 2: exactly the equations that run, with units and initial values.

States counted in cells, vesicles, grams, moles or pure numbers become species, others parameters; each has a rate
rule. Outputs become assignment rules. Needs the extra ``sbml`` (python-libsbml). Keating et al. 2020,
doi:10.15252/msb.20199110.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import InputError, MissingExtraError, ModelError
from ..core.units import registry
from . import units as checks
from .labels import identifiers
from .layout import Layout
from .sbml_text import formula
from .trace import TIME, System

_KINDS = {"meter": "metre", "gram": "gram", "second": "second", "mole": "mole", "kelvin": "kelvin",
          "cell": "item", "EV": "item", "vesicle": "item", "copy": "item", "ID": "item"}  # fmt: skip
_SUBSTANCE = ("item", "gram", "mole", "dimensionless")


@dataclass(frozen=True)
class Jump:
    """Something that happens once in the exported model: an SBML event.

    Attributes:
        name: what it is.
        when: a time, or ``(identifier, threshold)``: when that entry first reaches the threshold, a number or an
            identifier.
        assign: identifier of a state or parameter -> its new value, a number or an infix formula of identifiers.
    """

    name: str
    when: float | tuple[str, float | str]
    assign: Mapping[str, float | str]


def export_sbml(
    system: System,
    *,
    initial: ArrayLike,
    values: ArrayLike,
    units: Mapping[str, str],
    time_unit: str = "day",
    labels: Mapping[str, Sequence[str]] | None = None,
    jumps: Sequence[Jump] = (),
    model_id: str = "metastasome",
    name: str = "",
) -> str:
    """Return the SBML document of `system` as text.

    Args:
        system: traced equations.
        initial: states at time zero, ``(states,)``.
        values: parameters, ``(params,)``.
        units: unit of every block of states and parameters (and of outputs, where known).
        time_unit: unit of time of the rates.
        labels: names of the entries of a block (organs), by block; numbered when not given.
        jumps: events; a parameter that one assigns is no longer constant.
        model_id, name: identifier and title of the model.

    Raises:
        MissingExtraError: libSBML is not installed.
        InputError: an array does not fit, a block has no unit, or two entries share an identifier.
        ModelError: libSBML's checker finds an error in the result.
    """
    writer = _Writer(system, dict(units), time_unit, labels, model_id, name)
    writer.states(_vector(initial, system.states, "initial"))
    writer.parameters(_vector(values, system.params, "values"))
    writer.rules()
    for k, jump in enumerate(jumps):
        writer.jump(f"event_{k}", jump)
    text = str(writer.libsbml.writeSBMLToString(writer.document))
    if errors := [line for severe, line in check_sbml(text) if severe]:
        raise ModelError(f"the SBML export is not valid: {errors[0]}")
    return text


def check_sbml(text: str) -> list[tuple[bool, str]]:
    """Return what libSBML's consistency checker says, units included: pairs (is it an error, message)."""
    libsbml = _library()
    document = libsbml.readSBMLFromString(text)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, False)
    document.checkConsistency()
    found = [document.getError(k) for k in range(document.getNumErrors())]
    return [(e.getSeverity() >= libsbml.LIBSBML_SEV_ERROR, " ".join(e.getMessage().split())) for e in found]


def _library() -> Any:
    try:
        import libsbml
    except ImportError as error:
        raise MissingExtraError("python-libsbml", "sbml", "SBML export") from error
    return libsbml


def _vector(values: ArrayLike, layout: Layout, field: str) -> Any:
    found = np.asarray(values, dtype=np.float64)
    if found.shape != (layout.size,) or not np.all(np.isfinite(found)):
        raise InputError("array does not fit the system", field=field, value=found.shape, expected=f"({layout.size},)")
    return found


class _Writer:
    """Fills one document."""

    def __init__(
        self, system: System, units: dict[str, str], time_unit: str,
        labels: Mapping[str, Sequence[str]] | None, model_id: str, name: str,
    ) -> None:  # fmt: skip
        self.libsbml, self.system, self.units = _library(), system, units
        self.document = self.libsbml.SBMLDocument(3, 2)
        self.model = self.document.createModel(model_id)
        self.model.setName(name or model_id)
        self.defined: dict[str, str] = {}
        self.model.setTimeUnits(self.unit(time_unit))
        self.model.setSubstanceUnits(self.unit("cell"))
        self.model.setExtentUnits(self.unit("cell"))
        self.ids = [identifiers(x, labels) for x in (system.states, system.params, system.outputs)]
        self.blocks = [_blocks(x) for x in (system.states, system.params, system.outputs)]
        self._distinct()
        symbols = zip((*system.state_symbols, *system.param_symbols), (*self.ids[0], *self.ids[1]), strict=True)
        self.names = {s: ("time" if i == TIME else i) for s, i in symbols}
        self._outputs_by_name()
        self._compartment()

    def _outputs_by_name(self) -> None:
        """Let equations refer to outputs by their symbols: an output may be written in terms of others."""
        import sympy

        for entry, name in zip(self.system.outputs.entry_names(), self.ids[2], strict=True):
            self.names.setdefault(sympy.Symbol(entry, real=True), name)

    def _distinct(self) -> None:
        taken = {"body"}
        for name in (*self.ids[0], *self.ids[1]):
            if name in taken:
                raise InputError("two entries share an identifier", field=name)
            taken.add(name)
        self.ids[2] = [name if name not in taken else f"output_{name}" for name in self.ids[2]]

    def _compartment(self) -> None:
        body = self.model.createCompartment()
        body.setId("body")
        body.setSpatialDimensions(3)
        body.setSize(1.0)
        body.setConstant(True)
        body.setUnits(self.unit("mL"))

    def unit(self, unit: str) -> str:
        """Return the id of the definition of `unit`, made on first use."""
        if unit not in self.defined:
            made = self.model.createUnitDefinition()
            self.defined[unit] = f"unit_{len(self.defined)}"
            made.setId(self.defined[unit])
            made.setName(unit)
            for kind, exponent, multiplier in _parts(unit):
                part = made.createUnit()
                part.setKind(self.libsbml.UnitKind_forName(kind))
                part.setExponent(float(exponent))
                part.setScale(0)
                part.setMultiplier(multiplier)
        return self.defined[unit]

    def states(self, initial: Any) -> None:
        """Write species, or parameters where the unit is no amount."""
        for name, block, value in zip(self.ids[0], self.blocks[0], initial, strict=True):
            if block == TIME:
                continue
            if self._is_amount(block):
                self._species(name, block, float(value))
            else:
                self._parameter(name, self._unit_of(block), float(value), constant=False)

    def parameters(self, values: Any) -> None:
        """Write constant parameters."""
        for name, block, value in zip(self.ids[1], self.blocks[1], values, strict=True):
            self._parameter(name, self._unit_of(block), float(value), constant=True)

    def rules(self) -> None:
        """Write a rate rule per state and an assignment rule per output."""
        for name, expression in zip(self.ids[0], self.system.rates, strict=True):
            if name != TIME:
                self._rule(self.model.createRateRule(), name, expression)
        for name, block, expression in zip(self.ids[2], self.blocks[2], self.system.output_exprs, strict=True):
            self._parameter(name, self.units.get(block), None, constant=False)
            self._rule(self.model.createAssignmentRule(), name, expression)

    def jump(self, name: str, jump: Jump) -> None:
        """Write an event that fires once its trigger becomes true, at time zero too."""
        made = self.model.createEvent()
        made.setId(name)
        made.setName(jump.name)
        made.setUseValuesFromTriggerTime(True)
        trigger = made.createTrigger()
        trigger.setInitialValue(False)
        trigger.setPersistent(True)
        what, level = ("time", jump.when) if not isinstance(jump.when, tuple) else jump.when
        unit = "" if isinstance(level, str) else f" {self._own_unit(what)}"
        trigger.setMath(self._math(f"{what} >= {level if isinstance(level, str) else repr(float(level))}{unit}"))
        for target, value in jump.assign.items():
            if (parameter := self.model.getParameter(target)) is not None:
                parameter.setConstant(False)
            elif self.model.getSpecies(target) is None:
                raise InputError("an event assigns what the model does not have", field=jump.name, value=target)
            assignment = made.createEventAssignment()
            assignment.setVariable(target)
            number = "" if isinstance(value, str) else f"{float(value)!r} {self._own_unit(target)}"
            assignment.setMath(self._math(number or str(value)))

    def _own_unit(self, name: str) -> str:
        """Return the id of the unit of an entry, or of time."""
        if name == "time":
            return str(self.model.getTimeUnits())
        found = self.model.getParameter(name)
        return str(found.getUnits() if found is not None else self.model.getSpecies(name).getSubstanceUnits())

    def _math(self, text: str) -> Any:
        math = self.libsbml.parseL3Formula(text)
        if math is None:
            raise ModelError(f"libSBML cannot read an event: {self.libsbml.getLastParseL3Error()}")
        return math

    def _is_amount(self, block: str) -> bool:
        parts = _parts(self._unit_of(block))
        return len(parts) == 1 and parts[0][0] in _SUBSTANCE and parts[0][1] == 1

    def _unit_of(self, block: str) -> str:
        if block not in self.units:
            raise InputError("a block has no unit", field=block)
        return self.units[block]

    def _species(self, name: str, block: str, value: float) -> None:
        made = self.model.createSpecies()
        made.setId(name)
        made.setCompartment("body")
        made.setInitialAmount(value)
        made.setSubstanceUnits(self.unit(self._unit_of(block)))
        made.setHasOnlySubstanceUnits(True)
        made.setBoundaryCondition(False)
        made.setConstant(False)

    def _parameter(self, name: str, unit: str | None, value: float | None, *, constant: bool) -> None:
        made = self.model.createParameter()
        made.setId(name)
        made.setConstant(constant)
        if value is not None:
            made.setValue(value)
        if unit is not None:
            made.setUnits(self.unit(unit))

    def _rule(self, rule: Any, name: str, expression: Any) -> None:
        text = formula(expression, self.names, numbers="dimensionless")
        math = self.libsbml.parseL3Formula(text)
        if math is None:
            raise ModelError(f"libSBML cannot read the equation of '{name}': {self.libsbml.getLastParseL3Error()}")
        rule.setVariable(name)
        rule.setMath(math)


def _blocks(layout: Layout) -> list[str]:
    return [name for name, size in zip(layout.names, layout.sizes, strict=True) for _ in range(size)]


def _parts(unit: str) -> list[tuple[str, float, float]]:
    """Return (kind, exponent, multiplier) whose product is `unit`."""
    checks.parse(unit)
    ureg = registry()
    parsed = ureg.parse_units("dimensionless" if unit == "1" else unit)
    found = []
    for name, exponent in sorted(parsed._units.items()):
        factor, root = ureg.get_root_units(ureg.parse_units(name))
        bases = list(root._units.items())
        if not bases:
            found.append(("dimensionless", float(exponent), float(factor)))
        elif bases == [("meter", 3)]:
            found.append(("litre", float(exponent), float(factor) * 1000.0))
        elif bases == [("kilogram", 1)]:
            found.append(("gram", float(exponent), float(factor) * 1000.0))
        elif len(bases) == 1 and str(bases[0][0]) in _KINDS:
            base, power = bases[0]
            found.append((_KINDS[str(base)], float(exponent * power), float(factor) ** (1.0 / power)))
        else:
            raise InputError("a unit that SBML cannot hold", value=unit)
    return [(k, e, float(f"{m:.15g}")) for k, e, m in found] or [("dimensionless", 1.0, 1.0)]
