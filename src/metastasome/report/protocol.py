"""What the report needs of a run and of a match: the only seam of this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from ..core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


@runtime_checkable
class MatchView(Protocol):
    """A matchmaking answer as tables (columns in :data:`COLUMNS`); shifts and fold changes in natural-log units."""

    def programmes(self) -> pd.DataFrame:
        """Shift of each programme in each organ and cell class at the delivered dose, with its test."""
        ...

    def genes(self) -> pd.DataFrame:
        """Change of each gene; columns `p` and `q` are used where present."""
        ...

    def dose_curve(self) -> pd.DataFrame:
        """Shift against dose (EV per cell and day)."""
        ...

    def network(self) -> pd.DataFrame:
        """Links miRNA (`source`) to gene (`target`) with weight, programme and organ."""
        ...

    def summary(self) -> list[str]:
        """The answer in sentences."""
        ...


@runtime_checkable
class RunView(Protocol):
    """A finished run as the report reads it.

    Tables are data frames with the columns of :data:`COLUMNS`; times in days. `p_detectable` has shape ``(o,)`` and
    `p_detectable_interval` ``(o, 2)`` over `organs`. Every text may hold anything: it is escaped on the page.
    """

    @property
    def title(self) -> str:
        """Name of the study."""
        ...

    @property
    def question(self) -> str:
        """What was asked, as a sentence."""
        ...

    @property
    def answer(self) -> list[str]:
        """The answer in sentences, the most important first."""
        ...

    @property
    def seed(self) -> int:
        """Seed of the run."""
        ...

    @property
    def n_patients(self) -> int:
        """Number of virtual patients."""
        ...

    @property
    def horizon_days(self) -> float:
        """Length of follow-up, days."""
        ...

    @property
    def data_note(self) -> str:
        """Which data stood behind the run, as a sentence."""
        ...

    @property
    def created(self) -> str:
        """When the run was made."""
        ...

    @property
    def versions(self) -> Mapping[str, str]:
        """Program or library -> version."""
        ...

    @property
    def study_yaml(self) -> str:
        """The full resolved study file."""
        ...

    @property
    def organs(self) -> Sequence[str]:
        """Canonical organ names."""
        ...

    @property
    def p_detectable(self) -> Any:
        """Probability of at least one detectable lesion by the horizon, ``(o,)``."""
        ...

    @property
    def p_detectable_interval(self) -> Any:
        """Its 95% interval, ``(o, 2)``."""
        ...

    @property
    def lesion_patients(self) -> int:
        """Number of patients, the first ones, whose lesions have a row in `lesions`."""
        ...

    @property
    def lesions(self) -> pd.DataFrame:
        """One row per lesion."""
        ...

    @property
    def first_detection(self) -> pd.DataFrame:
        """Column `organ` and quantiles ``q05`` to ``q95`` over all patients of the day of the first detectable lesion.

        A quantile that the cohort does not reach is NaN.
        """
        ...

    @property
    def metastasis_free(self) -> pd.DataFrame:
        """Fraction of patients without a detectable lesion by day, with its interval."""
        ...

    @property
    def trajectories(self) -> pd.DataFrame:
        """Quantiles over patients of named quantities by day."""
        ...

    @property
    def match(self) -> MatchView | None:
        """The matchmaking answer, where there is one."""
        ...

    @property
    def exposure(self) -> pd.DataFrame:
        """Vesicles taken up per cell and day, by organ and cell class."""
        ...

    @property
    def parameters(self) -> pd.DataFrame:
        """Every parameter with range, source and whether it is an assumption."""
        ...

    @property
    def mechanisms(self) -> pd.DataFrame:
        """Every mechanism and whether it was on."""
        ...

    @property
    def sources(self) -> pd.DataFrame:
        """Data and literature behind the run: column `item` and any of `sha256`, `doi`, `licence`, `note`."""
        ...

    @property
    def limits(self) -> list[str]:
        """What the run cannot say."""
        ...

    @property
    def notes(self) -> list[str]:
        """Remarks of the run."""
        ...


@runtime_checkable
class ContrastView(Protocol):
    """What a run may have besides: the same patients with tumour vesicles and without."""

    def vesicle_effect(self) -> pd.DataFrame:
        """Share of patients with a detectable lesion, organ by organ, and the difference with its 95% interval."""
        ...


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "lesions": ("patient", "organ", "origin", "founded_day", "detected_day", "cells", "truncal_share"),
    "first_detection": ("organ",),
    "vesicle_effect": ("organ", "with_vesicles", "without_vesicles", "difference", "low", "high"),
    "metastasis_free": ("day", "fraction", "low", "high"),
    "trajectories": ("name", "unit", "day", "q05", "q25", "q50", "q75", "q95"),
    "exposure": ("organ", "cell", "ev_per_cell_day", "share"),
    "parameters": ("mechanism", "name", "value", "unit", "low", "high", "source", "assumption", "meaning"),
    "mechanisms": ("key", "title", "on", "claims", "note"),
    "sources": ("item",),
    "programmes": (
        "organ",
        "cell",
        "programme",
        "shift",
        "low",
        "high",
        "p",
        "q",
        "threshold_dose",
        "delivered_dose",
        "verdict",
    ),
    "genes": ("organ", "cell", "gene", "ln_fc", "low", "high"),
    "dose_curve": ("organ", "cell", "programme", "dose", "shift", "low", "high"),
    "network": ("source", "target", "weight", "programme", "organ"),
}


def need(frame: pd.DataFrame, table: str, also: Iterable[str] = ()) -> pd.DataFrame:
    """Return `frame` (its index made columns where named) if it holds the columns of `table`.

    Raises:
        InputError: a column is missing.
    """
    whole = frame.reset_index() if any(n is not None for n in frame.index.names) else frame
    wanted = (*COLUMNS[table], *also)
    missing = [c for c in wanted if c not in whole.columns]
    if missing:
        raise InputError(
            f"the table '{table}' has no column '{missing[0]}'", field=table, expected=f"columns {', '.join(wanted)}"
        )
    return whole
