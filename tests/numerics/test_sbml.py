"""The SBML export: valid by libSBML's own checker, units included, and run by another program to the same numbers."""

import numpy as np
import pytest

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.numerics import Layout, compile_system
from metastasome.numerics.latex import equations
from metastasome.numerics.rodas import solve
from metastasome.numerics.sbml import check_sbml, export_sbml
from metastasome.numerics.trace import System, trace

from .problems import EVERYTHING, chain, driven, everything

pytest.importorskip("libsbml", reason="SBML export needs python-libsbml")
UNITS = {"x": "cell", "k": "1/day", "total": "cell"}


def run_by_roadrunner(text: str, system: System, times: np.ndarray) -> np.ndarray:
    roadrunner = pytest.importorskip("roadrunner", reason="the outside simulator libRoadRunner is not installed")
    engine = roadrunner.RoadRunner(text)
    names = [*system.states.entry_names(), *system.outputs.entry_names()]
    engine.timeCourseSelections = ["time" if n == "time" else n for n in names]
    engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = 1e-11, 1e-13
    return np.array(engine.simulate(times[0], times[-1], len(times)))


@pytest.mark.parametrize("problem", ["chain", "driven", "everything"])
def test_libroadrunner_agrees(problem: str) -> None:
    rng, units = stream(3, "tests/sbml"), UNITS
    if problem == "chain":
        system, y0, p = chain(5, loss=True), rng.uniform(1, 3, 5), rng.uniform(0.1, 0.5, 5)
    elif problem == "driven":
        system, y0, p = driven(), np.array([2.0, 1.0, 0.0]), np.array([3.0, 0.2])
        units = {"x": "EV/mL", "y": "cell", "stiff": "1/day", "decay": "1/day"}
    else:
        system, y0, p = trace(everything, **EVERYTHING), np.array([3.0, 0.5, 0.7, 0.2]), np.full(5, 1.3)
        units = dict.fromkeys(("blood", "niche", "uptake", "half", "hill"), "1")
    times = np.linspace(0.0, 3.0, 31)
    text = export_sbml(system, initial=y0, values=p, units=units)
    compiled = compile_system(system)
    y = solve(compiled, y0, p, times, rtol=1e-10, atol=1e-12).y
    expected = np.concatenate([y, compiled.observed(y, p)], axis=1)
    assert np.allclose(run_by_roadrunner(text, system, times), expected, rtol=1e-6, atol=1e-9)


def test_units_pass_the_checker_and_a_wrong_one_does_not() -> None:
    text = export_sbml(
        chain(3), initial=np.ones(3), values=np.ones(3), units=UNITS, labels={"x": ["lung", "liver", "a b"]}
    )
    assert check_sbml(text) == []
    assert 'id="x_lung"' in text and 'id="x_a_b"' in text
    wrong = export_sbml(chain(3), initial=np.ones(3), values=np.ones(3), units={**UNITS, "k": "mL/day"})
    assert any("unit" in message for _, message in check_sbml(wrong))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"units": {"x": "cell"}}, "no unit.*|'k'"),
        ({"initial": np.ones(2)}, "does not fit"),
        ({"labels": {"x": ["a"]}}, "labels do not fit"),
        ({"labels": {"x": ["a", "a", "b"]}}, "share an identifier"),
        ({"units": {**UNITS, "x": "furlongs per fortnit"}}, "unknown unit"),
    ],
)
def test_bad_input_is_one_line(change: dict[str, object], says: str) -> None:
    arguments = {"initial": np.ones(3), "values": np.ones(3), "units": UNITS, **change}
    with pytest.raises(InputError, match=says):
        export_sbml(chain(3), **arguments)  # type: ignore[arg-type]


def test_latex_names_blocks_and_organs() -> None:
    def rates(xp, s, p):  # type: ignore[no-untyped-def]
        return {"x": -p["k_off"] * s["x"] * xp.ones(2)}, {"sum": xp.sum(s["x"])}

    system = trace(rates, states=Layout(("x",), (2,)), params=Layout(("k_off",), (1,)))
    lines = equations(system, labels={"x": ["lung", "lymph_node"]})
    assert (
        lines[1]
        == r"\frac{d \mathrm{x}_{\mathrm{lymph\_node}}}{d t} = - \mathrm{k\_off} \mathrm{x}_{\mathrm{lymph\_node}}"
    )
    assert lines[2] == r"\mathrm{sum} = \mathrm{x}_{\mathrm{lung}} + \mathrm{x}_{\mathrm{lymph\_node}}"
    assert len(equations(system, blocks=["sum"])) == 1
