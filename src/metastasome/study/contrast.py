"""What the vesicles do: the same patients with and without them, so that a difference has no other cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.float64] | NDArray[np.float32]
_Z = 1.959964


def paired_difference(with_: NDArray[np.bool_], without: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return the difference of two shares over the same patients, with its 95% interval.

    Newcombe (1998) for paired proportions, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C,
    method 10: Wilson intervals of the shares, joined through their correlation; it behaves where a share is zero.

    Args:
        with_, without: whether it happened, by patient, ``(n,)``.
    """
    from ..readouts import share_with_interval

    n = len(with_)
    both, only_a, only_b = (float(np.sum(x)) for x in (with_ & without, with_ & ~without, ~with_ & without))
    neither = n - both - only_a - only_b
    (p1, l1, u1), (p2, l2, u2) = (share_with_interval(np.sum(x), n, z=_Z) for x in (with_, without))
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    phi = 0.0 if margins == 0 else (both * neither - only_a * only_b) / np.sqrt(margins)
    low = np.sqrt(max((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2, 0.0))
    high = np.sqrt(max((u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2, 0.0))
    return float(p1 - p2), float(p1 - p2 - low), float(p1 - p2 + high)


@dataclass(frozen=True)
class Difference:
    """Share of patients with a detectable lesion in one organ, with vesicles and without, in the same patients.

    Attributes:
        organ: canonical name, or ``"any"``.
        with_vesicles, without_vesicles: shares.
        difference, low, high: of the shares, with the 95% interval.
        sooner_days: mean days by which vesicles bring the first lesion forward, over patients who have one in both;
            NaN where there are none.
    """

    organ: str
    with_vesicles: float
    without_vesicles: float
    difference: float
    low: float
    high: float
    sooner_days: float

    @property
    def clear(self) -> bool:
        """True where the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def earliest(first: Days) -> Floats:
    """Return the day of the first lesion of any organ by patient, NaN where there is none, ``(n,)``."""
    return np.asarray(np.fmin.reduce(first, axis=1), dtype=np.float64)


def contrast(organs: Sequence[str], with_: Days, without: Days, horizon_days: float) -> tuple[Difference, ...]:
    """Return the difference that vesicles make: any organ first, then every organ in order.

    Args:
        organs: names, ``o`` of them.
        with_, without: day of the first detectable lesion by patient and organ, NaN where there is none, ``(n, o)``.
        horizon_days: end of follow-up.
    """
    made = [_difference("any", earliest(with_), earliest(without), horizon_days)]
    for k, organ in enumerate(organs):  # one column at a time: a cohort may be larger than memory
        a, b = (np.asarray(x[:, k], dtype=np.float64) for x in (with_, without))
        made.append(_difference(organ, a, b, horizon_days))
    return tuple(made)


def _difference(organ: str, a: Floats, b: Floats, horizon_days: float) -> Difference:
    seen_a, seen_b = (np.isfinite(x) & (x <= horizon_days) for x in (a, b))
    both = seen_a & seen_b
    sooner = float(np.mean(b[both] - a[both])) if both.any() else np.nan
    return Difference(
        organ, float(seen_a.mean()), float(seen_b.mean()), *paired_difference(seen_a, seen_b), sooner_days=sooner
    )
