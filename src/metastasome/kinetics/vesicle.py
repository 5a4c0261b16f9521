"""The kinds of vesicle transport tells apart, by size and by how phagocytes see them (MISEV2023 names)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, nearest

REFERENCE_NM = 90.0


@dataclass(frozen=True)
class Vesicle:
    """A class of extracellular vesicles.

    Attributes:
        name: ``"small"``, ``"large"``, ``"apoptotic"`` or a name of your own.
        diameter_nm: median diameter.
        spread: geometric standard deviation of the diameter (log-normal).
        scavenging: binding by macrophages relative to small EVs (phosphatidylserine and opsonins on the surface).
        arrest: binding by lung endothelium relative to other organs' (large vesicles lodge in the first capillaries).
        source: DOI, address or ``"assumption"``.
    """

    name: str
    diameter_nm: float
    spread: float
    scavenging: float = 1.0
    arrest: float = 1.0
    source: str = "assumption"

    def __post_init__(self) -> None:
        for field, low, high in (
            ("diameter_nm", 20.0, 10_000.0),
            ("spread", 1.0, 5.0),
            ("scavenging", 0.0, 1e3),
            ("arrest", 0.0, 1e3),
        ):
            if not low <= (value := float(getattr(self, field))) <= high:
                raise InputError("outside its range", field=field, value=value, expected=f"{low:g} to {high:g}")

    def diameters(self, n: int = 24) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return nodes (nm) and weights, ``(n,)`` each, of the size distribution (Gauss-Hermite in ln diameter)."""
        x, w = np.polynomial.hermite_e.hermegauss(n)
        return self.diameter_nm * np.exp(math.log(self.spread) * x), w / w.sum()

    def mobility(self, pore_radius_nm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return diffusion through pores relative to an unhindered 90 nm vesicle, averaged over sizes; shape kept.

        Stokes-Einstein (D ~ 1/d) times the partition coefficient of a sphere in a cylindrical pore, (1 - a/r)^2
        (Renkin 1954, doi:10.1085/jgp.38.2.225, eq. 10; Rippe & Haraldsson 1994, doi:10.1152/physrev.1994.74.1.163).
        """
        d, w = self.diameters()
        open_area = np.maximum(1.0 - 0.5 * d / pore_radius_nm[..., None], 0.0) ** 2
        return np.asarray((open_area * REFERENCE_NM / d) @ w)

    def passage(self, pore_radius_nm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return 1 - reflection coefficient in pores, ``F (2 - F)`` with ``F = (1 - a/r)^2`` (same sources)."""
        d, w = self.diameters()
        open_area = np.maximum(1.0 - 0.5 * d / pore_radius_nm[..., None], 0.0) ** 2
        return np.asarray((open_area * (2.0 - open_area)) @ w)


VESICLES: dict[str, Vesicle] = {
    v.name: v
    for v in (
        # B16-F10 small EVs: mean 88.5, median 71.8 nm, SD 56 nm (doi:10.7554/eLife.39944, Table 1)
        Vesicle("small", 72.0, 1.7, source="doi:10.7554/eLife.39944"),
        Vesicle("large", 300.0, 1.6, scavenging=3.0, arrest=5.0),
        Vesicle("apoptotic", 1500.0, 1.6, scavenging=10.0, arrest=20.0),
    )
}


def vesicle(name: str | Vesicle) -> Vesicle:
    """Return the class called `name`, or the vesicle given; :class:`InputError` names the known ones."""
    if isinstance(name, Vesicle):
        return name
    aliases = {"exosome": "small", "microvesicle": "large", "apoptotic_body": "apoptotic"}
    key = aliases.get(name, name)
    if key not in VESICLES:
        hint = nearest(name, (*VESICLES, *aliases)) or f"known: {', '.join(VESICLES)}"
        raise InputError(f"vesicle class '{name}' is unknown", field="vesicle", hint=hint)
    return VESICLES[key]
