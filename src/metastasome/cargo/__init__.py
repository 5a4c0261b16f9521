"""What a vesicle carries: profiles read from count matrices and proteomes, and copies per vesicle."""

from __future__ import annotations

from .cargo import Cargo
from .copies import from_counts
from .counts import CountTable, read_mirna_counts
from .embedded import embedded, embedded_proteins
from .join import combine
from .literature import documented
from .names import Resolution, resolve
from .proteins import ProteinRatios, read_proteins

__all__ = [
    "Cargo",
    "CountTable",
    "ProteinRatios",
    "Resolution",
    "combine",
    "documented",
    "embedded",
    "embedded_proteins",
    "from_counts",
    "read_mirna_counts",
    "read_proteins",
    "resolve",
]
