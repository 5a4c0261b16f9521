"""Tracing array expressions, generating compiled code from them, and solving what they describe.

``trace`` is imported from its own file: ``from metastasome.numerics.trace import trace``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .layout import Layout
from .namespace import Namespace, NumpyNamespace, SymbolicNamespace

if TYPE_CHECKING:
    from .cache import compile_module, load_module
    from .compile import CompiledSystem, compile_system
    from .trace import System, evaluate

_LAZY = {
    "System": "trace", "evaluate": "trace",
    "CompiledSystem": "compile", "compile_system": "compile",
    "compile_module": "cache", "load_module": "cache",
}  # fmt: skip

__all__ = [
    "CompiledSystem",
    "Layout",
    "Namespace",
    "NumpyNamespace",
    "SymbolicNamespace",
    "System",
    "compile_module",
    "compile_system",
    "evaluate",
    "load_module",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f".{_LAZY[name]}", __name__), name)
