"""What pydantic found wrong with a study, as one line in the words of a study file: row, field, value, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from pydantic import BaseModel, ValidationError

from ..core.errors import StudyError, nearest
from .document import Document, Place
from .model import Study

_NAME = "lower-case letters, digits, '-' and '_', at most 64, such as 'my-study'"
_MIRNA = "a full miRNA name, such as 'hsa-miR-21-5p'"
_LIMITS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
    "string_too_short": ("min_length", "text of at least"),
    "string_too_long": ("max_length", "text of at most"),
}
_FORMS = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "on or off",
    "bool_parsing": "on or off",
    "tuple_type": "a list: lines that begin with '- ', or [ ... ]",
    "dict_type": "lines 'name: value' below it",
}


def refuse(error: ValidationError, document: Document) -> NoReturn:
    """Raise the first thing pydantic found as one line with file, row, field and the nearest known name."""
    first = min(error.errors(include_url=False), key=lambda e: (e["type"] != "extra_forbidden", e["type"] == "missing"))
    path = tuple(k for k in first["loc"] if k not in ("function-after", "[key]"))
    place = where(document.place(path), ".".join(str(k) for k in path) or None)
    kind, context = first["type"], first.get("ctx", {})
    if kind == "extra_forbidden":
        known = _known(path[:-1])
        hint = nearest(str(path[-1]), known) or f"known: {', '.join(known)}"
        raise StudyError("unknown key", **place, hint=hint) from error
    if kind == "missing":
        raise StudyError("is missing", **place, expected=f"'{path[-1]}:'") from error
    if kind == "study":
        shown = {k: context[k] for k in ("value", "expected", "hint") if context.get(k) is not None}
        raise StudyError(str(context["problem"]), **place, **shown) from error
    expected, step = _wanted(kind, context, first, path)
    raise StudyError("not allowed", **place, value=_short(first["input"]), expected=expected, hint=step) from error


def where(place: Place | None, field: str | None) -> dict[str, Any]:
    """Return the file, row and field of an error."""
    return {"file": place.file if place else None, "row": place.row if place else None, "field": field}


def _wanted(kind: str, context: Mapping[str, Any], first: Any, path: tuple[Any, ...]) -> tuple[str, str | None]:
    """Return what would have been accepted and, where there is one, the next step."""
    value = first["input"]
    if kind in _LIMITS:
        key, words = _LIMITS[kind]
        return f"{words} {_plain(context[key])}{' characters' if key.endswith('length') else ''}", None
    if kind == "string_pattern_mismatch":
        known = _nearest_mechanism(str(value)) if path[0] == "mechanisms" else None
        return _MIRNA if "documented" in path else _NAME, known
    if kind == "string_type":
        bare = isinstance(value, int | float)
        return "text", "put it in quotes" if bare else None
    if kind == "literal_error":
        words = str(context["expected"])
        hint = nearest(str(value).lower(), [w.strip("' ") for w in words.replace(" or ", ", ").split(",")])
        return words, hint or None
    if kind in ("model_type", "model_attributes_type"):
        return f"lines 'name: value' below it, of {', '.join(_known(path))}", None
    return _FORMS.get(kind, str(first["msg"])), None


def _nearest_mechanism(name: str) -> str | None:
    from ..mechanisms import catalogue

    return nearest(name.lower(), catalogue()) or None


def _plain(limit: object) -> str:
    return f"{limit:,}" if isinstance(limit, int) else f"{limit:g}" if isinstance(limit, float) else str(limit)


def _short(value: Any) -> Any:
    """Return what is shown of a value: itself where plain, a word for what holds others, None for nothing."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return Shown("a mapping" if isinstance(value, Mapping) else "a list")


class Shown(str):
    """A word for a value, shown without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _known(path: tuple[Any, ...]) -> list[str]:
    """Return the keys that are allowed at `path` of a study."""
    model: type[BaseModel] = Study
    for key in path:
        found = model.model_fields.get(str(key))
        parts = [] if found is None else _models(found.annotation)
        if parts:
            model = parts[0]
    return sorted([*model.model_fields, *(["extends"] if model is Study else [])])


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for a in getattr(annotation, "__args__", ()) for m in _models(a)]
