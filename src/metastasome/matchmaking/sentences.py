"""The answer of a match in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.words import cell_label, number, organ_label, plain
from ..stockroom.stockroom import Recipient
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


def named(who: Recipient) -> str:
    """Return a recipient in words: ``liver`` as a whole, ``liver (macrophage)``, or ``T cell`` of no fixed organ."""
    if who.organ is None:
        return cell_label(who.cell)
    organ = organ_label(who.organ)
    return organ if who.cell == "bulk" else f"{organ} ({cell_label(who.cell)})"


def _dose(match: Match) -> str:
    gene, need = most_sensitive(match)
    known = np.isfinite(match.delivered) & (match.delivered > 0)
    if not np.isfinite(need).any():
        top = _short(match.doses[-1])
        return f"Below threshold everywhere: no gene changes detectably at up to {top} EV per cell and day."
    if not known.any():
        best = int(need.argmin())
        return (
            f"The most sensitive gene, {match.gene_names[gene[best]]} in {named(match.recipients[best])}, needs "
            f"{_short(need[best])} EV per cell and day; whether kinetics delivers that was not asked."
        )
    ratio = np.where(known, match.delivered / need, -np.inf)
    best = int(ratio.argmax())
    who = f"{match.gene_names[gene[best]]} in {named(match.recipients[best])}"
    arrives = f"{_short(match.delivered[best])} EV per cell and day are delivered"
    if ratio[best] >= 1:
        return (
            f"Above threshold by a factor {_short(ratio[best])} for {who}: {arrives}, {_short(need[best])} are needed."
        )
    if ratio[best] <= 0:
        most = _short(np.nanmax(match.delivered))
        return f"Below threshold everywhere: at {most} EV per cell and day no gene changes detectably."
    less = _short(1 / ratio[best])
    return f"Below threshold by a factor {less} at best, for {who}: {arrives}, {_short(need[best])} are needed."


def _strongest(match: Match) -> str:
    at, dose = match.shift[:, match.tested], f"{_short(match.test_dose)} EV per cell and day"
    if not at.size or not np.abs(at).max() > 0:
        return f"No programme moves at {dose}."
    r, p = np.unravel_index(int(np.abs(at).argmax()), at.shape)
    low, high = match.shift_low[r, match.tested, p], match.shift_high[r, match.tested, p]
    what = f"{plain(match.programme_sets.names[p])} in {named(match.recipients[r])}"
    size = f"{_short(at[r, p])} ({_short(low)} to {_short(high)}) natural-log units"
    return f"At {dose} the largest shift is {what}: {size}."


def _short(value: float) -> str:
    return number(value, 2)


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
