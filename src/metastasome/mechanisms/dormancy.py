"""Dormancy in two stages, cellular then angiogenic, and waking (Retsky et al. 2010, doi:10.3390/cancers2020305).

The share `asleep` of arriving founders does not start to grow. Sleepers are solitary cells first (S, cellular
dormancy), then avascular micrometastases that neither grow nor shrink (A, angiogenic dormancy), then wake:

    dS/dt = asleep settled - ripening S
    dA/dt = ripening S - waking A

The engine keeps the sleepers themselves, by organ and origin, with their two rates: ``dormancy_enter`` makes the share
`asleep` of arrivals fall asleep; ``dormancy_wake`` is the waking flow waking A per sleeper, so that the flow out of
the engine's one pool is that of the two stages. (The engine lets a waking cell choose again; the factor 1 / (1 -
asleep) takes that back.) The mix of stages is that of settled circulating cells, used for founders of every origin.

A woken clone starts again from one cell, so the time from waking to detection stands for the growth of a
micrometastasis. Surgery acts through the modifiers ``ripening`` and ``waking`` (:mod:`.surgery_wake`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity, State

#: Sleepers below which the mix of stages is that of a steady state (where no circulating cell has settled yet).
_FLOOR = 1e-9


@dataclass(frozen=True)
class Dormancy(Mechanism):
    """Cellular and angiogenic dormancy of arriving founders."""

    key = "dormancy"
    rank = 61
    title = "dormancy, cellular and angiogenic"
    claims = ("A1", "B1")
    default_on = False
    states = (
        State("solitary", "organ", "cell", "solitary sleeping cells"),
        State("avascular", "organ", "cell", "sleeping avascular micrometastases"),
    )
    reads = ("settled", "birth", "death")
    inputs = (Input("lever_wake", "body", "1", "factor of interventions on waking from dormancy", "lever", 1.0),)
    derives = (
        Quantity("sleepers", "body", "cell", "sleeping founders in all organs"),
        Quantity("waking_flow", "organ", "cell/day", "sleepers that start to grow"),
        Quantity("dormancy_enter", "organ", "1/day", "rate of falling asleep, against birth and death"),
        Quantity("dormancy_wake", "organ", "1/day", "rate of waking per sleeper"),
    )

    asleep: float = parameter(
        0.99, "1", low=0.0, high=0.9999, source=ASSUMPTION, evidence=("dormancy_01",),
        prior=Prior("uniform", 0.0, 0.9999),
        meaning="share of founders that fall asleep on arrival; 13 of 36 women had circulating cells 7 to 22 years on",
    )  # fmt: skip
    ripening: float = parameter(
        0.0006, "1/day", low=1e-6, high=0.1, source=ASSUMPTION, evidence=("dormancy_02",),
        prior=Prior("loguniform", 1e-5, 1e-2),
        meaning="solitary cell to avascular micrometastasis; set, with `waking`, so that relapses peak near 60 months",
    )  # fmt: skip
    waking: float = parameter(
        0.0007, "1/day", low=1e-6, high=0.1, source=ASSUMPTION, evidence=("dormancy_06", "dormancy_07"),
        prior=Prior("loguniform", 1e-5, 1e-2),
        meaning="avascular micrometastasis to growing lesion (Willis 2010 infers half-lives of 12 years and more)",
    )  # fmt: skip

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the sleepers, their flow out, and the engine's two rates."""
        flow = self._waking(q, p) * q.avascular
        stock = q.solitary + q.avascular
        mix = p.ripening / (p.ripening + p.waking)
        ripe = (q.avascular + _FLOOR * mix) / (stock + _FLOOR)
        return {
            "sleepers": xp.sum(stock),
            "waking_flow": flow,
            "dormancy_enter": p.asleep / (1 - p.asleep) * (q.birth + q.death),
            "dormancy_wake": self._waking(q, p) * ripe / (1 - p.asleep),
        }

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the balances of the two stages."""
        ripe = p.ripening * q.modifier("ripening") * q.solitary
        return {
            "solitary": p.asleep * q.settled - ripe,
            "avascular": ripe - self._waking(q, p) * q.avascular,
        }

    @staticmethod
    def _waking(q: Quantities, p: Any) -> Array:
        return p.waking * q.lever_wake * q.modifier("waking")
