"""The answer of a match in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .tables import most_sensitive

if TYPE_CHECKING:
    from .results import Match

QUESTION = {
    "cargo": "than any cargo of this size",
    "gene": "than other genes of the same 3'UTR length and expression",
    "recipient": "than other organs of the same donors",
    "class": "in cases than in controls",
}


def sentences(match: Match) -> list[str]:
    """Return the verdict on dose, the strongest shift, the nulls, and the reach of the fast sums."""
    return [_dose(match), _strongest(match), *_nulls(match)]


def _dose(match: Match) -> str:
    gene, need = most_sensitive(match)
    known = np.isfinite(match.delivered) & (match.delivered > 0)
    if not np.isfinite(need).any():
        top = match.doses[-1]
        return f"Below threshold everywhere: no gene changes detectably at up to {top:.2g} EV per cell and day."
    if not known.any():
        best = int(need.argmin())
        return (
            f"The most sensitive gene, {match.gene_names[gene[best]]} in {match.names[best]}, needs {need[best]:.2g} "
            "EV per cell and day; whether kinetics delivers that was not asked."
        )
    ratio = np.where(known, match.delivered / need, -np.inf)
    best = int(ratio.argmax())
    who = f"{match.gene_names[gene[best]]} in {match.names[best]}"
    met = f"{match.delivered[best]:.2g} EV per cell and day are delivered, {need[best]:.2g} are needed"
    if ratio[best] >= 1:
        return f"Above threshold by a factor {ratio[best]:.2g} for {who}: {met}."
    if ratio[best] <= 0:
        most = np.nanmax(match.delivered)
        return f"Below threshold everywhere: at {most:.2g} EV per cell and day no gene changes detectably."
    return f"Below threshold by a factor {1 / ratio[best]:.2g} at best ({who}): {met}."


def _strongest(match: Match) -> str:
    at = match.shift[:, match.tested]
    if not at.size or not np.abs(at).max() > 0:
        return f"No programme moves at {match.test_dose:.2g} EV per cell and day."
    r, p = np.unravel_index(int(np.abs(at).argmax()), at.shape)
    low, high = match.shift_low[r, match.tested, p], match.shift_high[r, match.tested, p]
    return (
        f"At {match.test_dose:.2g} EV per cell and day the largest shift is {match.programme_sets.names[p]} in "
        f"{match.names[r]}: {at[r, p]:.2g} ({low:.2g} to {high:.2g}) natural-log units."
    )


def _nulls(match: Match) -> list[str]:
    out = []
    table = match.significance_table
    for question, rows in table.groupby("question", observed=True, sort=False):
        # recipients of one content share one test
        once = rows.drop_duplicates(["programme", "effect", "p", "null_median"])
        tested, hits = int(once["q"].notna().sum()), int((once["q"] < 0.05).sum())
        found = "none moves" if hits == 0 else f"{hits} move"
        out.append(f"Of {tested} shifts tested, {found} more {QUESTION[str(question)]} (q < 0.05).")
    if len(table):
        kept = match.survivors()
        out.append("No match survives every null." if kept.empty else f"{len(kept)} matches survive every null asked.")
    return out
