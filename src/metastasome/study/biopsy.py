"""Liquid biopsy of a study: its patients drawn, watched with a design, and the answer in words, tables and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..core.errors import InputError
from ..core.files import atomic_folder
from ..core.progress import SILENT, Progress
from ..core.words import percent
from ..readouts.catalogue import make_assay, makers
from ..readouts.course import from_cohort
from ..readouts.deconvolution.api import deconvolve
from ..readouts.sampling import Schedule
from ..readouts.surveillance import PANEL, Surveillance, Watch, intervals, watch

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from .model import Study

__all__ = ["Plan", "assay_tables", "deconvolve", "plan_biopsy"]
MOST_PATIENTS = 5000  # every patient's curves are kept in memory
LEAST_DAYS = 1.0  # between draws or scans: every one of every patient is kept in memory


@dataclass(frozen=True, repr=False)
class Plan:
    """A watched design with the question how often to draw."""

    title: str
    watch: Watch
    every: pd.DataFrame
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Plan {self.title}. {' '.join(self.summary()[:2])}>"

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return lead, by_stage, areas, intervals and assays."""
        import pandas as pd

        rows = [row for a in self.watch.design.assays for row in a.describe()]
        return {
            "lead": self.watch.lead, "by_stage": self.watch.by_stage, "areas": self.watch.areas,
            "intervals": self.every, "assays": pd.DataFrame(rows),
        }  # fmt: skip

    def summary(self) -> list[str]:
        """Return the answer in sentences, the most important first."""
        lead = self.watch.lead
        relapses, n = int(lead["relapses_imaged"].iloc[0]), int(lead["patients"].iloc[0])
        out = [f"{relapses} of {n} patients watched have a metastasis that imaging finds."]
        if not relapses:
            alone = lead[lead["assay"] != PANEL].to_dict("records")
            out += [f"{row['assay']} would call {_false_words(row)}." for row in alone[:3]]
        else:
            single = lead[lead["assay"] != PANEL].sort_values("found_before_imaging", ascending=False)
            out += [_lead_words(row) for row in single.head(3).to_dict("records")]
            out += [f"All assays together: {_lead_words(r)}" for r in lead[lead["assay"] == PANEL].to_dict("records")]
        blind = [a for a in self.watch.reported if self._area(a) < 0.55]
        if blind:
            out.append(f"No better than chance on occult metastases: {', '.join(blind)}.")
        return [*out, *self.notes]

    def _area(self, name: str) -> float:
        table = self.watch.areas
        found = table[(table["assay"] == name) & (table["against"] == "occult")]["area"]
        return float(found.iloc[0]) if len(found) else 1.0

    def figures(self) -> dict[str, Figure]:
        """Return lead, sensitivity by stage, ROC, decision curve and interval figures."""
        from ..report.figures.biopsy import draw_plan

        return draw_plan(self.watch, self.every)

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write tables, figures (SVG, PNG) and summary.txt into `folder`, whole or not at all.

        Raises:
            StoreError: the folder exists and `overwrite` is false.
        """
        from ..report.figures.style import save, styled

        with atomic_folder(folder, overwrite=overwrite) as part:
            for name, table in self.tables().items():
                table.to_csv(part / f"{name}.csv", index=False, float_format="%.6g")
            with styled():
                for name, figure in self.figures().items():
                    save(figure, part / name)
            (part / "summary.txt").write_text("\n".join(self.summary()) + "\n", encoding="utf-8")
        return Path(folder)


def plan_biopsy(
    study: str | Path | Study,
    *,
    assays: str | Sequence[str],
    every_days: float = 91.3,
    imaging_days: float = 182.6,
    delay_days: float = 30.0,
    start: Literal["resection", "day 0"] = "resection",
    rule: Literal["any", "all"] = "any",
    confirm: int = 1,
    n: int | None = None,
    seed: int | None = None,
    data_dir: str | Path | None = None,
    progress: Progress = SILENT,
) -> Plan:
    """Watch the patients of a study with a panel of assays, beside imaging.

    Args:
        study: a preset's name, the path of a study file or of a results folder, or a study.
        assays: names with parameters, as :func:`metastasome.readouts.catalogue.make_assay` takes them.
        every_days, imaging_days, delay_days: between draws, between scans, from the start to the first draw.
        start: what the first draw counts from.
        rule, confirm: when the panel calls.
        n, seed, data_dir, progress: as in :func:`metastasome.simulate`; 400 patients when the study asks for more.

    Raises:
        InputError, StudyError, StoreError: the study, an assay or the schedule is not usable (times under a day are
            not).
    """
    from ..engine import Settings, run_cohort
    from .runner import cohort_problem, prepare

    for option, days in (("every", every_days), ("imaging", imaging_days)):
        if not LEAST_DAYS <= days < np.inf:
            expected = f"at least {LEAST_DAYS:g} day between two"
            raise InputError("not a usable time", field=option, value=f"{days:g} days", expected=expected)
    named = (assays,) if isinstance(assays, str) else assays
    design = Surveillance(
        tuple(make_assay(a) for a in named), Schedule(every_days, start, delay_days),
        Schedule(imaging_days, start, delay_days), rule, confirm,
    )  # fmt: skip
    wanted, seed = _study(study, n, seed)
    if delay_days >= wanted.cohort.horizon:
        raise InputError(
            "the first draw is past the study's horizon", field="delay", value=f"{delay_days:g} days",
            expected=f"less than {wanted.cohort.horizon:g} days",
        )  # fmt: skip
    case = prepare(wanted, data_dir=data_dir, seed=seed, progress=progress)
    size = wanted.cohort.patients
    cohort = run_cohort(cohort_problem(case), n=size, seed=case.seed, progress=progress, settings=Settings(raw=size))
    course = from_cohort(cohort)
    with progress.task("draws"):
        seen = watch(course, design, seed=case.seed)
        every = intervals(course, design, seed=case.seed)
    note = f"{size} virtual patients, seed {case.seed}; {case.plan.note}"
    return Plan(wanted.name, seen, every, (note,))


def _study(study: str | Path | Study, n: int | None, seed: int | None) -> tuple[Study, int | None]:
    """Return the study and the seed: a results folder brings those of its own record."""
    from .api import as_study
    from .store import read_record

    if isinstance(study, str | Path) and Path(study).is_dir():
        record = read_record(study)
        study, seed = record.study, record.provenance.seed if seed is None else seed
    wanted = as_study(study, n=n)
    if n is None and wanted.cohort.patients > 400:
        wanted = as_study(wanted, n=400)
    if wanted.cohort.patients > MOST_PATIENTS:
        raise InputError(
            "too many patients to keep every curve", field="patients", value=n, expected=f"at most {MOST_PATIENTS}"
        )
    return wanted, seed


def assay_tables(name: str | None) -> list[dict[str, object]]:
    """Return one row per assay, or per parameter of the one called `name`."""
    if name is not None:
        return make_assay(name).describe()
    rows: list[dict[str, object]] = []
    for key in makers():
        a = make_assay(key)
        rows.append({
            "name": key, "title": a.title, "reads": a.reads, "limit of detection": a.lod, "unit": a.lod_unit,
            "threshold": a.threshold, "of": a.unit, "a false positive": a.false_positive,
        })  # fmt: skip
    return rows


def _lead_words(row: Mapping[Any, Any]) -> str:
    share, median = float(str(row["found_before_imaging"])), float(str(row["lead_median_days"]))
    when = f", by {median:.0f} days (median)" if np.isfinite(median) else ""
    return f"{row['assay']} finds {percent(share)} before imaging{when}; it would call {_false_words(row)}."


def _false_words(row: Mapping[Any, Any]) -> str:
    return f"{percent(row['healthy_called_in_follow_up'])} of healthy people at least once in the same follow-up"
