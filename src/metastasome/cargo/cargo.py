"""What one vesicle of a tumour carries: the object every reader makes and matchmaking takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError


@dataclass(frozen=True)
class Cargo:
    """Tumour cargo per vesicle, as the difference between case and control where both were measured.

    Attributes:
        name: what it is (``"colorectal, plasma EV, case minus healthy"``).
        mirnas: miRBase v22 mature names, ``m`` of them.
        copies: copies of each miRNA per tumour vesicle, shape ``(m,)``; never negative.
        copies_log_sd: log-scale standard deviation of `copies` (between donors, and of the copies-per-EV figure),
            ``(m,)``.
        samples: relative abundance per donor and miRNA, shape ``(n, m)``, in counts per million; None where only a
            summary is known.
        labels: the class of each donor (``"case"`` or ``"control"``), ``n`` of them, or empty.
        proteins: HGNC gene -> level in the tumour's vesicles relative to normal ones (1 = the same; never NaN).
        dna_copies: genome equivalents of tumour DNA per vesicle, or None where not measured.
        sequences: miRNA name -> mature sequence (RNA letters), where the cargo brought its own.
        notes: what the reader decided (orientation found, names resolved or lost), one sentence each.
        sources: file or reference -> SHA-256.
    """

    name: str
    mirnas: tuple[str, ...]
    copies: NDArray[np.float64]
    copies_log_sd: NDArray[np.float64]
    samples: NDArray[np.float64] | None = None
    labels: tuple[str, ...] = ()
    proteins: Mapping[str, float] = field(default_factory=dict)
    dna_copies: float | None = None
    sequences: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        m = len(self.mirnas)
        if self.copies.shape != (m,) or self.copies_log_sd.shape != (m,):
            raise InputError("miRNA names and copies differ in length", field=self.name, value=self.copies.shape)
        if not (np.isfinite(self.copies).all() and (self.copies >= 0).all()):
            raise InputError("copies per vesicle must be finite and not negative", field=self.name)
        if self.samples is not None and self.samples.shape != (len(self.labels), m):
            raise InputError("sample matrix does not fit labels and miRNAs", field=self.name, value=self.samples.shape)

    def __repr__(self) -> str:
        donors = f", {len(self.labels)} donors" if self.labels else ""
        return f"<Cargo {self.name}: {len(self.mirnas)} miRNAs, {self.copies.sum():.3g} copies per EV{donors}>"
