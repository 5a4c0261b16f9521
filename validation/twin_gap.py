"""The twin's average over patients against the engine's simulated cohort, with and without feedback of lesions.

    python validation/twin_gap.py [--only breast,colorectal] [--patients 4000] [--same 250] [--points 128] [--write]

Chance of any detectable lesion by year, per organ and overall, for presets on the embedded reference, resection
included. Without feedback (and without death, which is feedback) three must agree. ``twin`` is the differentiable twin
at `points` quasi-random patients, ``cohort`` the simulated share of `patients`, ``z_twin`` their difference in
standard errors of a share of so many (the error of the points not counted). ``mean_field`` is the mean chance of the
first `same` patients of the cohort by Kendall's law and the engine's rates; ``z_same`` sets the simulated share of
these patients against it, in standard errors of the draws given the patients, sqrt(sum p (1 - p)) / n. ``apart`` is the
greatest difference between twin and mean field when both are given the same four patients (time steps, not chance).
``gap`` is what feedback changes: the cohort with it, minus the cohort without.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from metastasome.engine import run_cohort
from metastasome.engine.meanfield import expected, rates_of
from metastasome.inference.jax_setup import jax
from metastasome.inference.twin import Twin
from metastasome.study import parse_study
from metastasome.study.assemble import RESECTION_SIZE
from metastasome.study.runner import cohort_problem, prepare

OUT = Path(__file__).parent / "results" / "twin_gap.csv"
PRESETS = ("breast", "colorectal", "glioblastoma", "breast_dormancy")
YEAR, SEED, SAME = 365.25, 7, 4
MANY = 0.02  # organs with at least this chance in any of the three get a row


def twin_of(case: Any, problem: Any, points: int) -> Twin:
    """Return the twin of a study, its patients spread as the cohort's are."""
    horizon, size = float(problem.times[-1]), case.study.tumour
    spread = RESECTION_SIZE.spread if size.resect else 0.0
    return Twin(
        case.model, case.inputs, problem.detectable, horizon, cells=max(60, round(horizon / 45)), steps=3,
        patients=points, resected_at=size.diameter_at_resection if size.resect else None, resected_spread=spread,
    )  # fmt: skip


def of_twin(twin: Twin, people: Any, days: Any) -> Any:
    """Return P(any detectable) ``(patients, organs + 1, days)`` of the twin at standard normal points `people`."""
    j = jax()
    xp = j.numpy
    one = j.jit(lambda z: xp.sum(twin._one({}, z)[1], axis=0))
    at = np.round(np.interp(days, twin.days, np.arange(len(twin.days)))).astype(int)
    return np.stack([chances(np.asarray(one(z))[:, at]) for z in people])


def of_mean_field(problem: Any, n: int, days: Any) -> Any:
    """Return the same of the engine's mean field, for the first `n` patients of the cohort."""
    params, starts = problem.patients(0, n)
    made = []
    for p, y in zip(params, starts, strict=True):
        rates = rates_of(problem, p, y)
        made.append(chances(np.asarray(expected(rates, problem.detectable).detected).sum(axis=0)
                            [:, np.searchsorted(rates.days, days)]))  # fmt: skip
    return np.stack(made)


def chances(lesions: Any) -> Any:
    """Return P(any) per organ and overall ``(organs + 1, days)`` from expected lesions ``(organs, days)``."""
    return 1 - np.exp(-np.vstack([lesions, lesions.sum(axis=0)]))


def of_cohort(problem: Any, n: int, days: Any) -> Any:
    """Return whether each patient has a lesion seen by each day, ``(patients, organs + 1, days)``."""
    first = np.asarray(run_cohort(problem, n=n, seed=SEED).first_seen)
    first = np.column_stack([first, np.where(np.isnan(first), np.inf, first).min(axis=1)])
    return np.stack([first <= d for d in days], axis=2).astype(float)


def same_people(twin: Twin, problem: Any, n: int) -> Any:
    """Return the points of `n` patients of the cohort, in the twin's order of what differs."""
    drawn = problem.patients
    z, names = drawn._normals(0, n), list(drawn.spreads)
    wanted = [*twin._spreads, *([RESECTION_SIZE.name] if twin.resected_spread > 0 else [])]
    return z[:, [names.index(w) for w in wanted]]


def preset(name: str, patients: int, same: int, points: int) -> pd.DataFrame:
    """Return the rows of one preset."""
    study = parse_study(f"extends: {name}\nname: twin-gap\nmatch: {{nulls: 0}}\n")
    case = prepare(study, seed=SEED)
    whole = cohort_problem(case)
    years = [y for y in (5, 10, 15) if y * YEAR <= whole.times[-1] + 1]
    days = np.array([y * YEAR for y in years])
    times = np.unique(np.round(np.concatenate([whole.times, days]), 6))
    whole = whole.with_(times=times[times <= whole.times[-1]])
    alone = whole.with_(burden=None, events=tuple(e for e in whole.events if e.name != "death"))
    drawn = of_cohort(alone, patients, days)
    off, on, mine = drawn.mean(axis=0), of_cohort(whole, patients, days).mean(axis=0), drawn[:same].mean(axis=0)
    mean = of_mean_field(alone, same, days)
    twin = twin_of(case, alone, points)
    near = np.abs(of_twin(twin, same_people(twin, alone, SAME), days) - mean[:SAME]).max(axis=0)
    average = of_twin(twin, twin.people, days).mean(axis=0)
    error = np.sqrt((mean * (1 - mean)).sum(axis=0)) / same
    far = np.sqrt(np.maximum(average * (1 - average), 1 / patients) / patients)
    rows = []
    for g, organ in enumerate([*whole.groups, "any"]):
        for k, year in enumerate(years):
            p = mean[:, g, k].mean()
            if max(p, off[g, k], on[g, k]) < MANY:
                continue
            rows.append({
                "preset": name, "organ": organ, "year": year, "twin": average[g, k], "cohort": off[g, k],
                "z_twin": (off[g, k] - average[g, k]) / far[g, k], "mean_field": p, "same_patients": mine[g, k],
                "z_same": (mine[g, k] - p) / max(error[g, k], 1e-12), "apart": near[g, k],
                "with_feedback": on[g, k], "gap": on[g, k] - off[g, k],
            })  # fmt: skip
    return pd.DataFrame(rows)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--only", default=",".join(PRESETS))
    asked.add_argument("--patients", type=int, default=4000)
    asked.add_argument("--same", type=int, default=250)
    asked.add_argument("--points", type=int, default=128)
    asked.add_argument("--write", action="store_true")
    options = asked.parse_args()
    for name in options.only.split(","):
        began = time.process_time()
        made = preset(name, options.patients, options.same, options.points)
        print(made.to_string(index=False, float_format="%.4f"))
        worst = {c: made[c].abs().max() for c in ("z_twin", "z_same", "apart", "gap")}
        print(f"{name}: {len(made)} figures; " + ", ".join(f"|{c}| up to {v:.3f}" for c, v in worst.items())
              + f" ({time.process_time() - began:.0f} CPU s)", flush=True)  # fmt: skip
        if options.write:
            old = pd.read_csv(OUT) if OUT.is_file() else made.iloc[:0]
            table = pd.concat([old[old["preset"] != name], made]) if len(old) else made
            order = {p: i for i, p in enumerate(PRESETS)}
            table = table.sort_values("preset", key=lambda c: c.map(order), kind="stable")
            table.to_csv(OUT, index=False, float_format="%.4f")


if __name__ == "__main__":
    main()
