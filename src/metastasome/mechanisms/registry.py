"""Every file of this room that declares a mechanism is found here; adding a hypothesis is adding a file."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from ..core.errors import StudyError, nearest
from .base import Mechanism

_NOT_MECHANISMS = {"base", "registry", "model", "compose", "equations", "origins", "provide", "wiring"}


@functools.cache
def catalogue() -> dict[str, type[Mechanism]]:
    """Return key -> mechanism class for every mechanism of the room, in order of the cascade (`rank`, then key)."""
    package = importlib.import_module(__package__)
    found: dict[str, type[Mechanism]] = {}
    for module in pkgutil.iter_modules(package.__path__):
        if module.name in _NOT_MECHANISMS or module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"{__package__}.{module.name}")
        for item in vars(loaded).values():
            if isinstance(item, type) and issubclass(item, Mechanism) and item.__module__ == loaded.__name__:
                if item.key in found:
                    raise StudyError(f"two mechanisms are called '{item.key}'", field=item.key)
                found[item.key] = item
    return dict(sorted(found.items(), key=lambda item: (item[1].rank, item[0])))


def mechanism(key: str) -> type[Mechanism]:
    """Return the mechanism class called `key`; :class:`StudyError` names the nearest known one."""
    known = catalogue()
    if key not in known:
        raise StudyError(
            f"mechanism '{key}' is unknown",
            field="mechanisms",
            hint=nearest(key, known) or f"known: {', '.join(known)}",
        )
    return known[key]
