"""The user's own single cells as a stockroom: pseudobulk by donor and cell type, then means over donors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core import organs as vocabulary
from ..core.errors import InputError, nearest
from ..stockroom.build import MRNA_PER_CELL
from ..stockroom.stockroom import Recipient, Stockroom

if TYPE_CHECKING:
    import anndata

CELL_CLASSES = ("bulk", "endothelium", "macrophage", "stroma", "parenchyma", "epithelium", "msc", "t_cell")


def stockroom_from_anndata(
    data: anndata.AnnData,
    *,
    groups: str,
    donors: str,
    recipients: Mapping[str, tuple[str | None, str]],
    beside: Stockroom,
    layer: str | None = "counts",
    fewest_cells: int = 10,
    mrna_per_cell: float = MRNA_PER_CELL,
    name: str = "single cells",
) -> Stockroom:
    """Return a stockroom whose recipients are cell types of an AnnData.

    Counts are summed per donor and cell type (decoupler's pseudobulk), scaled to `mrna_per_cell` molecules, and
    averaged over donors, so that every donor counts once.

    Args:
        data: cells x genes (symbols in ``var_names``), raw counts.
        groups, donors: columns of ``obs`` with the cell type and the donor.
        recipients: label in `groups` -> (organ or None, cell class); labels left out are not used.
        beside: whose 3'UTRs (or site counts) and endogenous miRNA are taken: the same organ and cell class, else the
            organ as a whole, else not measured.
        layer: where the counts are; None for ``X``.
        fewest_cells: donors with fewer cells of a type are left out for it.
        mrna_per_cell: mRNA molecules of a cell.
        name: what to call it.

    Raises:
        InputError: a column or layer is missing, values are no counts (logarithms?), a label or cell class is unknown,
            or no gene is shared with `beside`.
    """
    _check(data, groups, donors, recipients, layer)
    people = [_recipient(label, organ, cell) for label, (organ, cell) in recipients.items()]
    levels, used = _levels(data, groups, donors, list(recipients), layer, fewest_cells)
    genes = tuple(str(x) for x in data.var_names)
    known = set(beside.utrs) or set(getattr(beside.site_counts, "genes", ()))
    if not known & set(genes):
        raise InputError(
            "no gene of the cells has known sites", field="var_names", value=list(genes[:3]),
            expected=f"symbols like {sorted(known)[:3]}",
        )  # fmt: skip
    mirna = np.array([_mirna(beside, r) for r in people]).T.reshape(len(beside.mirnas), len(people))
    note = "; ".join(f"{r.name}: {n} donors" for r, n in zip(people, used, strict=True))
    return Stockroom(
        name, genes, tuple(people), levels * mrna_per_cell, beside.mirnas, mirna,
        utrs={g: beside.utrs[g] for g in genes if g in beside.utrs}, site_counts=beside.site_counts,
        notes=(f"Pseudobulk of single cells, mean over donors ({note}); miRNA and sites from {beside.name}.",),
        sources=beside.sources,
    )  # fmt: skip


def _check(
    data: anndata.AnnData, groups: str, donors: str, recipients: Mapping[str, tuple[str | None, str]], layer: str | None
) -> None:
    for column in (groups, donors):
        if column not in data.obs:
            hint = nearest(column, data.obs.columns) or None
            raise InputError("no such column of obs", field=column, value=list(data.obs.columns), hint=hint)
    if layer is not None and layer not in data.layers:
        raise InputError(
            "no such layer", field="layer", value=layer, expected=str(list(data.layers)), hint="layer=None takes X"
        )
    labels = set(data.obs[groups].astype(str))
    for label in recipients:
        if label not in labels:
            raise InputError(
                "no cell carries this label", field=groups, value=label, hint=nearest(label, labels) or None
            )
    counts = data.X if layer is None else data.layers[layer]
    values = np.asarray(getattr(counts, "data", counts), np.float64).ravel()
    if (values < 0).any() or not np.isfinite(values).all() or (values != np.round(values)).any():
        raise InputError(
            "not raw counts", field=layer or "X", hint="are these normalised or log values? name the layer of counts"
        )


def _recipient(label: str, organ: str | None, cell: str) -> Recipient:
    if cell not in CELL_CLASSES:
        hint = nearest(cell, CELL_CLASSES) or None
        raise InputError("unknown cell class", field=label, value=cell, expected=", ".join(CELL_CLASSES), hint=hint)
    place = None if organ is None else vocabulary.organ(organ).name
    return Recipient(f"{place}/{label}" if place else label, place, cell, f"single cells: {label}")


def _levels(
    data: anndata.AnnData, groups: str, donors: str, labels: list[str], layer: str | None, fewest: int
) -> tuple[NDArray[np.float64], list[int]]:
    """Return shares of all mRNA, ``(g, r)``, and the number of donors behind each recipient."""
    import decoupler as dc

    chosen = data[data.obs[groups].astype(str).isin(labels)]
    bulk = dc.pp.pseudobulk(chosen, sample_col=donors, groups_col=groups, layer=layer, mode="sum")
    sums, kinds = np.asarray(bulk.X, np.float64), bulk.obs[groups].astype(str).to_numpy()
    size = chosen.obs.groupby([chosen.obs[donors].astype(str), chosen.obs[groups].astype(str)]).size()
    pairs = zip(bulk.obs[donors].astype(str), kinds, strict=True)
    enough = np.array([size[pair] >= fewest for pair in pairs]) & (sums.sum(axis=1) > 0)
    columns, used = [], []
    for label in labels:
        rows = sums[enough & (kinds == label)]
        if not len(rows):
            raise InputError("no donor has enough cells of this type", field=label, expected=f"{fewest} or more")
        columns.append((rows / rows.sum(axis=1, keepdims=True)).mean(axis=0))
        used.append(len(rows))
    return np.array(columns).T, used


def _mirna(beside: Stockroom, who: Recipient) -> NDArray[np.float64]:
    for organ, cell in ((who.organ, who.cell), (None, who.cell), (who.organ, "bulk")):
        for i, other in enumerate(beside.recipients):
            if (other.organ, other.cell) == (organ, cell):
                return beside.mirna[:, i]
    return np.full(len(beside.mirnas), np.nan)
