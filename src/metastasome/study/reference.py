"""The keys of a study file as tables for the documentation, made from the models."""

from __future__ import annotations

import typing
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from .quantity import Quantity


def table(model: type[BaseModel], name: str = "") -> str:
    """Return Markdown: a heading, what the part is, a table of its keys, then the same for the parts within it."""
    head = f"## `{name}`\n\n{model.__doc__}" if name else f"{model.__doc__}"
    rows = [
        f"| `{key}` | {_kind(found)} | {_default(found)} | {_oneline(_meaning(found))} |"
        for key, found in model.model_fields.items()
    ]
    own = "\n".join([head, "", "| key | takes | default | |", "| --- | --- | --- | --- |", *rows])
    within = [
        table(part, f"{name}.{key}" if name else key)
        for key, found in model.model_fields.items()
        for part in _parts(found.annotation)
    ]
    return "\n\n".join([own, *within])


def _parts(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [p for a in typing.get_args(annotation) for p in _parts(a)]


def _kind(found: FieldInfo) -> str:
    if typing.get_origin(found.annotation) is dict:
        units = [m.unit for m in _marks(found.annotation) if isinstance(m, Quantity)]
        return f"mapping of names to quantities in {units[0]}" if units else "mapping"
    for mark in (*found.metadata, *_marks(found.annotation)):
        if isinstance(mark, Quantity):
            return f"quantity in {mark.unit}, as `{mark.example}`"
    if _parts(found.annotation):
        return "a part" if not _is_list(found.annotation) else "list of parts"
    return _words(found.annotation)


def _marks(annotation: Any) -> list[Any]:
    inside = [m for a in typing.get_args(annotation) for m in _marks(a)]
    return [*getattr(annotation, "__metadata__", ()), *inside]


def _is_list(annotation: Any) -> bool:
    return typing.get_origin(annotation) is tuple


def _words(annotation: Any) -> str:
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return " or ".join(f"`{a}`" for a in inside)
    if origin is dict:
        return "mapping"
    if origin is tuple:
        return "list"
    plain = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}
    if annotation in plain:
        return plain[annotation]
    known = [_words(a) for a in inside if a is not type(None) and (isinstance(a, type) or typing.get_origin(a))]
    return " or ".join(dict.fromkeys(known)) or "text"


def _default(found: FieldInfo) -> str:
    if found.is_required():
        return "needed"
    value = found.default
    if value is PydanticUndefined or value is None or isinstance(value, BaseModel) or value == ():
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _meaning(found: FieldInfo) -> str | None:
    parts = _parts(found.annotation)
    return found.description or (parts[0].__doc__ if parts else None)


def _oneline(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")
