"""What each recipient (organ or cell type) already holds: the object every reader makes and matchmaking takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError


@dataclass(frozen=True)
class Recipient:
    """One column of the stockroom: an organ as a whole or a cell class in it.

    Attributes:
        name: unique (``"liver"``, ``"liver/macrophage"``).
        organ: canonical organ name, or None for a cell type of no fixed organ.
        cell: ``"bulk"``, ``"endothelium"``, ``"macrophage"``, ``"stroma"``, ``"parenchyma"``, ``"epithelium"``,
            ``"msc"`` or ``"t_cell"``.
        proxy: what was really measured when it is a stand-in (``"HUVEC TERT2 cell line"``), else empty.
    """

    name: str
    organ: str | None
    cell: str = "bulk"
    proxy: str = ""


@dataclass(frozen=True)
class Stockroom:
    """mRNA and miRNA of every recipient, in copies per cell.

    Attributes:
        name: which data stand behind it.
        genes: HGNC symbols, ``g`` of them.
        recipients: ``r`` of them.
        mrna: mRNA copies per cell, shape ``(g, r)``; NaN where not measured.
        mirnas: miRBase v22 mature names, ``m`` of them.
        mirna: endogenous miRNA copies per cell, shape ``(m, r)``; NaN where not measured.
        utrs: gene -> 3'UTR sequence (DNA letters, upper case); empty for the embedded reference, which carries
            `site_counts` instead.
        site_counts: ``(miRNA seed, gene) -> counts`` table of the embedded reference, see ``reference.site_counts``.
        notes, sources: as in :class:`~metastasome.cargo.cargo.Cargo`.
    """

    name: str
    genes: tuple[str, ...]
    recipients: tuple[Recipient, ...]
    mrna: NDArray[np.float64]
    mirnas: tuple[str, ...]
    mirna: NDArray[np.float64]
    utrs: Mapping[str, str] = field(default_factory=dict)
    site_counts: object | None = None
    notes: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        r = len(self.recipients)
        if self.mrna.shape != (len(self.genes), r):
            raise InputError("mRNA table does not fit genes and recipients", field=self.name, value=self.mrna.shape)
        if self.mirna.shape != (len(self.mirnas), r):
            raise InputError("miRNA table does not fit miRNAs and recipients", field=self.name, value=self.mirna.shape)
        if len({x.name for x in self.recipients}) != r:
            raise InputError("a recipient is named twice", field=self.name)

    def __repr__(self) -> str:
        return (
            f"<Stockroom {self.name}: {len(self.genes)} genes, {len(self.mirnas)} miRNAs, "
            f"{len(self.recipients)} recipients>"
        )
