"""A trial: arms on the same virtual patients, compared on one endpoint; what a clinician and a notebook read."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, nearest
from ..core.jsons import json_text
from ..core.provenance import Provenance
from . import trial_tables, trial_words
from .arms import Arm, patient_values
from .arms_outcome import Outcome
from .trial_endpoints import ENDPOINTS, Times, check_endpoint, clock_zero, times
from .trial_power import Power, SampleSize, power, sample_size
from .trial_survival import Compared, compared

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from .runner import Case


@dataclass(frozen=True, repr=False)
class Trial:
    """The arms of a trial and what became of the same patients under each.

    Attributes:
        case: the study and everything it became.
        arms: in the order given, control among them.
        outcomes: arm or schedule -> what became of the patients.
        control: arm the others are compared with.
        endpoint, clock: see :mod:`.trial_endpoints`.
        scan_arms: schedules tried beside the arms.
        subgroups: parameters at whose median subgroups are cut.
        alpha, wanted_power: of the sample sizes.
        cargo_spread: log-scale spread between patients of how their vesicles match organs; 0 for one cargo.
        remarks: arm -> what does not act in full, and which interventions change each other.
        provenance: versions, seed and data.
    """

    case: Case
    arms: tuple[Arm, ...]
    outcomes: Mapping[str, Outcome]
    control: str
    endpoint: str
    clock: str
    scan_arms: tuple[Arm, ...]
    subgroups: tuple[str, ...]
    alpha: float
    wanted_power: float
    remarks: Mapping[str, tuple[str, ...]]
    provenance: Provenance
    cargo_spread: float = 0.0

    @property
    def title(self) -> str:
        """Name of the study."""
        return self.case.study.name

    @property
    def question(self) -> str:
        """What was asked."""
        return self.case.study.question

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
        """End of follow-up, days of the study."""
        return self.case.study.cohort.horizon

    @property
    def organs(self) -> tuple[str, ...]:
        """Organs of the model."""
        return self.case.model.organs

    @property
    def others(self) -> tuple[str, ...]:
        """Names of the arms beside control."""
        return tuple(a.name for a in self.arms if a.name != self.control)

    def times(self, arm: str, endpoint: str | None = None) -> Times:
        """Return time to the event by patient in `arm`; the trial's endpoint when none is given."""
        if arm not in self.outcomes:
            raise InputError("no such arm", field="arm", value=arm, hint=nearest(arm, self.outcomes) or None)
        wanted = endpoint or self.endpoint
        check_endpoint(wanted, self.organs, dies=any(m.key == "host_death" for m in self.case.model.mechanisms))
        return times(
            self.outcomes[arm], wanted, organs=self.organs, horizon=self.horizon_days,
            zero=self._zero,
        )  # fmt: skip

    @functools.cached_property
    def compared(self) -> dict[str, Compared]:
        """Arm -> its comparison with control on the trial's endpoint."""
        return {name: compared(self.times(name), self.times(self.control)) for name in self.others}

    @functools.cached_property
    def scan(self) -> pd.DataFrame | None:
        """Benefit and dose of every schedule (:func:`.trial_scan.scan_table`); None where none was tried."""
        from .trial_scan import scan_table

        if not self.scan_arms:
            return None
        control = self.times(self.control)
        found = {a.name: compared(self.times(a.name), control) for a in self.scan_arms}
        return scan_table(self.scan_arms, found, self.horizon_days)

    @functools.cached_property
    def answer(self) -> list[str]:
        """The answer in sentences, the most important first."""
        return trial_words.answer(self)

    @property
    def limits(self) -> list[str]:
        """What this trial cannot say."""
        return trial_words.limits(self)

    # tables

    @functools.cached_property
    def effects(self) -> pd.DataFrame:
        """One row per arm and endpoint: risks, paired difference, event-free time, hazard ratio, number needed."""
        return trial_tables.effects(self)

    @functools.cached_property
    def counts(self) -> pd.DataFrame:
        """One row per arm: lesions, organs and burden by patient, with paired differences."""
        return trial_tables.counts(self)

    def by_organ(self, arm: str) -> pd.DataFrame:
        """Return one row per organ: share of patients with a lesion seen, control and `arm`, paired difference."""
        return trial_tables.by_organ(self, arm)

    def curves(self, endpoint: str | None = None) -> pd.DataFrame:
        """Return Kaplan-Meier curves with intervals and numbers at risk: arm, day, fraction, low, high, at_risk."""
        return trial_tables.curves(self, endpoint or self.endpoint)

    @functools.cached_property
    def subgroup_table(self) -> pd.DataFrame:
        """One row per arm and half of the patients by each subgroup parameter."""
        return trial_tables.subgroups(self)

    def patient_values(self) -> dict[str, NDArray[np.float64]]:
        """Return parameter -> its value by patient, for those that differ between patients."""
        return patient_values(self.case, cargo_spread=self.cargo_spread)

    # planning

    def power(self, arm: str, n_per_arm: int, **options: Any) -> Power:
        """Return the power of a trial of `arm` against control with separate groups (:func:`.trial_power.power`)."""
        given = {"seed": self.seed, "alpha": self.alpha} | options
        return power(self.times(arm), self.times(self.control), n_per_arm, **given)

    def sample_size(self, arm: str, **options: Any) -> SampleSize:
        """Return the patients per group that `arm` would need (:func:`.trial_power.sample_size`)."""
        given = {"seed": self.seed, "alpha": self.alpha, "wanted": self.wanted_power} | options
        return sample_size(self.times(arm), self.times(self.control), **given)

    @functools.cached_property
    def sizes(self) -> dict[str, SampleSize]:
        """Arm -> patients per group for the wanted power."""
        return {name: self.sample_size(name) for name in self.others}

    # to look at, and to keep

    def summary(self) -> dict[str, Any]:
        """Return the answer as plain values, for programs."""
        return trial_tables.summary(self)

    def plot(self) -> Figure:
        """Return one figure: survival curves with numbers at risk, and the forest plot."""
        from ..report.trial_figures import trial_figure

        return trial_figure(self)

    def report(self, path: str | Path) -> Path:
        """Write the one-page report to `path`; return it."""
        from ..report.trial import write_trial

        return write_trial(self, path)

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write study, provenance, tables, figures and ``report.html`` into `folder`, whole or not at all.

        Raises:
            StoreError: the folder exists and `overwrite` is false.
        """
        from ..report.trial import write_all
        from .store import results_folder

        with results_folder(folder, study=self.case.study, provenance=self.provenance, overwrite=overwrite) as part:
            write_all(self, part, figures=self.case.study.output.figures)
            (part / "summary.json").write_text(json_text(self.summary()) + "\n", encoding="utf-8")
            trial_tables.write(self, part / "tables")
        return Path(folder)

    def __repr__(self) -> str:
        what = ENDPOINTS[self.endpoint][0]
        return f"<Trial {self.title}: {', '.join(a.name for a in self.arms)}; {what}. {self.answer[0]}>"

    def _repr_html_(self) -> str:
        from ..report.trial import trial_html

        return trial_html(self)

    @functools.cached_property
    def _zero(self) -> NDArray[np.float64]:
        zero = clock_zero(self.outcomes[self.control], self.clock, self.horizon_days)
        if not np.isfinite(zero).sum() > 1:
            raise InputError(
                "fewer than two patients enter by this clock: alive, and without a metastasis, at resection",
                field="clock", value=self.clock, hint="ask for more patients, or clock 'start'",
            )  # fmt: skip
        return zero
