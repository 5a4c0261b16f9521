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
    from .interventions import BlockRelease, BlockUptake, RemoveVesicles, Resection
    from .kinetics import distribute, uptake_law
    from .matchmaking.predict import predict_repression
    from .matchmaking.results import Match
    from .readouts.deconvolution.api import deconvolve
    from .readouts.origin_evidence import OriginEvidence, origin_evidence
    from .stockroom import Stockroom
    from .study import Study, parse_study, preset_names, read_study
    from .study.api import compare, match, simulate
    from .study.arms import Arm, Whom
    from .study.biopsy import plan_biopsy
    from .study.explain import compare_hypotheses, design, fit, sensitivity
    from .study.replay import replay
    from .study.run import Run
    from .study.trial import Trial
    from .study.trial_scan import Schedules

__version__ = "0.1.0"

_WHERE: dict[str, str] = {
    "Arm": "study.arms",
    "sensitivity": "study.explain",
    "design": "study.explain",
    "compare_hypotheses": "study.explain",
    "fit": "study.explain",
    "BlockRelease": "interventions",
    "BlockUptake": "interventions",
    "OriginEvidence": "readouts.origin_evidence",
    "RemoveVesicles": "interventions",
    "Resection": "interventions",
    "Body": "body",
    "Cargo": "cargo",
    "InputError": "core.errors",
    "Match": "matchmaking.results",
    "MetastasomeError": "core.errors",
    "ModelError": "core.errors",
    "Run": "study.run",
    "Schedules": "study.trial_scan",
    "SolverError": "core.errors",
    "Stockroom": "stockroom",
    "StoreError": "core.errors",
    "Study": "study",
    "StudyError": "core.errors",
    "Trial": "study.trial",
    "Whom": "study.arms",
    "compare": "study.api",
    "deconvolve": "readouts.deconvolution.api",
    "distribute": "kinetics",
    "match": "study.api",
    "plan_biopsy": "study.biopsy",
    "origin_evidence": "readouts.origin_evidence",
    "parse_study": "study",
    "predict_repression": "matchmaking.predict",
    "preset_names": "study",
    "read_study": "study",
    "replay": "study.replay",
    "simulate": "study.api",
    "uptake_law": "kinetics",
}
__all__ = [
    "Arm",
    "BlockRelease",
    "BlockUptake",
    "Body",
    "Cargo",
    "InputError",
    "Match",
    "MetastasomeError",
    "ModelError",
    "OriginEvidence",
    "RemoveVesicles",
    "Resection",
    "Run",
    "Schedules",
    "SolverError",
    "Stockroom",
    "StoreError",
    "Study",
    "StudyError",
    "Trial",
    "Whom",
    "__version__",
    "compare",
    "compare_hypotheses",
    "deconvolve",
    "design",
    "distribute",
    "fit",
    "match",
    "origin_evidence",
    "parse_study",
    "plan_biopsy",
    "predict_repression",
    "preset_names",
    "read_study",
    "replay",
    "sensitivity",
    "simulate",
    "uptake_law",
]


def __getattr__(name: str) -> Any:
    """Import the room of a public name when the name is first used."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    room, _, original = _WHERE[name].partition(":")
    value = getattr(importlib.import_module(f"{__name__}.{room}"), original or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
