r"""Circulating tumour DNA: shed by dying cells, cleared in half an hour, sampled molecule by molecule.

Avanzini et al. 2020 (doi:10.1126/sciadv.abc4308; preprint 10.1101/2020.02.12.946228). With D tumour cells dying per
day, the share q of a genome shed per death and elimination :math:`\epsilon = \ln 2/t_{1/2}`, genome equivalents in
blood settle at

.. math:: C = q D / \epsilon

and a tube holds, per clonal heterozygous mutation, Poisson(C x tube/blood x efficiency) mutant molecules among
n wild-type ones, n from the gamma distribution of plasma DNA. A position is called when its mutant molecules are
too many to be sequencing errors, p = P(Binomial(n, error) >= k) <= p*; the test is positive when any position of the
panel is. p* is set so that healthy people are called at the wanted rate, over the distribution of plasma DNA.
Tumour-informed tests look at the tumour's own mutations only; a screening panel covers many bases and few mutations.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..core.parameters import Prior, parameter
from .assay import Assay, Floats, Levels
from .noise import gamma, largest_poisson

_AVANZINI = "doi:10.1126/sciadv.abc4308"
_SETTINGS = "https://github.com/reiterlab/ctdna"
_GRID = 400


@dataclass(frozen=True)
class CirculatingDNA(Assay):
    """ctDNA by sequencing: reported is -log10 of the least p-value over the panel's positions."""

    key: ClassVar[str] = "ctdna"
    title: ClassVar[str] = "circulating tumour DNA"
    reads: ClassVar[str] = "deaths"
    unit: ClassVar[str] = "-log10 p"
    lod_unit: ClassVar[str] = "genome equivalent/mL plasma"
    false_positive: ClassVar[str] = "a sequencing error or clonal haematopoiesis starts a search for a tumour"
    draw_numbers: ClassVar[int] = 3

    shed: float = parameter(
        1.4e-4, "1", low=1e-7, high=1.0, source=_AVANZINI, evidence=("ctdna_01",),
        prior=Prior("lognormal", 1.4e-4, 1.0), meaning="share of a cell's DNA that reaches blood per death",
    )  # fmt: skip
    half_life: float = parameter(
        30.0, "min", low=1.0, high=1000.0, source=_AVANZINI, evidence=("ctdna_02", "ctdna_06", "ctdna_07"),
        prior=Prior("lognormal", 30.0, 0.6), meaning="half-life of cell-free DNA in blood",
    )  # fmt: skip
    blood: float = parameter(
        5000.0, "mL", low=1000.0, high=10000.0, source=_SETTINGS, meaning="blood volume", prior=Prior("fixed", 5000.0)
    )
    plasma_share: float = parameter(
        0.55, "1", low=0.3, high=0.8, source=_SETTINGS, meaning="plasma of blood", prior=Prior("fixed", 0.55)
    )
    tube: float = parameter(
        15.0, "mL", low=0.1, high=200.0, source=_SETTINGS, meaning="blood drawn", prior=Prior("fixed", 15.0)
    )
    dna_shape: float = parameter(
        1.86, "1", low=0.1, high=100.0, source=_SETTINGS, prior=Prior("fixed", 1.86),
        meaning="gamma shape of plasma DNA, stage I patients",
    )  # fmt: skip
    dna_scale: float = parameter(
        3.38, "ng/mL", low=0.01, high=1000.0, source=_SETTINGS, prior=Prior("fixed", 3.38),
        meaning="gamma scale of plasma DNA",
    )  # fmt: skip
    genome: float = parameter(
        0.0066, "ng", low=0.005, high=0.008, source=_SETTINGS, prior=Prior("fixed", 0.0066),
        meaning="DNA of a diploid cell",
    )  # fmt: skip
    efficiency: float = parameter(
        0.5, "1", low=0.001, high=1.0, source=_SETTINGS, prior=Prior("uniform", 0.3, 0.9),
        meaning="share of sampled molecules that are sequenced",
    )  # fmt: skip
    error: float = parameter(
        1e-5, "1", low=1e-9, high=0.01, source=_SETTINGS, prior=Prior("loguniform", 3e-7, 1.1e-4),
        meaning="sequencing errors per base",
    )  # fmt: skip
    mutations: float = parameter(
        20.0, "1", low=1.0, high=10000.0, source=_SETTINGS, meaning="clonal mutations of the tumour on the panel",
        prior=Prior("fixed", 20.0),
    )  # fmt: skip
    panel: float = parameter(
        20.0, "1", low=1.0, high=1e8, source=_SETTINGS, prior=Prior("fixed", 20.0),
        meaning="positions looked at: the mutations themselves when tumour-informed, else bases of the panel",
    )  # fmt: skip
    false_rate: float = parameter(
        0.05 / 12, "1", low=1e-9, high=0.5, source=_SETTINGS, prior=Prior("fixed", 0.05 / 12),
        meaning="healthy draws called positive: 5% a year at monthly draws",
    )  # fmt: skip

    @property
    def per_day(self) -> float:
        """Elimination, 1/day."""
        return float(np.log(2) * 1440 / self.half_life)

    @property
    def lod(self) -> float:
        """Mutant genome equivalents per mL of plasma found in 95% of draws (LoD95) at the median plasma DNA."""
        return _lod(self)

    @property
    def threshold(self) -> float:
        """-log10 of the p-value at which healthy draws are called at `false_rate`."""
        return _threshold(self)

    def in_blood(self, deaths: Floats) -> Floats:
        """Return mutant genome equivalents in all blood for tumour cells dying per day."""
        return np.asarray(self.shed * np.asarray(deaths, dtype=np.float64) / self.per_day)

    def per_ml(self, deaths: Floats) -> Floats:
        """Return mutant genome equivalents per mL of plasma."""
        return np.asarray(self.in_blood(deaths) / (self.blood * self.plasma_share))

    def molecules(self, u: Floats) -> Floats:
        """Return molecules sequenced per position, from uniforms."""
        ng = gamma(u, self.dna_shape, self.dna_scale)
        return np.asarray(np.maximum(2 * ng / self.genome * self.tube * self.plasma_share * self.efficiency, 1.0))

    def mutant_mean(self, deaths: Floats) -> Floats:
        """Return the mean of mutant molecules sequenced per mutation."""
        return np.asarray(self.in_blood(deaths) * self.tube / self.blood * self.efficiency)

    def expected(self, levels: Levels) -> Floats:
        """Return mutant molecules sequenced over all mutations (the mean of what is counted)."""
        return self.mutations * self.mutant_mean(levels[self.reads])

    def allele_fraction(self, deaths: Floats, u: Floats, v: Floats) -> Floats:
        """Return the mutant allele fraction of one mutation, counted: Poisson molecules among those sequenced."""
        from .noise import poisson

        n = self.molecules(u)
        mutant = poisson(v, self.mutant_mean(deaths))
        return np.asarray(mutant / (n + mutant))

    def measure(self, levels: Levels, person: Floats, draw: Floats) -> Floats:
        """Return -log10 of the least p-value over the panel.

        Of all positions only the largest count matters: at mutated positions errors come on top.
        """
        n = self.molecules(draw[..., 0])
        errors = n * self.error
        mutated = largest_poisson(draw[..., 1], self.mutant_mean(levels[self.reads]) + errors, self.mutations)
        others = largest_poisson(draw[..., 2], errors, max(self.panel - self.mutations, 0.0))
        return minus_log10_p(np.maximum(mutated, others), errors)


