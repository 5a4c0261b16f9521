"""Growth curves of primaries, mouse by mouse, under rival laws; mice differ in their growth rate (integrated
out).

Laws (option `law`), in ln V with V in mm3:

* ``hahnfeldt``: the model's own (:mod:`metastasome.mechanisms.primary_growth`): a carrying capacity driven by the
tumour;
* ``gompertz``: d ln V/dt = a - b ln(V / V0);   * ``exponential``: d ln V/dt = a;   * ``power``: dV/dt = a V^(2/3).

Error is log-normal; volumes at or below the option `lod` are only "not measurable". A mouse's growth rate is the law's
times exp(omega z), z standard normal, integrated out (:mod:`.growth_mice`): one datum is one mouse.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.parameters import Parameter
from ...mechanisms.primary_growth import PrimaryGrowth
from ..observation import Array, Data, Floats, Singles, Theta
from .base import Given, Kind, lognormal
from .growth_mice import NODES, Seen, log_chance

LAWS = ("hahnfeldt", "gompertz", "exponential", "power")


RATE = lognormal("growth.rate", 0.3, 1.0, "1/day", 1e-3, 5.0, "growth rate while small")
START = lognormal("growth.start", 10.0, 1.5, "mm**3", 1e-3, 1e4, "volume on day 0")
SLOWING = lognormal("growth.slowing", 0.05, 1.0, "1/day", 1e-4, 2.0, "Gompertz's b")
OMEGA = lognormal("growth.between", 0.2, 0.7, "1", 0.01, 2.0, "spread of ln rate between mice")
ERROR = lognormal("growth.error", 0.2, 0.7, "1", 0.02, 2.0, "error of ln volume")
LARGEST = lognormal("growth.largest", 2e4, 1.5, "mm**3", 100.0, 1e7, "volume at which growth stops (Hahnfeldt)")
_STEPS = 300
_ANY = 1e-9  # mm3: any volume that is above 0


@dataclass(frozen=True)
class Curves:
    """Curves of mice: ``volume``, ``day`` and ``there`` (1 if measured), each ``(mice, times)``; ``lod`` ``(1,)``."""

    name: str
    data: Data
    labels: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    law: str
    weight: float = 1.0

    def log_volume(self, theta: Theta, day: Array, rate: Array, xp: Any) -> Array:
        """Return ln V on `day` ``(..., times)`` at growth rate `rate` ``(..., 1)``."""
        start = xp.log(theta[START.name])
        if self.law == "exponential":
            return start + rate * day
        if self.law == "gompertz":
            b = theta[SLOWING.name]
            return start - rate / b * xp.expm1(-b * day)
        if self.law == "power":
            third = xp.exp(start / 3)
            return 3 * xp.log(third + rate * day / 3 * third)  # rate is relative to the volume on day 0
        return self._hahnfeldt(theta, day, rate, start, xp)

    def _hahnfeldt(self, theta: Theta, day: Array, rate: Array, start: Array, xp: Any) -> Array:
        """Return ln V: at every rate the same path, followed once in the time ``rate x day``.

        That time ends where growth has stopped even if the fastest mouse has lived longer.
        """
        excess = PrimaryGrowth().capacity_excess
        most, s = xp.log(theta[LARGEST.name]), math.exp(excess)
        end = xp.minimum(xp.max(rate) * self.data["last"][0], xp.maximum(most - start, 0.0) + 25 * excess)
        h = end / _STEPS
        g = h * (1 - 0.5**0.5)

        def pull(v: Array) -> Array:
            return xp.exp(xp.clip((2 / 3) * (v - most), -60.0, 60.0))

        def slope(v: Array, k: Array) -> tuple[Array, Array]:
            return (k - v) / excess, s * (xp.exp(xp.clip(v - k, -60.0, 60.0)) - pull(v))

        def step(at: tuple[Array, Array], _: Any) -> tuple[tuple[Array, Array], Array]:
            """One step of ROS2 (Verwer 1999, L-stable): the capacity follows the tumour fast when growth stops."""
            v, k = at
            gap = xp.exp(xp.clip(v - k, -60.0, 60.0))
            lower = -s * g * (gap - (2 / 3) * pull(v))
            left, right = 1 + g / excess, 1 + g * s * gap
            whole = left * right + g / excess * lower

            def solve(p: Array, q: Array) -> tuple[Array, Array]:
                return (right * p + g / excess * q) / whole, (left * q - lower * p) / whole

            p1, q1 = solve(*slope(v, k))
            fv, fk = slope(v + h * p1, k + h * q1)
            p2, q2 = solve(fv - 2 * p1, fk - 2 * q1)
            v, k = v + h * (1.5 * p1 + 0.5 * p2), k + h * (1.5 * q1 + 0.5 * q2)
            return (v, k), (v, k)

        v, k = _scan(step, (start, start + excess), _STEPS, xp)
        at = xp.clip(rate * day / h, 0, _STEPS)
        low = xp.minimum(xp.floor(at), _STEPS - 1).astype(int)
        # Cubic between steps: volume and slope are both known at their ends.
        x, left, right = at - low, v[low], v[low + 1]
        rise, fall = h * (k[low] - left) / excess, h * (k[low + 1] - right) / excess
        bend = x * (1 - x) * ((1 - x) * (rise - (right - left)) - x * (fall - (right - left)))
        return left + x * (right - left) + bend

    def pointwise(self, theta: Theta, data: Data, xp: Any) -> Array:
        """Return ln p of each mouse's curve, its growth rate integrated out."""
        days, day, place = self._days
        volume = data["volume"][place]
        limit = xp.log(data["lod"][0]) if self.limited else None
        measured = volume > data["lod"][0] if self.limited else xp.ones(len(day), dtype=bool)
        logs = xp.log(xp.where(measured, volume, 1.0))
        rate = theta[RATE.name] * xp.exp(theta[OMEGA.name] * NODES[:, None])
        mean = self.log_volume(theta, xp.asarray(days)[None], rate, xp)  # mice share the nodes: each day once
        seen = Seen(day, place[0], len(self.labels), logs, measured, limit)
        return log_chance(mean, theta[ERROR.name], seen, xp) - seen.whose @ logs

    @property
    def singles(self) -> Singles:
        """Every volume, by mouse and day."""
        day = self.data["day"]
        return tuple(
            (f"{self.labels[m]}, day {day[m, t]:g}", (int(m), int(t))) for m, t in zip(*self._days[2], strict=True)
        )

    @functools.cached_property
    def limited(self) -> bool:
        """Whether volumes can be too small to measure."""
        return bool(self.data["lod"][0] > _ANY)

    @functools.cached_property
    def _days(self) -> tuple[Floats, NDArray[np.intp], tuple[NDArray[np.intp], ...]]:
        """Days on which any mouse was measured, ``(days,)``; of each measurement which of them, and its place (mouse,
        time) in the data."""
        place = np.nonzero(self.data["there"])
        days, at = np.unique(self.data["day"][place], return_inverse=True)
        return days, at, place

    def simulate(self, theta: Theta, rng: np.random.Generator) -> Data:
        """Return new curves on the same days, each mouse with a growth rate of its own."""
        day = self.data["day"]
        rate = float(theta[RATE.name]) * np.exp(float(theta[OMEGA.name]) * rng.standard_normal((len(day), 1)))
        mean = np.asarray(self.log_volume({k: np.asarray(v) for k, v in theta.items()}, day, rate, np))
        drawn = np.exp(mean + float(theta[ERROR.name]) * rng.standard_normal(day.shape))
        measured = (self.data["there"] > 0) & (drawn > self.data["lod"])  # mice have fewer days than the table is wide
        return {**self.data, "volume": np.where(measured, drawn, 0.0)}


