"""A run and a match read once: their tables may be costly to make, and the page asks for them many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from .protocol import ContrastView, MatchView, RunView

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True)
class MatchSnapshot:
    """The tables of a match; a :class:`.protocol.MatchView` itself."""

    programme_table: pd.DataFrame
    gene_table: pd.DataFrame
    curve_table: pd.DataFrame
    link_table: pd.DataFrame
    sentences: list[str]

    def programmes(self) -> pd.DataFrame:
        """Return the programme shifts."""
        return self.programme_table

    def genes(self) -> pd.DataFrame:
        """Return the genes."""
        return self.gene_table

    def dose_curve(self) -> pd.DataFrame:
        """Return the dose curves."""
        return self.curve_table

    def network(self) -> pd.DataFrame:
        """Return the links."""
        return self.link_table

    def summary(self) -> list[str]:
        """Return the answer in sentences."""
        return self.sentences


@dataclass(frozen=True)
class RunSnapshot:
    """Everything of a :class:`.protocol.RunView`, and the contrast with and without vesicles where there is one."""

    title: str
    question: str
    answer: list[str]
    seed: int
    n_patients: int
    horizon_days: float
    data_note: str
    created: str
    versions: Mapping[str, str]
    study_yaml: str
    organs: Sequence[str]
    p_detectable: NDArray[np.float64]
    p_detectable_interval: NDArray[np.float64]
    lesions: pd.DataFrame
    first_detection: pd.DataFrame
    metastasis_free: pd.DataFrame
    trajectories: pd.DataFrame
    exposure: pd.DataFrame
    parameters: pd.DataFrame
    mechanisms: pd.DataFrame
    sources: pd.DataFrame
    limits: list[str]
    notes: list[str]
    match: MatchSnapshot | None
    effect: pd.DataFrame | None
    lesion_patients: int


def read_run(run: RunView | RunSnapshot) -> RunSnapshot:
    """Return the run with every table read once."""
    if isinstance(run, RunSnapshot):
        return run
    taken: dict[str, Any] = {
        f.name: getattr(run, f.name) for f in fields(RunSnapshot) if f.name not in ("match", "effect")
    }
    for name in ("p_detectable", "p_detectable_interval"):
        taken[name] = np.asarray(taken[name], dtype=np.float64)
    found = run.match
    return RunSnapshot(
        **taken,
        match=None if found is None else read_match(found),
        effect=run.vesicle_effect() if isinstance(run, ContrastView) else None,
    )


def read_match(found: MatchView) -> MatchSnapshot:
    """Return the match with every table read once."""
    if isinstance(found, MatchSnapshot):
        return found
    return MatchSnapshot(found.programmes(), found.genes(), found.dose_curve(), found.network(), list(found.summary()))
