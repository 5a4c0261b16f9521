"""A finished run: the answer in words, tables behind it, and how it was made. What the report and the user read."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.jsons import json_text
from ..core.provenance import Provenance
from . import followed, tables
from .answer import answer, limits
from .contrast import Difference, contrast, earliest
from .match_view import MatchView
from .store import dump_study, results_folder

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ..engine import Cohort
    from .runner import Case


@dataclass(frozen=True, repr=False)
class Run:
    """What became of the patients of a study, with tumour vesicles and without.

    Attributes:
        case: the study and everything it became before patients were drawn.
        cohort: the patients with vesicles.
        without: the same patients, on the same random numbers, without tumour vesicles.
        provenance: versions, seed and data.
    """

    case: Case
    cohort: Cohort
    without: Cohort
    provenance: Provenance

    # the question and its answer

    @property
    def title(self) -> str:
        """Name of the study."""
        return self.case.study.name

    @property
    def question(self) -> str:
        """What was asked."""
        return self.case.study.question

    @functools.cached_property
    def differences(self) -> tuple[Difference, ...]:
        """What vesicles change: any organ first, then each organ."""
        return contrast(self.organs, self.first_seen, self.without.first_seen, self.horizon_days)

    @property
    def first_seen(self) -> NDArray[np.float32]:
        """Day the first lesion of each organ was seen in life, NaN where none was, ``(n, o)``."""
        return np.asarray(self.cohort.first_seen)

    @functools.cached_property
    def answer(self) -> list[str]:
        """The answer in sentences, the most important first."""
        from .routes import routes

        words = [routes(self.case), *self.match.summary()]
        return answer(self.differences, n=self.n_patients, horizon_days=self.horizon_days, match_summary=words)

    @property
    def limits(self) -> list[str]:
        """What this run cannot say."""
        genes = len(self.case.stockroom.genes)
        return limits(
            self.case.model, embedded=self.case.plan.embedded, n_genes=genes, soil="soil" in self.case.study.inputs
        )

    @property
    def notes(self) -> list[str]:
        """What readers and models decided on the way, one sentence each."""
        told = (*self.case.match.notes, *self.case.uptake.notes, *self.case.match.response.notes)
        few = self.lesion_patients < self.n_patients
        said = f"Lesions are listed and counted in the first {self.lesion_patients:,} patients only." if few else ""
        return list(dict.fromkeys((*told, said) if few else told))

    def summary(self) -> dict[str, Any]:
        """Return the answer as plain values, for programs."""
        return {
            "study": self.title,
            "answer": self.answer,
            "patients": self.n_patients,
            "seed": self.seed,
            "horizon_days": self.horizon_days,
            "data": self.data_note,
            "p_detectable": {d.organ: d.with_vesicles for d in self.differences},
            "p_detectable_without_vesicles": {d.organ: d.without_vesicles for d in self.differences},
        }

    # who and how

    @property
    def seed(self) -> int:
        """Seed of every random number."""
        return self.case.seed

    @property
    def n_patients(self) -> int:
        """Number of virtual patients."""
        return self.case.study.cohort.patients

    @property
    def horizon_days(self) -> float:
        """Length of follow-up, days."""
        return self.case.study.cohort.horizon

    @property
    def organs(self) -> tuple[str, ...]:
        """Organs of the model."""
        return self.case.model.organs

    @property
    def data_note(self) -> str:
        """Which data stood behind the run."""
        return self.case.plan.note

    @property
    def created(self) -> str:
        """When the run was made."""
        return self.provenance.created

    @property
    def versions(self) -> Mapping[str, str]:
        """Program or library -> version."""
        return self.provenance.versions

    @property
    def study_yaml(self) -> str:
        """The full resolved study."""
        return dump_study(self.case.study)

    # what was found

    @property
    def match(self) -> MatchView:
        """The matchmaking answer at the doses of this run."""
        return MatchView(self.case.match)

    @property
    def p_detectable(self) -> NDArray[np.float64]:
        """Share of patients with a detectable lesion by the horizon, by organ, ``(o,)``."""
        return self._shares()[:, 0]

    @property
    def p_detectable_interval(self) -> NDArray[np.float64]:
        """Its 95% Wilson interval, ``(o, 2)``."""
        return self._shares()[:, 1:]

    @property
    def lesions(self) -> pd.DataFrame:
        """One row per lesion (of the first patients where the cohort is larger than it keeps rows for)."""
        return tables.lesions(self.cohort)

    @property
    def lesion_patients(self) -> int:
        """Number of patients, the first ones, whose lesions are in `lesions`."""
        return int(self.cohort.lesion_patients)

    @property
    def first_detection(self) -> pd.DataFrame:
        """Quantiles over patients of the day of the first detectable lesion, by organ."""
        return tables.first_detection(self.organs, self.first_seen)

    @property
    def metastasis_free(self) -> pd.DataFrame:
        """Share of patients without a detectable lesion by day, with its interval."""
        from ..readouts import metastasis_free

        return metastasis_free(earliest(self.first_seen), np.linspace(0.0, self.horizon_days, 121))

    @property
    def survival(self) -> pd.DataFrame:
        """Share of patients alive by day, with vesicles (its 95% interval) and without."""
        from ..readouts import metastasis_free

        days = np.linspace(0.0, self.horizon_days, 121)
        made = metastasis_free(followed.death_day(self.cohort), days)
        made["without_vesicles"] = metastasis_free(followed.death_day(self.without), days)["fraction"]
        return made

    @property
    def trajectories(self) -> pd.DataFrame:
        """Quantiles over patients of recorded quantities by day."""
        return tables.trajectories(self.cohort, self.case.model)

    @property
    def exposure(self) -> pd.DataFrame:
        """Vesicles taken up per cell and day when the primary has its median size at resection."""
        return tables.exposure(self.case)

    @property
    def parameters(self) -> pd.DataFrame:
        """Every parameter of a mechanism that was on."""
        return tables.parameters(self.case.model)

    @property
    def mechanisms(self) -> pd.DataFrame:
        """Every mechanism and whether it was on."""
        return tables.mechanisms(self.case.model)

    @property
    def sources(self) -> pd.DataFrame:
        """Data files and references behind the run."""
        return tables.sources(self.case, self.provenance)

    def vesicle_effect(self) -> pd.DataFrame:
        """Return the share of patients with a detectable lesion with vesicles and without, by organ."""
        import pandas as pd

        return pd.DataFrame([vars(d) for d in self.differences])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per lesion: patient, organ, origin, days founded and detected, cells at the end."""
        return self.lesions

    # to look at, and to keep

    def plot(self) -> Figure:
        """Return one figure: body map, likeliest organs, metastasis-free curve."""
        from ..report import plot

        return plot(self)

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write study, provenance, cohort, tables, figures and ``report.html`` into `folder`, whole or not at all.

        Raises:
            StoreError: the folder exists and `overwrite` is false.
        """
        from ..report import write

        record = self.provenance
        with results_folder(folder, study=self.case.study, provenance=record, overwrite=overwrite) as part:
            write(self, part, figures=self.case.study.output.figures)
            (part / "summary.json").write_text(json_text(self.summary()) + "\n", encoding="utf-8")
            self.case.match.save(part / "match")
            tables.write(self, part / "tables")
            tables.store(self, part / "cohort.zarr")
        return Path(folder)

    def __repr__(self) -> str:
        return f"<Run {self.title}, seed {self.seed}. {self.answer[0]} {self.answer[1]}>"

    def _repr_html_(self) -> str:
        from ..report import run_html

        return run_html(self)

    def _shares(self) -> NDArray[np.float64]:
        from ..readouts import share_with_interval

        return share_with_interval(np.rint(self.cohort.p_detect * self.n_patients), self.n_patients)
