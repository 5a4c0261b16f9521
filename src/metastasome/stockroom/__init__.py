"""What each organ and cell type holds: mRNA, miRNA and 3'UTRs."""

from .stockroom import Recipient, Stockroom

__all__ = ["Recipient", "Stockroom"]
