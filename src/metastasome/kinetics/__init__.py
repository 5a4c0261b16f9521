"""Whole-body transport of vesicles: release, blood, lymph, uptake, decay.

``uptake_law`` is the quasi-steady law for the disease time scale; ``distribute`` solves the full equations for a dose
or a release; ``fit`` learns parameters from biodistribution data; ``export_sbml`` and ``export_omex`` write the model.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .exposure import UptakeLaw

if TYPE_CHECKING:
    from .analysis import NCA, nca
    from .course import distribute
    from .dosing import Bolus, Infusion, bolus, education, release
    from .exchange import export_omex, export_sbml, read_parameters
    from .fitting import Fit, fit, fit_table
    from .label import LABELS, Label
    from .parameters import KineticParameters
    from .profile import Exposure
    from .scoring import Score, score
    from .secretion import tumour_release
    from .sentinel import SentinelUptake, sentinel_uptake
    from .table import Measurement, read_table, simulate_table
    from .uptake import uptake_law
    from .vesicle import VESICLES, Vesicle

_LAZY = {
    "distribute": "course", "Bolus": "dosing", "Infusion": "dosing", "bolus": "dosing", "education": "dosing",
    "release": "dosing", "export_omex": "exchange", "export_sbml": "exchange", "read_parameters": "exchange",
    "Fit": "fitting", "fit": "fitting", "fit_table": "fitting", "LABELS": "label", "Label": "label",
    "NCA": "analysis", "nca": "analysis", "Score": "scoring", "score": "scoring",
    "KineticParameters": "parameters", "Exposure": "profile", "tumour_release": "secretion",
    "SentinelUptake": "sentinel", "sentinel_uptake": "sentinel", "Measurement": "table",
    "read_table": "table", "simulate_table": "table", "uptake_law": "uptake", "VESICLES": "vesicle",
    "Vesicle": "vesicle",
}  # fmt: skip

__all__ = [
    "LABELS", "NCA", "VESICLES", "Bolus", "Exposure", "Fit", "Infusion", "KineticParameters", "Label", "Measurement",
    "Score", "SentinelUptake", "UptakeLaw", "Vesicle", "bolus", "distribute", "education", "export_omex",
    "export_sbml", "fit", "fit_table",
    "nca", "read_parameters", "read_table", "release", "score", "sentinel_uptake", "simulate_table",
    "tumour_release", "uptake_law",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f".{_LAZY[name]}", __name__), name)
    globals()[name] = found
    return found
