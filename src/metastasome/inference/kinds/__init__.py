"""Kinds of observation a question can name, one file each; adding a kind is adding a file."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from ...core.errors import InputError, nearest
from .base import Kind


@functools.cache
def kinds() -> dict[str, Kind]:
    """Return key -> kind for every file of this room that declares one."""
    found: dict[str, Kind] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name == "base":
            continue
        kind = getattr(importlib.import_module(f"{__name__}.{module.name}"), "KIND", None)
        if isinstance(kind, Kind):
            found[kind.key] = kind
    return dict(sorted(found.items()))


def kind(key: str) -> Kind:
    """Return the kind called `key`; :class:`InputError` names the nearest known one."""
    known = kinds()
    if key not in known:
        raise InputError(
            f"no observation of kind '{key}'", field="kind", hint=nearest(key, known) or f"known: {', '.join(known)}"
        )
    return known[key]
