"""Speed at equal achieved error: what the benchmarks of stiff kinetics share.

Each program runs at several tolerances; its error is measured against a reference solution; the time at a given error
is read off by interpolation. Times are CPU seconds, so that other work on the machine does not count.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Runner = Callable[[Float, float], Float]  # parameter sets, tolerance -> paths (sets, times, states)
TIMES = np.arange(0.0, 366.0)
TOLERANCES = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9)
TARGETS = (1e-3, 1e-4, 1e-6)
REPEATS = 3


def error(paths: Float, references: Float) -> float:
    """Largest error relative to the value, or to a thousandth of the largest value of the same state."""
    scale = np.abs(references) + 1e-3 * np.max(np.abs(references), axis=1, keepdims=True)
    return float(np.max(np.abs(paths[: len(references)] - references) / scale))


def measure(run: Runner, sets: Float, references: Float) -> list[tuple[float, float]]:
    """Return (error, seconds per simulation), the best of three runs, per tolerance.

    A runner whose results are slow to read has `solve_only`, which is what is timed.
    """
    found = []
    for tolerance in TOLERANCES:
        try:
            paths, seconds = run(sets[: len(references)], tolerance), []
            for _ in range(REPEATS):
                begin = time.process_time()
                getattr(run, "solve_only", run)(sets, tolerance)
                seconds.append((time.process_time() - begin) / len(sets))
        except Exception as failure:  # a peer that fails at one tolerance is measured at the others
            print(f"  fails at tolerance {tolerance:g}: {str(failure)[:90]}", file=sys.stderr)
            continue
        found.append((error(paths, references), min(seconds)))
    return found


def at_error(points: list[tuple[float, float]], target: float) -> float:
    """Return seconds per simulation at the target error by log-log interpolation; NaN where it was not reached."""
    reached = sorted(points)
    if not reached or reached[0][0] > target:
        return float("nan")
    if reached[-1][0] < target:
        return min(seconds for _, seconds in reached)
    x, y = np.log(np.array(reached)).T
    return float(min(np.exp(np.interp(np.log(target), x, y)), *(s for e, s in reached if e <= target)))


def first_solution(code: str) -> dict[str, float]:
    """Return seconds that `code` prints (wall, CPU) with an empty cache, and again from disk in a new process."""
    here, found = str(Path(__file__).resolve().parent), {}
    with tempfile.TemporaryDirectory() as folder:
        for what in ("cold", "cached"):
            out = subprocess.run(
                [sys.executable, "-c", code, here], env={**os.environ, "METASTASOME_CACHE": folder},
                capture_output=True, text=True, check=True,
            ).stdout.split()  # fmt: skip
            found[what], found[f"{what} (CPU)"] = float(out[0]), float(out[1])
    return found


def report(points: dict[str, list[tuple[float, float]]], seconds: dict[str, float], *, as_json: bool) -> None:
    table = {name: {t: at_error(p, t) for t in TARGETS} for name, p in points.items()}
    best = {t: min(v[t] for n, v in table.items() if n.startswith("metastasome")) for t in TARGETS}
    if as_json:
        print(json.dumps({"seconds_per_simulation": table, "points": points, "compile_seconds": seconds}))
        return
    print(f"{'simulations per second at error':34}" + "".join(f"{t:>12g}" for t in TARGETS) + "   ratio of ours to it")
    for name, row in table.items():
        rates = "".join(f"{1 / row[t]:12.0f}" for t in TARGETS)
        print(f"{name:34}{rates}   " + " ".join(f"{row[t] / best[t]:6.1f}" for t in TARGETS))
    print("first solution: " + ", ".join(f"{what} {s:.1f} s" for what, s in seconds.items()))
