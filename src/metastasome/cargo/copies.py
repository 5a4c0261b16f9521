r"""From counts to copies per vesicle.

Reads are shares, not copies. The scale is set by one figure: Chevillet et al. 2014 (doi:10.1073/pnas.1408301111) found
0.00825 +- 0.02 copies of a given miRNA per exosome, over six sources, for miRNAs that were abundant in them. Here the
**average abundant miRNA**, the mean of the :data:`ABUNDANT` most abundant ones of the cases, is given that figure
(assumption), and all others follow their counts per million.

The spread is that of a quantity which cannot be negative: a log-normal with the same mean m and standard deviation s,

.. math:: \sigma^2 = \ln(1 + (s/m)^2), \qquad \mu = \ln m - \sigma^2/2,

so that sigma = 1.39 and the median is 0.0031. ``Cargo.copies`` holds the mean (doses sum over many vesicles), and
``Cargo.copies_log_sd`` holds sigma joined with the spread between donors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .cargo import Cargo
from .classes import CASE, CONTROL
from .counts import CountTable
from .excess import Difference, Moments, difference, moments
from .names import mirna_names

COPIES_PER_EV, COPIES_SD = 0.00825, 0.02
SOURCE = "Chevillet et al. 2014, doi:10.1073/pnas.1408301111"
ABUNDANT = 10
MIN_CPM = 1.0
RED_CELL = frozenset({"hsa-miR-451a", "hsa-miR-486-5p", "hsa-miR-16-5p", "hsa-miR-92a-3p", "hsa-miR-144-3p"})
"""miRNAs abundant in red cells (Pritchard et al. 2012, doi:10.1158/1940-6207.CAPR-11-0370)."""


def log_sd(mean: float, sd: float) -> float:
    """Return the log-scale standard deviation of the log-normal with this mean and standard deviation.

    >>> round(log_sd(0.00825, 0.02), 2)
    1.39
    """
    return math.sqrt(math.log1p((sd / mean) ** 2))


def cpm(table: CountTable) -> NDArray[np.float64]:
    """Return counts per million of all counts of a sample, those of unresolved names included; shape ``(n, m)``.

    Plain shares are kept, without a composition factor (TMM and its kind): copies per vesicle are shares of what a
    vesicle holds, and such a factor assumes that most miRNAs do not change, which is the question here.
    """
    return np.asarray(table.counts / table.totals[:, None] * 1e6)


def from_counts(
    table: CountTable,
    *,
    copies_per_ev: float = COPIES_PER_EV,
    copies_sd: float = COPIES_SD,
    abundant: int = ABUNDANT,
    min_cpm: float = MIN_CPM,
    tumour_share: float = 1.0,
) -> Cargo:
    """Return the tumour's cargo: what cases carry above controls, in copies per vesicle.

    Args:
        table: counts with classes; without controls the cases' own profile is taken and the notes say so.
        copies_per_ev, copies_sd: copies per vesicle of the average abundant miRNA and its spread.
        abundant: how many of the most abundant miRNAs set the scale (assumption).
        min_cpm: miRNAs whose mean is below this in every class are left out.
        tumour_share: share of the vesicles that come from the tumour (assumption). With 1 the excess is spread over all
            of them, which is the lowest figure; a share of 0.01 puts it into every hundredth vesicle.

    Raises:
        InputError: no case; one case or control only; a figure out of range.
    """
    labels = np.array(table.labels)
    case = labels == CASE if CASE in table.labels else labels == ""
    control = labels == CONTROL
    if not case.any():
        raise InputError("no case among the samples", field=table.name)
    names, shares, notes = _kept(table, min_cpm)
    against = moments(shares[control]) if control.any() else None
    scale = Scale(copies_per_ev, copies_sd, abundant, tumour_share)
    made = from_moments(table.name, names, moments(shares[case]), against, scale)
    used = case | control
    return replace(
        made,
        samples=shares[used],
        labels=tuple(CASE if c else CONTROL for c in case[used]),
        notes=(*table.notes, *notes, *made.notes),
        sources=table.sources,
    )


@dataclass(frozen=True)
class Scale:
    """What turns counts per million into copies per vesicle; the figures are those of :func:`from_counts`."""

    copies_per_ev: float = COPIES_PER_EV
    copies_sd: float = COPIES_SD
    abundant: int = ABUNDANT
    tumour_share: float = 1.0

    def __post_init__(self) -> None:
        highs = (("copies_per_ev", 1e4), ("copies_sd", 1e4), ("tumour_share", 1.0), ("abundant", 1e6))
        for name, high in highs:
            value = getattr(self, name)
            if not (math.isfinite(value) and 0 < value <= high):
                raise InputError("outside its range", field=name, value=value, expected=f"above 0, up to {high:g}")

    def per_cpm(self, case_means: NDArray[np.float64]) -> float:
        """Return copies per vesicle of one count per million, before the tumour's share."""
        return float(self.copies_per_ev / np.sort(case_means)[::-1][: self.abundant].mean())


