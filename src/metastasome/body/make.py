"""Bodies of human, mouse and rat at any weight, from the embedded physiology.

Volumes, plasma and cell numbers are proportional to body weight, cardiac output and organ flows to weight^0.75
(Davies & Morris 1993, doi:10.1023/A:1018943613122; Brown et al. 1997, doi:10.1177/074823379701300401), lymph to
weight^0.74 (PMC4429683, Table 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.units import to
from .body import CELL_CLASSES, Body
from .tables import organ_figures, organ_names, whole_body

Sex = Literal["any", "female", "male"]
MINUTES_PER_DAY = 1440.0
FLOW_EXPONENT = 0.75
LYMPH_EXPONENT = 0.74
# Factors on volume, flow and cells of an organ by sex; zero: the organ is absent. Assumptions of the order of ICRP 89.
SEX_FACTORS: Mapping[str, Mapping[str, float]] = {
    "any": {},
    "female": {"prostate": 0.0, "breast": 2.0, "gonad": 0.5, "muscle": 0.85, "adipose": 1.3},
    "male": {"prostate": 2.0, "breast": 0.1, "gonad": 1.5, "muscle": 1.05, "adipose": 0.85},
}


def human(weight_kg: float | str = 70.0, sex: Sex = "any") -> Body:
    """Return a human body. ``sex="any"`` is the mean of both and has every organ.

    Raises:
        InputError: the weight is outside 1 to 300 kg or the sex is not one of any, female, male.
    """
    return _make("human", _weight(weight_kg, 1.0, 300.0), sex)


def mouse(weight_kg: float | str = 0.02) -> Body:
    """Return a mouse body; raises :class:`InputError` outside 0.005 to 0.1 kg."""
    return _make("mouse", _weight(weight_kg, 0.005, 0.1), "any")


def rat(weight_kg: float | str = 0.25) -> Body:
    """Return a rat body; raises :class:`InputError` outside 0.03 to 1 kg."""
    return _make("rat", _weight(weight_kg, 0.03, 1.0), "any")


def scaled(body: Body, weight_kg: float | str) -> Body:
    """Return `body` at another weight: volumes and cells by weight, flows by weight^0.75, lymph by weight^0.74."""
    weight = _weight(weight_kg, 1e-4, 1e4)
    ratio = weight / body.weight_kg
    flow, lymph = ratio**FLOW_EXPONENT, ratio**LYMPH_EXPONENT
    return replace(
        body,
        weight_kg=weight,
        flow=body.flow * flow,
        cardiac_output=body.cardiac_output * flow,
        lymph=body.lymph * lymph,
        vascular=body.vascular * ratio,
        interstitial=body.interstitial * ratio,
        cellular=body.cellular * ratio,
        cells=body.cells * ratio,
        blood_volume=body.blood_volume * ratio,
        plasma_volume=body.plasma_volume * ratio,
    )


def with_effusion(body: Body, effusion_ml: float) -> Body:
    """Return `body` with a pleural effusion: `effusion_ml` more fluid in the pleural space (mL, not negative)."""
    if not (np.isfinite(effusion_ml) and effusion_ml >= 0):
        raise InputError("not a volume", field="effusion_ml", value=effusion_ml, expected="mL, 0 or more")
    interstitial = body.interstitial.copy()
    interstitial[body.index("pleura")] += effusion_ml
    return replace(body, interstitial=interstitial)


def _weight(value: float | str, low: float, high: float) -> float:
    weight = to(value, "kg", field="weight_kg")
    if not low <= weight <= high:
        raise InputError("outside its range", field="weight_kg", value=value, expected=f"{low:g} to {high:g} kg")
    return weight


def _make(species: str, weight: float, sex: Sex) -> Body:
    if sex not in SEX_FACTORS:
        raise InputError("not a sex", field="sex", value=sex, expected=", ".join(SEX_FACTORS))
    factors = SEX_FACTORS[sex]
    organs = tuple(o for o in organ_names(species) if factors.get(o, 1.0) > 0)
    factor = np.array([factors.get(o, 1.0) for o in organs])
    whole = {k: f.value for k, f in whole_body(species).items()}
    volume = _column(species, organs, "volume") * factor * weight
    output = whole["cardiac_output"] * MINUTES_PER_DAY * weight**FLOW_EXPONENT
    vascular = volume * _column(species, organs, "blood_share")
    interstitial = volume * _column(species, organs, "interstitial_share")
    lymph = _column(species, organs, "lymph_share")
    total_lymph = whole["lymph"] * (weight / whole["weight"]) ** LYMPH_EXPONENT
    density = np.stack([_column(species, organs, f"cells_{c}") for c in CELL_CLASSES], axis=-1)
    plasma = whole["plasma"] * weight
    return Body(
        species=species,
        weight_kg=weight,
        organs=organs,
        flow=closing_flows(_column(species, organs[:-1], "flow_share") * factor[:-1] * output, output),
        vascular=vascular,
        interstitial=interstitial,
        cellular=volume - vascular - interstitial,
        cells=density * volume[:, None],
        portal=_column(species, organs, "portal") > 0,
        lymph=total_lymph * lymph / lymph.sum(),
        blood_volume=plasma / (1.0 - whole["hematocrit"]),
        plasma_volume=plasma,
        cardiac_output=output,
        sources=sources(species, organs),
    )


def closing_flows(flow: NDArray[np.float64], output: float) -> NDArray[np.float64]:
    """Return `flow` with the flow to "rest" appended, so that the sum is the cardiac output `output` (mL/day)."""
    rest = output - float(flow.sum())
    if rest < 0:
        raise InputError(
            "flows do not balance",
            field="flow",
            value=float(flow.sum()),
            expected=f"at most the cardiac output {output:g} mL/day",
        )
    return np.append(flow, rest)


def sources(species: str, organs: tuple[str, ...]) -> dict[str, str]:
    """Return ``"quantity"`` and ``"organ/quantity"`` -> source, ``"assumption"`` where no file gives the figure."""
    out = {k: f.source for k, f in whole_body(species).items()}
    out |= {f"{o}/{q}": f.source for (o, q), f in organ_figures(species).items() if o in organs}
    return out | {"rest/flow_share": "closes the circulation"}


def _column(species: str, organs: tuple[str, ...], quantity: str) -> NDArray[np.float64]:
    figures = organ_figures(species)
    return np.array([figures[o, quantity].value for o in organs])
