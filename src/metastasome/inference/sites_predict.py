"""Predicting where a tumour metastasises, with intervals, from the embedded training table."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.organs import NAMES as ORGANS
from ..core.streams import stream
from .sites_counts import COHORTS, SiteRow
from .sites_fit import MOST, SiteModel, fit
from .sites_flow import filter_flow
from .sites_names import SITE_NAMES, TumourType, _rows, tumour_type, tumour_types

Floats = NDArray[np.float64]
_ORGAN = {"ovary": "gonad"}


@dataclass(frozen=True)
class SitePrediction:
    """Expected shares of metastases over sites, as a kind of cohort would see them.

    Attributes:
        tumour, cohort: what was asked; ``"all"`` is free of any cohort's selection.
        share, low, high: (site,) mean and 95% limits. own: counts of this tumour's own that the prediction uses.
        blood: (site,) share by filter and flow alone.
    """

    tumour: TumourType
    cohort: str
    share: Floats
    low: Floats
    high: Floats
    own: float
    blood: Floats

    def table(self) -> list[dict[str, object]]:
        """Return one record per site, most likely first."""
        order = np.argsort(-self.share)
        return [
            {"site": SITE_NAMES[i], "share": self.share[i], "low": self.low[i], "high": self.high[i],
             "filter_flow": self.blood[i]}
            for i in order
        ]  # fmt: skip

    def __repr__(self) -> str:
        first = ", ".join(f"{SITE_NAMES[i]} {self.share[i]:.0%}" for i in np.argsort(-self.share)[:3])
        return f"<SitePrediction {self.tumour.name}: {first}, ...>"


def predict_sites(
    primary: str, *, cohort: str = "biopsy", own: bool = True, draws: int = 2000, seed: int = 1
) -> SitePrediction:
    """Return where metastases of `primary` are expected.

    Args:
        primary: tumour type, its full name, or an organ (``"PAAD"``, ``"cutaneous melanoma"``, ``"kidney"``).
        cohort: who looks: biopsy, registry, autopsy, clinic; or all, free of selection.
        own: whether to use this organ's own counts where the training table has them; False predicts it as new.
        draws, seed: of the intervals, which hold the model's uncertainty and the spread between tumour types.

    Raises:
        InputError: an unknown primary or cohort.
    """
    kind = tumour_type(primary)
    if cohort not in (*COHORTS, "all"):
        raise InputError("not a kind of cohort", field="cohort", value=cohort, expected=", ".join((*COHORTS, "all")))
    mine = [r for r in training() if r.tumour.key == kind.key and r.cohort == cohort] if own else []
    group = SiteRow("", kind, cohort, np.zeros(0), np.zeros(0, np.bool_)).group
    model = fitted(None if own else group)
    rng = stream(seed, "sites/predict")
    made = _spread(model.draws(kind, cohort, draws, rng), mine, rng)
    centre = _with_own(model.shares(kind, cohort), mine)
    low, high = np.quantile(made, (0.025, 0.975), axis=0)
    return SitePrediction(
        kind, cohort, centre, low, high, sum(float(r.counts.sum()) for r in mine), _normal(filter_flow(kind.origin))
    )


def soil(primary: str, *, cohort: str = "all") -> dict[str, float]:
    """Return organ -> readiness for :class:`~metastasome.mechanisms.ctc_seeding.CTCSeeding`'s input `soil`.

    The factor on cells caught that makes their distribution the predicted one; scaled so that seeding as a whole is
    what it was. Sites that are no organ of the body model are left out, as is the organ of the primary.
    """
    found = predict_sites(primary, cohort=cohort)
    factor = found.share / found.blood
    return {
        _ORGAN.get(s, s): float(f)
        for s, f in zip(SITE_NAMES, factor, strict=True)
        if _ORGAN.get(s, s) in ORGANS
    }  # fmt: skip


def _spread(shares: Floats, rows: list[SiteRow], rng: np.random.Generator) -> Floats:
    """Return one tumour type around each draw of the model: Dirichlet, concentration A plus own counts."""
    counts = sum((r.counts for r in rows), np.zeros(shares.shape[1]))
    made = rng.standard_gamma(MOST * shares + counts + 1e-9)
    return np.asarray(made / made.sum(axis=1, keepdims=True), np.float64)


def _with_own(shares: Floats, rows: list[SiteRow]) -> Floats:
    counts = sum((r.counts for r in rows if r.listed.all()), np.zeros(len(shares)))
    return _normal(MOST * shares + counts)


def _normal(values: Floats) -> Floats:
    return np.asarray(values / values.sum(), np.float64)


@functools.cache
def fitted(without: str | None = None) -> SiteModel:
    """Return the model fitted to the embedded table, maybe without the rows of one organ; takes about a second."""
    return fit([r for r in training() if r.group != without], widths=widths(), adapt=0)


@functools.cache
def training() -> tuple[SiteRow, ...]:
    """Return the embedded training rows (MSK-MET biopsies, registries, autopsies; sources in the table)."""
    types = tumour_types()
    made = []
    for row in _rows("sites_training.tsv"):
        cells = [row[s] for s in SITE_NAMES]
        counts = np.array([float(c) if c else 0.0 for c in cells])
        listed = np.array([bool(c) for c in cells])
        made.append(SiteRow(row["label"], types[row["type"]], row["cohort"], counts, listed, float(row["weight"])))
    return tuple(made)


@functools.cache
def widths() -> Mapping[str, float]:
    """Return the prior widths that empirical Bayes found on the embedded table."""
    return {r["group"]: float(r["width"]) for r in _rows("sites_widths.tsv")}
