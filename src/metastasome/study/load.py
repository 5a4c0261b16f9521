"""From a study file or a preset's name to a checked :class:`~metastasome.study.model.Study`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ..core.errors import InputError, StudyError, nearest
from .document import Document, Keys, parse_document, read_document
from .model import Study
from .presets import preset_names, preset_path
from .refusal import refuse, where

MAX_EXTENDS = 8
#: Parts laid over those of what is extended; one with nothing in it says nothing.
PARTS = frozenset({"stockroom", "body", "mechanisms", "inputs", "cohort", "match", "output"})


def read_study(source: str | Path) -> Study:
    """Return the study called or written at `source`.

    Args:
        source: a preset's name (``"colorectal"``) or the path of a study file.

    Raises:
        InputError: the file is not readable YAML, or a value is not what was expected; the line names file, row, field
            and the nearest known name.
        StudyError: the parts contradict each other.
    """
    return _study(_resolve(locate(source), ()))


def parse_study(text: str | bytes, *, file: str = "<text>") -> Study:
    """Return the study written in `text`; ``extends`` may name presets only. Raises as :func:`read_study`."""
    return _study(_extended(parse_document(text, file=file), None, ()))


def locate(source: str | Path) -> Path:
    """Return the file of a preset's name or of a path."""
    text = str(source)
    if text in preset_names():
        return preset_path(text)
    if re.fullmatch(r"[A-Za-z0-9_-]+", text) and not Path(text).exists():
        hint = nearest(text, preset_names()) or "or give the path of a study file"
        raise InputError(f"preset '{text}' is unknown", expected=f"one of {', '.join(preset_names())}", hint=hint)
    path = Path(source)
    if path.stem in preset_names() and not path.exists():
        raise InputError("no such study file", file=path, hint=f"'{path.stem}' without an ending is a preset")
    return path


def changed(study: Study, changes: Mapping[str, Any]) -> Study:
    """Return `study` with `changes` merged over it and checked again."""
    data = study.model_dump(mode="json")
    return _study(Document(_merge(data, _plain(changes)), {}))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def _resolve(path: Path, seen: tuple[Path, ...]) -> Document:
    return _extended(read_document(path), path, seen)


def _extended(document: Document, path: Path | None, seen: tuple[Path, ...]) -> Document:
    """Return `document` laid over what it extends, with the places of both."""
    data = _spoken(document.data)
    parent = data.pop("extends", None)
    if parent is None:
        return Document(data, document.places)
    at = where(document.place(("extends",)), "extends")
    if not isinstance(parent, str):
        raise InputError(
            "not a preset or file", **at, value=parent, expected=f"one of {', '.join(preset_names())} or a path"
        )
    base = _parent(parent, path, at)
    chain = (*seen, path.resolve()) if path is not None else seen
    if base.resolve() in chain:
        raise StudyError(f"'{parent}' extends itself in a circle", **at)
    if len(chain) > MAX_EXTENDS:
        raise StudyError("extends too many files", **at, expected=f"at most {MAX_EXTENDS}")
    under = _resolve(base, chain)
    return Document(_merge(under.data, data), {**under.places, **document.places})


def _spoken(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` without parts that have nothing below their name, as where every line is a comment."""
    made = {k: v for k, v in data.items() if v is not None or k not in PARTS}
    return made | ({"interventions": []} if made.get("interventions", ()) is None else {})


def _parent(parent: str, path: Path | None, at: dict[str, Any]) -> Path:
    if parent in preset_names():
        return preset_path(parent)
    if path is not None and parent.endswith((".yaml", ".yml")) and "\0" not in parent:
        found = path.parent / parent
        if found.is_file():
            return found
        raise InputError(
            "extends a file that is not there", **at, value=parent, expected=f"a path from '{path.parent}'"
        )
    raise InputError(
        "extends an unknown preset",
        **at,
        value=parent,
        expected=f"one of {', '.join(preset_names())} or a path",
        hint=nearest(parent, preset_names()),
    )


def _merge(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return `over` laid over `under`: mappings key by key, everything else replaced."""
    made = dict(under)
    for key, value in over.items():
        below = made.get(key)
        both = isinstance(below, dict) and isinstance(value, Mapping)
        made[key] = _merge(below, value) if both else value  # type: ignore[arg-type]
    return made


def _study(document: Document) -> Study:
    try:
        study = Study.model_validate(document.data)
    except ValidationError as error:
        refuse(error, document)
    from .check import check_study

    try:
        check_study(study)
    except InputError as error:
        if error.file is not None:
            raise
        place = document.place(_path(error.field)) if error.field else None
        raise type(error)(
            error.problem,
            file=place.file if place else None,
            row=place.row if place else None,
            field=error.field,
            value=error.value,
            expected=error.expected,
            hint=error.hint,
        ) from error
    return study


def _path(field: str) -> Keys:
    return tuple(int(k) if k.isdigit() else k for k in field.split("."))
