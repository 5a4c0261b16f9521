"""Calling machine code by its address from numba: the caller is compiled once, whatever lies behind the address.

The functions are C functions of pointers to float64 (see :mod:`.native`); the arrays given must be contiguous float64.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped,unused-ignore]
from numba import types
from numba.extending import intrinsic


def _code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    pointers = [
        context.make_array(kind)(context, builder, value).data
        for kind, value in zip(signature.args[1:], args[1:], strict=True)
    ]
    kind = ir.FunctionType(ir.VoidType(), [p.type for p in pointers])
    builder.call(builder.inttoptr(args[0], kind.as_pointer()), pointers)
    return context.get_dummy_value()


@intrinsic
def call_2(typing: Any, address: Any, a: Any, b: Any) -> Any:
    """Call the function at `address` with two arrays."""
    return types.void(types.int64, a, b), _code


@intrinsic
def call_3(typing: Any, address: Any, a: Any, b: Any, c: Any) -> Any:
    """Call the function at `address` with three arrays."""
    return types.void(types.int64, a, b, c), _code


@intrinsic
def call_5(typing: Any, address: Any, a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
    """Call the function at `address` with five arrays."""
    return types.void(types.int64, a, b, c, d, e), _code
