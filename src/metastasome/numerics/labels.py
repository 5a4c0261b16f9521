"""Names of single entries: block and, where it has several, organ or number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.errors import InputError
from .layout import Layout


def entry_labels(layout: Layout, labels: Mapping[str, Sequence[str]] | None) -> list[tuple[str, str | None]]:
    """Return ``(block, label)`` per entry; label is None in a block of one without given labels.

    Raises:
        InputError: a block has more or fewer labels than entries.
    """
    found: list[tuple[str, str | None]] = []
    for name, size in zip(layout.names, layout.sizes, strict=True):
        given = (labels or {}).get(name)
        if given is None:
            found += [(name, None if size == 1 else str(k)) for k in range(size)]
        elif len(given) != size:
            raise InputError("labels do not fit the block", field=name, value=len(given), expected=f"{size} labels")
        else:
            found += [(name, label) for label in given]
    return found


def identifiers(layout: Layout, labels: Mapping[str, Sequence[str]] | None) -> list[str]:
    """Return one identifier per entry (letters, digits, underscore; no digit first)."""
    whole = [block if label is None else f"{block}_{label}" for block, label in entry_labels(layout, labels)]
    return [identifier(name) for name in whole]


def identifier(name: str) -> str:
    """Return `name` with letters, digits and underscores only, and no digit first."""
    clean = "".join(ch if ch.isascii() and ch.isalnum() else "_" for ch in name)
    return f"_{clean}" if clean[:1].isdigit() else clean
