"""The tables of a match, tidy: one row per recipient and gene, programme or threshold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..core.errors import InputError
from .dose import read_curve, threshold_dose

if TYPE_CHECKING:
    from .results import Match

F8 = NDArray[np.float64]
Z95 = 1.959964


def people(match: Match, r: NDArray[np.int64]) -> pd.DataFrame:
    """Return recipient, organ and cell of recipients `r`; a cell type of no fixed organ has an empty organ."""
    name = np.array(match.names, object)
    organ = np.array([x.organ or "" for x in match.recipients], object)
    cell = np.array([x.cell for x in match.recipients], object)
    return pd.DataFrame({"recipient": name[r], "organ": organ[r], "cell": cell[r]})


def doses_of(match: Match, dose: float | None) -> F8:
    """Return the dose each recipient is read at, ``(r,)``: `dose`, else what is delivered, else the tested dose."""
    if dose is not None:
        if not (math.isfinite(dose) and dose > 0):
            raise InputError("not a dose", field="dose", value=dose, expected="a positive number")
        return np.full(len(match.recipients), float(dose))
    known = np.isfinite(match.delivered) & (match.delivered > 0)
    return np.where(known, match.delivered, match.test_dose)


def genes(match: Match, dose: float | None, top: int | None) -> pd.DataFrame:
    """Return the gene table; see :meth:`Match.genes`."""
    at = doses_of(match, dose)[:, None]
    curves = np.moveaxis(match.ln_fc, 1, 2)
    mid = read_curve(match.doses, curves, np.broadcast_to(at, curves.shape[:-1]))
    held = np.where(np.nan_to_num(match.mrna.T, nan=0.0) > 0, np.abs(mid), 0.0)
    if top is not None and top < held.shape[1]:
        least = -np.partition(-held, top, axis=1)[:, [top]]
        held = np.where(held > least, held, 0.0)
    r, g = np.nonzero(held)
    own, far = curves[r, g], math.exp(Z95 * match.log_dose_sd)
    ends = np.stack([read_curve(match.doses, own, at[r, 0] * far), read_curve(match.doses, own, at[r, 0] / far)])
    frame = people(match, r)
    frame["gene"] = np.array(match.gene_names, object)[g]
    frame["dose"], frame["copies"], frame["ln_fc"] = at[r, 0], match.mrna[g, r], mid[r, g]
    frame["low"], frame["high"] = np.minimum(ends.min(axis=0), mid[r, g]), np.maximum(ends.max(axis=0), mid[r, g])
    frame["threshold_dose"] = threshold_dose(match.doses, own, match.detectable)
    order = np.lexsort((g, frame["ln_fc"].to_numpy(), r))
    return frame.iloc[order].reset_index(drop=True)


def programmes(match: Match, dose: float | None) -> pd.DataFrame:
    """Return the programme table; see :meth:`Match.programmes`."""
    at = doses_of(match, dose)
    r, p = (x.ravel() for x in np.indices((len(match.recipients), len(match.programme_sets.names))))
    frame = people(match, r)
    frame["programme"] = np.array(match.programme_sets.names, object)[p]
    frame["dose"] = at[r]
    for name, cube in (("shift", match.shift), ("low", match.shift_low), ("high", match.shift_high)):
        frame[name] = read_curve(match.doses, np.moveaxis(cube, 1, 2)[r, p], at[r])
    frame = frame.merge(hardest(match.significance_table), how="left", on=["recipient", "programme"])
    need = threshold_dose(match.doses, np.moveaxis(match.shift, 1, 2), match.detectable)
    frame["threshold_dose"], frame["delivered_dose"] = need[r, p], match.delivered[r]
    frame["verdict"] = [verdict(d, n) for d, n in zip(frame["delivered_dose"], frame["threshold_dose"], strict=True)]
    return frame


def hardest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the largest p and q of each recipient and programme over the questions; NaN where one had no answer."""
    keys = ["recipient", "programme"]
    worst = table.groupby(keys, observed=True, sort=False)[["p", "q"]].max()
    unanswered = table[table["q"].isna()].set_index(keys).index
    worst[worst.index.isin(unanswered)] = np.nan
    return worst.reset_index()


def dose_curve(match: Match) -> pd.DataFrame:
    """Return the curves of every programme over the doses; see :meth:`Match.dose_curve`."""
    r, d, p = (x.ravel() for x in np.indices(match.shift.shape))
    frame = people(match, r)
    frame["programme"] = np.array(match.programme_sets.names, object)[p]
    frame["dose"], frame["shift"] = match.doses[d], match.shift.ravel()
    frame["low"], frame["high"] = match.shift_low.ravel(), match.shift_high.ravel()
    return frame


def thresholds(match: Match) -> pd.DataFrame:
    """Return the threshold table; see :meth:`Match.thresholds`."""
    need = threshold_dose(match.doses, np.moveaxis(match.shift, 1, 2), match.detectable)
    r, p = (x.ravel() for x in np.indices(need.shape))
    rows = people(match, r)
    rows["what"], rows["name"] = "programme", np.array(match.programme_sets.names, object)[p]
    rows["threshold_dose"] = need.ravel()
    gene, best = most_sensitive(match)
    more = people(match, np.arange(len(match.recipients)))
    more["what"], more["name"], more["threshold_dose"] = "gene", np.array(match.gene_names, object)[gene], best
    frame = pd.concat([rows, more], ignore_index=True)
    far = math.exp(Z95 * match.log_dose_sd)
    frame["low"], frame["high"] = frame["threshold_dose"] / far, frame["threshold_dose"] * far
    frame["delivered_dose"] = np.concatenate([match.delivered[r], match.delivered])
    frame["ratio"] = frame["delivered_dose"] / frame["threshold_dose"]
    pairs = zip(frame["delivered_dose"], frame["threshold_dose"], strict=True)
    frame["verdict"] = [verdict(d, n) for d, n in pairs]
    return frame


def most_sensitive(match: Match) -> tuple[NDArray[np.int64], F8]:
    """Return each recipient's expressed gene (a copy per cell or more) of lowest threshold dose, and that dose."""
    need = threshold_dose(match.doses, np.moveaxis(match.ln_fc, 1, 2), match.detectable)
    need = np.where(np.nan_to_num(match.mrna.T, nan=0.0) >= 1.0, need, np.inf)
    best = need.argmin(axis=1)
    return best, need[np.arange(len(best)), best]


def verdict(delivered: float, need: float) -> str:
    """Return in words how a delivered dose compares with the one that is needed.

    >>> verdict(10.0, 1000.0)
    'below threshold by a factor 100'
    """
    if not math.isfinite(need):
        return "no dose on the grid is enough"
    if not math.isfinite(delivered):
        return "delivered dose not given"
    if delivered <= 0:
        return "nothing is delivered"
    if delivered < need:
        return f"below threshold by a factor {need / delivered:.2g}"
    return f"above threshold by a factor {delivered / need:.2g}"
