"""The model for other tools: SBML Level 3, SED-ML in a COMBINE archive; parameters from another laboratory's YAML."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import yaml

from ..core.errors import InputError, MissingExtraError, nearest
from ..core.files import atomic_file, existing
from ..core.parameters import parameters_of
from ..core.units import in_unit, to
from .dosing import events
from .parameters import KineticParameters
from .profile import Exposure
from .structure import structure
from .system import traced
from .transport import BODY_PARAMS, BODY_STATES, ORGAN_PARAMS, ORGAN_STATES, layouts

_PARAMETER_UNITS = {
    **dict.fromkeys(("flow", "lymph", "exchange", "drag", "urine_flow"), "mL/day"),
    **dict.fromkeys((k for k in ORGAN_PARAMS if k.startswith("bind_")), "mL/day"),
    **dict.fromkeys(("vascular", "interstitial", "venous_volume", "arterial_volume"), "mL"),
    **dict.fromkeys(("faces_blood", "occupied", "label_detached", "label_kept"), "1"),
    **dict.fromkeys(("release_tissue", "release_venous"), "EV/day"),
    "per_capacity": "1/EV",
}
UNITS: Mapping[str, str] = {
    **dict.fromkeys((*ORGAN_STATES, *BODY_STATES), "EV"),
    **{k: _PARAMETER_UNITS.get(k, "1/day") for k in (*ORGAN_PARAMS, *BODY_PARAMS)},
    "organ_total": "EV", "total": "EV", "venous_concentration": "EV/mL",
}  # fmt: skip


def export_sbml(exposure: Exposure, path: str | os.PathLike[str] | None = None) -> str:
    """Return (and write to `path`) the SBML Level 3 document of the equations behind `exposure`, doses included.

    The equations are those that ran, traced from the same function; a bolus or a change of release after time zero
    becomes an SBML event.

    Raises:
        MissingExtraError: libSBML is not installed.
        ModelError: libSBML's checker finds an error.
    """
    from ..numerics.sbml import export_sbml as write

    organs = list(exposure.organs)
    states, params, outputs = layouts(len(organs))
    labels = {n: organs for x in (states, params, outputs) for n, k in zip(x.names, x.sizes, strict=True) if k > 1}
    y0, p, later = _start(exposure)
    text = write(
        traced(structure(exposure.body)), initial=y0, values=p, units=UNITS, time_unit="day", labels=labels,
        model_id="vesicle_kinetics", name=f"Extracellular vesicles in a {exposure.body.species}",
    )  # fmt: skip
    text = _with_events(text, later, organs) if later else text
    if path is not None:
        with atomic_file(path) as part:
            part.write_text(text, encoding="utf-8")
    return text


def export_omex(exposure: Exposure, path: str | os.PathLike[str]) -> Path:
    """Write a COMBINE archive of the simulation: model, SED-ML Level 1 Version 3, manifest; return its path."""
    files = {
        "model.xml": (export_sbml(exposure), "http://identifiers.org/combine.specifications/sbml"),
        "simulation.sedml": (sedml(exposure), "http://identifiers.org/combine.specifications/sed-ml"),
    }
    rows = [(".", "http://identifiers.org/combine.specifications/omex", "")]
    rows += [(f"./{n}", f, ' master="true"' if n.endswith("sedml") else "") for n, (_t, f) in files.items()]
    rows.append(("./manifest.xml", "http://identifiers.org/combine.specifications/omex-manifest", ""))
    lines = "".join(f'  <content location="{n}" format="{f}"{m}/>\n' for n, f, m in rows)
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<omexManifest xmlns="http://identifiers.org/combine.specifications/omex-manifest">\n{lines}</omexManifest>\n'
    )
    with atomic_file(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.xml", manifest)
        for name, (text, _format) in files.items():
            archive.writestr(name, text)
    return Path(path)


def sedml(exposure: Exposure, model: str = "model.xml") -> str:
    """Return the SED-ML of a uniform time course over the times of `exposure` with a report of plasma and organs."""
    names = ["venous_concentration", *(f"organ_total_{o}" for o in exposure.organs)]
    wanted = [("time", ' symbol="urn:sedml:symbol:time"')]
    wanted += [
        (n, f" target={quoteattr(f'/sbml:sbml/sbml:model/sbml:listOfParameters/sbml:parameter[@id={n!r}]')}")
        for n in names
    ]
    generators = "".join(
        f'    <dataGenerator id="data_{n}"><listOfVariables><variable id="v_{n}" taskReference="task"{t}/>'
        f'</listOfVariables><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>v_{n}</ci></math></dataGenerator>\n'
        for n, t in wanted
    )
    columns = "".join(f'      <dataSet id="set_{n}" label="{n}" dataReference="data_{n}"/>\n' for n, _t in wanted)
    end, points = float(exposure.times[-1]), max(len(exposure.times) - 1, 1)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<sedML xmlns="http://sed-ml.org/sed-ml/level1/version3" xmlns:sbml="http://www.sbml.org/sbml/level3/version2/core"
    level="1" version="3">
  <listOfSimulations>
    <uniformTimeCourse id="course" initialTime="0" outputStartTime="0" outputEndTime="{end!r}"
        numberOfPoints="{points}">
      <algorithm kisaoID="KISAO:0000019"><listOfAlgorithmParameters>
        <algorithmParameter kisaoID="KISAO:0000209" value="1e-8"/>
      </listOfAlgorithmParameters></algorithm>
    </uniformTimeCourse>
  </listOfSimulations>
  <listOfModels><model id="model" language="urn:sedml:language:sbml" source="{model}"/></listOfModels>
  <listOfTasks><task id="task" modelReference="model" simulationReference="course"/></listOfTasks>
  <listOfDataGenerators>
{generators}  </listOfDataGenerators>
  <listOfOutputs>
    <report id="report"><listOfDataSets>
{columns}    </listOfDataSets></report>
  </listOfOutputs>
</sedML>
"""


