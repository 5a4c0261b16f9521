"""The stockroom of the embedded reference: a panel of genes in the same recipients as the full human one."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from ..reference import tables
from ..reference.site_counts import site_counts
from .stockroom import Recipient, Stockroom

_FILES = ("recipients.tsv", "panel_mrna.tsv.gz", "panel_mirna.tsv.gz", "site_counts.tsv.gz", "site_genes.tsv")


@functools.cache
def embedded() -> Stockroom:
    """Return the embedded stockroom: programme, marker and background genes, abundant miRNAs, seed-site counts.

    Levels are those of :func:`metastasome.stockroom.human`, copies per cell to three figures; ``site_counts`` is a
    :class:`~metastasome.reference.site_counts.SiteCounts`, and ``utrs`` is empty.
    """
    rows = tables.rows("recipients.tsv")
    recipients = tuple(Recipient(r["name"], r["organ"] or None, r["cell"], r["proxy"]) for r in rows)
    genes, mrna = _levels("panel_mrna.tsv.gz", "gene", [int(r["mrna"]) for r in rows])
    mirnas, mirna = _levels("panel_mirna.tsv.gz", "mirna", [int(r["mirna"]) for r in rows])
    roles = gene_roles()
    drawn = sum(role == "background" for role in roles.values())
    first = (
        f"Embedded reference: {len(genes)} genes ({drawn} of them drawn at random as background), {len(mirnas)} "
        f"miRNAs; other transcripts compete for miRNAs too but are not in it."
    )
    return Stockroom(
        name="embedded reference (human)",
        genes=genes,
        recipients=recipients,
        mrna=mrna,
        mirnas=mirnas,
        mirna=mirna,
        site_counts=site_counts(),
        notes=(first, *tables.manifest()["choices"]["panel"]["notes"]),
        sources={name: tables.checksum(name) for name in _FILES},
    )


@functools.cache
def gene_roles() -> dict[str, str]:
    """Return the role of each panel gene: ``"programme"``, ``"marker"`` or ``"background"``."""
    return {r["gene"]: r["role"] for r in tables.rows("panel_genes.tsv")}


def _levels(file: str, what: str, columns: list[int]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    rows = tables.rows(file)
    names = tuple(r[what] for r in rows)
    stored = np.array([[float(v) if v else np.nan for k, v in r.items() if k != what] for r in rows])
    return names, stored[:, columns]
