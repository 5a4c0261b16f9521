"""From what a cohort keeps to the levels of :class:`~metastasome.readouts.course.Course`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .course import Course, ln_linear
from .imaging import ball_cells

if TYPE_CHECKING:
    from ..engine import Cohort

Floats = NDArray[np.float64]


def assemble(
    cohort: Cohort, *, birth: float, pleural_share: float, pleural_turnover: float, grid_days: float, detectable: float
) -> Course:
    """Return the course; see :func:`metastasome.readouts.course.from_cohort`."""
    n = len(cohort.recorded.raw)
    if n == 0:
        raise InputError("the cohort kept no patient's curves", field="raw", hint="run it with settings raw above 0")
    days = _grid(cohort.times, grid_days)
    end, removed = _event(cohort, "death", n), _event(cohort, "resection", n)
    last = np.where(np.isfinite(end), end, cohort.times[-1])
    primary = _primary(cohort, days, n, removed)
    largest = _largest(cohort, days, n, detectable)
    burden = np.clip(_between(cohort.times, cohort.burden.raw.astype(np.float64), days), 0.0, None)
    lesions = burden.sum(axis=1)
    levels = {
        "tumour_ev": _recorded(cohort, "plasma_ev", days, removed, primary, lesions),
        "ctc": _recorded(cohort, "ctc_per_ml", days, removed, primary, lesions),
        "tumour_cells": primary + lesions,
        "deaths": _all_deaths(cohort, days, removed, primary, lesions, birth),
        "largest": largest,
        "pleural_ev": _in_fluid(cohort, burden, days, primary, lesions, pleural_share) / pleural_turnover,
    }
    seen, seeded = _lesion_days(cohort, n)
    return Course(days, levels, tuple(cohort.groups), removed, last, seen, seeded, primary)


def _grid(times: Floats, step: float) -> Floats:
    count = max(int(np.ceil((times[-1] - times[0]) / step)), 1)
    return np.union1d(times, np.linspace(times[0], times[-1], count + 1))


def _event(cohort: Cohort, name: str, n: int) -> Floats:
    if name not in cohort.events:
        return np.full(n, np.nan)
    return np.asarray(cohort.event_day[:n, cohort.events.index(name)], dtype=np.float64)


def _raw(cohort: Cohort, name: str) -> Floats:
    if name not in cohort.recorded.names:
        raise InputError("the cohort does not record a curve", field=name, expected=", ".join(cohort.recorded.names))
    return np.asarray(cohort.recorded.raw[:, cohort.recorded.index(name)], dtype=np.float64)


def _between(times: Floats, values: Floats, days: Floats) -> Floats:
    """Return curves ``(..., t)`` on `days`: ln-linear, and held where an end is zero."""
    last = np.clip(np.searchsorted(times, days, side="right") - 1, 0, len(times) - 2)
    w = (days - times[last]) / (times[last + 1] - times[last])
    return ln_linear(values[..., last], values[..., last + 1], w)


def _primary(cohort: Cohort, days: Floats, n: int, removed: Floats) -> Floats:
    """Return cells of the primary: its growth goes on to the day of resection, not to the recording before it."""
    diameter = _raw(cohort, "primary_diameter")[:n]
    cells = ball_cells(diameter)
    times = cohort.times
    out = _between(times, cells, days)
    for i in np.flatnonzero(np.isfinite(removed)):
        k = np.searchsorted(times, removed[i], side="right") - 1
        if k >= 1 and cells[i, k] > 0 and cells[i, k - 1] > 0:
            rate = np.log(cells[i, k] / cells[i, k - 1]) / (times[k] - times[k - 1])
            span = (days >= times[k]) & (days < removed[i])
            out[i, span] = cells[i, k] * np.exp(rate * (days[span] - times[k]))
        after = min(k + 1, len(times) - 1)
        left = cells[i, after] if times[after] >= removed[i] else 0.0
        out[i, days >= removed[i]] = left
    return out


def _recorded(cohort: Cohort, name: str, days: Floats, removed: Floats, primary: Floats, lesions: Floats) -> Floats:
    """Return a recorded curve; in the interval of the resection it follows the cells that make it."""
    raw = _raw(cohort, name)
    out = _between(cohort.times, raw, days)
    total = primary + lesions
    for i in np.flatnonzero(np.isfinite(removed)):
        k = np.searchsorted(cohort.times, removed[i], side="right") - 1
        at = np.searchsorted(days, cohort.times[k])
        upper = cohort.times[min(k + 1, len(cohort.times) - 1)]
        span = (days >= cohort.times[k]) & (days < upper)
        base = total[i, at]
        out[i, span] = raw[i, k] * (total[i, span] / base if base > 0 else 0.0)
    return out


def _all_deaths(
    cohort: Cohort, days: Floats, removed: Floats, primary: Floats, lesions: Floats, birth: float
) -> Floats:
    """Return tumour cells dying per day: the model's own where it was recorded, else by balance."""
    if "cell_deaths" in cohort.recorded.names:
        return _recorded(cohort, "cell_deaths", days, removed, primary, lesions)
    return _deaths(primary, days, birth, surgery=True) + _deaths(lesions, days, birth, surgery=False)


