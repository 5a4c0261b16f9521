"""A match as the report reads it: at the doses that this run delivers, beside what would be needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..core.organs import ANY_ORGAN

if TYPE_CHECKING:
    import pandas as pd

    from ..matchmaking.results import Match

_TOP_GENES = 40


@dataclass(frozen=True)
class MatchView:
    """Tables of `match` at the delivered doses.

    Attributes:
        match: the full answer.
    """

    match: Match

    def programmes(self) -> pd.DataFrame:
        """Return one row per recipient and programme: shift by both routes at the delivered dose, p, q, verdict.

        The interval covers the RNA route; the protein route, an assumption of size, moves shift and bounds alike. The
        p-value and q are the largest of all nulls asked of that recipient and programme: a match must pass all.
        Recipients whose dose is not given (as of cells that belong to no organ) have no shift to show and are left out.
        """
        rows = self.shifts()
        return rows[rows.delivered_dose.notna()].reset_index(drop=True)

    def shifts(self) -> pd.DataFrame:
        """Return :meth:`programmes` with every recipient; the shift is NaN where the dose delivered is not given."""
        rows = _placed(self.match.programmes())
        delivered = rows.delivered_dose.to_numpy() > 0
        rna = np.where(delivered, rows["shift"], 0.0)
        protein = self._protein().ravel()
        rows["low"] = np.where(delivered, rows["low"], 0.0) + protein
        rows["high"] = np.where(delivered, rows["high"], 0.0) + protein
        rows["shift"], rows["rna_shift"], rows["protein_shift"] = rna + protein, rna, protein
        rows["verdict"] = "RNA: " + rows["verdict"]
        rows.loc[rows.delivered_dose.isna(), ["shift", "low", "high", "rna_shift", "protein_shift"]] = np.nan
        return rows

    def genes(self) -> pd.DataFrame:
        """Return the genes that the doses delivered move most in each recipient, largest change first."""
        known = dict(zip(self.match.names, ~np.isnan(self.match.delivered), strict=True))
        found = _placed(self.match.genes(top=_TOP_GENES))
        found = found[found.recipient.map(known)]
        return found.loc[found.ln_fc.abs().sort_values(ascending=False).index].reset_index(drop=True)

    def dose_curve(self) -> pd.DataFrame:
        """Return shift against dose with its interval."""
        return _placed(self.match.dose_curve())

    def network(self) -> pd.DataFrame:
        """Return the strongest links miRNA -> gene of every recipient, with the programme of the gene."""
        edges = _placed(self.match.network(top=20))
        return edges[edges.programme != ""].reset_index(drop=True)

    def summary(self) -> list[str]:
        """Return the answer in sentences."""
        return list(self.match.summary())

    def _protein(self) -> np.ndarray:
        """Return the protein route's shift at the delivered dose, ``(r, p)``; zero for whole tissues."""
        m, r = self.match, self.match.response
        out = np.zeros((len(m.recipients), len(m.programme_sets.names)))
        for i, (who, dose) in enumerate(zip(m.recipients, np.nan_to_num(m.delivered), strict=True)):
            if who.organ in r.organs and who.cell in r.cells:
                o, c = r.organs.index(who.organ), r.cells.index(who.cell)
                shift = r.protein_top[o, c] * dose / (dose + r.protein_half[o, c])
                out[i] = [shift[r.programmes.index(p)] if p in r.programmes else 0.0 for p in m.programme_sets.names]
        return out


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with an organ in each: cells that belong to none may be in any."""
    return rows.assign(organ=rows["organ"].replace("", ANY_ORGAN))
