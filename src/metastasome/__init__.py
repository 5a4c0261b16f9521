"""metastasome: a quantitative laboratory for vesicle-driven metastasis.

::

    import metastasome as ms

    run = ms.simulate("colorectal", n=2000, seed=1)
    run.summary(); run.plot(); run.to_frame(); run.save("results/crc")

Every name below is loaded when it is first used, so that importing the package stays instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .body import Body
    from .cargo import Cargo
    from .core.errors import InputError, MetastasomeError, ModelError, SolverError, StoreError, StudyError
    from .stockroom import Stockroom
    from .study import Study, parse_study, preset_names, read_study

__version__ = "0.1.0"

_WHERE: dict[str, str] = {
    "Body": "body",
    "Cargo": "cargo",
    "InputError": "core.errors",
    "MetastasomeError": "core.errors",
    "ModelError": "core.errors",
    "SolverError": "core.errors",
    "Stockroom": "stockroom",
    "StoreError": "core.errors",
    "Study": "study",
    "StudyError": "core.errors",
    "parse_study": "study",
    "preset_names": "study",
    "read_study": "study",
}
__all__ = [
    "Body",
    "Cargo",
    "InputError",
    "MetastasomeError",
    "ModelError",
    "SolverError",
    "Stockroom",
    "StoreError",
    "Study",
    "StudyError",
    "__version__",
    "parse_study",
    "preset_names",
    "read_study",
]


def __getattr__(name: str) -> Any:
    """Import the room of a public name when the name is first used."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
