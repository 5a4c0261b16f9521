"""Which part of a stockroom a match computes: chosen organs, genes whose sites are known, and each content once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..core import organs as vocabulary
from ..core.errors import InputError
from ..stockroom.stockroom import Stockroom

if TYPE_CHECKING:
    from ..reference.site_counts import SiteCounts


def choose(stockroom: Stockroom, organs: Sequence[str] | None) -> Stockroom:
    """Return the recipients of `organs` (synonyms understood), and the cell types of no fixed organ.

    Raises:
        InputError: an unknown organ, or one that the stockroom does not hold.
    """
    if organs is None:
        return stockroom
    wanted = {vocabulary.organ(name).name for name in ([organs] if isinstance(organs, str) else organs)}
    held = {r.organ for r in stockroom.recipients}
    if missing := sorted(wanted - held):
        known = ", ".join(sorted(x for x in held if x))
        raise InputError("organ not in the stockroom", field="organs", value=missing[0], expected=known)
    return take(stockroom, [i for i, r in enumerate(stockroom.recipients) if r.organ is None or r.organ in wanted])


def take(stockroom: Stockroom, columns: Sequence[int] | NDArray[np.int64]) -> Stockroom:
    """Return the recipients at `columns`."""
    people = tuple(stockroom.recipients[i] for i in columns)
    return replace(stockroom, recipients=people, mrna=stockroom.mrna[:, columns], mirna=stockroom.mirna[:, columns])


def covered(stockroom: Stockroom) -> Stockroom:
    """Return the genes whose sites are known: with a 3'UTR, or in the embedded counts of sites.

    Raises:
        InputError: the stockroom has neither, or no gene of it is among them.
    """
    if stockroom.utrs:
        known, what = {g for g, utr in stockroom.utrs.items() if utr}, "3'UTR"
    elif stockroom.site_counts is not None:
        known, what = set(site_counts_of(stockroom).genes), "site counts"
    else:
        raise InputError(
            "the stockroom has neither 3'UTRs nor site counts", field=stockroom.name, hint="give 3'UTRs with --utr"
        )
    keep = [i for i, gene in enumerate(stockroom.genes) if gene in known]
    if not keep:
        raise InputError(
            f"no gene of the stockroom has a {what}",
            field=stockroom.name,
            value=sorted(known)[:3],
            expected=f"ids like {list(stockroom.genes[:3])}",
        )
    genes = tuple(stockroom.genes[i] for i in keep)
    return (
        stockroom
        if len(keep) == len(stockroom.genes)
        else replace(
            stockroom,
            genes=genes,
            mrna=stockroom.mrna[keep],
            utrs={g: stockroom.utrs[g] for g in genes if stockroom.utrs},
        )
    )


def site_counts_of(stockroom: Stockroom) -> SiteCounts:
    """Return the stockroom's counts of sites, or raise :class:`InputError` where it carries something else."""
    from ..reference.site_counts import SiteCounts

    if not isinstance(stockroom.site_counts, SiteCounts):
        raise InputError("not a table of site counts", field="site_counts", value=stockroom.site_counts)
    return stockroom.site_counts


def distinct(stockroom: Stockroom) -> tuple[Stockroom, NDArray[np.int64]]:
    """Return the recipients of different content, and for each recipient which of them holds the same, ``(r,)``.

    Proxies repeat from organ to organ; each content is computed and tested once.
    """
    seen: dict[bytes, int] = {}
    first: list[int] = []
    where: list[int] = []
    for i in range(len(stockroom.recipients)):
        key = stockroom.mrna[:, i].tobytes() + stockroom.mirna[:, i].tobytes()
        if key not in seen:
            seen[key] = len(first)
            first.append(i)
        where.append(seen[key])
    return take(stockroom, first), np.array(where, np.int64)


def spread_rows(table: pd.DataFrame, room: Stockroom, whole: Stockroom, where: NDArray[np.int64]) -> pd.DataFrame:
    """Return the p-value table of the distinct recipients `room` with a copy of their rows for every recipient.

    The rows of the recipient null speak of organs and are kept as they are.
    """
    if table.empty:
        return table
    parts, per_organ = [], table["question"] == "recipient"
    by_name = dict(list(table[~per_organ].groupby("recipient", sort=False)))
    for i, who in enumerate(whole.recipients):
        rows = by_name[room.recipients[where[i]].name]
        parts.append(rows.assign(recipient=who.name, organ=who.organ or "", cell=who.cell))
    order = {name: i for i, name in enumerate(dict.fromkeys(table["question"]))}
    made = pd.concat([*parts, table[per_organ]], ignore_index=True)
    return made.sort_values("question", key=lambda q: q.map(order), kind="stable", ignore_index=True)
