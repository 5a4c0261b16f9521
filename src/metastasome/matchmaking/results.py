"""The full answer of a match: curves, shifts, thresholds and p-values, with tables, sentences and files."""

from __future__ import annotations

import functools
import html
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..core.errors import InputError, nearest
from ..stockroom.stockroom import Recipient
from . import exports, tables
from .delivery import Delivery
from .guides import Guides
from .network import edges
from .programmes import Programmes, enrichment
from .response import DoseResponse
from .sentences import sentences
from .sitesource import SiteSource

if TYPE_CHECKING:
    import anndata
    import xarray

F8 = NDArray[np.float64]


_EDGES = 200  # edges per recipient kept for tables and pictures


@dataclass(frozen=True, repr=False)
class Match:
    """What a tumour's vesicles would change in every recipient, at every dose.

    Attributes:
        cargo, stockroom: their names.
        recipients: ``r`` of them.
        gene_names: genes whose sites are known, ``g`` of them.
        doses: vesicles taken up per cell and day, ``(d,)``.
        ln_fc: change of each mRNA against the recipient before delivery, natural log, ``(r, d, g)``.
        mrna: copies per cell, ``(g, r)``; NaN where not measured.
        programme_sets: the gene sets.
        shift, shift_low, shift_high: RNA-route shift of each programme with its 95 % interval, ``(r, d, p)``.
        tested: index into `doses` of the dose at which nulls were drawn.
        significance_table: one row per question, recipient and programme.
        response: what the mechanisms take.
        delivered: vesicles per cell and day that kinetics delivers, ``(r,)``; NaN where not given.
        detectable: smallest ``|ln FC|`` that counts as seen.
        log_dose_sd: all uncertainty as one standard deviation of ln dose, for single genes.
        linear_error: greatest misfit of the sums behind nulls and intervals to the exact shift, at the tested dose.
        guides, sites, delivery: what the answer was computed from.
        free: free guide before delivery and at the tested dose, relative units, ``(2, s, r)``.
        settings: every option, for the record.
        notes: what was assumed, lost or borrowed, one sentence each.
    """

    cargo: str
    stockroom: str
    recipients: tuple[Recipient, ...]
    gene_names: tuple[str, ...]
    doses: F8
    ln_fc: F8
    mrna: F8
    programme_sets: Programmes
    shift: F8
    shift_low: F8
    shift_high: F8
    tested: int
    significance_table: pd.DataFrame
    response: DoseResponse
    delivered: F8
    detectable: float
    log_dose_sd: float
    linear_error: float
    guides: Guides
    sites: SiteSource
    delivery: Delivery
    free: F8
    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the recipients."""
        return tuple(r.name for r in self.recipients)

    @property
    def test_dose(self) -> float:
        """Dose at which nulls were drawn, vesicles per cell and day."""
        return float(self.doses[self.tested])

    def genes(self, *, dose: float | None = None, top: int | None = None) -> pd.DataFrame:
        """Return one row per recipient and gene that changes: by how much, with interval and threshold dose.

        Args:
            dose: vesicles per cell and day; default what is delivered to the recipient, else the tested dose.
            top: keep the strongest of each recipient.

        Returns:
            recipient, organ, cell, gene, dose, copies, ln_fc, low, high, threshold_dose; strongest fall first within a
            recipient. The interval reads the gene's curve at doses 1.96 standard deviations of ln dose away.
        """
        return tables.genes(self, dose, top)

    def programmes(self, *, dose: float | None = None) -> pd.DataFrame:
        """Return one row per recipient and programme: RNA-route shift, the hardest null's p and q, and what it needs.

        Args:
            dose: as in :meth:`genes`.

        Returns:
            recipient, organ, cell, programme, dose, shift, low, high, p, q, threshold_dose, delivered_dose, verdict.
            p and q are the largest over the questions asked, at the tested dose.
        """
        return tables.programmes(self, dose)

    def dose_curve(self) -> pd.DataFrame:
        """Return recipient, organ, cell, programme, dose, shift, low, high over all doses."""
        return tables.dose_curve(self)

    def thresholds(self) -> pd.DataFrame:
        """Return the dose each programme, and each recipient's most sensitive gene, needs to change detectably.

        Returns:
            recipient, organ, cell, what (``programme`` or ``gene``), name, threshold_dose (inf: not on the grid), low,
            high (95 %), delivered_dose, ratio (delivered over threshold; below 1 means below threshold), verdict.
        """
        return tables.thresholds(self)

    def significance(self) -> pd.DataFrame:
        """Return effects with interval, p and Benjamini-Hochberg q for every question asked."""
        return self.significance_table.copy()

    def survivors(self, *, alpha: float = 0.05) -> pd.DataFrame:
        """Return recipients and programmes whose q is below `alpha` in every question asked; often none."""
        worst = tables.hardest(self.significance_table).rename(columns={"q": "worst_q"}).drop(columns="p")
        return worst[worst["worst_q"] < alpha].sort_values("worst_q", ignore_index=True)

    def gene_significance(
        self, *, recipients: Sequence[str] | None = None, top: int | None = 20, nulls: int = 1000, workers: int = 2
    ) -> pd.DataFrame:
        """Return which genes change beyond random cargo of the same size, at the tested dose.

        Computed when asked: about a second of processor time for each recipient with 3'UTRs of 4,000 genes.

        Args:
            recipients: their names; default all.
            top: strongest genes shown of each recipient; None for all that are expressed. q counts all of them.
            nulls: drawn cargoes.
            workers: threads; the answer does not depend on them.

        Returns:
            recipient, organ, cell, gene, dose, ln_fc, low, high, null_median, null_sd, n, p, q; strongest first within
            a recipient. p is two-sided around the null's median, q Benjamini-Hochberg over every expressed gene of the
            recipients asked. NaN where no drawn cargo reaches the gene.

        Raises:
            InputError: an unknown recipient.
        """
        from .gene_nulls import gene_significance

        return gene_significance(self, recipients, top, nulls, workers)

    def enrichment(self) -> pd.DataFrame:
        """Return decoupler's univariate linear model of the programmes at the tested dose; needs a few seconds."""
        frame = pd.DataFrame(self.ln_fc[:, self.tested], index=list(self.names), columns=list(self.gene_names))
        return enrichment(frame, self.programme_sets)

    def network(self, *, recipient: str | None = None, top: int = 200) -> pd.DataFrame:
        """Return the strongest miRNA -> gene changes at the tested dose, as decoupler reads them.

        Args:
            recipient: one recipient; default all.
            top: rows kept per recipient.

        Returns:
            source (miRNA), target (gene), weight (ln FC that this guide contributes), programme (of the gene, empty
            where none), organ, cell, recipient.
        """
        if recipient is not None:
            return edges(self, [self.index(recipient)], top)
        if top <= _EDGES:
            return self._strongest_edges.groupby("recipient", sort=False).head(top).reset_index(drop=True)
        return edges(self, range(len(self.recipients)), top)

    @functools.cached_property
    def _strongest_edges(self) -> pd.DataFrame:
        return edges(self, range(len(self.recipients)), _EDGES)

    def to_xarray(self) -> xarray.Dataset:
        """Return ``ln_fc`` (recipient x dose x gene) and ``shift`` (recipient x dose x programme) with labels."""
        return exports.to_xarray(self)

    def to_anndata(self) -> anndata.AnnData:
        """Return recipients x genes: ``X`` is ln FC at the tested dose; the rest is keyed by the tool's name."""
        return exports.to_anndata(self)

    def save(self, folder: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the tables as csv and parquet, with settings and notes, into `folder`, whole or not at all.

        Raises:
            StoreError: the folder exists and `overwrite` is false.
        """
        exports.save(self, folder, overwrite)

    def index(self, recipient: str) -> int:
        """Return the position of a recipient, or raise :class:`InputError` naming the nearest."""
        if recipient not in self.names:
            raise InputError("unknown recipient", value=recipient, hint=nearest(recipient, self.names) or None)
        return self.names.index(recipient)

    def summary(self) -> list[str]:
        """Return the answer in sentences, the plain one first."""
        return sentences(self)

    def __repr__(self) -> str:
        return (
            f"<Match {self.cargo} on {self.stockroom}: {len(self.recipients)} recipients, {len(self.gene_names)} "
            f"genes, {len(self.doses)} doses. {self.summary()[0]}>"
        )

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{html.escape(s)}</li>" for s in self.summary())
        at = self.programmes(dose=self.test_dose)
        table = at.pivot_table(index="recipient", columns="programme", values="shift", sort=False)
        head = f"<b>Match</b>: {html.escape(self.cargo)} on {html.escape(self.stockroom)}"
        return f"{head}<ul>{said}</ul>{table.to_html(float_format='{:.3g}'.format)}"
