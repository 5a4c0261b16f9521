"""From dose to effect: Hill curves, one-compartment dosing, devices."""

from __future__ import annotations

import math


def hill(concentration: float, half: float, power: float = 1.0) -> float:
    """Return the share of the greatest effect, ``c^n / (c^n + half^n)``."""
    if concentration <= 0.0:
        return 0.0
    return float(1.0 / (1.0 + (half / concentration) ** power))


def mean_hill(peak: float, half: float, *, half_life: float, interval: float, power: float = 1.0) -> float:
    """Return the mean over one dosing interval of the Hill effect of a decaying concentration, at steady state.

    With c(t) = peak' exp(-k t), k = ln 2 / half-life and peak' = peak / (1 - exp(-k interval)),

        (1 / interval) int_0^interval c^n / (c^n + half^n) dt = ln((p^n + half^n) / (l^n + half^n)) / (n k interval)

    where p is peak' and l the trough.

    Args:
        peak: concentration right after a single dose.
        half: concentration of half effect, in the same unit.
        half_life, interval: in one unit of time.
        power: Hill coefficient n.
    """
    k = math.log(2.0) / half_life
    high = peak / -math.expm1(-k * interval)
    low = high * math.exp(-k * interval)
    return math.log((high**power + half**power) / (low**power + half**power)) / (power * k * interval)


def removed(clearance: float, volume: float, time: float) -> float:
    """Return the share removed from a well-mixed `volume` by a device, ``1 - exp(-clearance time / volume)``."""
    return -math.expm1(-clearance * time / volume)


def equivalent_loss(clearance: float, on: float, others: float, loss: float) -> float:
    """Return the factor on `loss` that lowers the mean plasma level as much as a device that runs part of the time.

    Vesicles leave blood within minutes, so the level follows the device at once: it is R / (others + loss) without it
    and R / (others + loss + clearance) with it. The factor f solves
    ``1 / (others + f loss) = on / (others + loss + clearance) + (1 - on) / (others + loss)``.

    Args:
        clearance: of the running device, mL/day.
        on: share of the time it runs.
        others, loss: clearance by organs and other loss, mL/day.
    """
    level = on / (others + loss + clearance) + (1.0 - on) / (others + loss)
    return (1.0 / level - others) / loss
