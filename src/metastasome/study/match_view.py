"""A match as the report reads it: at the doses that this run delivers, beside what would be needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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
        """
        from ..matchmaking.dose import read_curve, threshold_dose

        m = self.match
        at = np.nan_to_num(m.delivered)[:, None] + np.zeros(m.shift.shape[2])
        curves = [np.moveaxis(x, 1, 2) for x in (m.shift, m.shift_low, m.shift_high)]
        middle, low, high = (read_curve(m.doses, c, at) for c in curves)
        protein = self._protein()
        rows = self._rows(m.shift.shape[2])
        rows["shift"], rows["rna_shift"], rows["protein_shift"] = (
            (middle + protein).ravel(), middle.ravel(), protein.ravel(),
        )  # fmt: skip
        rows["low"], rows["high"] = (low + protein).ravel(), (high + protein).ravel()
        asked = m.significance().groupby(["recipient", "programme"], observed=True)[["p", "q"]].max()
        rows = rows.merge(asked, how="left", left_on=["recipient", "programme"], right_index=True)
        rows["threshold_dose"] = threshold_dose(m.doses, curves[0], m.detectable).ravel()
        rows["delivered_dose"] = np.repeat(m.delivered, m.shift.shape[2])
        rows["verdict"] = [_verdict(d, t) for d, t in zip(rows.delivered_dose, rows.threshold_dose, strict=True)]
        return rows[rows.organ != ""].reset_index(drop=True)

    def genes(self) -> pd.DataFrame:
        """Return the most moved genes of every recipient at the tested dose, with interval and threshold."""
        found = self.match.genes()
        found = found[found.organ != ""]
        order = found.ln_fc.abs().sort_values(ascending=False).index
        return found.loc[order].groupby("recipient", sort=False).head(_TOP_GENES).reset_index(drop=True)

    def dose_curve(self) -> pd.DataFrame:
        """Return shift against dose with its interval."""
        found = self.match.dose_curve()
        return found[found.organ != ""].reset_index(drop=True)

    def network(self) -> pd.DataFrame:
        """Return the strongest links miRNA -> gene of every organ, with the programme of the gene."""
        import pandas as pd

        m = self.match
        edges = m.network(top=20)
        owner = {r.name: r.organ for r in m.recipients}
        edges["organ"] = edges.recipient.map(owner)
        members = m.programme_sets.network()
        edges["programme"] = edges.target.map(dict(zip(members.target, members.source, strict=True)))
        kept = edges.dropna(subset=["organ", "programme"])
        return pd.DataFrame(kept).reset_index(drop=True)

    def summary(self) -> list[str]:
        """Return the answer in sentences."""
        return list(self.match.summary())

    def _rows(self, programmes: int) -> pd.DataFrame:
        import pandas as pd

        m = self.match
        return pd.DataFrame(
            {
                "recipient": np.repeat(list(m.names), programmes),
                "organ": np.repeat([r.organ or "" for r in m.recipients], programmes),
                "cell": np.repeat([r.cell for r in m.recipients], programmes),
                "programme": np.tile(list(m.programme_sets.names), len(m.recipients)),
            }
        )

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


def _verdict(delivered: float, needed: float) -> str:
    if not np.isfinite(needed):
        return "no dose on the grid moves it by RNA"
    if not delivered > 0:
        return "nothing is delivered"
    if delivered >= needed:
        return f"RNA above threshold by {delivered / needed:.2g}"
    return f"RNA below threshold by {needed / delivered:.2g}"
