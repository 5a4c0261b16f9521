"""What each organ and cell type holds: mRNA, miRNA and 3'UTRs."""

from __future__ import annotations

from .build import build, human
from .embedded import embedded, gene_roles
from .expression import ExpressionTable, read_expression
from .genes import GeneMap, read_gene_map
from .mirna_atlas import MirnaAtlas, read_mirna_atlas
from .recipients import Source
from .stockroom import Recipient, Stockroom
from .utrs import Utrs, read_utrs

__all__ = [
    "ExpressionTable",
    "GeneMap",
    "MirnaAtlas",
    "Recipient",
    "Source",
    "Stockroom",
    "Utrs",
    "build",
    "embedded",
    "gene_roles",
    "human",
    "read_expression",
    "read_gene_map",
    "read_mirna_atlas",
    "read_utrs",
]
