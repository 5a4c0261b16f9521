"""Dated sequences of metastatic sites: do sites spread on, or do some patients spread faster than others?

From a patient's first metastasis on, each site s that is not involved is reached at the rate (per year)

    w exp(a_s + sum over involved r of h_r)

until death or the end of observation. Rival readings by the options `law` and `patients`:

    independent   h = 0: each site at its own constant rate
    onward        every involved site adds the same h: metastases spread on, all alike
    sites         each site its own h_r: some sites spread on more than others
    alike         w = 1;   differ: w varies between patients (gamma of mean 1), some tumours spread faster than others

With the option `death: modelled` death is a process of its own, at the rate exp(d + sum over involved r of e_r); with
``ends`` it only ends what can be seen. A gamma w is integrated out in closed form (Cox 1955; Vaupel 1979,
doi:10.2307/2061224): with D sites reached, integrated rate L and variance 1/k,

    E[w^D exp(-w L)] = k^k G(k + D) / (G(k) (k + L)^(k + D))

The first metastasis itself is where counting starts, not what is explained. Sites found at one visit count as reached
at once, none of them by way of another.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..observation import Array, Data, Theta, special
from ..sequences_table import Sequences, gather_sequences
from .base import Given, Kind, lognormal
from .sequences_check import check_events

LAWS = ("independent", "onward", "sites")
PATIENTS = ("alike", "differ")
DEATHS = ("ends", "modelled")
ONWARD = Parameter(
    "sequences.onward", 0.0, "1", -5.0, 5.0, Prior("normal", 0.0, 0.5), ASSUMPTION,
    "ln factor on further spread that each involved site adds",
)  # fmt: skip
UNLIKE = lognormal(
    "sequences.unlike", 0.5, 1.0, "1", 1e-3, 20.0, "variance between patients of the rate of spread, mean 1"
)
DEATH = lognormal("sequences.death", 0.3, 1.0, "1/year", 1e-4, 100.0, "rate of death were no site involved")
_YEAR = 365.25


def _rate(site: str) -> Parameter:
    prior = Prior("lognormal", 0.1, 1.5)
    return Parameter(f"sequences.rate_{site}", 0.1, "1/year", 1e-6, 1e3, prior, ASSUMPTION, f"{site} reached, per year")


def _onward(site: str) -> Parameter:
    about = f"ln factor on further spread once {site} is involved"
    return dataclasses.replace(ONWARD, name=f"sequences.onward_{site}", meaning=about)


def _deadly(site: str) -> Parameter:
    about = f"ln factor on the rate of death once {site} is involved"
    return dataclasses.replace(ONWARD, name=f"sequences.deadly_{site}", meaning=about)


@dataclass(frozen=True)
class Spread:
    """Patients from their first metastasis on; each patient is one datum.

    Attributes:
        data: ``reached`` ``(n, s)`` years from the first metastasis to the site (0: involved from the start;
            the end where it never was), ``never`` ``(n, s)``, ``end`` ``(n,)`` years observed, ``died`` ``(n,)``,
            ``limit`` ``(n,)`` years after which a simulated patient is lost to sight (endless where the real one died).
        law, death: as the module says.
    """

    name: str
    data: Data
    labels: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    sites: tuple[str, ...]
    law: str
    death: str
    weight: float = 1.0

    @property
    def mixed(self) -> bool:
        """Whether patients differ."""
        return UNLIKE in self.parameters

    def pointwise(self, theta: Theta, data: Data, xp: Any) -> Array:
        """Return ln p of each patient's course, ``(n,)``."""
        reached, end = data["reached"], data["end"]
        new = (data["never"] == 0) & (reached > 0)
        level, onward = self._level(theta, xp), self._onward(theta, xp)
        # Involved just before each site was reached: other sites strictly earlier, (patient, site, other).
        before = (data["never"] == 0)[:, None, :] & (reached[:, None, :] < reached[:, :, None])
        logs = xp.sum(xp.where(new, level + xp.asarray(before, dtype=float) @ onward, 0.0), axis=1)
        left, right = self._stretches(data, xp)
        there = self._there(data, left, xp)  # (patient, stretch, site)
        open_ = (reached[:, None, :] > left[:, :, None]) * 1.0
        speed = xp.exp(there @ onward) * (open_ @ xp.exp(level))
        whole = xp.sum((right - left) * speed, axis=1)
        found = self._mixed(theta, logs, xp.sum(new * 1.0, axis=1), whole, xp)
        if self.death == "modelled":
            found = found + self._dying(theta, data, left, right, there, xp)
        return found + 0.0 * end

    def _level(self, theta: Theta, xp: Any) -> Array:
        return xp.log(xp.stack([xp.asarray(theta[_rate(s).name], dtype=float) for s in self.sites]))

    def _onward(self, theta: Theta, xp: Any) -> Array:
        if self.law == "independent":
            return xp.zeros(len(self.sites))
        if self.law == "onward":
            return theta[ONWARD.name] * xp.ones(len(self.sites))
        return xp.stack([xp.asarray(theta[_onward(s).name], dtype=float) for s in self.sites])

    def _mixed(self, theta: Theta, logs: Array, count: Array, whole: Array, xp: Any) -> Array:
        """Return ln of the mean of w^count exp(logs - w whole) over patients."""
        if not self.mixed:
            return logs - whole
        f, k = special(xp), 1.0 / theta[UNLIKE.name]
        return logs + f.gammaln(k + count) - f.gammaln(k) + k * xp.log(k) - (k + count) * xp.log(k + whole)

    def _stretches(self, data: Data, xp: Any) -> tuple[Array, Array]:
        """Return ends of the stretches between changes, ``(n, s + 1)`` each; many are empty."""
        cut = xp.sort(xp.minimum(data["reached"], data["end"][:, None]), axis=1)
        zero = 0.0 * data["end"][:, None]
        return xp.concatenate([zero, cut], axis=1), xp.concatenate([cut, data["end"][:, None]], axis=1)

    def _there(self, data: Data, left: Array, xp: Any) -> Array:
        involved = (data["never"] == 0)[:, None, :] & (data["reached"][:, None, :] <= left[:, :, None])
        return involved * 1.0

    def _dying(self, theta: Theta, data: Data, left: Array, right: Array, there: Array, xp: Any) -> Array:
        deadly = xp.stack([xp.asarray(theta[_deadly(s).name], dtype=float) for s in self.sites])
        ln = xp.log(theta[DEATH.name])
        last = ((data["never"] == 0) * 1.0) @ deadly
        whole = xp.sum((right - left) * xp.exp(ln + there @ deadly), axis=1)
        return data["died"] * (ln + last) - whole

    def simulate(self, theta: Theta, rng: np.random.Generator) -> Data:
        """Return new courses from the same first metastases, by drawing the next event until death or the limit."""
        plain = {k: np.asarray(v, float) for k, v in theta.items()}
        level, onward = np.asarray(self._level(plain, np)), np.asarray(self._onward(plain, np))
        deadly, base = np.zeros(len(self.sites)), 0.0
        if self.death == "modelled":
            deadly = np.array([float(theta[_deadly(s).name]) for s in self.sites])
            base = float(theta[DEATH.name])
        made = {k: np.array(v) for k, v in self.data.items()}
        for i in range(len(self.labels)):
            limit = self.data["limit" if self.death == "modelled" else "end"][i]
            unlike = float(theta[UNLIKE.name]) if self.mixed else 0.0
            pace = float(rng.gamma(1 / unlike, unlike)) if self.mixed else 1.0
            there = (self.data["never"][i] == 0) & (self.data["reached"][i] == 0)
            at, time, died = np.where(there, 0.0, np.inf), 0.0, self.data["died"][i]
            while True:
                rates = np.where(there, 0.0, pace * np.exp(level + there @ onward))
                dying = base * np.exp(there @ deadly)
                total = rates.sum() + dying
                time += rng.exponential(1 / total) if total > 0 else np.inf
                if time >= limit:
                    time, died = limit, 0.0 if self.death == "modelled" else died
                    break
                if rng.uniform() * total < dying:
                    died = 1.0
                    break
                site = int(rng.choice(len(rates), p=rates / rates.sum()))
                there[site], at[site] = True, time
            made["never"][i], made["end"][i], made["died"][i] = ~there, time, died
            made["reached"][i] = np.where(there, at, time)
        return made


