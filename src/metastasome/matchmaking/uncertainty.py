"""Draws of what is not known well: copies per vesicle, release into the cytosol, half-life, affinities, concentrations.

A draw changes a match in two ways only: how many copies each guide delivers, and by how much its ln K_D is shifted (a
larger cell volume or unit of concentration is a shift common to all).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.parameters import parameters_of
from ..core.streams import stream
from .delivery import Delivery

F8 = NDArray[np.float64]
COVER = 0.95
_DOSE = ("cytosolic", "half_life_h")
_UNIT = ("cell_volume_pl", "unit_um")


@dataclass(frozen=True)
class Draws:
    """`factor` on delivered copies and `shift` of ln K_D, each ``(n, s)``."""

    factor: F8
    shift: F8


def draw(delivery: Delivery, copies_log_sd: F8, ln_kd_sd: F8, n: int, seed: int) -> Draws:
    """Return `n` draws for seeds with the given spreads, each ``(s,)``.

    The copies-per-vesicle figure is one for all miRNAs: the smallest spread among the seeds is taken as shared, the
    rest of each as its own.
    """
    z = stream(seed, "match/uncertainty/shared").standard_normal((n, 1 + len(_DOSE) + len(_UNIT)))
    own = stream(seed, "match/uncertainty/guide").standard_normal((2, n, copies_log_sd.size))
    shared = float(copies_log_sd.min(initial=np.inf)) if copies_log_sd.size else 0.0
    log = shared * z[:, :1] + np.sqrt(np.maximum(copies_log_sd**2 - shared**2, 0.0)) * own[0]
    sds = _log_sds(delivery)
    for i, name in enumerate(_DOSE):
        part = sds[name] * z[:, [1 + i]]
        # no more than all of the cargo is released
        log = log + (np.minimum(part, -math.log(delivery.cytosolic)) if name == "cytosolic" else part)
    shift = ln_kd_sd * own[1]
    for i, name in enumerate(_UNIT):
        # twice the volume halves every concentration, as a K_D twice as large would
        shift = shift + sds[name] * z[:, [1 + len(_DOSE) + i]]
    return Draws(np.exp(log), shift)


def log_dose_sd(delivery: Delivery, copies_log_sd: float, ln_kd_sd: float) -> float:
    """Return one standard deviation of ln dose that stands for all of it: effects of single genes are read with it."""
    sds = _log_sds(delivery)
    parts = [sds[name] for name in (*_DOSE, *_UNIT)] + [copies_log_sd, ln_kd_sd]
    return math.sqrt(sum(x * x for x in parts))


def _log_sds(delivery: Delivery) -> dict[str, float]:
    return {p.name: p.prior.b for p in parameters_of(delivery) if p.prior.kind == "lognormal"}
