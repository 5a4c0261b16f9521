"""The tables of a PEtab problem, read strictly: what is not understood is refused with its file, row and field."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import InputError
from ..core.tables import Table
from .mean_course import MeanModel

SCALES: Mapping[str, Callable[[float], float]] = {"lin": float, "log": math.log, "log10": math.log10}
BACK: Mapping[str, Callable[[float], float]] = {"lin": float, "log": math.exp, "log10": lambda x: float(10.0**x)}


@dataclass(frozen=True)
class Asked:
    """One parameter of the problem: scale, bounds and nominal value, whether it is estimated, its prior as written."""

    name: str
    scale: str
    low: float
    high: float
    nominal: float
    estimate: bool
    prior: tuple[str, float, float] | None

    def log_prior(self, value: float) -> float:
        """Return the log density of the prior at `value`, on the parameter's own axis for PEtab's priors."""
        if self.prior is None:
            return 0.0
        kind, a, b = self.prior
        x = SCALES[self.scale](value) if kind.startswith("parameterScale") else value
        if kind == "logNormal":
            return -0.5 * ((math.log(value) - a) / b) ** 2 - math.log(b * value * math.sqrt(2 * math.pi))
        if kind.lower().endswith("normal"):
            return -0.5 * ((x - a) / b) ** 2 - math.log(b * math.sqrt(2 * math.pi))
        return -math.log(b - a) if a <= x <= b else -math.inf


@dataclass(frozen=True)
class Measured:
    """One measurement, with the quantity, transformation and noise (a number or a parameter) of its observable."""

    quantity: str
    condition: str
    day: float
    value: float
    transformation: str
    noise: str


def read_document(file: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what we said of our own, and kind of file -> its name."""
    import yaml

    if not file.is_file():
        raise InputError("no PEtab problem there", file=file, expected="problem.yaml")
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError("not readable as YAML", file=file, value=str(error).splitlines()[0]) from None
    if not isinstance(data, dict) or str(data.get("format_version")) not in ("1", "1.0.0"):
        found = data.get("format_version") if isinstance(data, dict) else None
        raise InputError("not a problem of PEtab version 1", file=file, field="format_version", value=found)
    told = (data.get("extensions") or {}).get("metastasome")
    if not isinstance(told, dict) or "study" not in told:
        raise InputError(
            "the problem does not say which study its model comes from", file=file, field="extensions.metastasome",
            hint="only problems of 'metastasome petab export' are read",
        )  # fmt: skip
    problems = data.get("problems") or []
    if len(problems) != 1:
        raise InputError("more than one problem", file=file, field="problems", value=len(problems), expected="1")
    files = {"parameter_file": data.get("parameter_file")}
    for key in ("sbml_files", "condition_files", "observable_files", "measurement_files"):
        found = problems[0].get(key) or []
        if len(found) != 1:
            raise InputError("one file is read of each kind", file=file, field=key, value=len(found), expected="1")
        files[key] = found[0]
    return told, {k: str(v) for k, v in files.items()}


def _cells(table: Table, known: tuple[str, ...]) -> list[dict[str, str]]:
    """Return rows as mappings; a column beyond `known` is refused where it holds anything."""
    rows = [dict(zip(table.header, (c.strip() for c in cells), strict=True)) for cells in table.rows]
    for row, line in zip(rows, table.lines, strict=True):
        for k, v in row.items():
            if k not in known and v:
                raise InputError("this column is not understood here", file=table.path, row=line, field=k, value=v)
    return rows


