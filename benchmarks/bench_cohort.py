"""Cohort speed and memory: the default model, and a stand-in of 12 organs, 80 slow states, 3 origins; 10 years.

``python benchmarks/bench_cohort.py [--n 2000] [--memory 10000 100000 1000000 [--days 3650] [--out]]``. Prints compile
time apart, patients per second of CPU and of wall clock, two workers against one (turn about, the best of each) and,
in a process of its own per size, peak memory (of ``--days`` of follow-up: memory does not depend on them, time does).
The rates are made up; their number is what counts.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from metastasome.engine import Problem, run_cohort
from metastasome.numerics import Layout, compile_system
from metastasome.numerics.trace import trace

ORGANS, DAYS = 12, 3650.0
PER_ORGAN = ("leak", "matrix", "marrow", "suppression", "bonus", "sleepers")
RATES = {"leak": 0.3, "matrix": 0.05, "marrow": 0.1, "suppression": 0.02, "bonus": 0.2, "sleepers": 0.01}
SINGLE = ("size", "vessels", "acid", "hypoxia", "vesicles", "shed_cells", "antigen", "oxidant")


def body(xp: Any, y: dict[str, Any], p: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A tumour with eight body-wide states and six states per organ, all driven by its vesicles."""
    burden = xp.sum(p["burden"])
    pull = y["size"] / y["vessels"]
    dose = y["vesicles"] * p["share"]
    rates = {
        "size": p["growth"] * y["size"] * (1.0 - pull),
        "vessels": p["sprout"] * y["size"] - 1e-3 * y["vessels"] * (1.0 + 1e-12 * burden),
        "acid": 0.1 * (pull - y["acid"]),
        "hypoxia": 0.1 * (pull / (1.0 + pull) - y["hypoxia"]),
        "vesicles": 0.5 * ((y["size"] + burden) * 1e-10 * (1.0 + y["hypoxia"]) - y["vesicles"]),
        "shed_cells": 0.5 * (y["size"] + 0.1 * burden - y["shed_cells"]),
        "antigen": 0.02 * (y["size"] / (1e8 + y["size"]) - y["antigen"]),
        "oxidant": 0.05 * (y["acid"] - y["oxidant"]),
    }
    for name in PER_ORGAN:
        up = dose / (1.0 + dose) * (1.0 + 0.2 * y["leak"])
        rates[name] = RATES[name] * (up * (1.0 - y[name]) - 0.3 * y[name])
    out = {
        "birth": p["birth"] * (1.0 + 0.05 * y["bonus"]),
        "death": p["death"] * (1.0 - 0.05 * y["suppression"]) * xp.exp(-0.02 * y["matrix"]),
        "saturation": p["saturation"],
        "intensity_seeded": p["seeding"] * y["shed_cells"] * (1.0 + y["leak"]) * (1.0 + y["matrix"]),
        "intensity_direct": p["turning"] * y["bonus"],
        "intensity_indirect": p["turning"] * y["bonus"] * y["marrow"],
    }
    return rates, out


class Patients:
    """Log-normal spread of growth and seeding, drawn from keyed streams."""

    def __init__(self, base: np.ndarray, start: np.ndarray, columns: list[int]) -> None:
        self.base, self.start, self.columns = base, start, columns

    def __call__(self, lo: int, hi: int) -> tuple[np.ndarray, np.ndarray]:
        params = np.tile(self.base, (hi - lo, 1))
        for i in range(lo, hi):
            z = np.random.Generator(np.random.Philox(key=[1, i])).standard_normal(len(self.columns))
            params[i - lo, self.columns] *= np.exp(0.2 * z)
        return params, np.tile(self.start, (hi - lo, 1))


