"""How the inner parts of the kernels are compiled: functions that only compiled code calls.

Entries for Python and C, which numba would add to each, took a seventh of the time in which the kernel compiles.
Division by zero gives inf or NaN, as in NumPy.
"""

# mypy: disable-error-code="no-untyped-call, no-any-return"
from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
_PLAIN: dict[str, Any] = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def inner(function: F) -> F:
    """Compile a part of the kernels."""
    return njit(**_PLAIN)(function)


def merged(function: F) -> F:
    """Compile a part within its only caller: alone, it would be optimised once for itself and again in every caller."""
    return njit(inline="always", **_PLAIN)(function)
