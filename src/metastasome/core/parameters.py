"""A number the model rests on, with its unit, range, prior and source.

Every parameter of a mechanism, of kinetics and of an intervention is declared with :class:`Parameter`. A figure
without a source is called ``"assumption"``; the report lists those first.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError
from .units import in_unit

ASSUMPTION = "assumption"
PriorKind = Literal["lognormal", "normal", "uniform", "loguniform", "fixed"]


@dataclass(frozen=True)
class Prior:
    """What is believed of a parameter before seeing data.

    ``lognormal(a=median, b=sd of ln)``, ``normal(a=mean, b=sd)``, ``uniform(a=low, b=high)``,
    ``loguniform(a=low, b=high)``, ``fixed(a=value)``.
    """

    kind: PriorKind
    a: float
    b: float = 0.0

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the value at cumulative probability `u` (any shape, in (0, 1))."""
        from scipy.special import ndtri

        v = np.asarray(u, dtype=np.float64)
        match self.kind:
            case "lognormal":
                return np.asarray(self.a * np.exp(self.b * ndtri(v)))
            case "normal":
                return np.asarray(self.a + self.b * ndtri(v))
            case "uniform":
                return np.asarray(self.a + (self.b - self.a) * v)
            case "loguniform":
                return np.asarray(self.a * (self.b / self.a) ** v)
            case "fixed":
                return np.full(v.shape, self.a)

    def describe(self) -> str:
        """Return the prior in words, for tables."""
        match self.kind:
            case "lognormal":
                return f"log-normal, median {self.a:g}, x/÷ {math.exp(self.b):.3g} (1 sd)"
            case "normal":
                return f"normal, {self.a:g} ± {self.b:g}"
            case "uniform" | "loguniform":
                return f"{self.kind}, {self.a:g} to {self.b:g}"
            case "fixed":
                return "fixed"


@dataclass(frozen=True)
class Parameter:
    """One number with its unit, range, prior and source.

    Attributes:
        name: short name; the key in a study file.
        default: value used when nothing else is said, in `unit`.
        unit: a unit pint understands (``"1/day"``, ``"cell"``, ``"1"`` for a pure number).
        low, high: what is physically or historically possible; a value outside is refused.
        prior: belief used by fitting and for virtual patients.
        source: DOI or address, or ``"assumption"``.
        meaning: one line.
        evidence: ids of rows of the literature table (``reference/literature.csv``) behind it.
        spread: log-scale standard deviation between patients (0: everybody has the same value).
    """

    name: str
    default: float
    unit: str
    low: float
    high: float
    prior: Prior
    source: str
    meaning: str
    evidence: tuple[str, ...] = ()
    spread: float = 0.0

    @property
    def assumed(self) -> bool:
        """True where no source gives the figure."""
        return self.source == ASSUMPTION

    def check(self, value: float, *, field: str | None = None) -> float:
        """Return `value` as a float, or raise :class:`InputError` when it is not finite or out of range."""
        where = field or self.name
        number = float(value)
        if not math.isfinite(number):
            raise InputError("not a finite number", field=where, value=value, expected=in_unit("a number", self.unit))
        if not self.low <= number <= self.high:
            raise InputError(
                "outside its range",
                field=where,
                value=number,
                expected=in_unit(f"{self.low:g} to {self.high:g}", self.unit, ""),
            )
        return number


def parameter(
    default: float,
    unit: str,
    *,
    low: float,
    high: float,
    source: str,
    meaning: str,
    prior: Prior | None = None,
    evidence: tuple[str, ...] = (),
    spread: float = 0.0,
) -> Any:
    """Declare a parameter as a field of a frozen dataclass; read back with :func:`parameters_of`.

    With no `prior` given, a log-normal around the default is used whose 95% interval spans the range where both
    bounds are positive, else a uniform over the range.
    """
    if prior is None:
        prior = _prior_from_range(default, low, high)
    made = Parameter("", default, unit, low, high, prior, source, meaning, evidence, spread)
    return dataclasses.field(default=default, metadata={"parameter": made})


def parameters_of(declared: Any) -> tuple[Parameter, ...]:
    """Return the parameters of a dataclass (or instance, whose values become the defaults), in order of declaration."""
    found = []
    for f in dataclasses.fields(declared):
        if (made := f.metadata.get("parameter")) is not None:
            value = made.default if isinstance(declared, type) else float(getattr(declared, f.name))
            found.append(dataclasses.replace(made, name=f.name, default=value))
    return tuple(found)


def _prior_from_range(default: float, low: float, high: float) -> Prior:
    if low == high:
        return Prior("fixed", default)
    if low > 0 and default > 0:
        return Prior("lognormal", default, math.log(high / low) / (2 * 1.96))
    return Prior("uniform", low, high)