def _scan(step: Any, at: tuple[Array, Array], n: int, xp: Any) -> tuple[Array, Array]:
    """Return volume and capacity at the start and after each of `n` steps, ``(n + 1,)`` each."""
    if xp is np:
        made = [at]
        for _ in range(n):
            made.append(step(made[-1], None)[0])
        return np.array([m[0] for m in made]), np.array([m[1] for m in made])
    from ..jax_setup import jax

    _, later = jax().lax.scan(step, at, None, length=n)
    v, k = (xp.concatenate([first[None], rest]) for first, rest in zip(at, later, strict=True))
    return v, k


def build(given: Given) -> Curves:
    """Return the curves under the law of the options."""
    law = given.options["law"]
    if law not in LAWS:
        raise InputError("not a law", field=f"{given.name}.law", value=law, expected=" or ".join(LAWS))
    lod = float(given.options["lod"])
    day, volume = given.numbers("day", low=0), given.numbers("volume", low=0)
    if lod <= 0:
        given.refuse(volume == 0, "volume", volume, "above 0, or an option 'lod'")
    mice = _kept(given, volume, lod)
    data = _padded(given.words("mouse"), day, volume, mice, max(lod, _ANY))
    own = {"gompertz": (SLOWING,), "hahnfeldt": (LARGEST,)}
    needed = (RATE, START, OMEGA, ERROR, *own.get(law, ()))
    return Curves(given.name, data, mice, needed, law, given.weight)


def _kept(given: Given, volume: Floats, lod: float) -> tuple[str, ...]:
    """Return the mice with two measurable volumes or more: the others say nothing of growth."""
    names = np.array(given.words("mouse"))
    kept = tuple(m for m in dict.fromkeys(names.tolist()) if (volume[names == m] > lod).sum() >= 2)
    if not kept:
        raise InputError("no mouse has two measurable volumes", file=given.table.path, field="volume")
    return kept


def _padded(names: Sequence[str], day: Floats, volume: Floats, mice: Sequence[str], lod: float) -> Data:
    rows = {m: [i for i, n in enumerate(names) if n == m] for m in mice}
    width = max(len(r) for r in rows.values())
    made = {k: np.zeros((len(mice), width)) for k in ("day", "volume", "there")}
    for i, m in enumerate(mice):
        at = rows[m]
        made["day"][i, : len(at)], made["volume"][i, : len(at)], made["there"][i, : len(at)] = day[at], volume[at], 1.0
    return {**made, "lod": np.array([lod]), "last": np.array([day.max()])}


KIND = Kind(
    "growth", "growth curves of primaries",
    {"mouse": "which animal", "day": "days since the cells were given", "volume": "mm3; 0 where not measurable"},
    build,
    {"law": ("hahnfeldt", "hahnfeldt, gompertz, exponential or power"),
     "lod": (0.0, "smallest measurable volume, mm3")},
    {},
)  # fmt: skip
