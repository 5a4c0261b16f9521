"""A PEtab problem that holds a study's own model, read back: what it asks, its likelihood here, and a fit.

Only problems whose SBML is the one that :func:`metastasome.study.petab.export_petab` wrote can be computed here: the
checksum beside it says so, and the model is made again from ``study.yaml``. Tables may have been changed by hand: other
measurements, bounds, priors, nominal values. What is not understood is refused, never passed over.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.tables import read_table
from .mean_course import MeanModel
from .petab_tables import (
    SCALES,
    Asked,
    Measured,
    read_conditions,
    read_document,
    read_measured,
    read_observables,
    read_parameters,
)  # fmt: skip

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PetabProblem:
    """A problem ready to be computed here.

    Attributes:
        mean: the deterministic model. parameters, measured: what is asked and was seen.
        conditions: condition -> identifier -> value (or the name of a parameter of the problem).
    """

    mean: MeanModel
    parameters: Mapping[str, Asked]
    measured: tuple[Measured, ...]
    conditions: Mapping[str, Mapping[str, str]]

    @property
    def nominal(self) -> dict[str, float]:
        """Nominal value of every parameter."""
        return {k: p.nominal for k, p in self.parameters.items()}

    def simulate(self, values: Mapping[str, float] | None = None) -> Vector:
        """Return what the model gives for every measurement, ``(m,)``, at `values` (nominal where not given)."""
        full = {**self.nominal, **(values or {})}
        of_model = {k: v for k, v in full.items() if k in self.mean.entries}
        made = np.empty(len(self.measured))
        for name, sets in self.conditions.items():
            mine = [i for i, m in enumerate(self.measured) if m.condition == name]
            if mine:
                given = {k: full[v] if v in full else float(v) for k, v in sets.items()}
                days = sorted({self.measured[i].day for i in mine})
                course = self.mean.course(days, {**of_model, **given})
                for i in mine:
                    made[i] = course[self.measured[i].quantity][days.index(self.measured[i].day)]
        return made

    def log_likelihood(self, values: Mapping[str, float] | None = None, *, given: Vector | None = None) -> float:
        """Return PEtab's log-likelihood at `values` (nominal where not given); constants are kept.

        `given` ``(m,)`` is what the model gives there, where that is known already.
        """
        full = {**self.nominal, **(values or {})}
        total = 0.0
        for m, at in zip(self.measured, self.simulate(values) if given is None else given, strict=True):
            sd = full[m.noise] if m.noise in full else float(m.noise)
            if m.transformation != "lin" and not at > 0:
                return -math.inf
            f = SCALES[m.transformation]
            total += -0.5 * ((f(m.value) - f(at)) / sd) ** 2 - math.log(sd * math.sqrt(2 * math.pi))
            jacobian = {"lin": 0.0, "log": math.log(m.value), "log10": math.log(m.value * math.log(10))}
            total -= jacobian[m.transformation]
        return total

    def log_prior(self, values: Mapping[str, float] | None = None) -> float:
        """Return the sum of the log priors of the estimated parameters."""
        full = {**self.nominal, **(values or {})}
        return sum(p.log_prior(full[k]) for k, p in self.parameters.items() if p.estimate)

    def fit(self, *, most: int = 60) -> tuple[dict[str, float], float]:
        """Return the values that maximise likelihood times prior, from the nominal ones on, and that maximum.

        See :mod:`metastasome.study.petab_fit`; `most` iterations.

        Raises:
            ModelError: the nominal values give what was measured no chance.
        """
        from .petab_fit import likeliest

        return likeliest(self, most=most)


def read_petab(path: str | Path, *, data_dir: str | Path | None = None) -> PetabProblem:
    """Return the problem written at `path` (its yaml, or the folder that holds ``problem.yaml``).

    Raises:
        InputError: not a PEtab 1 problem, its SBML is not one of ours, or it uses what cannot be computed here.
    """
    from .load import read_study
    from .petab import mean_model

    file = Path(path) / "problem.yaml" if Path(path).is_dir() else Path(path)
    told, files = read_document(file)
    text = (file.parent / files["sbml_files"]).read_text(encoding="utf-8")
    if hashlib.sha256(text.encode()).hexdigest() != told.get("sbml_sha256"):
        raise InputError("the SBML is not the one that was exported", file=file.parent / files["sbml_files"],
                         hint="only a model made by 'metastasome petab export' can be computed here")  # fmt: skip
    mean, _ = mean_model(read_study(file.parent / str(told["study"])), data_dir)
    return tables(file.parent, files, mean)


def tables(folder: Path, files: Mapping[str, str], mean: MeanModel) -> PetabProblem:
    """Return the problem of the tables in `folder` (kind of file -> name) with its model; errors as above."""
    parameters = {p.name: p for p in read_parameters(read_table(folder / files["parameter_file"]), mean)}
    conditions = read_conditions(read_table(folder / files["condition_files"]), mean, parameters)
    observables = read_observables(read_table(folder / files["observable_files"]), mean, parameters)
    measured = read_measured(read_table(folder / files["measurement_files"]), observables, conditions)
    return PetabProblem(mean, parameters, measured, conditions)