def from_moments(name: str, mirnas: tuple[str, ...], case: Moments, control: Moments | None, scale: Scale) -> Cargo:
    """Return the cargo from means and spreads of the classes; `control` None takes the cases' own profile."""
    per_cpm = scale.per_cpm(case.mean)
    found = difference(case, control) if control is not None else None
    level, spread = (found.excess, found.spread) if found else (case.mean, case.sd)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.log1p(np.where(level > 0, spread / level, 0.0) ** 2)
    return Cargo(
        name=f"{name}, case minus control" if found else f"{name}, cases only",
        mirnas=mirnas,
        copies=level * per_cpm / scale.tumour_share,
        copies_log_sd=np.sqrt(between + log_sd(scale.copies_per_ev, scale.copies_sd) ** 2),
        sequences=sequences(mirnas),
        notes=_told(found, mirnas, per_cpm * 1e6, scale),
    )


def sequences(names: Sequence[str]) -> dict[str, str]:
    """Return the mature sequence of each name that has one in the embedded table."""
    known = mirna_names()
    return {n: known[n].sequence for n in names if n in known and known[n].sequence}


def _kept(table: CountTable, min_cpm: float) -> tuple[tuple[str, ...], NDArray[np.float64], tuple[str, ...]]:
    """Return names, counts per million and notes of the miRNAs that are abundant enough and have a sequence."""
    shares = cpm(table)
    known = mirna_names()
    means = [shares[[lab == c for lab in table.labels]].mean(axis=0) for c in sorted(set(table.labels))]
    enough = np.max(means, axis=0) >= min_cpm
    spelt = np.array([bool(known[m].sequence) for m in table.mirnas])
    if not (enough & spelt).any():
        raise InputError("no miRNA is abundant enough", field=table.name, expected=f"a mean of {min_cpm:g} per million")
    notes: tuple[str, ...] = ()
    if n := int((~enough).sum()):
        notes += (f"{n} miRNAs below {min_cpm:g} counts per million in every class were left out.",)
    if mute := [m for m, e, s in zip(table.mirnas, enough, spelt, strict=True) if e and not s]:
        notes += (f"{len(mute)} miRNAs have no sequence in the name table and were left out: {', '.join(mute[:4])}.",)
    keep = enough & spelt
    return tuple(m for m, k in zip(table.mirnas, keep, strict=True) if k), shares[:, keep], notes


def _told(found: Difference | None, names: tuple[str, ...], per_million: float, scale: Scale) -> tuple[str, ...]:
    told: tuple[str, ...] = (
        f"Scale: the mean of the {scale.abundant} most abundant miRNAs carries {scale.copies_per_ev:g} copies per "
        f"vesicle ({SOURCE}; that it is those miRNAs is an assumption), so all together make {per_million:.3g} copies.",
        f"Of all vesicles, {scale.tumour_share:.3g} in 1 are taken to come from the tumour (assumption).",
    )
    if found is None:
        return (*told, "No controls: the absolute profile of the cases, most of which may not come from the tumour.")
    up = int((found.excess > found.spread).sum())
    lowest = [names[i] for i in np.argsort(-found.deficit)[:3] if found.deficit[i] > 0]
    highest = [names[i] for i in np.argsort(-found.excess)[:10] if found.excess[i] > 0]
    told += (
        f"Case minus control over donors: {1 - found.null_share:.0%} of miRNAs estimated to differ; {up} with an "
        f"excess above its own uncertainty; only the excess is cargo.",
        f"Lower in cases and not used as cargo: {', '.join(lowest) or 'none'}.",
    )
    if red := [n for n in highest if n in RED_CELL]:
        told += (f"Abundant in red cells, so part of the excess may be haemolysis: {', '.join(red)}.",)
    return told
