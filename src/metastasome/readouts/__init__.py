"""What would be seen: imaging, blood tests, surveillance, deconvolution of plasma profiles, and clinicians' curves."""

from __future__ import annotations

import importlib
from typing import Any

from .imaging import DETECTABLE_CELLS, detectable_cells
from .survival import metastasis_free, share_with_interval

_WHERE = {
    "Assay": "assay",
    "CirculatingCells": "cells",
    "CirculatingDNA": "ctdna",
    "Course": "course",
    "Elisa": "elisa",
    "Imaging": "imaging",
    "MarkedVesicles": "particles",
    "MirnaPanel": "mirna_panel",
    "ParticleTracking": "particles",
    "PleuralFluid": "cells",
    "Schedule": "sampling",
    "Surveillance": "surveillance",
    "Watch": "surveillance",
    "caveolin": "elisa",
    "choose_panel": "mirna_panel",
    "decision_curve": "decision",
    "draws_needed": "decision",
    "from_cohort": "course",
    "informed": "ctdna",
    "intervals": "surveillance",
    "make_assay": "catalogue",
    "make_course": "course",
    "published": "particles",
    "roc": "decision",
    "screening": "ctdna",
    "watch": "surveillance",
}
__all__ = ["DETECTABLE_CELLS", "detectable_cells", "metastasis_free", "share_with_interval", *_WHERE]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
