"""miRNA names: every reader of cargo resolves them here, to miRBase v22 mature names.

The table and the rules live in :mod:`metastasome.reference.names`, because the stockroom needs them too.
"""

from __future__ import annotations

from ..reference.names import HOW, MIN_SHARE, Mature, Resolution, looks_like_mirna, mirna_names, resolve

__all__ = ["HOW", "MIN_SHARE", "Mature", "Resolution", "looks_like_mirna", "mirna_names", "resolve"]
