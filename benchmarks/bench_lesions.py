"""The reference lesion problem against general stochastic simulators: same law, same machine, same run.

12 organs, founding 1e-2 per day and organ, birth 0.25 and death 0.23 per cell and day, from nothing; the first
whole day on which an organ holds 1e6 cells, 10 years. ``python benchmarks/bench_lesions.py [--seconds 30]``. A peer
that is not installed is left out and named. Peers follow one organ at a time; a trajectory is twelve of those. Time
is CPU, processes that a peer starts included, its compilation left out. GillesPy2 has no way to stop at a size, so its
rates are zero once the size is reached: the day is the same, and it is spared the work after it.

Check printed with the rates: the distance between each program's day of detection and the exact law,
P(N(t) >= 1e6) of the immigration-birth-death process (negative binomial; Kendall 1949), with its KS p-value.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

BIRTH, DEATH, FOUNDING, SIZE, DAYS, ORGANS = 0.25, 0.23, 0.01, 1e6, 3650, 12
SBML = f"""<?xml version="1.0"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="m" substanceUnits="item">
<listOfCompartments><compartment id="c" size="1" constant="true" spatialDimensions="3"/></listOfCompartments>
<listOfSpecies><species id="N" compartment="c" initialAmount="0" hasOnlySubstanceUnits="true" boundaryCondition="false"
 constant="false"/></listOfSpecies><listOfReactions>
<reaction id="founding" reversible="false" fast="false"><listOfProducts><speciesReference species="N" stoichiometry="1"
 constant="true"/></listOfProducts><kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><cn>{FOUNDING}</cn></math>
</kineticLaw></reaction>
<reaction id="birth" reversible="false" fast="false"><listOfReactants><speciesReference species="N" stoichiometry="1"
 constant="true"/></listOfReactants><listOfProducts><speciesReference species="N" stoichiometry="2" constant="true"/>
</listOfProducts><kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><cn>{BIRTH}</cn><ci>N</ci></apply>
</math></kineticLaw></reaction>
<reaction id="death" reversible="false" fast="false"><listOfReactants><speciesReference species="N" stoichiometry="1"
 constant="true"/></listOfReactants><kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/>
<cn>{DEATH}</cn><ci>N</ci></apply></math></kineticLaw></reaction></listOfReactions></model></sbml>"""

Peer = Callable[[float], Iterator[float]]


def exact(days: np.ndarray) -> np.ndarray:
    """Return P(first day <= t), to the chance of falling back below the size, which is below 1e-3 (see the engine's
    tests)."""
    from scipy.stats import gamma

    grown = np.exp((BIRTH - DEATH) * np.asarray(days, dtype=float))
    odds = BIRTH * (grown - 1) / (BIRTH - DEATH)
    # negative binomial of shape 0.04 at 1e6 cells: its gamma limit, right to 1e-6 here
    return np.where(odds > 0, gamma.sf(SIZE, FOUNDING / BIRTH, scale=np.maximum(odds, 1e-300)), 0.0)


def first_day(cells: np.ndarray) -> float:
    """Return the first row at which the size is reached, NaN where never."""
    reached = np.flatnonzero(cells >= SIZE)
    return float(reached[0]) if len(reached) else np.nan


def copasi_peer(method: str) -> Peer:
    """COPASI through basico; one run of 10 years per organ, one row per day."""
    import logging

    import basico

    logging.disable(logging.CRITICAL)  # a run that grows past 2^31 cells, long after detection, ends with a warning
    model = basico.load_model_from_string(SBML)

    def runs(seconds: float) -> Iterator[float]:
        end = time.perf_counter() + seconds
        seed = 0
        while time.perf_counter() < end:
            seed += 1
            table = basico.run_time_course(
                duration=DAYS,
                intervals=DAYS,
                method=method,
                use_seed=True,
                seed=seed,
                model=model,
                update_model=False,
            )
            yield first_day(table["N"].to_numpy())

    return runs


def roadrunner_peer() -> Peer:
    """libRoadRunner's Gillespie direct method, stopped at a size it can reach in the time (see `size_reached`)."""
    import roadrunner

    runner = roadrunner.RoadRunner(SBML)
    runner.setIntegrator("gillespie")

    def runs(seconds: float) -> Iterator[float]:
        end = time.perf_counter() + seconds
        seed = 0
        while time.perf_counter() < end:
            seed += 1
            runner.reset()
            runner.integrator.seed = seed
            t, n = 0.0, 0.0
            while t < DAYS and n < SIZE and time.perf_counter() < end:
                n = runner.simulate(t, t + 50, 51)[-1, 1]
                t += 50
            if t >= DAYS or n >= SIZE:
                yield t if n >= SIZE else np.nan

    return runs