def read_parameters(path: str | os.PathLike[str]) -> KineticParameters:
    """Return kinetic parameters from YAML: ``name: value``, ``name: "value unit"`` or ``name: {value:, source:}``.

    Names, units and ranges are those of :class:`KineticParameters`; what the file does not name keeps its default.

    Raises:
        InputError: not YAML, an unknown name, a wrong unit, or a value out of range.
    """
    file = existing(path)
    try:
        made = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError("not readable as YAML", file=file, hint=str(error).splitlines()[0]) from error
    if not isinstance(made, dict):
        raise InputError("not parameters", file=file, expected="lines of the form name: value")
    known = {p.name: p for p in parameters_of(KineticParameters)}
    values = {}
    for name, given in made.items():
        if name not in known:
            hint = nearest(str(name), known) or f"known: {', '.join(known)}"
            raise InputError(f"kinetic parameter '{name}' is unknown", file=file, hint=hint)
        values[str(name)] = _number(given, known[name].unit, name, file)
    try:
        return KineticParameters().with_(**values)
    except InputError as error:
        raise InputError(
            error.problem, file=file, field=error.field, value=error.value, expected=error.expected
        ) from None


def _number(given: Any, unit: str, name: str, file: Path) -> float:
    raw: Any = given.get("value") if isinstance(given, dict) else given
    try:
        return float(raw) if isinstance(raw, str) and _bare(raw) else to(raw, unit, field=name)
    except (InputError, TypeError) as error:
        raise InputError(
            "not a quantity", file=file, field=name, value=raw, expected=in_unit("a number", unit)
        ) from error


def _bare(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _start(exposure: Exposure) -> tuple[Any, Any, list[Any]]:
    """Return states and parameters just after time zero, and the events that come later."""
    states, params, _ = layouts(len(exposure.organs))
    y, p = np.zeros(states.size), exposure.coefficients.copy()
    happen = events(exposure.doses, exposure.body, float(exposure.times[-1]))
    for event in (e for e in happen if e.time == 0):
        for name, amount in event.add.items():
            y[states.slice(name)] += np.asarray(amount, dtype=np.float64)
        for name, value in event.set.items():
            p[params.slice(name)] = np.asarray(value, dtype=np.float64)
    return y, p, [e for e in happen if e.time > 0]


def _with_events(text: str, later: list[Any], organs: list[str]) -> str:
    try:
        import libsbml
    except ImportError as error:
        raise MissingExtraError("python-libsbml", "sbml", "SBML export") from error
    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    for k, event in enumerate(later):
        made = model.createEvent()
        made.setId(f"dose_{k}")
        made.setUseValuesFromTriggerTime(True)
        trigger = made.createTrigger()
        trigger.setInitialValue(False)
        trigger.setPersistent(True)
        trigger.setMath(libsbml.parseL3Formula(f"time >= {event.time!r}"))
        for name, value in _assignments(event, organs):
            if (parameter := model.getParameter(name)) is not None:
                parameter.setConstant(False)
            assignment = made.createEventAssignment()
            assignment.setVariable(name)
            assignment.setMath(libsbml.parseL3Formula(value))
    return str(libsbml.writeSBMLToString(document))


def _assignments(event: Any, organs: list[str]) -> list[tuple[str, str]]:
    found = []
    for block, amount in event.add.items():
        for name, value in _entries(block, amount, organs):
            if value:
                found.append((name, f"{name} + {value!r}"))
    for block, amount in event.set.items():
        found += [(name, repr(value)) for name, value in _entries(block, amount, organs)]
    return found


def _entries(block: str, amount: Any, organs: list[str]) -> list[tuple[str, float]]:
    if block in (*BODY_STATES, *BODY_PARAMS):
        return [(block, float(np.ravel(amount)[0]))]
    values = np.broadcast_to(np.asarray(amount, dtype=np.float64), (len(organs),))
    return [(f"{block}_{o}", float(v)) for o, v in zip(organs, values, strict=True)]


__all__ = ["export_omex", "export_sbml", "read_parameters", "sedml"]