def _in_fluid(cohort: Cohort, burden: Floats, days: Floats, primary: Floats, lesions: Floats, share: float) -> Floats:
    """Return vesicles that enter pleural fluid per day: the model's own where recorded, else a share of the lung's."""
    if "pleura_kept" in cohort.recorded.names:
        return _between(cohort.times, _raw(cohort, "pleura_kept"), days)
    return share * _pleural(cohort, burden, days, primary, lesions)


def _deaths(cells: Floats, days: Floats, birth: float, *, surgery: bool) -> Floats:
    """Return D = b N - dN/dt, never negative; a fall by surgery is no death."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.diff(np.log(np.maximum(cells, 1e-300)), axis=1) / np.diff(days)
    known = (cells[:, 1:] > 0) & (cells[:, :-1] > 0)
    rate = np.where(known, rate, 0.0)
    if surgery:
        rate = np.maximum(rate, 0.0)
    rate = np.concatenate([rate, rate[:, -1:]], axis=1)
    return np.asarray(cells * np.maximum(birth - rate, 0.0))


def _pleural(cohort: Cohort, burden: Floats, days: Floats, primary: Floats, lesions: Floats) -> Floats:
    """Return vesicles released per day by cells in the lung."""
    if "lung" not in cohort.groups:
        return np.zeros_like(primary)
    release = _between(cohort.times, _raw(cohort, "release"), days)
    total = _between(cohort.times, ball_cells(_raw(cohort, "primary_diameter")), days) + lesions
    per_cell = np.where(total > 0, release / np.maximum(total, 1.0), 0.0)
    return np.asarray(per_cell * burden[:, cohort.groups.index("lung")])


def _largest(cohort: Cohort, days: Floats, n: int, detectable: float) -> Floats:
    """Return cells of the largest lesion by organ, ``(n, t, o)``, from three points of each lesion."""
    out = np.zeros((n, len(days), len(cohort.groups)))
    table = cohort.lesions
    table = table[(table["patient"] < n)]
    organ = table["organ"].map({name: k for k, name in enumerate(cohort.groups)}).to_numpy(dtype=np.int64)
    end_of = _event(cohort, "death", n)
    for patient, g, founded, seen, cells in zip(
        table["patient"].to_numpy(), organ, table["founded_day"].to_numpy(dtype=np.float64),
        table["detected_day"].to_numpy(dtype=np.float64), table["cells"].to_numpy(dtype=np.float64), strict=True,
    ):  # fmt: skip
        stop = end_of[patient] if np.isfinite(end_of[patient]) else cohort.times[-1]
        size = _lesion(days, founded, seen, stop, cells, detectable)
        np.maximum(out[patient, :, g], size, out=out[patient, :, g])
    return out


def _lesion(days: Floats, founded: float, seen: float, stop: float, cells: float, detect: float) -> Floats:
    x, y = [founded], [0.0]
    if np.isfinite(seen) and seen > founded:
        x.append(seen)
        y.append(np.log(detect))
    if stop > x[-1]:
        x.append(stop)
        y.append(np.log(max(cells, 1.0)))
    size = np.exp(np.interp(days, x, y)) if len(x) > 1 else np.ones_like(days)
    size[days < founded] = 0.0
    if cells <= 0:
        size[days >= stop] = 0.0
    return np.asarray(size)


def _lesion_days(cohort: Cohort, n: int) -> tuple[Floats, Floats]:
    """Return the first day a lesion could be seen, and the first founding of one alive at the end, by patient."""
    first = np.asarray(cohort.first_seen[:n], dtype=np.float64)
    seen = np.where(
        np.isfinite(first).any(axis=1), np.nanmin(np.where(np.isfinite(first), first, np.inf), axis=1), np.nan
    )
    table = cohort.lesions
    table = table[(table["patient"] < n) & (table["cells"] > 0)]
    seeded = np.full(n, np.nan)
    for patient, day in table.groupby("patient")["founded_day"].min().items():
        seeded[int(patient)] = day
    return seen, seeded