def gillespy_peer(kind: str) -> Peer:
    """GillesPy2's C++ solvers, compiled beforehand; one row per day."""
    import logging
    import shutil

    import gillespy2

    if shutil.which("g++") is None:
        raise ImportError("GillesPy2's C++ solvers need g++", name="g++")
    # its build runs the interpreter behind a virtual environment, which has to find SCons there too
    os.environ["PYTHONPATH"] = str(Path(gillespy2.__file__).parents[1])
    logging.disable(logging.CRITICAL)
    model = gillespy2.Model(name="lesions")
    cells = gillespy2.Species(name="N", initial_value=0, mode="dynamic" if kind == "TauHybridCSolver" else "discrete")
    model.add_species(cells)
    left = f"({SIZE - 0.5:.1f} - N)"
    growing = f"(0.5 + 0.5 * {left} / fabs({left}))"  # 1 below the size, 0 from it on; comparisons are not taken
    for name, before, after, rate in (
        ("founding", {}, {cells: 1}, f"{FOUNDING} * {growing}"),
        ("birth", {cells: 1}, {cells: 2}, f"{BIRTH} * N * {growing}"),
        ("death", {cells: 1}, {}, f"{DEATH} * N * {growing}"),
    ):
        model.add_reaction(gillespy2.Reaction(name=name, reactants=before, products=after, propensity_function=rate))
    model.timespan(np.arange(DAYS + 1.0))
    solver = getattr(gillespy2, kind)(model=model)

    def runs(seconds: float) -> Iterator[float]:
        end = time.perf_counter() + seconds
        seed = 0
        while time.perf_counter() < end:
            seed += 1
            for result in solver.run(number_of_trajectories=4, seed=seed):
                yield first_day(np.asarray(result["N"]))

    return runs


def cpu() -> float:
    """Return seconds of CPU of this process and of those it has waited for."""
    return sum(os.times()[:4])


def engine_rate(seconds: float) -> tuple[float, np.ndarray]:
    """Return trajectories per second of CPU and the days of detection of the last batch."""
    from metastasome.engine import first_detection

    kwargs = {
        "birth": BIRTH,
        "death": DEATH,
        "founding": FOUNDING,
        "size": SIZE,
        "days": float(DAYS),
        "organs": ORGANS,
    }
    first_detection(**kwargs, n=2, seed=1)
    done, began = 0, time.process_time()
    batch = 10_000
    days = np.empty(0)
    while time.process_time() - began < seconds:
        days = first_detection(**kwargs, n=batch, seed=1, first=done)
        done += batch
    return done / (time.process_time() - began), days.ravel()


def ks(days: np.ndarray) -> tuple[float, float]:
    """Return Kolmogorov's distance on whole days and its p-value."""
    from scipy.stats import kstwobign

    grid = np.arange(1, DAYS + 1)
    found = np.searchsorted(np.sort(days), grid, side="right") / len(days)
    distance = float(np.abs(found - exact(grid)).max())
    return distance, float(kstwobign.sf(distance * np.sqrt(len(days))))


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=30.0, help="for each program")
    options.add_argument("--only", default="", help="peers whose name holds this")
    given = options.parse_args()
    seconds = given.seconds
    ours, days = engine_rate(min(seconds, 10.0))
    print(f"{'program':<28}{'organ runs':>11}{'trajectories/s':>16}{'ours / it':>11}{'KS distance':>13}{'p':>8}")
    row("metastasome exact leap", len(days), ours, ours, days)
    peers: list[tuple[str, Callable[[], Peer]]] = [
        ("COPASI adaptivesa", lambda: copasi_peer("adaptivesa")),
        ("COPASI tauleap", lambda: copasi_peer("tauleap")),
        ("COPASI directMethod", lambda: copasi_peer("directMethod")),
        ("libRoadRunner gillespie", roadrunner_peer),
        ("GillesPy2 SSA (C++)", lambda: gillespy_peer("SSACSolver")),
        ("GillesPy2 tau leaping (C++)", lambda: gillespy_peer("TauLeapingCSolver")),
        ("GillesPy2 tau hybrid (C++)", lambda: gillespy_peer("TauHybridCSolver")),
    ]
    for name, make in peers:
        if given.only.lower() not in name.lower():
            continue
        try:
            runs = make()
        except ImportError as error:
            print(f"{name:<28} not installed ({error.name})")
            continue
        began = cpu()
        found = np.array(list(runs(seconds)))
        spent = cpu() - began
        row(name, len(found), len(found) / ORGANS / spent if len(found) else 0.0, ours, found)


def row(name: str, runs: int, rate: float, ours: float, days: np.ndarray) -> None:
    """Print one line."""
    distance, p = ks(days) if runs >= 5 else (np.nan, np.nan)
    times = f"{ours / rate:,.0f}" if rate > 0 else "none done"
    print(f"{name:<28}{runs:>11,}{rate:>16,.4g}{times:>11}{distance:>13.4f}{p:>8.3f}", flush=True)


if __name__ == "__main__":
    main()
