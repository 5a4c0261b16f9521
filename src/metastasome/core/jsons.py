"""JSON that every program reads: what is no finite number is null."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def json_text(value: Any, *, indent: int | None = 1) -> str:
    """Return `value` as JSON; NaN and infinity, which JSON does not know, are null, paths and other objects text."""
    return json.dumps(_plain(value), indent=indent, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if hasattr(value, "keys"):
        return {_key(key): _plain(value[key]) for key in value.keys()}  # noqa: SIM118
    if isinstance(value, Path) or not isinstance(value, Iterable):
        return str(value)
    return [_plain(item) for item in value]


def _key(key: Any) -> Any:
    return key if key is None or isinstance(key, str | bool | int) else str(key)
