"""Surveillance: a panel of assays drawn on a schedule beside imaging, watched over a cohort and its healthy twins.

The twins are the same people on the same random numbers without a tumour: what is positive in them is a false alarm.
Only the rest of a positive rate is owed to the tumour. Lead time counts from the first positive draw to the scan that
finds a lesion on the imaging schedule, in patients in whom a scan does find one.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .assay import Assay
from .course import Course
from .decision import area, decision_curve, draws_needed
from .imaging import Imaging
from .noise import Floats
from .sampling import Schedule, combine, first_positive, read
from .stage import STAGES, stage
from .survival import share_with_interval

if TYPE_CHECKING:
    import pandas as pd

PANEL = "panel"


@dataclass(frozen=True)
class Surveillance:
    """A design: what is measured, when, what counts as positive, and imaging beside it.

    Attributes:
        assays: what each tube is tested for.
        blood: when blood is drawn. scans: when imaging is done.
        rule: the panel is positive when ``"any"`` or ``"all"`` of its assays are.
        confirm: positive draws in a row that make a call.
        imaging: the scan.
    """

    assays: tuple[Assay, ...]
    blood: Schedule = field(default_factory=lambda: Schedule(90.0))
    scans: Schedule = field(default_factory=lambda: Schedule(182.6))
    rule: Literal["any", "all"] = "any"
    confirm: int = 1
    imaging: Imaging = field(default_factory=Imaging)

    def __post_init__(self) -> None:
        if not self.assays:
            raise InputError("a design needs an assay", field="assays")
        names = [a.name for a in self.assays]
        if len(set(names)) < len(names):
            raise InputError("an assay is in the design twice", field="assays", value=", ".join(names))
        if self.rule not in ("any", "all"):
            raise InputError("unknown rule", field="rule", value=self.rule, expected="'any' or 'all'")
        if self.confirm < 1:
            raise InputError("must be at least 1", field="confirm", value=self.confirm)


@dataclass(frozen=True, repr=False)
class Watch:
    """What a design reports of n patients at s draws, and of their healthy twins.

    Attributes:
        design, course, seed: what was watched, in whom, on which random numbers.
        days: day of each draw, NaN: none, ``(n, s)``.
        reported, blank: assay -> reported value in patients and in twins, ``(n, s)``.
        stages: index in :data:`~metastasome.readouts.stage.STAGES`, ``(n, s)``.
        found: day a scan of the schedule first finds a true lesion, NaN: never, ``(n,)``.
    """

    design: Surveillance
    course: Course
    seed: int
    days: Floats
    reported: dict[str, Floats]
    blank: dict[str, Floats]
    stages: NDArray[np.int64]
    found: Floats

    def __repr__(self) -> str:
        names = ", ".join(self.reported)
        return f"<Watch of {self.course.n} patients, {int(np.isfinite(self.days).sum())} draws: {names}>"

    @property
    def names(self) -> tuple[str, ...]:
        """Assays, then the panel where there are several."""
        own = tuple(self.reported)
        return (*own, PANEL) if len(own) > 1 else own

    def calls(self, name: str, *, healthy: bool = False) -> NDArray[np.bool_]:
        """Return where an assay, or the panel, is positive, ``(n, s)``."""
        values = self.blank if healthy else self.reported
        each = {a.name: a.positive(values[a.name]) & np.isfinite(self.days) for a in self.design.assays}
        return combine(tuple(each.values()), self.design.rule) if name == PANEL else each[name]

    def owed(self, name: str) -> NDArray[np.bool_]:
        """Return where a call is owed to the tumour: positive, and not in the healthy twin, ``(n, s)``."""
        if name == PANEL and self.design.rule == "any":
            return combine([self.owed(a.name) for a in self.design.assays], "any")
        return np.asarray(self.calls(name) & ~self.calls(name, healthy=True))

    @functools.cached_property
    def lead(self) -> pd.DataFrame:
        """One row per assay: who is found before imaging, by how much, and the price in false alarms.

        A positive draw that is positive in the healthy twin too is luck, and counts as no finding.
        """
        import pandas as pd

        return pd.DataFrame([self._lead(name) for name in self.names])

    def _lead(self, name: str) -> dict[str, object]:
        alarm = self.calls(name, healthy=True)
        first = first_positive(self.owed(name), self.days, confirm=self.design.confirm)
        false = first_positive(alarm, self.days, confirm=self.design.confirm)
        drawn = np.isfinite(self.days).any(axis=1)
        relapsed = drawn & np.isfinite(self.found)
        lead = (self.found - first)[relapsed]
        before = lead > 0
        share, low, high = share_with_interval(int(before.sum()), len(lead)) if len(lead) else (np.nan,) * 3
        never, alarms = int(drawn.sum()), int(np.isfinite(false[drawn]).sum())
        per_draw = alarm[np.isfinite(self.days)].mean()
        mid = np.quantile(lead[before], [0.25, 0.5, 0.75]) if before.any() else [np.nan] * 3
        return {
            "assay": name, "patients": int(drawn.sum()), "relapses_imaged": int(relapsed.sum()),
            "found_before_imaging": share if relapsed.any() else np.nan, "low": low, "high": high,
            "lead_q25_days": mid[0], "lead_median_days": mid[1], "lead_q75_days": mid[2],
            "found_90_days_before": float((lead >= 90).mean()) if len(lead) else np.nan,
            "specificity_per_draw": 1 - float(per_draw),
            "healthy_called_in_follow_up": alarms / max(never, 1),
        }  # fmt: skip

    @functools.cached_property
    def by_stage(self) -> pd.DataFrame:
        """Sensitivity per draw by state of the disease with its interval over patients, and independent draws needed.

        The Wilson interval counts patients, not draws, since draws of one patient are alike.
        """
        import pandas as pd

        rows = []
        for name in self.names:
            called = self.calls(name)
            for k, label in enumerate(STAGES):
                at = self.stages == k
                people = int(at.any(axis=1).sum())
                if not people:
                    continue
                share = float(called[at].mean())
                _, low, high = share_with_interval(share * people, people)
                needed = float(draws_needed(share)) if k else np.nan
                rows.append((name, label, int(at.sum()), people, share, low, high, needed))
        columns = ["assay", "stage", "draws", "patients", "positive", "low", "high", "draws_for_90_percent"]
        return pd.DataFrame(rows, columns=columns)

    def scores(self, name: str, stages: Sequence[int] = (4, 5)) -> tuple[Floats, Floats]:
        """Return reported values of draws in `stages` (occult metastases), and of all draws of healthy twins."""
        at = np.isin(self.stages, list(stages))
        return self.reported[name][at], self.blank[name][np.isfinite(self.days)]

    @functools.cached_property
    def areas(self) -> pd.DataFrame:
        """Area under the ROC curve of each assay for occult and for visible metastases against healthy twins.

        The interval takes one draw per patient.
        """
        import pandas as pd

        rows = []
        for name in self.reported:
            for label, stages in (("occult", (4, 5)), ("visible", (6, 7)), ("primary", (1, 2, 3))):
                a, b = self._one_each(name, stages)
                if len(a) > 1 and len(b) > 1:
                    rows.append((name, label, len(a), len(b), *area(a, b)))
        return pd.DataFrame(rows, columns=["assay", "against", "patients", "healthy", "area", "low", "high"])

    def _one_each(self, name: str, stages: Sequence[int]) -> tuple[Floats, Floats]:
        """Return the first draw in `stages` of each patient, and the first draw of each twin."""
        at = np.isin(self.stages, list(stages))
        who = np.flatnonzero(at.any(axis=1))
        drawn = np.flatnonzero(np.isfinite(self.days).any(axis=1))
        pick = np.argmax(np.isfinite(self.days[drawn]), axis=1)
        return self.reported[name][who, at[who].argmax(axis=1)], self.blank[name][drawn, pick]

    def decision(self, name: str) -> pd.DataFrame | None:
        """Return the decision curve of an assay for a metastasis that imaging would see, at the patients' own draws.

        None where no draw, or every one, has one.
        """
        taken = np.isfinite(self.days)
        visible = self.stages >= 6
        prevalence = float(visible[taken].mean()) if taken.any() else 0.0
        if not 0 < prevalence < 1:
            return None
        cut = next(x.threshold for x in self.design.assays if x.name == name)
        values = self.reported[name]
        return decision_curve(values[taken & visible], values[taken & ~visible], cut=cut, prevalence=prevalence)


def watch(course: Course, design: Surveillance, *, seed: int) -> Watch:
    """Return what `design` reports of the patients of `course`.

    Raises:
        InputError: draws past the horizon for everybody, or an assay whose level the course lacks.
    """
    days = design.blood.days(course)
    healthy = course.healthy()
    reported = {a.name: read(course, a, days, seed=seed) for a in design.assays}
    blank = {a.name: read(healthy, a, days, seed=seed) for a in design.assays}
    return Watch(design, course, seed, days, reported, blank, stage(course, days), imaged(course, design, seed=seed))


def imaged(course: Course, design: Surveillance, *, seed: int) -> Floats:
    """Return the day a scan of the schedule first finds a lesion that is there, NaN: never, ``(n,)``."""
    import dataclasses

    scans = design.scans.days(course)
    scan = dataclasses.replace(design.imaging, organs=course.organs, false_rate=0.0)
    seen = scan.positive(read(course, scan, scans, seed=seed)) & np.isfinite(scans)
    return first_positive(seen, scans)


def intervals(
    course: Course, design: Surveillance, *, seed: int, every: Sequence[float] = (30.4, 60.9, 91.3, 182.6, 365.25)
) -> pd.DataFrame:
    """Return the lead table at several intervals between draws: how many draws a wanted lead takes.

    The column ``draws_per_year`` and, per assay, the share found at least 90 days before imaging and the share of
    healthy people ever called.
    """
    import dataclasses

    import pandas as pd

    parts = []
    for step in every:
        made = watch(
            course, dataclasses.replace(design, blood=dataclasses.replace(design.blood, interval_days=step)), seed=seed
        )
        table = made.lead.copy()
        table.insert(0, "draws_per_year", 365.25 / step)
        table.insert(0, "interval_days", step)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)
