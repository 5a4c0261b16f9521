"""A study's deterministic model with measurements as a parameter estimation problem in PEtab, version 1.

PEtab (Schmiester 2021, doi:10.1371/journal.pcbi.1008646) is what other programs fit: pyPESTO, AMICI, COPASI and more.
The folder holds the SBML of the study, tables of conditions, observables, measurements and parameters, and beside them
the study itself (``study.yaml``), from which :mod:`metastasome.study.petab_read` makes the model again.

Measurements scatter log-normally around the model, with one standard deviation per quantity, estimated. Priors are
those of the parameter table: log-normal and log-uniform ones on the scale of log10, others on their own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..core.errors import InputError, nearest
from ..core.files import atomic_folder
from ..core.parameters import ASSUMPTION, Parameter, Prior
from ..core.tables import Table, read_table
from ..numerics.labels import identifier
from .mean_course import MeanModel
from .model import Study

FILES = {
    "sbml_files": "model.xml", "condition_files": "conditions.tsv", "observable_files": "observables.tsv",
    "measurement_files": "measurements.tsv",
}  # fmt: skip
_OWN = ("quantity", "day", "value", "condition")
_FAR = 6.0  # bounds of an unbounded prior, in its standard deviations


@dataclass(frozen=True)
class Row:
    """One measurement: what, in which condition, on which day, how much."""

    quantity: str
    condition: str
    day: float
    value: float


def noise(quantity: str) -> Parameter:
    """Return the standard deviation of the ln of measurements of `quantity`."""
    prior = Prior("lognormal", 0.3, 0.7)
    return Parameter(f"sd_{quantity}", 0.3, "1", 0.01, 10.0, prior, ASSUMPTION, f"sd of ln {quantity}, measured")


def export_petab(
    study: str | Path | Study,
    measurements: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    free: Sequence[str],
    data_dir: str | Path | None = None,
    overwrite: bool = False,
) -> Path:
    """Write the problem into the folder `out` and return the path of its ``problem.yaml``.

    Args:
        study: name, path or study.
        measurements: table with the columns quantity, day, value, and maybe condition; every further column is named
            like a parameter or input of the model and holds its value in that row's condition.
        free: parameters to estimate, as ``mechanism.parameter``.

    Raises:
        InputError: an unknown quantity or parameter, a value that is not above 0, or a parameter that cannot be
            estimated. MissingExtraError: libSBML is not installed.
    """
    from .api import as_study
    from .sbml import model_sbml
    from .store import dump_study

    asked = as_study(study).with_(match={"nulls": 0})
    mean, case = mean_model(asked, data_dir)
    problem = problem_of(mean, measurements, free)
    text = model_sbml(
        case.model, case.inputs, interventions=case.interventions,
        diameter_at_resection=mean.diameter_at_resection, name=asked.question, model_id=asked.name.replace("-", "_"),
    )  # fmt: skip
    return problem.write(out, sbml=text, study=dump_study(asked), overwrite=overwrite)


@dataclass(frozen=True)
class Problem:
    """What is measured, in which conditions, and what is estimated."""

    rows: tuple[Row, ...]
    conditions: Mapping[str, Mapping[str, float]]
    free: tuple[Parameter, ...]

    def write(self, out: str | os.PathLike[str], *, sbml: str, study: str, overwrite: bool = False) -> Path:
        """Write the folder `out` with the model and the study as text; return the path of its ``problem.yaml``."""
        import yaml

        told = {"version": __version__, "study": "study.yaml", "sbml_sha256": hashlib.sha256(sbml.encode()).hexdigest()}
        problem = {
            "format_version": 1, "parameter_file": "parameters.tsv",
            "problems": [{k: [v] for k, v in FILES.items()}], "extensions": {"metastasome": told},
        }  # fmt: skip
        quantities = list(dict.fromkeys(r.quantity for r in self.rows))
        with atomic_folder(out, overwrite=overwrite) as folder:
            (folder / "model.xml").write_text(sbml, encoding="utf-8", newline="\n")
            (folder / "study.yaml").write_text(study, encoding="utf-8", newline="\n")
            _write(folder / "conditions.tsv", _conditions(self.conditions))
            _write(folder / "observables.tsv", [_observable(q) for q in quantities])
            _write(folder / "measurements.tsv", [_measurement(r) for r in sorted(self.rows, key=lambda r: r.condition)])
            _write(folder / "parameters.tsv", [_parameter(p) for p in (*self.free, *(noise(q) for q in quantities))])
            (folder / "problem.yaml").write_text(yaml.safe_dump(problem, sort_keys=False), encoding="utf-8")
        return Path(out) / "problem.yaml"


def problem_of(mean: MeanModel, measurements: str | os.PathLike[str], free: Sequence[str]) -> Problem:
    """Return the problem of a table of measurements; errors as of :func:`export_petab`."""
    rows, conditions = _rows(read_table(measurements), mean)
    chosen = [_free(n, mean) for n in free]
    if not chosen:
        raise InputError("nothing to estimate", field="free", expected="one parameter or more")
    clash = {c for cs in conditions.values() for c in cs} & {identifier(p.name) for p in chosen}
    if clash:
        raise InputError("a condition sets what is to be estimated", field=sorted(clash)[0])
    return Problem(tuple(rows), conditions, tuple(chosen))


def mean_model(study: Study, data_dir: str | Path | None) -> tuple[MeanModel, Any]:
    """Return the deterministic model of `study` and the case it comes from."""
    from .runner import prepare

    case = prepare(study, data_dir=data_dir, seed=0)
    return MeanModel(case.model, case.inputs, case.interventions, case.study.tumour.diameter_at_resection), case


def _rows(table: Table, mean: MeanModel) -> tuple[list[Row], dict[str, dict[str, float]]]:
    """Return measurements, and condition -> what it sets."""
    sets = [h for h in table.header if h not in _OWN]
    for name in sets:
        if name not in mean.entries or name in mean.starts:
            hint = nearest(name, mean.entries) or "further columns set parameters or inputs of the model"
            raise InputError("no such column, parameter or input", file=table.path, row=1, field=name, hint=hint)
        if name in mean.scheduled:
            raise InputError("a schedule of the study changes this already", file=table.path, row=1, field=name,
                             hint="leave that intervention out, or make two studies")  # fmt: skip
    numbers = table.numbers([table.index(n) for n in ("day", "value", *sets)])
    names = table.column("condition") if "condition" in table.header else ("as_studied",) * len(numbers)
    conditions: dict[str, dict[str, float]] = {}
    rows = []
    for what, name, line, (day, value, *given) in zip(
        table.column("quantity"), names, table.lines, numbers, strict=True
    ):
        here: dict[str, Any] = {"file": table.path, "row": line}
        if not name.isidentifier():
            raise InputError("not a name", **here, field="condition", value=name, expected="letters, digits, _")
        if day < 0:
            raise InputError("before the start", **here, field="day", value=day, expected="0 or later")
        if not value > 0:
            hint = "PEtab 1 holds no limit of detection: leave the row out"
            raise InputError("not above 0", **here, field="value", value=value, expected="above 0", hint=hint)
        try:
            rows.append(Row(mean.find(what), name, float(day), float(value)))
        except InputError as error:
            raise InputError(error.problem, **here, field="quantity", value=what, hint=error.hint) from None
        # What events change is set anew: a simulator may keep it from one condition to the next.
        mine = {**mean.changing, **dict(zip(sets, given, strict=True))}
        if conditions.setdefault(name, mine) != mine:
            raise InputError("one condition sets two values", **here, field="condition", value=name)
    return rows, conditions


def _free(name: str, mean: MeanModel) -> Parameter:
    known = mean.model.parameters
    if name not in known:
        raise InputError(
            "no such parameter", field="free", value=name, hint=nearest(name, known) or f"known: {', '.join(known)}"
        )
    p = known[name]
    if identifier(name) in mean.starts:
        raise InputError("it sets where the model starts, which SBML holds as a number", field="free", value=name)
    if p.prior.kind == "fixed":
        raise InputError("its prior is fixed", field="free", value=name)
    return replace(p, name=name)


def bounds(p: Parameter) -> tuple[float, float]:
    """Return finite bounds: the parameter's range, within 6 standard deviations of an unbounded prior's centre."""
    a, b = p.prior.a, p.prior.b
    match p.prior.kind:
        case "lognormal":
            low, high = a * np.exp(-_FAR * b), a * np.exp(_FAR * b)
        case "normal":
            low, high = a - _FAR * b, a + _FAR * b
        case _:
            low, high = a, b
    return float(max(p.low, low)), float(min(p.high, high))


def _parameter(p: Parameter) -> dict[str, Any]:
    """Return the row of one estimated parameter: scale, bounds and prior in PEtab's words."""
    kind, a, b = p.prior.kind, p.prior.a, p.prior.b
    low, high = bounds(p)
    prior = {
        "lognormal": ("logNormal", np.log(a) if a > 0 else 0.0, b), "normal": ("normal", a, b),
        "uniform": ("uniform", a, b), "loguniform": ("parameterScaleUniform", np.log10(max(a, 1e-300)),
                                                     np.log10(max(b, 1e-300))),
    }[kind]  # fmt: skip
    return {
        "parameterId": identifier(p.name), "parameterName": p.name,
        "parameterScale": "log10" if kind in ("lognormal", "loguniform") else "lin",
        "lowerBound": repr(low), "upperBound": repr(high), "nominalValue": repr(float(np.clip(p.default, low, high))),
        "estimate": 1, "objectivePriorType": prior[0],
        "objectivePriorParameters": f"{float(prior[1])!r};{float(prior[2])!r}",
    }  # fmt: skip


def _observable(quantity: str) -> dict[str, Any]:
    return {
        "observableId": f"observable_{quantity}", "observableName": quantity, "observableFormula": quantity,
        "observableTransformation": "log", "noiseFormula": noise(quantity).name, "noiseDistribution": "normal",
    }  # fmt: skip


def _measurement(r: Row) -> dict[str, Any]:
    return {"observableId": f"observable_{r.quantity}", "simulationConditionId": r.condition,
            "measurement": repr(r.value), "time": repr(r.day)}  # fmt: skip


def _conditions(conditions: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    # By name, as the measurements: pyPESTO 0.7 with libRoadRunner takes one condition for another in another order.
    return [
        {"conditionId": n, **{k: repr(float(v)) for k, v in sets.items()}} for n, sets in sorted(conditions.items())
    ]


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    lines = ["\t".join(rows[0]), *("\t".join(str(v) for v in row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
