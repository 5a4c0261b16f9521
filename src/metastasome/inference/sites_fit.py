"""A shrunk log-linear model of sites: penalised multinomial, prior widths by empirical Bayes, Laplace uncertainty.

    ln rate = X b,   share = softmax over the sites a source lists,   b_k ~ Normal(m_k, w_group(k)^2)

Rows are overdispersed (tumours of one type differ by more than counting), so a row of n counts weighs as
``n A / (A + n)`` of them: A is the most that any row can say. Widths maximise Laplace's marginal likelihood.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sites_counts import SiteRow
from .sites_features import WIDTHS, features, plain_flow
from .sites_names import SITE_NAMES, TumourType

Floats = NDArray[np.float64]
MOST = 20.0
"""Most counts a row can weigh (A above); an assumption, of little effect between 15 and 100."""
_STEPS = (-0.5, 0.5)


@dataclass(frozen=True)
class SiteModel:
    """A fitted model.

    Attributes:
        names: columns, ``k`` of them. mean: (k,) coefficients. factor: (k, k) Cholesky factor of their precision.
        widths: prior width by group. off: groups left out. evidence: Laplace's log marginal likelihood.
        trained: organs whose rows were used.
    """

    names: tuple[str, ...]
    mean: Floats
    factor: Floats
    widths: Mapping[str, float]
    off: frozenset[str]
    evidence: float
    trained: frozenset[str]

    def shares(self, tumour: TumourType, cohort: str = "biopsy") -> Floats:
        """Return the expected share of each site, ``(site,)``."""
        return softmax(self._known(tumour, cohort) @ self.mean)

    def draws(self, tumour: TumourType, cohort: str, n: int, rng: np.random.Generator) -> Floats:
        """Return `n` draws of the shares, ``(n, site)``; columns never seen in fitting are drawn from their prior."""
        from scipy.linalg import solve_triangular

        noise = solve_triangular(self.factor, rng.standard_normal((len(self.names), n)), lower=True, trans="T")
        eta = self._known(tumour, cohort) @ (self.mean[:, None] + noise)
        for name, column in columns(tumour, cohort, self.off).items():
            if name not in self.names:
                eta += column[:, None] * rng.standard_normal(n) * self.widths[group_of(name)]
        return softmax(eta.T)

    def _known(self, tumour: TumourType, cohort: str) -> Floats:
        return matrix(columns(tumour, cohort, self.off), self.names)


def columns(tumour: TumourType, cohort: str, off: Collection[str]) -> dict[str, Floats]:
    """Return the columns of a tumour without the groups `off`; without "flow" nothing at all is said of blood, without
    "filters" plain blood flow takes its place."""
    made = {k: v for k, v in features(tumour, cohort).items() if group_of(k) not in off}
    if "filters" in off and "flow:filter" in made:
        made["flow:filter"] = plain_flow()
    return made


def group_of(name: str) -> str:
    """Return the group of a column."""
    return name.partition(":")[0]


def matrix(made: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    """Return columns in the order of `names`, zero where absent, ``(site, k)``."""
    zero = np.zeros(len(SITE_NAMES))
    return np.stack([made.get(n, zero) for n in names], axis=1)


def softmax(eta: Floats) -> Floats:
    """Return shares over the last axis."""
    made = np.exp(eta - eta.max(axis=-1, keepdims=True))
    return np.asarray(made / made.sum(axis=-1, keepdims=True), np.float64)


def fit(
    rows: Sequence[SiteRow], *, off: Collection[str] = (), widths: Mapping[str, float] = WIDTHS, adapt: int = 2,
    start: SiteModel | None = None,
) -> SiteModel:  # fmt: skip
    """Fit the model to `rows`.

    Args:
        rows: counts by primary and source.
        off: groups left out; "filters" keeps blood flow but lets no organ filter.
        widths: prior widths to start from.
        adapt: rounds of empirical Bayes over the widths; 0 keeps them.
        start: a fit to begin the search at; it saves time and changes nothing else.
    """
    design = _Design.of(rows, off)
    known = {} if start is None else dict(zip(start.names, start.mean, strict=True))
    begin = np.array([known.get(n, 0.0) for n in design.names]) if known else None
    model = design.solve(dict(widths), begin)
    for _ in range(adapt):
        for group in sorted({group_of(n) for n in model.names} - {"flow"}):
            for step in _STEPS:
                wider = {**model.widths, group: model.widths[group] * float(np.exp(step))}
                tried = design.solve(wider, model.mean)
                if tried.evidence > model.evidence:
                    model = tried
    return replace(model, trained=frozenset(r.group for r in rows))


@dataclass(frozen=True)
class _Design:
    """Rows as arrays: sparse x (row x site, k) and by_row (row, row x site); counts that weigh, listed (row, site)."""

    names: tuple[str, ...]
    x: Any
    by_row: Any
    counts: Floats
    listed: NDArray[np.bool_]
    off: frozenset[str]

    @staticmethod
    def of(rows: Sequence[SiteRow], off: Collection[str]) -> _Design:
        from scipy.sparse import csr_matrix

        made = [columns(r.tumour, r.cohort, off) for r in rows]
        names = tuple(dict.fromkeys(n for m in made for n in m))
        n = np.array([r.counts.sum() for r in rows])
        most = MOST * np.array([r.weight for r in rows])
        counts = np.stack([r.counts for r in rows]) * (most / (most + n))[:, None]
        x = csr_matrix(np.concatenate([matrix(m, names) for m in made]))
        by_row = csr_matrix(np.kron(np.eye(len(rows)), np.ones(len(SITE_NAMES))))
        return _Design(names, x, by_row, counts, np.stack([r.listed for r in rows]), frozenset(off))

    def solve(self, widths: Mapping[str, float], start: Floats | None) -> SiteModel:
        """Return the posterior mode by Newton's method, with Laplace's evidence."""
        precision = np.array([widths[group_of(n)] ** -2.0 for n in self.names])
        centre = np.array([1.0 if n == "flow:filter" else 0.0 for n in self.names])
        b = centre.copy() if start is None else start.copy()
        total = self.counts.sum(axis=1)
        for _ in range(40):
            step, share, hessian = self._newton(b, total, precision, centre)
            b = b + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
            if np.abs(step).max() < 1e-4:
                break
        ln = np.log(np.where(self.counts > 0, np.maximum(share, 1e-300), 1.0))
        factor = np.asarray(np.linalg.cholesky(hessian), np.float64)
        prior = -0.5 * float(precision @ (b - centre) ** 2) + 0.5 * float(np.log(precision).sum())
        evidence = float((self.counts * ln).sum()) + prior - float(np.log(np.diag(factor)).sum())
        evidence -= sum(
            0.5 * float(np.log(widths[g] / WIDTHS[g])) ** 2 for g in widths
        )  # widths: lognormal around WIDTHS
        return SiteModel(self.names, b, factor, dict(widths), self.off, evidence, frozenset())

    def _newton(self, b: Floats, total: Floats, precision: Floats, centre: Floats) -> tuple[Floats, Floats, Floats]:
        from scipy.linalg import solve

        share = softmax(np.where(self.listed, (self.x @ b).reshape(self.counts.shape), -np.inf))
        expected = total[:, None] * share
        slope = self.x.T @ (self.counts - expected).ravel() - precision * (b - centre)
        mean = (self.by_row @ self.x.multiply(share.reshape(-1, 1))).toarray()
        hessian = (self.x.T @ self.x.multiply(expected.reshape(-1, 1))).toarray()
        hessian += np.diag(precision) - (mean * total[:, None]).T @ mean
        return np.asarray(solve(hessian, slope, assume_a="pos"), np.float64), share, hessian
