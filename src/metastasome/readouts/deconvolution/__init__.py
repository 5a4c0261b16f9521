"""Deconvolution of plasma vesicle profiles: which tissues and blood cells they hold, and what can be seen at all."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "Deconvolution": "result",
    "Profiles": "profile",
    "Signatures": "signatures",
    "deconvolve": "api",
    "embedded": "signatures",
    "read_profiles": "profile",
    "read_signatures": "signatures",
    "tissue_panel": "panel",
}
__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
