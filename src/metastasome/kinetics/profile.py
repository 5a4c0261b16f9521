"""The course of vesicles and label over time, with what an experiment would read."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..body import Body
from ..core.errors import InputError
from ..core.words import number, organ_label
from .analysis import NCA, nca
from .conditions import CELLS
from .dosing import Bolus, Dose, total
from .label import Label
from .structure import structure
from .system import derivative
from .transport import VESICLES, layouts
from .vesicle import Vesicle

if TYPE_CHECKING:
    import pandas as pd

Float = NDArray[np.float64]
DENSITY = 1.05  # g/mL, EPA physiological parameters via httk 2.7.4 (most organs 1.03 to 1.05)


@dataclass(frozen=True, repr=False)
class Exposure:
    """What became of a dose: ``t`` times, ``o`` organs, ``c`` classes of cells (:data:`conditions.CELLS`).

    Attributes:
        body, label, vesicle: of the calculation.
        times: days, ``(t,)``.
        doses: what was given.
        path: amounts (EV) of every state, ``(t, states)``, as :func:`transport.layouts` lays them out.
        coefficients: parameter vector of the equations.
        processed: vesicles processed so far in each class of cells, ``(t, o, c)``; from `path` where not given.
    """

    body: Body
    label: Label
    vesicle: Vesicle
    times: Float
    doses: tuple[Dose, ...]
    path: Float = field(repr=False)
    coefficients: Float = field(repr=False)
    processed: Float | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return f"<Exposure of {self.summary()}>"

    @functools.cached_property
    def states(self) -> dict[str, Float]:
        """Amounts by state, ``(t, o)`` or ``(t, 1)``."""
        return layouts(len(self.body.organs))[0].unpack(self.path)

    @functools.cached_property
    def _c(self) -> dict[str, Float]:
        return layouts(len(self.body.organs))[1].unpack(self.coefficients)

    @property
    def organs(self) -> tuple[str, ...]:
        """Names of the organs."""
        return self.body.organs

    @property
    def given(self) -> Float:
        """Vesicles given so far, ``(t,)``."""
        return np.array([total(self.doses, float(t)) for t in self.times])

    @property
    def vesicles_in_plasma(self) -> Float:
        """Labelled vesicles per mL venous plasma, ``(t,)``."""
        return np.asarray(self.states["venous"][:, 0] / self._c["venous_volume"])

    @property
    def plasma(self) -> Float:
        """Label per mL venous plasma as a measurement sees it: on vesicles and free, in vesicles' worth, ``(t,)``."""
        return self.vesicles_in_plasma + self._free_label()

    def _free_label(self) -> Float:
        """Free label spreads through plasma and interstitium at one concentration."""
        space = self.body.plasma_volume + float(self.body.interstitial.sum())
        return np.asarray(self.states["label_blood"][:, 0] / space)

    @property
    def mass(self) -> Float:
        """Organ weights in grams, ``(o,)``."""
        return DENSITY * (self.body.vascular + self.body.interstitial + self.body.cellular)

    @functools.cached_property
    def in_organ(self) -> Float:
        """Label in each organ with its blood, in vesicles' worth, ``(t, o)``."""
        held = sum((self.states[k] for k in (*VESICLES, "residue")), np.zeros_like(self.states["plasma"]))
        return held + self._free_label()[:, None] * (self._c["vascular"] + self.body.interstitial)

    @property
    def percent_id(self) -> Float:
        """Label per organ, percent of what was given so far, ``(t, o)``; zero before the first dose."""
        given = self.given[:, None]
        return np.divide(100.0 * self.in_organ, given, out=np.zeros_like(self.in_organ), where=given > 0)

    @property
    def percent_id_per_g(self) -> Float:
        """Percent of dose per gram of organ, ``(t, o)``."""
        return self.percent_id / self.mass

    @functools.cached_property
    def uptake_rate(self) -> Float:
        """Vesicles processed per day in each class of cells, ``(t, o, c)``."""
        return np.asarray(self._c["processing"] * np.stack([self.states[f"inside_{k}"] for k in CELLS], axis=-1))

    @functools.cached_property
    def taken(self) -> Float:
        """Vesicles taken up so far, on, in or processed by each class, ``(t, o, c)``."""
        held = np.stack([self.states[f"bound_{k}"] + self.states[f"inside_{k}"] for k in CELLS], axis=-1)
        return np.asarray(held + (self.integrated() if self.processed is None else self.processed))

    def integrated(self) -> Float:
        """Return the integral of :attr:`uptake_rate` since the first time, ``(t, o, c)``.

        Cubic Hermite quadrature with the exact slopes, of fourth order in the step between times.
        """
        slopes = layouts(len(self.organs))[0].unpack(derivative(structure(self.body), self.path, self.coefficients))
        slope = self._c["processing"] * np.stack([slopes[f"inside_{k}"] for k in CELLS], axis=-1)
        dt = np.diff(self.times)[:, None, None]
        rate = self.uptake_rate
        parts = 0.5 * dt * (rate[1:] + rate[:-1]) + dt**2 / 12.0 * (slope[:-1] - slope[1:])
        return np.concatenate([np.zeros_like(rate[:1]), np.cumsum(parts, axis=0)])

    def per_cell(self) -> Float:
        """Return vesicles taken up so far per recipient cell, ``(t, o, c)``."""
        cells = self.body.cells[:, : len(CELLS)]
        return np.divide(self.taken, cells, out=np.zeros_like(self.taken), where=cells > 0)

    def at(self, organ: str, day: float) -> float:
        """Return %ID of `organ` at `day`, by interpolation between output times."""
        if organ not in self.organs:
            raise InputError(f"organ '{organ}' is not in this body", hint=f"known: {', '.join(self.organs)}")
        return float(np.interp(day, self.times, self.percent_id[:, self.body.index(organ)]))

    def balance(self) -> Float:
        """Return (all that is in the body, in urine or gone) / given - 1, ``(t,)``; rounding error if all is well."""
        given = self.given
        whole = self.path.sum(axis=-1)
        return np.asarray(np.divide(whole - given, given, out=np.zeros_like(whole), where=given > 0))

    def analysis(self) -> NCA:
        """Return the non-compartmental analysis of the plasma curve of the label after a single i.v. bolus."""
        if len(self.doses) != 1 or not isinstance(self.doses[0], Bolus):
            raise InputError("this analysis needs a single bolus", field="dose")
        late = self.times > self.doses[0].time
        return nca(self.times[late], self.plasma[late], self.doses[0].amount)

    def to_xarray(self) -> Any:
        """Return an :class:`xarray.Dataset` with axes time (day), organ and cell."""
        import xarray as xr

        axes = {"time": self.times, "organ": list(self.organs), "cell": list(CELLS)}
        return xr.Dataset(
            {
                "plasma": ("time", self.plasma, {"units": "EV/mL"}),
                "percent_id": (("time", "organ"), self.percent_id, {"units": "%ID"}),
                "percent_id_per_g": (("time", "organ"), self.percent_id_per_g, {"units": "%ID/g"}),
                "uptake_rate": (("time", "organ", "cell"), self.uptake_rate, {"units": "EV/day"}),
                "taken": (("time", "organ", "cell"), self.taken, {"units": "EV"}),
            },
            coords=axes,
            attrs={"species": self.body.species, "label": self.label.name, "vesicle": self.vesicle.name, "time": "day"},
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a tidy table: time_day, organ ("plasma" too), quantity, value, unit."""
        from .table import exposure_frame

        return exposure_frame(self)

    def summary(self) -> str:
        """Return two sentences: which organs took up most, and how much label is left, and where, at the end."""
        given, whose = float(self.given[-1]), f"{self.body.weight_kg:g} kg {self.body.species}"
        start = f"{self.vesicle.name} vesicles in a {whose}: by day {self.times[-1]:.3g}"
        if not given > 0:
            return f"{start} none are given."
        taken, left = 100.0 * self.taken[-1].sum(axis=-1) / given, self.percent_id[-1]
        bare = self.label.name == "none"
        what = "What is left intact" if bare else f"The {self.label.name} label that is left"
        return (
            f"{start} {_share(taken.sum())} of {number(given)} EV are taken up, most in {self._most(taken)}. "
            f"{what} in organs makes {_share(left.sum())}, most in {self._most(left)}."
        )

    def _most(self, percent: Float) -> str:
        """Return the three organs with most, in words."""
        first = [k for k in np.argsort(-percent)[:3] if percent[k] > 0]
        return ", ".join(f"{organ_label(self.organs[k])} ({_share(percent[k])})" for k in first) or "none"


def _share(percent: float) -> str:
    return "under 0.01%" if 0 < percent < 0.01 else f"{percent:.2g}%" if percent < 99.5 else f"{percent:.3g}%"
