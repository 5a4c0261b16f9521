"""The full answer of a match: curves, shifts, thresholds and p-values, with tables, sentences and files."""

from __future__ import annotations

import html
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..core.errors import InputError, nearest
from ..core.files import atomic_folder
from ..stockroom.stockroom import Recipient
from .delivery import Delivery
from .dose import read_curve, threshold_dose
from .guides import Guides
from .programmes import Programmes, enrichment
from .response import DoseResponse
from .sitesource import SiteSource

if TYPE_CHECKING:
    import anndata
    import xarray

F8 = NDArray[np.float64]
Z95 = 1.959964


@dataclass(frozen=True, repr=False)
class Match:
    """What a tumour's vesicles would change in every recipient, at every dose.

    Attributes:
        cargo, stockroom: their names.
        recipients: ``r`` of them.
        gene_names: ``g`` of them.
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
        occupancy: bound complexes per mRNA before delivery and at the tested dose, ``(2, g, r)``.
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
    occupancy: F8
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

    def genes(self, *, dose: float | None = None, at_least: float = 0.0) -> pd.DataFrame:
        """Return one row per recipient and expressed gene: change, interval, threshold dose.

        Args:
            dose: vesicles per cell and day; default the tested dose.
            at_least: leave out rows whose ``|ln FC|`` is smaller.

        Returns:
            recipient, organ, cell, gene, dose, copies, ln_fc, low, high, threshold_dose; strongest first within a
            recipient. The interval reads the gene's curve at doses 1.96 standard deviations of ln dose away.
        """
        at = self.test_dose if dose is None else _positive(dose, "dose")
        curves = np.moveaxis(self.ln_fc, 1, 2)
        mid = read_curve(self.doses, curves, at)
        far = math.exp(Z95 * self.log_dose_sd)
        ends = np.stack([read_curve(self.doses, curves, at * far), read_curve(self.doses, curves, at / far), mid])
        copies = self.mrna.T
        rows = np.nonzero((np.nan_to_num(copies, nan=0.0) > 0) & (np.abs(mid) >= at_least))
        frame = self._who(rows[0])
        frame["gene"] = np.array(self.gene_names, object)[rows[1]]
        frame["dose"] = at
        frame["copies"] = copies[rows]
        frame["ln_fc"] = mid[rows]
        frame["low"], frame["high"] = ends.min(axis=0)[rows], ends.max(axis=0)[rows]
        frame["threshold_dose"] = threshold_dose(self.doses, curves[rows], self.detectable)
        return frame.sort_values(["recipient", "ln_fc", "gene"], kind="stable", ignore_index=True)

    def programmes(self) -> pd.DataFrame:
        """Return one row per recipient, dose and programme: RNA-route shift and its 95 % interval."""
        r, d, p = (x.ravel() for x in np.indices(self.shift.shape))
        frame = self._who(r)
        frame["programme"] = np.array(self.programme_sets.names, object)[p]
        frame["dose"] = self.doses[d]
        frame["shift"] = self.shift.ravel()
        frame["low"], frame["high"] = self.shift_low.ravel(), self.shift_high.ravel()
        return frame

    def thresholds(self) -> pd.DataFrame:
        """Return the dose each programme, and each recipient's most sensitive gene, needs to change detectably.

        Returns:
            recipient, organ, cell, what (``programme`` or ``gene``), name, threshold_dose (inf: not on the grid), low,
            high (95 %), delivered_dose, ratio (delivered over threshold; below 1 means below threshold).
        """
        need = threshold_dose(self.doses, np.moveaxis(self.shift, 1, 2), self.detectable)
        r, p = (x.ravel() for x in np.indices(need.shape))
        rows = self._who(r)
        rows["what"], rows["name"] = "programme", np.array(self.programme_sets.names, object)[p]
        rows["threshold_dose"] = need.ravel()
        gene, best = self.most_sensitive()
        more = self._who(np.arange(len(self.recipients)))
        more["what"], more["name"], more["threshold_dose"] = (
            "gene",
            np.array(self.gene_names, object)[gene],
            best,
        )
        frame = pd.concat([rows, more], ignore_index=True)
        far = math.exp(Z95 * self.log_dose_sd)
        frame["low"], frame["high"] = frame["threshold_dose"] / far, frame["threshold_dose"] * far
        frame["delivered_dose"] = np.concatenate([self.delivered[r], self.delivered])
        frame["ratio"] = frame["delivered_dose"] / frame["threshold_dose"]
        return frame

    def most_sensitive(self) -> tuple[NDArray[np.int64], F8]:
        """Return each recipient's expressed gene of lowest threshold dose and that dose, ``(r,)`` each."""
        need = threshold_dose(self.doses, np.moveaxis(self.ln_fc, 1, 2), self.detectable)
        need = np.where(np.nan_to_num(self.mrna.T, nan=0.0) >= 1.0, need, np.inf)
        best = need.argmin(axis=1)
        return best, need[np.arange(len(best)), best]

    def significance(self) -> pd.DataFrame:
        """Return effects with interval, p and Benjamini-Hochberg q for every question asked."""
        return self.significance_table.copy()

    def survivors(self, *, alpha: float = 0.05) -> pd.DataFrame:
        """Return recipients and programmes whose q is below `alpha` in every question asked; often none."""
        asked = self.significance_table.groupby(["recipient", "programme"], observed=True)
        worst = asked["q"].agg(lambda q: q.max() if q.notna().all() else np.nan).rename("worst_q").reset_index()
        return worst[worst["worst_q"] < alpha].sort_values("worst_q", ignore_index=True)

    def enrichment(self) -> pd.DataFrame:
        """Return decoupler's univariate linear model of the programmes at the tested dose; needs a few seconds."""
        frame = pd.DataFrame(self.ln_fc[:, self.tested], index=list(self.names), columns=list(self.gene_names))
        return enrichment(frame, self.programme_sets)

    def to_xarray(self) -> xarray.Dataset:
        """Return ``ln_fc`` (recipient x dose x gene) and ``shift`` (recipient x dose x programme) with labels."""
        import xarray as xr

        coords = {
            "recipient": list(self.names),
            "dose": self.doses,
            "gene": list(self.gene_names),
            "programme": list(self.programme_sets.names),
        }
        by_programme = ("recipient", "dose", "programme")
        return xr.Dataset(
            {
                "ln_fc": (("recipient", "dose", "gene"), self.ln_fc),
                "shift": (by_programme, self.shift),
                "shift_low": (by_programme, self.shift_low),
                "shift_high": (by_programme, self.shift_high),
            },
            coords=coords,
            attrs={"dose_unit": "EV taken up per cell and day", "ln_fc_unit": "natural log"},
        )

    def to_anndata(self) -> anndata.AnnData:
        """Return recipients x genes: ``X`` is ln FC at the tested dose; the rest is keyed by the tool's name."""
        import anndata

        obs = self._who(np.arange(len(self.recipients))).set_index("recipient")
        obs["metastasome_delivered"] = self.delivered
        made = anndata.AnnData(
            self.ln_fc[:, self.tested].copy(), obs=obs, var=pd.DataFrame(index=list(self.gene_names))
        )
        made.layers["metastasome_copies"] = self.mrna.T.copy()
        made.obsm["metastasome_shift"] = pd.DataFrame(
            self.shift[:, self.tested], index=obs.index, columns=list(self.programme_sets.names)
        )
        made.uns["metastasome"] = {
            "cargo": self.cargo,
            "stockroom": self.stockroom,
            "doses": self.doses,
            "test_dose": self.test_dose,
            "shift": self.shift,
            "programmes": np.array(self.programme_sets.names, object).astype(str),
            "settings": json.dumps(dict(self.settings), default=str),
            "notes": np.array(self.notes, dtype=str),
        }
        made.uns["metastasome_significance"] = self.significance_table.astype({"recipient": str, "programme": str})
        return made

    def network(self, *, recipient: str | None = None, top: int = 200) -> pd.DataFrame:
        """Return the strongest miRNA -> gene changes at the tested dose, as decoupler reads them.

        Args:
            recipient: one recipient; default all.
            top: rows kept per recipient.

        Returns:
            source (miRNA), target (gene), weight (ln FC that this guide alone contributes), recipient.
        """
        from .network import edges

        wanted = range(len(self.recipients)) if recipient is None else [self.index(recipient)]
        return pd.concat([edges(self, r, top) for r in wanted], ignore_index=True)

    def index(self, recipient: str) -> int:
        """Return the position of a recipient, or raise :class:`InputError` naming the nearest."""
        if recipient not in self.names:
            raise InputError("unknown recipient", value=recipient, hint=nearest(recipient, self.names) or None)
        return self.names.index(recipient)

    def summary(self) -> tuple[str, ...]:
        """Return the answer in sentences, the plain one first."""
        from .sentences import sentences

        return sentences(self)

    def save(self, folder: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the tables as csv and parquet, with settings and notes, into `folder`, whole or not at all.

        Raises:
            StoreError: the folder exists and `overwrite` is false.
        """
        tables = {
            "genes": self.genes(),
            "programmes": self.programmes(),
            "thresholds": self.thresholds(),
            "significance": self.significance(),
            "network": self.network(),
        }
        with atomic_folder(folder, overwrite=overwrite) as part:
            for name, frame in tables.items():
                frame.to_csv(part / f"{name}.csv", index=False, float_format="%.6g")
                frame.to_parquet(part / f"{name}.parquet", index=False)
            record = {
                "cargo": self.cargo,
                "stockroom": self.stockroom,
                "settings": dict(self.settings),
                "summary": self.summary(),
                "notes": self.notes,
            }
            (part / "match.json").write_text(json.dumps(record, indent=1, default=str) + "\n", encoding="utf-8")

    def __repr__(self) -> str:
        return (
            f"<Match {self.cargo} on {self.stockroom}: {len(self.recipients)} recipients, {len(self.gene_names)} genes, "
            f"{len(self.doses)} doses. {self.summary()[0]}>"
        )

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{html.escape(s)}</li>" for s in self.summary())
        at = self.programmes()
        at = at[at["dose"] == self.test_dose]
        table = at.pivot_table(index="recipient", columns="programme", values="shift")
        head = f"<b>Match</b>: {html.escape(self.cargo)} on {html.escape(self.stockroom)}"
        return f"{head}<ul>{said}</ul>{table.to_html(float_format='{:.3g}'.format)}"

    def _who(self, r: NDArray[np.int64] | Sequence[int]) -> pd.DataFrame:
        name = np.array(self.names, object)
        organ = np.array([x.organ or "" for x in self.recipients], object)
        cell = np.array([x.cell for x in self.recipients], object)
        return pd.DataFrame({"recipient": name[r], "organ": organ[r], "cell": cell[r]})


def _positive(value: float, field_name: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise InputError("not a dose", field=field_name, value=value, expected="a positive number")
    return float(value)
