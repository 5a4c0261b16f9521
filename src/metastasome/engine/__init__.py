"""Solves a composed model, draws its lesions exactly, runs cohorts on any machine and resumes them."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "Problem": "problem",
    "Lever": "problem",
    "Event": "problem",
    "Settings": "problem",
    "Cohort": "cohort",
    "Summary": "cohort",
    "run_cohort": "run",
    "MeanField": "meanfield",
    "mean_field": "meanfield",
    "first_detection": "pooled",
    "pool_at": "pooled",
}
__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
