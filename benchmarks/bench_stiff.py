"""Stiff kinetics: simulations per second at equal achieved error, against libRoadRunner and pydiffsol.

    python benchmarks/bench_stiff.py [--sets 200] [--references 20] [--json]

The 45-state model of ``whole_body_like``, one year with daily output. Each program runs at several tolerances on one
core; its error is measured against LSODA at 1e-11 through SymPy's own NumPy code; the time at a given error is read off
by interpolation. libRoadRunner runs our SBML export, pydiffsol the same equations with shared parts written once.
pydiffsol's ESDIRK34 and TR-BDF2 were 2 and 4 times slower than its
BDF at 1e-4 and are left out. Times are CPU time; compilation is reported apart and not counted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import whole_body_like as model
from equal_error import TIMES, Float, Runner, first_solution, measure, report
from metastasome.numerics.compile import compile_system
from metastasome.numerics.reference import solve_reference
from metastasome.numerics.rodas import solve_batch
from metastasome.numerics.sbml import export_sbml
from metastasome.numerics.trace import System, trace

ABSOLUTE = 1e-3  # absolute tolerance as a share of the relative one
UNITS = {
    **dict.fromkeys(("venous", "arterial", "lymph", "vascular", "tissue", "endosome", "capacity", "total"), "EV"),
    **dict.fromkeys(("output", "flow"), "mL/day"), **dict.fromkeys(("v_venous", "v_arterial", "volume"), "mL"),
    **dict.fromkeys(("leak", "back", "drain", "uptake", "decay", "recycle", "lymph_return"), "1/day"),
    "release": "EV/day", "plasma": "EV/mL",
}  # fmt: skip


def ours(system: System, method: str) -> Runner:
    compiled = compile_system(system)

    def run(sets: Float, tolerance: float) -> Float:
        return solve_batch(
            compiled, model.initial(), sets, TIMES, rtol=tolerance, atol=tolerance * ABSOLUTE, method=method
        ).y

    return run


def roadrunner_peer(system: System) -> Runner:
    import roadrunner

    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
    text = export_sbml(system, initial=model.initial(), values=model_default(), units=UNITS)
    engine = roadrunner.RoadRunner(text)
    engine.timeCourseSelections = list(system.states.entry_names())
    known = {name: k for k, name in enumerate(engine.model.getGlobalParameterIds())}
    places = [known[name] for name in system.params.entry_names()]

    def run(sets: Float, tolerance: float) -> Float:
        engine.integrator.relative_tolerance = tolerance
        engine.integrator.absolute_tolerance = tolerance * ABSOLUTE
        paths = np.empty((len(sets), len(TIMES), system.states.size))
        for k, values in enumerate(sets):
            engine.reset()
            engine.model.setGlobalParameterValues(places, values)
            paths[k] = engine.simulate(TIMES[0], TIMES[-1], len(TIMES))
        return paths

    return run


def diffsol_peer(system: System, solver: str, matrix: str, *, shared: bool = False) -> Runner:
    import pydiffsol

    ode = pydiffsol.Ode(
        diffsl(system, shared=shared), matrix_type=getattr(pydiffsol, matrix), ode_solver=getattr(pydiffsol, solver),
    )  # fmt: skip

    def run(sets: Float, tolerance: float) -> Float:
        ode.rtol, ode.atol = tolerance, tolerance * ABSOLUTE
        return np.array([ode.solve_dense(values, TIMES).ys.T for values in sets])

    return run


def diffsl(system: System, *, shared: bool) -> str:
    """Return the system in DiffSL; with `shared`, common subexpressions are scalars of their own."""
    import sympy

    names = {s: sympy.Symbol(f"y{k}") for k, s in enumerate(system.state_symbols)}
    names |= {s: sympy.Symbol(f"p{k}") for k, s in enumerate(system.param_symbols)}
    rates = [e.xreplace(names) for e in system.rates]
    parts: list[Any] = []
    if shared:
        parts, rates = sympy.cse(rates, symbols=(sympy.Symbol(f"w{k}") for k in range(10**6)))
    inputs = [f"p{k}" for k in range(system.params.size)]
    lines = ["in_i { " + ", ".join(f"{name} = 1.0" for name in inputs) + " }"]
    start = model.initial()
    lines.append("u_i { " + ", ".join(f"y{k} = {v!r}" for k, v in enumerate(start.tolist())) + " }")
    lines += [f"{name} {{ {without_powers(value)} }}" for name, value in parts]
    lines.append("F_i { " + ",\n".join(without_powers(e) for e in rates) + " }")
    return "\n".join(lines)


def without_powers(expression: Any) -> str:
    """Print without powers: this model has only reciprocals, which DiffSL writes as divisions."""
    text = str(expression)
    if "**" in text:
        import sympy

        expression = expression.replace(
            lambda e: e.is_Pow and e.exp == -2, lambda e: sympy.Mul(1 / e.base, 1 / e.base, evaluate=False)
        )
        text = str(expression)
    return text


def model_default() -> Float:
    return np.asarray(model.parameter_sets(1, np.random.Generator(np.random.Philox(0)))[0])


def compile_seconds(system: System) -> dict[str, float]:
    """Return seconds to the first solution with an empty cache, and again (from disk) in a new folder of modules."""
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); import numpy as np, whole_body_like as m\n"
        "from metastasome.numerics.compile import compile_system\n"
        "from metastasome.numerics.trace import trace\nfrom metastasome.numerics.rodas import solve\n"
        "s = trace(m.rates, states=m.STATES, params=m.PARAMS, outputs=m.OUTPUTS); import numba\n"
        "p = m.parameter_sets(1, np.random.Generator(np.random.Philox(0)))[0]\n"
        "t, c = time.perf_counter(), time.process_time(); solve(compile_system(s), m.initial(), p, [0.0, 1.0])\n"
        "print(time.perf_counter() - t, time.process_time() - c)"
    )
    return first_solution(code)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--references", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for threads in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS"):
        os.environ[threads] = "1"
    system = trace(model.rates, states=model.STATES, params=model.PARAMS, outputs=model.OUTPUTS)
    sets = model.parameter_sets(options.sets, np.random.Generator(np.random.Philox(4)))
    some = sets[: options.references]
    references = np.array([
        solve_reference(system, model.initial(), p, TIMES, rtol=1e-11, atol=1e-11) for p in some
    ])  # fmt: skip
    peers: dict[str, Callable[[], Runner]] = {
        "metastasome rodas5p": lambda: ours(system, "rodas5p"),
        "metastasome rodas4": lambda: ours(system, "rodas4"),
        "libRoadRunner": lambda: roadrunner_peer(system),
        "pydiffsol bdf sparse": lambda: diffsol_peer(system, "bdf", "faer_sparse"),
        "pydiffsol bdf sparse, shared": lambda: diffsol_peer(system, "bdf", "faer_sparse", shared=True),
        "pydiffsol bdf dense": lambda: diffsol_peer(system, "bdf", "nalgebra_dense"),
    }
    points = {}
    for name, build in peers.items():
        print(f"{name} ...", file=sys.stderr)
        points[name] = measure(build(), sets, references)
    report(points, compile_seconds(system), as_json=options.json)


if __name__ == "__main__":
    main()
