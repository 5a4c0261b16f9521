"""The report: one self-contained page, figures and tables of a run or of a match.

This room draws what others have computed; no formula of the model lives here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .notebook import plot, run_html
    from .protocol import MatchView, RunView
    from .writing import write, write_match

__all__ = ["MatchView", "RunView", "plot", "run_html", "write", "write_match"]

_HOMES = {
    "MatchView": "protocol",
    "RunView": "protocol",
    "plot": "notebook",
    "run_html": "notebook",
    "write": "writing",
    "write_match": "writing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'metastasome.report' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
