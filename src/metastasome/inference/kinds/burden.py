"""Metastatic burden of mice educated with vesicles: group means of ln burden, under training (TOTr) or cells alone.

Training multiplies founders by the extravasation factor and lowers death, both as the mechanisms say
(:mod:`metastasome.mechanisms.niche_training` and whatever else the hypothesis switches on, evaluated as they stand):

    ln burden = baseline of the experiment + ln(founders trained / untrained) + days (death untrained - death trained)

with every niche state at `trained`, the share of full training that the schedule reaches. Vesicles that lack the
trainer
(Met knocked down) train by a further share. Education: Peinado 2012 doi:10.1038/nm.2753 and its replication
doi:10.7554/eLife.39944, two data sets with a baseline each.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..laws import GroupMeans
from ..namespace import JaxNamespace
from ..observation import Array, Data, Theta
from .base import Given, Kind

TRAINED = Parameter(
    "burden.trained", 0.5, "1", 0.0, 1.0, Prior("uniform", 0.0, 1.0), ASSUMPTION, "share of full training reached"
)
LACKING = Parameter(
    "burden.lacking", 0.5, "1", 0.0, 1.0, Prior("uniform", 0.0, 1.0), ASSUMPTION,
    "training by vesicles that lack the trainer, relative to complete ones",
)  # fmt: skip
GAINS = ("niche_training.leak_gain", "niche_training.survival_gain")
_DIVISION = {"division": 0.7, "net_growth": 0.3}


def build(given: Given) -> GroupMeans:
    """Return the group means under the hypothesis."""
    experiments = list(dict.fromkeys(given.words("experiment")))
    at = [experiments.index(e) for e in given.words("experiment")]
    data = {
        "mean": given.numbers("ln_mean"), "sd": given.numbers("sd", low=1e-9), "n": given.counts("n"),
        "experiment": np.array(at, float), "vesicles": given.numbers("vesicles", low=0, high=1),
        "lacking": given.numbers("lacking", low=0, high=1), "days": given.numbers("days", low=0),
    }  # fmt: skip
    bases = tuple(
        Parameter(
            f"burden.baseline_{i + 1}",
            10.0,
            "1",
            -50.0,
            50.0,
            Prior("normal", float(given.options["baseline"]), 3.0),
            ASSUMPTION,
            f"ln burden without education: {e}",
        )
        for i, e in enumerate(experiments)
    )
    acts = given.hypothesis.on("niche_training")
    effect = (
        niche_effect(tuple(sorted((k, repr(v)) for k, v in given.hypothesis.switches.items())), given) if acts else None
    )
    gains = effect.parameters if effect else ()

    def expected(theta: Theta, data: Data, xp: Any) -> Array:
        base = xp.stack([xp.asarray(theta[b.name], dtype=float) for b in bases])
        mean = base[data["experiment"].astype(int)]
        if effect is None:
            return mean
        level = theta[TRAINED.name] * data["vesicles"] * (1 - data["lacking"] * (1 - theta[LACKING.name]))
        return mean + effect(theta, level, data["days"], xp)

    needed = (*bases, TRAINED, LACKING, *gains) if acts else bases
    return GroupMeans(given.name, data, given.words("group"), needed, expected, given.weight)


class NicheEffect:
    """ln fold of burden at a level of training, from the composed mechanisms."""

    def __init__(self, switches: Mapping[str, Any]) -> None:
        from ...body import mouse
        from ...kinetics import uptake_law
        from ...mechanisms import compose
        from ...mechanisms.provide import inputs
        from .world import nothing

        body = mouse()
        organs = ("lung", "liver")
        self.model = compose(organs, {**switches, "lesion_growth": _DIVISION})
        self.inputs = inputs(
            self.model, body=body, uptake=uptake_law(body), response=nothing(body.organs), primary="liver"
        )
        self.parameters = tuple(_named(p, name) for name, p in self.model.parameters.items() if name in GAINS)

    def __call__(self, theta: Theta, level: Array, days: Array, xp: Any) -> Array:
        """Return ln(founders) + days x (fall of death) at `level` ``(n,)`` of training, against none."""
        on, off = self._at(theta, level, xp), self._at(theta, 0.0 * level, xp)
        return xp.log(on[0] / off[0]) + days * (off[1] - on[1])

    def _at(self, theta: Theta, level: Array, xp: Any) -> tuple[Array, Array]:
        from ...numerics.namespace import NumpyNamespace

        space = NumpyNamespace() if xp is np else JaxNamespace()
        values: dict[str, Any] = {k: xp.asarray(v) for k, v in self.inputs.items()}
        values |= {
            n: xp.atleast_1d(xp.asarray(theta.get(n, p.default), dtype=float)) for n, p in self.model.parameters.items()
        }
        state = {}
        for s in self.model.states:
            niche = s.shape == "organ" and s.unit == "1"
            start = s.initial if isinstance(s.initial, float | int) else 0.0
            state[s.name] = (
                level[:, None] * xp.ones(len(self.model.organs)) if niche else xp.full((1, self.model.size(s)), start)
            )
        found = self.model.evaluate(space, state, values)
        lung = self.model.organs.index("lung")
        founders = xp.broadcast_to(found.intensity["seeded"], (level.shape[0], len(self.model.organs)))[:, lung]
        death = xp.broadcast_to(found.derived["death"], (level.shape[0], len(self.model.organs)))[:, lung]
        return founders, death


@functools.lru_cache(maxsize=16)
def _cached(key: tuple[tuple[str, str], ...]) -> dict[str, NicheEffect]:
    return {}


def niche_effect(key: tuple[tuple[str, str], ...], given: Given) -> NicheEffect:
    """Return the effect of the hypothesis' mechanisms, made once per set of switches."""
    box = _cached(key)
    if "made" not in box:
        box["made"] = NicheEffect(given.hypothesis.switches)
    return box["made"]


def _named(p: Parameter, name: str) -> Parameter:
    import dataclasses

    return dataclasses.replace(p, name=name)


KIND = Kind(
    "burden", "metastatic burden of educated mice",
    {"group": "what the mice got", "experiment": "which experiment (one baseline each)", "ln_mean": "mean of ln burden",
     "sd": "standard deviation of ln burden", "n": "mice", "vesicles": "1 where educated with tumour vesicles",
     "lacking": "1 where those vesicles lack the trainer", "days": "days from the cells to the end"},
    build, {"baseline": (10.0, "prior mean of ln burden without education")}, {"lacking": 0.0},
)  # fmt: skip