def minus_log10_p(k: Floats, mean: Floats) -> Floats:
    """Return -log10 P(Poisson(mean) >= k): the limit of the binomial at error rates below 1e-2."""
    from scipy.special import gammainc, gammaln

    p = np.where(k < 0.5, 1.0, gammainc(np.maximum(k, 1.0), mean))
    with np.errstate(divide="ignore"):
        far = k * np.log(mean) - mean - gammaln(k + 1)  # leading term where the tail underflows
        log_p = np.where(p > 1e-290, np.log(np.maximum(p, 1e-300)), np.minimum(far, -667.0))
    return np.asarray(-log_p / np.log(10))


def screening(
    *, bases: float = 2000.0, mutations: float = 1.0, yearly_false: float = 0.01, tests: float = 1.0
) -> CirculatingDNA:
    """Return a screening test: CancerSEEK covers 2,000 bases with one mutation, CAPP-Seq 300,000 with ten.

    Args:
        bases: positions of the panel.
        mutations: the tumour's clonal mutations among them.
        yearly_false: share of healthy people called in a year.
        tests: draws a year.
    """
    return CirculatingDNA(panel=bases, mutations=mutations, false_rate=yearly_false / tests)


def informed(*, mutations: float = 20.0, yearly_false: float = 0.05, tests: float = 12.0) -> CirculatingDNA:
    """Return a tumour-informed relapse test of the tumour's own mutations."""
    return CirculatingDNA(panel=mutations, mutations=mutations, false_rate=yearly_false / tests)


@functools.lru_cache(maxsize=64)
def _threshold(assay: CirculatingDNA) -> float:
    """Return the least -log10 p at which the false rate, averaged over plasma DNA, stays within what is wanted."""
    u = (np.arange(_GRID) + 0.5) / _GRID
    errors = assay.molecules(u) * assay.error
    top = int(np.ceil(errors.max() + 12 * np.sqrt(errors.max()) + 30))
    k = np.arange(1.0, top)[:, None]
    score = minus_log10_p(k, np.broadcast_to(errors, (top - 1, _GRID)))
    # Chance that the panel's largest error count is exactly k, then sum from the largest score down.
    below = _at_most(k - 1.0, errors, assay.panel)
    exactly = (_at_most(k, errors, assay.panel) - below) / _GRID
    order = np.argsort(-score, axis=None)
    false = np.cumsum(exactly.ravel()[order])
    last = int(np.searchsorted(false, assay.false_rate, side="right")) - 1
    if last < 0:
        return float(score.max()) + 1.0
    return float(score.ravel()[order[last]]) - 1e-9


def _at_most(k: NDArray[Any], mean: Floats, positions: float) -> Floats:
    from scipy.special import gammaincc

    tail = 1 - gammaincc(k + 1.0, mean)
    return np.asarray(np.exp(positions * np.log1p(-np.minimum(tail, 1 - 1e-16))))


@functools.lru_cache(maxsize=64)
def _lod(assay: CirculatingDNA) -> float:
    from scipy.optimize import brentq

    n = assay.molecules(np.array(0.5))
    errors = float(n * assay.error)
    k = 1.0
    while float(minus_log10_p(np.array(k), np.array(errors))) < assay.threshold:
        k += 1.0

    def missed(log_mean: float) -> float:
        return float(_at_most(np.array(k - 1), np.array(np.exp(log_mean) + errors), assay.mutations)) - 0.05

    mean = float(np.exp(brentq(missed, -12.0, 12.0)))
    return mean / (assay.tube * assay.plasma_share * assay.efficiency)
