"""From physiology, parameters and conditions to the coefficients of the equations."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from .capillaries import KINDS, capillaries
from .conditions import Conditions
from .parameters import KineticParameters

ARTERIAL_SHARE = 1.0 / 3.0  # of the blood in great vessels (1698 of 5094 mL, Peters)
BARRIER_TRANSCYTOSIS = 0.1
LEAK_REFERENCE_NM = 90.0


def theta_of(parameters: KineticParameters) -> dict[str, Any]:
    """Return the parameters by name."""
    return {f.name: getattr(parameters, f.name) for f in dataclasses.fields(parameters)}


def coefficients(given: Conditions, theta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the coefficients of :func:`transport.rates` as arrays over organs, ``(o,)``, or numbers.

    Arithmetic only, so that values of `theta` may be arrays of a batch, ``(b, 1)``, or of JAX (all but `leak_pore`).

    Volumes are of plasma and interstitium (mL); `flow`, `lymph`, `exchange`, `drag`, `bind_*`, `urine_flow` in mL/day.
    """
    body = given.body
    plasma = body.plasma_volume / body.blood_volume
    great = body.plasma_volume - plasma * float(body.vascular.sum())
    return {
        "flow": body.flow * plasma,
        "lymph": body.lymph,
        "vascular": body.vascular * plasma,
        "interstitial": body.interstitial,
        "venous_volume": great * (1.0 - ARTERIAL_SHARE),
        "arterial_volume": great * ARTERIAL_SHARE,
        **_exchange(given, theta),
        **_binding(given, theta),
        **{k: theta[k] for k in ("unbinding", "internalisation", "recycling", "processing", "plasma_decay")},
        "urine_flow": theta["urine_sieving"] * _filtration(given),
    }


def _exchange(given: Conditions, theta: Mapping[str, Any]) -> dict[str, Any]:
    """Two-pore exchange: small pores carry no vesicle; large ones do, with leakiness adding gaps."""
    body, vessels = given.body, capillaries(given.body.organs)
    volume = body.vascular + body.interstitial + body.cellular
    through = volume * given.vesicle.mobility(vessels.pore_radius_nm)
    open_ = sum(theta[f"{k}_exchange"] * _is(vessels.kind, k) for k in KINDS) * through
    crossing = np.where(_is(vessels.kind, "barrier") > 0, BARRIER_TRANSCYTOSIS, 1.0)
    carried = theta["transcytosis"] * body.cells[:, 0] * crossing
    gap = np.array([float(theta["leak_pore"])])
    sieve = given.vesicle.mobility(gap) / (1.0 - 0.5 * LEAK_REFERENCE_NM / gap) ** 2
    leak = theta["leak_exchange"] * volume * given.leakiness * sieve
    drag = theta["large_pore_flow"] * body.lymph * given.vesicle.passage(vessels.pore_radius_nm)
    return {"exchange": (open_ + carried) * given.barrier + leak, "drag": drag * given.barrier}


def _binding(given: Conditions, theta: Mapping[str, Any]) -> dict[str, Any]:
    """Clearance by binding of each class; heparin takes away the heparan sulphate share of all but macrophages'."""
    body, vessels = given.body, capillaries(given.body.organs)
    free = 1.0 - theta["heparan_share"] * given.heparin / (given.heparin + theta["heparin_half"])
    endothelium, macrophage, stroma, parenchyma = (body.cells[:, k] for k in range(4))
    phagocytes = macrophage * given.macrophages
    eager = theta["macrophage_clearance"] * theta.get("scavenging", given.vesicle.scavenging) * given.integrins
    blood = eager * phagocytes * vessels.macrophage_exposed
    tissue = eager * phagocytes * (1.0 - vessels.macrophage_exposed) * theta["tissue_macrophage"]
    lung = np.array([given.vesicle.arrest if o == "lung" else 1.0 for o in body.organs])
    lining = endothelium * vessels.endothelial_scavenging * lung
    return {
        "bind_endothelium": theta["endothelium_clearance"] * lining * given.integrins * free,
        "bind_macrophage": blood,
        "bind_resident": tissue,
        "bind_stroma": theta["stroma_clearance"] * stroma * given.integrins * free,
        "bind_parenchyma": theta["parenchyma_clearance"] * parenchyma * given.integrins * free,
        "faces_blood": blood / (blood + tissue + 1e-300),
        "per_capacity": 1.0 / (theta["macrophage_capacity"] * np.maximum(phagocytes, 1.0)),
        "occupied": given.occupied,
    }


def _filtration(given: Conditions) -> float:
    """Return glomerular filtration, mL/day, by weight^0.75 of the species' figure."""
    from ..body.tables import whole_body

    return whole_body(given.body.species)["gfr"].value * 1440.0 * float(given.body.weight_kg**0.75)


def _is(kinds: tuple[str, ...], kind: str) -> Any:
    return np.array([float(k == kind) for k in kinds])
