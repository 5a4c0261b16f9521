"""Borrowed references in compiled code: structs and arrays whose owner lives elsewhere, so that nobody counts.

numba counts references with atomic additions; reading an array out of a struct costs two. In the engine's inner loops
that was a third of all time. A :class:`Handle` is the bare address of a struct of `numba.experimental.structref`, and
arrays read through it own nothing. Whoever makes handles keeps the owners until the work is done (`done_with`).
"""

# mypy: disable-error-code="no-untyped-call, no-any-return, misc, override, untyped-decorator"
# (what numba compiles is typed by numba)
from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped,unused-ignore]
from numba import types
from numba.core import cgutils, imputils
from numba.core.typing.templates import AttributeTemplate
from numba.experimental.structref import _Utils
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    register_model,
)


class Handle(types.Type):
    """The address of a struct of type `owner`."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        super().__init__(name=f"Handle({owner.name})")


@register_model(Handle)
class _HandleModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.IntType(8).as_pointer())


@infer_getattr
class _HandleAttributes(AttributeTemplate):
    key = Handle

    def generic_resolve(self, handle: Any, name: str) -> Any:
        kind = handle.owner.field_dict.get(name)
        return Handle(kind) if isinstance(kind, types.StructRef) else kind


def _fields(context: Any, builder: Any, handle: Any, value: Any) -> Any:
    payload = handle.owner.get_data_type()
    pointer = context.data_model_manager[payload].get_value_type().as_pointer()
    return cgutils.create_struct_proxy(payload)(context, builder, ref=builder.bitcast(value, pointer))


def _unowned(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    array = context.make_array(kind)(context, builder, value)
    array.meminfo = cgutils.get_null_value(array.meminfo.type)
    array.parent = cgutils.get_null_value(array.parent.type)
    return array._getvalue()


def _address(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    data = _Utils(context, builder, kind).get_data_pointer(value)
    return builder.bitcast(data, ir.IntType(8).as_pointer())


@lower_getattr_generic(Handle)
def _get(context: Any, builder: Any, handle: Any, value: Any, name: str) -> Any:
    found = getattr(_fields(context, builder, handle, value), name)
    kind = handle.owner.field_dict[name]
    if isinstance(kind, types.StructRef):
        return _address(context, builder, kind, found)
    if isinstance(kind, types.Array):
        found = _unowned(context, builder, kind, found)
    return imputils.impl_ret_untracked(context, builder, kind, found)


@lower_setattr_generic(Handle)
def _set(context: Any, builder: Any, signature: Any, args: Any, name: str) -> None:
    handle, given = signature.args
    kind, fields = handle.owner.field_dict[name], _fields(context, builder, handle, args[0])
    value, old = context.cast(builder, args[1], given, kind), getattr(fields, name)
    context.nrt.incref(builder, kind, value)
    setattr(fields, name, value)
    context.nrt.decref(builder, kind, old)


@intrinsic
def handle(typing: Any, struct: Any) -> Any:
    """Return the handle of a struct; setting one of its arrays needs an array that owns its memory."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _address(context, builder, signature.args[0], args[0])

    return Handle(struct)(struct), code


@intrinsic
def borrowed(typing: Any, array: Any) -> Any:
    """Return the array without ownership of its memory."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _unowned(context, builder, signature.args[0], args[0])

    return array(array), code


@intrinsic
def done_with(typing: Any, owner: Any) -> Any:
    """Do nothing, with an owner that must live until here."""
    return types.void(owner), lambda context, *_: context.get_dummy_value()
