"""Whole-body transport of vesicles: release, blood, lymph, uptake, decay."""

from __future__ import annotations

import importlib
from typing import Any

from .exposure import UptakeLaw

_LAZY = {
    "KineticParameters": "parameters",
    "Vesicle": "vesicle",
    "uptake_law": "uptake",
}

__all__ = ["KineticParameters", "UptakeLaw", "Vesicle", "uptake_law"]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