def build(given: Given) -> Spread:
    """Return the courses under the law of the options."""
    law, death, patients = (str(given.options[k]) for k in ("law", "death", "patients"))
    for name, value, known in (("law", law, LAWS), ("death", death, DEATHS), ("patients", patients, PATIENTS)):
        if value not in known:
            raise InputError("not usable", field=f"{given.name}.{name}", value=value, expected=" or ".join(known))
    check_events(given)
    found = gather_sequences(given.table)
    data, labels = _courses(found, float(given.options["longest"]))
    needed: list[Parameter] = [_rate(s) for s in found.sites]
    needed += {"onward": [ONWARD], "sites": [_onward(s) for s in found.sites]}.get(law, [])
    needed += [UNLIKE] if patients == "differ" else []
    needed += [DEATH, *(_deadly(s) for s in found.sites)] if death == "modelled" else []
    return Spread(given.name, data, labels, tuple(needed), found.sites, law, death, given.weight)


def _courses(found: Sequences, longest: float) -> tuple[Data, tuple[str, ...]]:
    """Return the data of :class:`Spread`: one row per patient with a metastasis."""
    by: dict[int, list[Any]] = {}
    for step in found.steps:
        by.setdefault(step.patient, []).append(step)
    rows: dict[str, list[Any]] = {k: [] for k in ("reached", "never", "end", "died", "limit")}
    for patient, steps in by.items():
        reached, time = np.full(len(found.sites), np.inf), 0.0
        for step in steps:
            time += 0.0 if step.first else step.days / _YEAR
            reached = np.where(step.sites & np.isinf(reached), time, reached)
        never = np.isinf(reached)
        died = patient not in found.alive
        rows["reached"].append(np.where(never, time, reached))
        rows["never"].append(never)
        rows["end"].append(time)
        rows["died"].append(died)
        rows["limit"].append(longest if died else time)
    data = {k: np.array(v, float) for k, v in rows.items()}
    return data, tuple(found.patients[k] for k in by)


KIND = Kind(
    "sequences", "dated sequences of metastatic sites",
    {"patient_number": "who", "metastasis_nb": "number of the event, 0 for the diagnosis of the primary",
     "event": "what happened", "days_from_previous_event": "days since the event before",
     "next_event": "metastasis, death, or whatever ended the observation", "days_to_next_event":
     "days to it; then one column of 0 and 1 per site"},
    build,
    {"law": ("sites", ", ".join(LAWS)), "patients": ("alike", "alike or differ"),
     "death": ("ends", "ends (only ends what can be seen) or modelled"),
     "longest": (40.0, "years after which a simulated patient who would die is lost to sight")}, {},
)  # fmt: skip
