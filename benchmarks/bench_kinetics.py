"""Whole-body kinetics: simulations per second of the full human model at equal achieved error.

    python benchmarks/bench_kinetics.py [--sets 200] [--peer-sets 5] [--references 2] [--stream 0] [--json]

The model of ``metastasome.kinetics`` with all 21 organs (236 states), a bolus and constant release, one year with daily
output, parameters varied 1.3-fold. libRoadRunner and COPASI run our SBML export, pydiffsol the same equations; each
program runs at several tolerances on one core, and the time at a given error against LSODA at 1e-11 is read off by
interpolation. Peers run `peer-sets` of the sets (they are slower); compilation is reported apart. ``--stream 100000``
streams so many sets through one simulated week in chunks and reports the peak memory.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bench_stiff import without_powers
from equal_error import TIMES, Float, Runner, first_solution, measure, report
from metastasome import body, kinetics
from metastasome.kinetics.coefficients import theta_of
from metastasome.kinetics.conditions import conditions
from metastasome.kinetics.label import label
from metastasome.kinetics.structure import structure
from metastasome.kinetics.system import compiled, parameter_blocks, traced
from metastasome.kinetics.transport import layouts
from metastasome.numerics.reference import solve_reference
from metastasome.numerics.rodas import solve_batch, solve_stream

DOSE, RELEASE = 1e15, 2e15
ABSOLUTE = 1e-6 * DOSE  # absolute tolerance per unit of relative tolerance


def problem(n: int) -> tuple[Any, Float, Float]:
    """Return the circuit, initial state and `n` parameter sets."""
    who = body.human()
    where = structure(who)
    states, params, _ = layouts(where.size)
    usual = params.pack(
        parameter_blocks(conditions(who), theta_of(kinetics.KineticParameters()), label("radioiodine"))
        | {"release_venous": RELEASE}
    )
    rng = np.random.Generator(np.random.Philox(4))
    sets = np.repeat(usual[None], n, axis=0)
    for name in params.names:
        if name.startswith("bind_") or name in (
            "exchange",
            "drag",
            "processing",
            "internalisation",
            "unbinding",
        ):
            part = params.slice(name)
            sets[:, part] *= np.exp(np.log(1.3) * rng.standard_normal((n, part.stop - part.start)))
    start = np.zeros(states.size)
    start[states.slice("venous")] = DOSE
    return where, start, sets


def ours(where: Any, start: Float, method: str) -> Runner:
    model = compiled(where)

    def run(sets: Float, tolerance: float) -> Float:
        found = solve_batch(model, start, sets, TIMES, rtol=tolerance, atol=tolerance * ABSOLUTE, method=method)
        return np.asarray(found.y)

    return run


def exported() -> str:
    """Return our SBML export of the problem, which other programs run."""
    course = kinetics.distribute(
        [kinetics.Bolus(DOSE), kinetics.Infusion(RELEASE)], body.human(), times=[0.0, 1.0], label="radioiodine",
        background_release=0.0, method="linear",
    )  # fmt: skip
    return kinetics.export_sbml(course)


def roadrunner_peer(where: Any, start: Float) -> Runner:
    import roadrunner

    engine = roadrunner.RoadRunner(exported())
    states, params, _ = layouts(where.size)
    engine.timeCourseSelections = _names(states, where.organs)
    known = {name: k for k, name in enumerate(engine.model.getGlobalParameterIds())}
    places = [known[name] for name in _names(params, where.organs)]

    def run(sets: Float, tolerance: float) -> Float:
        engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = (
            tolerance,
            tolerance * ABSOLUTE,
        )
        paths = np.empty((len(sets), len(TIMES), states.size))
        for k, values in enumerate(sets):
            engine.reset()
            engine.model.setGlobalParameterValues(places, values)
            paths[k] = engine.simulate(TIMES[0], TIMES[-1], len(TIMES))
        return paths

    return run


def diffsol_peer(where: Any, start: Float) -> Runner:
    import pydiffsol
    import sympy

    system = traced(where)
    names = {s: sympy.Symbol(f"y{k}") for k, s in enumerate(system.state_symbols)}
    names |= {s: sympy.Symbol(f"p{k}") for k, s in enumerate(system.param_symbols)}
    parts, rates = sympy.cse(
        [e.xreplace(names) for e in system.rates], symbols=(sympy.Symbol(f"w{k}") for k in range(10**6))
    )
    lines = ["in_i { " + ", ".join(f"p{k} = 1.0" for k in range(system.params.size)) + " }"]
    lines.append("u_i { " + ", ".join(f"y{k} = {v!r}" for k, v in enumerate(start.tolist())) + " }")
    lines += [f"{name} {{ {without_powers(value)} }}" for name, value in parts]
    lines.append("F_i { " + ",\n".join(without_powers(e) for e in rates) + " }")
    ode = pydiffsol.Ode("\n".join(lines), matrix_type=pydiffsol.faer_sparse, ode_solver=pydiffsol.bdf)

    def run(sets: Float, tolerance: float) -> Float:
        ode.rtol, ode.atol = tolerance, tolerance * ABSOLUTE
        return np.array([ode.solve_dense(values, TIMES).ys.T for values in sets])

    return run


class CopasiPeer:
    """COPASI's LSODA on our SBML export; reading its results value by value through Python is not timed."""

    def __init__(self, where: Any, start: Float) -> None:
        import COPASI

        self.data = COPASI.CRootContainer.addDatamodel()
        self.data.importSBMLFromString(exported())
        self.model, self.task = self.data.getModel(), self.data.getTask("Time-Course")
        self.task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
        problem, self.framework = self.task.getProblem(), COPASI.CCore.Framework_Concentration
        problem.setDuration(float(TIMES[-1]))
        problem.setStepNumber(len(TIMES) - 1)
        problem.setTimeSeriesRequested(True)
        states, params, _ = layouts(where.size)
        values = [self.model.getModelValue(i) for i in range(self.model.getNumModelValues())]
        known = {v.getObjectName(): v for v in values}
        self.values = [known[n] for n in _names(params, where.organs)]
        self.names = _names(states, where.organs)

    def solve_only(self, sets: Float, tolerance: float) -> None:
        """Solve every set and leave the results in COPASI."""
        for values in sets:
            self.solve(values, tolerance)

    def solve(self, values: Float, tolerance: float) -> Any:
        """Return COPASI's time series of one set."""
        method = self.task.getMethod()
        method.getParameter("Relative Tolerance").setDblValue(tolerance)
        method.getParameter("Absolute Tolerance").setDblValue(tolerance * ABSOLUTE)
        for place, value in zip(self.values, values, strict=True):
            place.setInitialValue(float(value))
        self.model.updateInitialValues(self.framework)
        if not self.task.process(True):
            raise RuntimeError("COPASI stopped")
        return self.task.getTimeSeries()

    def __call__(self, sets: Float, tolerance: float) -> Float:
        """Return paths, ``(sets, times, states)``."""
        paths = []
        for values in sets:
            series = self.solve(values, tolerance)
            column = {series.getTitle(i): i for i in range(series.getNumVariables())}
            at = [column[n] for n in self.names]
            paths.append([[series.getConcentrationData(t, i) for i in at] for t in range(len(TIMES))])
        return np.array(paths)


