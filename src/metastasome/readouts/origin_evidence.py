"""Which origins fit the truncal variants that a lesion shares with its primary, and how many residents could hide.

Of n truncal variants tested in a lesion, k were found. With s the share it carries (a Beta law over lesions by genome,
:class:`.genomics.Genomics`), called and false the chances of :mod:`.genomics` at its depth and purity,

    L(genome) = integral over s of Beta(s) Binomial(k; n, s called + (1 - s) false)

Origins with one genome (a circulating cell and one that went through EMT; a cell transformed by vesicles and a mutated
stem cell) have one likelihood: counts of truncal variants cannot tell them apart, and the answer says so.

The share f of lesions founded by residents has the posterior  prod over lesions of (1 - f) L_tumour + f L_resident
under a flat prior; its 95% quantile is the bound. Were the lesions of a patient to stand or fall together, a patient
would count once: the second bound gives every lesion the weight 1 / (lesions of that patient).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..mechanisms.origins import GENOMES, ORIGINS, Genome, origin
from .genomics import Genomics
from .variant_counts import VariantCounts, read_counts

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
_RESIDENT: tuple[Genome, ...] = ("resident", "transferred")
_LEVEL = 0.95


@dataclass(frozen=True, repr=False)
class OriginEvidence:
    """What the counts say.

    Attributes:
        lesions: patient, lesion, truncal, shared, depth, purity; ``loglik_<genome>``; ``p_<origin>``; `genome`, the
            fewest genomes that together reach 95% (``"tumour or hybrid"``), and their posterior `p`.
        upper: 95% bound on the share of lesions founded by residents, lesions independent.
        upper_patients: the same with every patient counted once.
        prior: weight of every origin.
        assumed: what was assumed of variants and sequencing.
        notes: what the reader decided.
    """

    lesions: pd.DataFrame
    upper: float
    upper_patients: float
    prior: Mapping[str, float]
    assumed: Genomics
    notes: tuple[str, ...] = field(default=())

    def summary(self) -> list[str]:
        """Return the answer in sentences, the most important first."""
        n, patients = len(self.lesions), self.lesions["patient"].nunique()
        counts = self.lesions["genome"].value_counts()
        best = "; ".join(f"{count} {_in_words(str(found))}" for found, count in counts.items())
        said = [
            f"Genomes that {n} lesion{'s' * (n != 1)} of {patients} patient{'s' * (patients != 1)} could have "
            f"(95%): {best}.",
            f"Up to {100 * self.upper:.3g}% of such lesions could have been founded by resident cells (95% bound, "
            f"lesions taken as independent; {100 * self.upper_patients:.3g}% with every patient counted once).",
        ]
        said.append(
            "Truncal counts cannot tell origins of one genome apart: seeded from EMT, or vesicles from mutation; that "
            "split is the prior's."
        )
        said.append(
            f"Assumed: lesions of tumour cells keep {100 * self.assumed.kept:g}% of truncal variants on average, "
            "residents none but by error, residents with tumour DNA "
            f"{100 * self.assumed.transferred:g}%; diploid cells."
        )
        return [*said, *self.notes]

    def to_frame(self) -> pd.DataFrame:
        """Return the table of lesions."""
        return self.lesions

    def __repr__(self) -> str:
        return f"<OriginEvidence: {' '.join(self.summary()[:2])}>"


def origin_evidence(
    table: pd.DataFrame | str | Path | list[dict[str, Any]],
    *,
    prior: Mapping[str, float] | None = None,
    assumed: Genomics | None = None,
) -> OriginEvidence:
    """Return how well each origin explains the truncal variants that lesions share with their primaries.

    Args:
        table: a data frame, a list of rows or the path of a table, with the columns ``truncal`` (variants tested) and
            ``shared`` (those found), and where known ``patient``, ``lesion``, ``depth`` (100), ``purity`` (0.5).
        prior: weight of every origin named (others get none); equal between genomes, and between the origins of one,
            when not given.
        assumed: what is assumed of variants and sequencing.

    Raises:
        InputError: a column is missing or a value is not possible; the line names row and field.
    """
    g = assumed or Genomics()
    counts = read_counts(table)
    weights = _weights(prior)
    loglik = {k: _loglik(g, k, counts) for k in GENOMES}
    frame = _frame(counts, loglik, weights)
    told = _founders(loglik, weights)
    once = 1.0 / frame.groupby("patient")["patient"].transform("size").to_numpy(dtype=np.float64)
    upper = [_bound(*told, w) for w in (np.ones(len(frame)), once)]
    return OriginEvidence(frame, upper[0], upper[1], weights, g, counts.notes)


def _weights(prior: Mapping[str, float] | None) -> dict[str, float]:
    if prior is None:
        size = {k: sum(o.genome == k for o in ORIGINS.values()) for k in GENOMES}
        return {name: 1.0 / (len(GENOMES) * size[o.genome]) for name, o in ORIGINS.items()}
    for name, weight in prior.items():
        origin(name)
        if isinstance(weight, bool) or not (np.isfinite(weight) and weight >= 0):
            raise InputError("not a weight", field=f"prior.{name}", value=weight, expected="0 or more")
    total = float(sum(prior.values()))
    if not total > 0:
        raise InputError("no origin has any weight", field="prior")
    return {name: float(prior.get(name, 0.0)) / total for name in ORIGINS}


def _loglik(g: Genomics, genome: Genome, c: VariantCounts) -> Floats:
    """Return the log likelihood of every lesion, by Gauss-Legendre quadrature over the share carried."""
    from scipy.special import betaln, gammaln, logsumexp, xlog1py, xlogy

    n, k = c.truncal[:, None], c.shared[:, None]
    hit, false = g.called(genome, c.depth, c.purity)[:, None], g.false(c.depth)[:, None]
    law = g.shares(genome)
    if law is None:
        s, logw = np.zeros(1), np.zeros(1)
    else:
        x, w = np.polynomial.legendre.leggauss(max(256, int(8 * np.sqrt(c.truncal.max()))))
        s = 0.5 * (1 + x)
        logw = np.log(0.5 * w) + xlogy(law[0] - 1, s) + xlog1py(law[1] - 1, -s) - betaln(*law)
    p = np.clip(s * hit + (1 - s) * false, 1e-12, 1 - 1e-12)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.asarray(logsumexp(ways + xlogy(k, p) + xlog1py(n - k, -p) + logw, axis=1))


def _frame(c: VariantCounts, loglik: Mapping[Genome, Floats], weights: Mapping[str, float]) -> pd.DataFrame:
    import pandas as pd
    from scipy.special import logsumexp

    with np.errstate(divide="ignore"):
        joint = np.array([loglik[o.genome] + np.log(weights[name]) for name, o in ORIGINS.items()])
    post = np.exp(joint - logsumexp(joint, axis=0))
    made = pd.DataFrame({**c.columns(), **{f"loglik_{k}": v for k, v in loglik.items()}})
    for i, name in enumerate(ORIGINS):
        made[f"p_{name}"] = post[i]
    by_genome = np.array([sum(post[i] for i, o in enumerate(ORIGINS.values()) if o.genome == k) for k in GENOMES])
    sets = [_fewest(column) for column in by_genome.T]
    made["genome"], made["p"] = [name for name, _ in sets], [p for _, p in sets]
    return made


def _fewest(post: Floats) -> tuple[str, float]:
    """Return the fewest genomes that together reach 95%, in words, and their posterior."""
    order = np.argsort(-post, kind="stable")
    take = min(int(np.searchsorted(np.cumsum(post[order]), _LEVEL)) + 1, len(post))
    names = list(GENOMES)
    return " or ".join(names[i] for i in sorted(order[:take])), float(post[order[:take]].sum())


def _in_words(genomes: str) -> str:
    return ", or ".join(GENOMES[g] for g in genomes.split(" or "))  # type: ignore[index]


def _founders(loglik: Mapping[Genome, Floats], weights: Mapping[str, float]) -> tuple[Floats, Floats]:
    """Return log likelihoods under a founder from the tumour and under a resident one, genomes weighted within each.

    Where the prior leaves a side no weight its genomes count equally: the bound asks what the data would allow.
    """
    from scipy.special import logsumexp

    sides = []
    for genomes in ([k for k in GENOMES if k not in _RESIDENT], list(_RESIDENT)):
        w = np.array([sum(weights[n] for n, o in ORIGINS.items() if o.genome == k) for k in genomes])
        w = w / w.sum() if w.sum() > 0 else np.full(len(w), 1 / len(w))
        sides.append(np.asarray(logsumexp([loglik[k] for k in genomes], axis=0, b=w[:, None])))
    return sides[0], sides[1]


def _bound(tumour: Floats, resident: Floats, weight: Floats) -> float:
    """Return the 95% quantile of the share of resident founders under a flat prior."""
    f = np.linspace(0.0, 1.0, 20001)[:, None]
    with np.errstate(divide="ignore"):
        each = np.logaddexp(np.log1p(-f) + tumour, np.log(f) + resident)
    log_post = (weight * each).sum(axis=1)
    density = np.exp(log_post - log_post.max())
    mass = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    return float(np.interp(_LEVEL, mass / mass[-1], f[:, 0]))
