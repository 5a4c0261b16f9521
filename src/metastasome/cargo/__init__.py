"""What a vesicle carries: profiles read from count matrices and proteomes, and copies per vesicle."""

from .cargo import Cargo

__all__ = ["Cargo"]
