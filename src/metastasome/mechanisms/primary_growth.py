"""Primary tumour: growth under a vascular carrying capacity (Hahnfeldt et al. 1999, Cancer Res 59:4770, eqs. 1-2).

With volume V and capacity K, both in mL,

    d ln V / dt = a ln(K / V) - kill
    d ln K / dt = s vegf V / K - s (V / Vmax)^(2/3)

with no kill and vegf = 1 unless another mechanism or an intervention says so.

Hahnfeldt's ``d = s / Vmax^(2/3)`` makes V = K = Vmax the only steady state. ``a`` and ``s`` are given through what is
measured: the early net growth rate g = a r and the early excess r = ln(K/V), for which a r = s exp(-r).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from .base import Array, Input, Mechanism, Quantities, Quantity, State


@dataclass(frozen=True)
class PrimaryGrowth(Mechanism):
    """Hahnfeldt growth of the primary, from 1 mm3 on, until it is resected."""

    key = "primary_growth"
    rank = 10
    title = "primary tumour growth and angiogenesis"
    claims = ("A1", "A11")
    states = (
        State("log_volume", "body", "1", "ln of the primary's volume in mL", initial="log_volume_start"),
        State(
            "log_capacity",
            "body",
            "1",
            "ln of the vascular carrying capacity in mL",
            initial="log_capacity_start",
        ),
    )
    reads_if_there = ("primary_kill",)
    inputs = (
        Input("primary_present", "body", "1", "1 until resection, then the share left behind", "engine", 1.0),
        Input(
            "lever_angiogenesis", "body", "1", "what interventions leave of the angiogenic drive (VEGF)", "lever", 1.0
        ),
    )
    derives = (
        Quantity("crowding", "body", "1", "volume of the primary over its vascular capacity"),
        Quantity("primary_growth_rate", "body", "1/day", "growth of ln volume, before any killing"),
        Quantity("primary_volume", "body", "mL", "volume of the primary in place"),
        Quantity("primary_diameter", "body", "cm", "diameter of a ball of that volume"),
        Quantity("primary_cells", "body", "cell", "tumour cells of the primary in place"),
    )

    early_growth: float = parameter(
        0.00693,
        "1/day",
        low=0.0001,
        high=1.0,
        spread=0.5,
        prior=Prior("lognormal", 0.00693, 0.9),
        source="https://fr.scribd.com/document/94799479/Doubling-Time",
        evidence=("tumour_growth_04",),
        meaning="net growth rate while small: doubling in 100 days (25 to 1000 seen in breast cancer)",
    )
    capacity_excess: float = parameter(
        2.5,
        "1",
        low=0.1,
        high=6.0,
        source="https://aacrjournals.org/cancerres/article/59/19/4770/505570",
        meaning="ln(K/V) while small; solves r exp(r) = b/lambda1 = 5.85/0.192 of the Lewis lung fit",
    )
    volume_max: float = parameter(
        1000.0,
        "mL",
        low=0.1,
        high=10000.0,
        source="https://studylib.net/doc/7164423",
        evidence=("tumour_growth_01", "tumour_growth_05"),
        meaning="volume at which growth stops: about 1e12 cells",
    )
    volume_unit: float = parameter(
        1.0,
        "mL",
        low=1.0,
        high=1.0,
        source=ASSUMPTION,
        meaning="volume whose logarithm is 0; not free",
    )
    cell_density: float = parameter(
        1e9,
        "cell/mL",
        low=1e7,
        high=1e10,
        source="doi:10.1186/s12916-018-1157-9",
        evidence=("tumour_growth_03",),
        meaning="tumour cells per volume",
    )
    log_volume_start: float = parameter(
        -6.907755,
        "1",
        low=-21.0,
        high=7.0,
        source=ASSUMPTION,
        prior=Prior("fixed", -6.907755),
        meaning="ln of the volume in mL at day 0: 1 mm3",
    )
    log_capacity_start: float = parameter(
        -4.407755,
        "1",
        low=-21.0,
        high=9.0,
        source=ASSUMPTION,
        prior=Prior("fixed", -4.407755),
        meaning="ln of the capacity in mL at day 0: the early excess above 1 mm3",
    )

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return crowding, growth rate, volume, diameter of the equal ball, and cells."""
        volume = q.primary_present * p.volume_unit * xp.exp(q.log_volume)
        return {
            "crowding": xp.exp(q.log_volume - q.log_capacity),
            "primary_growth_rate": p.early_growth / p.capacity_excess * (q.log_capacity - q.log_volume),
            "primary_volume": volume,
            "primary_diameter": xp.power(volume * (6 / 3.141592653589793), 1 / 3),
            "primary_cells": volume * p.cell_density,
        }

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return d ln V/dt and d ln K/dt."""
        s = p.early_growth * xp.exp(p.capacity_excess)
        drive = q.lever_angiogenesis * q.modifier("angiogenesis")
        limit = xp.exp((2 / 3) * (q.log_volume - xp.log(p.volume_max / p.volume_unit)))
        return {
            "log_volume": q.primary_growth_rate - q.primary_kill,
            "log_capacity": s * (drive * q.crowding - limit),
        }
