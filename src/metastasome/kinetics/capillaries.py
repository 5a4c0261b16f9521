"""What each organ's smallest vessels let through, and how many of its phagocytes face the blood."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

KINDS: tuple[str, ...] = ("sinusoidal", "fenestrated", "continuous", "barrier")


@dataclass(frozen=True)
class Capillaries:
    """Capillary properties over organs, ``(o,)`` each.

    Attributes:
        kind: one of :data:`KINDS` per organ.
        pore_radius_nm: radius of the large pores.
        macrophage_exposed: share of the organ's macrophages that face the blood.
        endothelial_scavenging: binding per endothelial cell relative to a continuous capillary's.
    """

    kind: tuple[str, ...]
    pore_radius_nm: NDArray[np.float64]
    macrophage_exposed: NDArray[np.float64]
    endothelial_scavenging: NDArray[np.float64]


def capillaries(organs: tuple[str, ...]) -> Capillaries:
    """Return the capillaries of `organs`, in their order; an organ the table lacks has those of "rest"."""
    rows = [_table().get(o, _table()["rest"]) for o in organs]

    def column(name: str) -> NDArray[np.float64]:
        return np.array([float(r[name]) for r in rows])

    return Capillaries(
        tuple(r["kind"] for r in rows),
        column("pore_radius_nm"),
        column("macrophage_exposed"),
        column("endothelial_scavenging"),
    )


@functools.cache
def _table() -> dict[str, dict[str, str]]:
    file = resources.files("metastasome").joinpath("reference", "physiology_capillaries.csv")
    return {r["organ"]: r for r in csv.DictReader(file.read_text(encoding="utf-8").splitlines())}