def problem(days: float = DAYS) -> Problem:
    """Return the stand-in, followed for `days` and recorded about every 60."""
    states = Layout((*SINGLE, *PER_ORGAN), (1,) * len(SINGLE) + (ORGANS,) * len(PER_ORGAN))
    names = ("growth", "sprout", "birth", "death", "saturation", "seeding", "turning", "share", "burden")
    params = Layout(names, (1, 1) + (ORGANS,) * 7)
    outputs = ("birth", "death", "saturation", "intensity_seeded", "intensity_direct", "intensity_indirect")
    system = trace(body, states=states, params=params, outputs=Layout(outputs, (ORGANS,) * 6))
    base = params.pack(
        {
            "growth": 0.008,
            "sprout": 1.2e-3,
            "birth": 0.14,
            "death": np.linspace(0.125, 0.135, ORGANS),
            "saturation": 1e9,
            "seeding": 2e-11,
            "turning": 2e-5,
            "share": np.linspace(0.5, 2.0, ORGANS),
            "burden": 0.0,
        }
    )
    start = states.pack({**dict.fromkeys(SINGLE, 0.0), **dict.fromkeys(PER_ORGAN, 0.0), "size": 1e6, "vessels": 1e8})
    return Problem(
        compiled=compile_system(system, jacobian=False),
        groups=tuple(f"organ{g}" for g in range(ORGANS)),
        origins=("seeded", "direct", "indirect"),
        detectable=np.full(ORGANS, 1e7),
        burden="burden",
        record=("size", "vesicles", "leak", "matrix"),
        times=np.linspace(0.0, days, max(2, round(days / 60.0))),
        levers=(),
        events=(),
        patients=Patients(base, start, [0]),
    )


def default_model(n: int) -> None:
    """Print the speed of the colorectal preset, lesions feeding back, compilation apart."""
    from metastasome.study import runner
    from metastasome.study.api import as_study

    made = runner.cohort_problem(runner.prepare(as_study("colorectal", n=n), seed=1))
    began = time.process_time()
    run_cohort(made, n=1, seed=1)
    compiled = time.process_time()
    cohort = run_cohort(made, n=n, seed=1)
    spent = time.process_time() - compiled
    print(
        f"default model, {made.states.size} states, {len(made.groups)} organs: compilation (or its cache) "
        f"{compiled - began:.1f} s CPU; {n / spent:,.0f} patients per CPU second, "
        f"{cohort.lesion_count.sum(axis=1).mean():.1f} lesions per patient",
        flush=True,
    )


def two_workers(made: Problem, n: int, rounds: int) -> None:
    """Print one worker against two in turn: best wall clock of each, and the CPU that two need more than one."""
    wall: dict[int, list[float]] = {1: [], 2: []}
    cpu: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers in (1, 2):
            began, spent = time.perf_counter(), time.process_time()
            run_cohort(made, n=n, seed=1, workers=workers)
            wall[workers].append(time.perf_counter() - began)
            cpu[workers].append(time.process_time() - spent)
    more = min(cpu[2]) / min(cpu[1])
    print(
        f"two workers, {n:,} patients: {min(wall[1]) / min(wall[2]):.2f} times one by the clock (load "
        f"{os.getloadavg()[0]:.1f}); they need {more:.3f} times its CPU, so {2 / more:.2f} times on two free cores",
        flush=True,
    )


def memory(made: Problem, n: int, *, store: bool) -> None:
    """Print the peak memory of this process after a cohort of `n`."""
    run_cohort(made, n=1, seed=1)
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with tempfile.TemporaryDirectory() as folder:
        cohort = run_cohort(made, n=n, seed=1, out=Path(folder) / "cohort" if store else None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{n:>9,} patients, {made.times[-1]:g} days{', store' if store else ''}: peak {peak:,.0f} MiB resident, "
        f"{start:,.0f} of them for one patient; {cohort.provenance['founders'] / n:.1f} founders per patient, "
        f"{time.process_time():,.0f} s CPU",
        flush=True,
    )


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--n", type=int, default=2000)
    options.add_argument("--memory", type=int, nargs="*", default=[])
    options.add_argument("--days", type=float, default=DAYS, help="follow-up in the memory figures")
    options.add_argument("--out", action="store_true", help="memory with a store on disk")
    options.add_argument("--rounds", type=int, default=2, help="of one worker against two")
    options.add_argument("--only", type=int, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.only:
        memory(problem(given.days), given.only, store=given.out)
        return
    made = problem()
    default_model(given.n)
    began = time.process_time()
    run_cohort(made, n=1, seed=1)
    spent = time.process_time() - began
    print(f"{made.states.size} states, {ORGANS} organs; compilation (or its cache): {spent:.1f} s CPU", flush=True)
    wall, cpu = time.perf_counter(), time.process_time()
    cohort = run_cohort(made, n=given.n, seed=1)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"one process: {given.n / cpu:,.0f} patients per CPU second, {given.n / wall:,.0f} per second; "
        f"{cohort.lesion_count.sum(axis=1).mean():.1f} lesions per patient"
    )
    two_workers(made, given.n, given.rounds)
    for n in given.memory:
        more = ["--out"] if given.out else []
        subprocess.run([sys.executable, __file__, "--only", str(n), "--days", str(given.days), *more], check=True)


if __name__ == "__main__":
    main()