def _names(layout: Any, organs: tuple[str, ...]) -> list[str]:
    from metastasome.numerics.labels import identifiers

    return identifiers(layout, {n: list(organs) for n, k in zip(layout.names, layout.sizes, strict=True) if k > 1})


def compile_seconds() -> dict[str, float]:
    """Return seconds to the first solution with an empty cache, and again from disk."""
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); import bench_kinetics as b, numba, sympy\n"
        "w, y, p = b.problem(1); t, c = time.perf_counter(), time.process_time()\n"
        "b.solve_batch(b.compiled(w), y, p, [0.0, 1.0], atol=1e6)\n"
        "print(time.perf_counter() - t, time.process_time() - c)"
    )
    return first_solution(code)


def stream(n: int, chunk: int = 500) -> str:
    """Run `n` sets over a week in chunks and say how fast and in how much memory."""
    where, start, sets = problem(chunk)
    model, times = compiled(where), np.arange(8.0)

    def rows() -> Iterator[Float]:
        for k in range(0, n, chunk):
            yield sets * (1.0 + 1e-6 * k)

    begin, done = time.perf_counter(), 0
    for part in solve_stream(model, start, rows(), times, rtol=1e-4, atol=1e-4 * ABSOLUTE):
        done += len(part.y)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"streamed {done} sets in {time.perf_counter() - begin:.0f} s, peak memory {peak:.0f} MiB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--peer-sets", type=int, default=5)
    parser.add_argument("--references", type=int, default=2)
    parser.add_argument("--stream", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.stream:
        print(stream(options.stream))
        return
    where, start, sets = problem(options.sets)
    system = traced(where)
    references = np.array([
        solve_reference(system, start, p, TIMES, rtol=1e-11, atol=1e-11 * ABSOLUTE)
        for p in sets[: options.references]
    ])  # fmt: skip
    points = {}
    for method in ("rodas4", "rodas5p"):
        print(f"metastasome {method} ...", file=sys.stderr)
        points[f"metastasome {method}"] = measure(ours(where, start, method), sets, references)
    few = sets[: options.peer_sets]
    peers: dict[str, Callable[[Any, Float], Runner]] = {
        "libRoadRunner": roadrunner_peer, "pydiffsol bdf sparse": diffsol_peer, "COPASI LSODA": CopasiPeer
    }  # fmt: skip
    for name, build in peers.items():
        print(f"{name} ...", file=sys.stderr)
        begin = time.perf_counter()
        runner = build(where, start)
        print(f"  built in {time.perf_counter() - begin:.1f} s", file=sys.stderr)
        points[name] = measure(runner, few, references)
    report(points, compile_seconds(), as_json=options.json)


if __name__ == "__main__":
    main()
