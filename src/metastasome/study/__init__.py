"""The study file, the results store, and the runner behind every command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .json_schema import schema
    from .load import parse_study, read_study
    from .model import Study
    from .presets import preset_names

_WHERE = {
    "Study": "model",
    "parse_study": "load",
    "preset_names": "presets",
    "read_study": "load",
    "schema": "json_schema",
}
__all__ = ["Study", "parse_study", "preset_names", "read_study", "schema"]


def __getattr__(name: str) -> Any:
    """Load a public name on first use; pydantic and the runner are slow to import."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
