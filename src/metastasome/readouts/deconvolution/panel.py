"""A miRNA panel for a tissue's vesicles in plasma, from the embedded signatures and plasma libraries."""

from __future__ import annotations

import numpy as np

from ...reference import tables
from ..mirna_panel import MirnaPanel, choose_panel
from .signatures import embedded


def tissue_panel(tissue: str, *, size: int = 20, plasma: str = "colorectal") -> MirnaPanel:
    """Return the panel of `size` miRNAs that tell the vesicles of `tissue` from healthy plasma.

    Args:
        tissue: a source of the embedded signatures.
        size: miRNAs, up to 40.
        plasma: embedded cargo whose controls are the healthy plasma.

    Raises:
        InputError: an unknown tissue.
    """
    known = embedded().only([tissue])
    rows = {r["mirna"]: float(r["control_mean"]) for r in tables.rows(f"cargo_{plasma}.tsv.gz")}
    place = {m: i for i, m in enumerate(known.mirnas)}
    names = tuple(m for m in rows if m in place)
    healthy = np.array([rows[m] for m in names])
    tumour = np.array([known.shares[place[m], 0] for m in names])
    # Shares are of the miRNAs both tables hold; one read per million is the least that healthy plasma can show.
    return choose_panel(names, np.maximum(healthy, 1.0), tumour, size=size)
