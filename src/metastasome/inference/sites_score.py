"""Scoring predictions of sites: bits per site and Jensen-Shannon divergence, against nulls, by primary left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.streams import stream
from .sites_counts import SiteRow
from .sites_features import WIDTHS
from .sites_fit import SiteModel, fit
from .sites_flow import filter_flow, flow_shares

Floats = NDArray[np.float64]
NULLS = ("uniform", "blood flow", "filter-flow", "pan-cancer mean")


@dataclass(frozen=True)
class Scores:
    """Bits per site and Jensen-Shannon divergence (bits) of each row under each way of predicting.

    Attributes:
        rows: what was scored, ``r`` of them. bits, divergence: way -> (r,).
    """

    rows: tuple[SiteRow, ...]
    bits: Mapping[str, Floats]
    divergence: Mapping[str, Floats]

    def mean(self, way: str) -> tuple[float, float]:
        """Return mean bits and divergence, rows of one primary sharing one vote."""
        w = self._weights()
        return float(w @ self.bits[way]), float(w @ self.divergence[way])

    def interval(self, way: str, against: str | None = None, *, draws: int = 2000, seed: int = 1) -> Floats:
        """Return 95% bootstrap intervals over primaries of (bits, divergence), ``(2, 2)``, or of the difference."""
        groups = sorted({r.group for r in self.rows})
        by = np.array([groups.index(r.group) for r in self.rows])
        value = np.stack([self.bits[way], self.divergence[way]])
        if against is not None:
            value = value - np.stack([self.bits[against], self.divergence[against]])
        means = np.stack([value[:, by == g].mean(axis=1) for g in range(len(groups))])
        pick = stream(seed, "sites/bootstrap").integers(0, len(groups), (draws, len(groups)))
        return np.asarray(np.quantile(means[pick].mean(axis=1), (0.025, 0.975), axis=0).T, np.float64)

    def table(self) -> list[dict[str, object]]:
        """Return one record per way of predicting, best first."""
        made = []
        for way in self.bits:
            bits, js = self.mean(way)
            (b0, b1), (j0, j1) = self.interval(way)
            made.append(
                {
                    "prediction": way,
                    "bits": bits,
                    "bits_low": b0,
                    "bits_high": b1,
                    "js": js,
                    "js_low": j0,
                    "js_high": j1,
                }
            )
        return sorted(made, key=lambda r: float(str(r["js"])))

    def _weights(self) -> Floats:
        groups = [r.group for r in self.rows]
        w = np.array([1.0 / groups.count(g) for g in groups])
        return np.asarray(w / w.sum(), np.float64)


def score_rows(rows: Sequence[SiteRow], ways: Mapping[str, Callable[[SiteRow], Floats]]) -> Scores:
    """Score `rows` under each of `ways` (row -> shares over all sites); both sides are taken over the listed sites."""
    found = {way: np.array([_two(r, predict(r)) for r in rows]) for way, predict in ways.items()}
    return Scores(tuple(rows), {k: v[:, 0] for k, v in found.items()}, {k: v[:, 1] for k, v in found.items()})


def leave_out(
    rows: Sequence[SiteRow], train: Sequence[SiteRow], *, off: Collection[str] = (), adapt: int = 1,
    widths: Mapping[str, float] = WIDTHS,
) -> Callable[[SiteRow], Floats]:  # fmt: skip
    """Return a way of predicting that, for each primary, is fitted without any row of that primary's organ."""
    models: dict[str, SiteModel] = {}
    known, last = {t.group for t in train}, None
    for group in sorted({r.group for r in rows}):
        if group not in known and "" in models:
            models[group] = models[""]
            continue
        rest = [t for t in train if t.group != group]
        models[group] = last = fit(rest, off=off, widths=widths, adapt=adapt, start=last)
        if group not in known:
            models[""] = models[group]
    return lambda row: models[row.group].shares(row.tumour, row.cohort)


def nulls(train: Sequence[SiteRow]) -> dict[str, Callable[[SiteRow], Floats]]:
    """Return the nulls; the pan-cancer mean is over rows of `train` that list every site, the row's organ left out."""
    flow = flow_shares() / flow_shares().sum()

    def mean(row: SiteRow) -> Floats:
        rest = [t for t in train if t.group != row.group and t.listed.all()]
        shares = np.stack([(t.counts + 0.5 / len(t.counts)) / (t.counts.sum() + 0.5) for t in rest])
        return np.asarray(shares.mean(axis=0), np.float64)

    return {
        "uniform": lambda row: np.full(len(row.counts), 1.0 / len(row.counts)),
        "blood flow": lambda row: flow,
        "filter-flow": lambda row: filter_flow(row.tumour.origin),
        "pan-cancer mean": mean,
    }


def bits_per_site(seen: Floats, predicted: Floats) -> float:
    """Return -sum p log2 q, the bits needed to name a site by the prediction."""
    return float(-(seen[seen > 0] * np.log2(np.maximum(predicted[seen > 0], 1e-12))).sum())


def jensen_shannon(p: Floats, q: Floats) -> float:
    """Return the Jensen-Shannon divergence of two distributions, bits (0 to 1)."""
    middle = (p + q) / 2

    def to(a: Floats) -> float:
        return float((a[a > 0] * np.log2(a[a > 0] / middle[a > 0])).sum())

    return (to(p) + to(q)) / 2


def _two(row: SiteRow, predicted: Floats) -> tuple[float, float]:
    p, q = row.counts[row.listed], predicted[row.listed]
    p, q = p / p.sum(), q / q.sum()
    return bits_per_site(p, q), jensen_shannon(p, q)