def read_parameters(table: Table, mean: MeanModel) -> list[Asked]:
    """Return the parameters of the problem."""
    known = ("parameterId", "parameterName", "parameterScale", "lowerBound", "upperBound", "nominalValue", "estimate",
             "objectivePriorType", "objectivePriorParameters")  # fmt: skip
    made = []
    for row, line in zip(_cells(table, known), table.lines, strict=True):
        refuse = functools.partial(InputError, file=table.path, row=line)
        name, scale = row["parameterId"], row["parameterScale"]
        if name in mean.starts:
            raise refuse("it sets where the model starts, which SBML holds as a number", field=name)
        if scale not in SCALES:
            raise refuse("not a scale", field="parameterScale", value=scale, expected=", ".join(SCALES))
        try:
            low, high, nominal = (float(row[k]) for k in ("lowerBound", "upperBound", "nominalValue"))
            prior = _prior(row)
        except ValueError:
            raise refuse("not a usable number or prior", field=name) from None
        if not low <= nominal <= high:
            raise refuse("outside its bounds", field=name, value=nominal, expected=f"{low:g} to {high:g}")
        made.append(Asked(name, scale, low, high, nominal, row["estimate"] == "1", prior))
    return made


def _prior(row: Mapping[str, str]) -> tuple[str, float, float] | None:
    kind = row.get("objectivePriorType", "")
    if not kind:
        return None
    if kind not in ("uniform", "normal", "logNormal", "parameterScaleUniform", "parameterScaleNormal"):
        raise ValueError(kind)
    a, b = (float(v) for v in row["objectivePriorParameters"].split(";"))
    return kind, a, b


def read_conditions(table: Table, mean: MeanModel, parameters: Mapping[str, Asked]) -> dict[str, dict[str, str]]:
    """Return condition -> identifier -> value, or the name of a parameter of the problem."""
    known = ("conditionId", "conditionName", *mean.entries)
    made = {}
    for row, line in zip(_cells(table, known), table.lines, strict=True):
        sets = {k: v for k, v in row.items() if k in mean.entries and v}
        for k, v in sets.items():
            if v not in parameters:
                _number(v, table, line, k)
        made[row["conditionId"]] = sets
    return made


def read_observables(table: Table, mean: MeanModel, parameters: Mapping[str, Asked]) -> dict[str, tuple[str, str, str]]:
    """Return observable -> (quantity, transformation, noise)."""
    known = ("observableId", "observableName", "observableFormula", "observableTransformation", "noiseFormula",
             "noiseDistribution")  # fmt: skip
    made = {}
    for row, line in zip(_cells(table, known), table.lines, strict=True):
        refuse = functools.partial(InputError, file=table.path, row=line)
        formula, transformation = row["observableFormula"], row.get("observableTransformation") or "lin"
        if formula not in mean.quantities:
            raise refuse("not one quantity of the model", field="observableFormula", value=formula)
        if transformation not in SCALES:
            raise refuse("not a transformation", field="observableTransformation", value=transformation)
        if (row.get("noiseDistribution") or "normal") != "normal":
            raise refuse(
                "only normal noise is computed here", field="noiseDistribution", value=row["noiseDistribution"]
            )
        if row["noiseFormula"] not in parameters:
            _number(row["noiseFormula"], table, line, "noiseFormula")
        made[row["observableId"]] = (formula, transformation, row["noiseFormula"])
    return made


def read_measured(
    table: Table, observables: Mapping[str, tuple[str, str, str]], conditions: Mapping[str, Mapping[str, str]]
) -> tuple[Measured, ...]:
    """Return the measurements, each with its observable."""
    made = []
    known = ("observableId", "simulationConditionId", "measurement", "time")
    for row, line in zip(_cells(table, known), table.lines, strict=True):
        refuse = functools.partial(InputError, file=table.path, row=line)
        if row["observableId"] not in observables:
            raise refuse("no such observable", field="observableId", value=row["observableId"])
        if row["simulationConditionId"] not in conditions:
            raise refuse("no such condition", field="simulationConditionId", value=row["simulationConditionId"])
        quantity, transformation, noise = observables[row["observableId"]]
        value, day = (_number(row[k], table, line, k) for k in ("measurement", "time"))
        if day < 0 or (transformation != "lin" and value <= 0):
            raise refuse("outside the support", field="measurement", value=value, expected="above 0, from day 0 on")
        made.append(Measured(quantity, row["simulationConditionId"], day, value, transformation, noise))
    return tuple(made)


def _number(text: str, table: Table, line: int, field: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError("not a number", file=table.path, row=line, field=field, value=text)
    return value
