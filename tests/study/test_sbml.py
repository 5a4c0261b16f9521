"""A study's deterministic model as SBML: run by libRoadRunner, it agrees with the model's own rates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metastasome.core.errors import ModelError
from metastasome.interventions import Resection
from metastasome.interventions.base import Action, Intervention

from ..mechanisms.world import XP, compose, evaluate, start, values

pytest.importorskip("libsbml", reason="SBML export needs python-libsbml")
SWITCHES: dict[str, Any] = {
    "dormancy": True, "surgery_wake": True, "emt_met": True, "stem_mutation": True,
    "primary_growth": {"early_growth": 0.05}, "lesion_growth": {"net_growth": 0.05},
}  # fmt: skip
ORGANS = ("lung", "gut")
DAYS = np.array([0.0, 60.0, 120.0, 200.0, 300.0])


class Halved(Intervention):
    """Release is halved from day 80 to day 250."""

    key, title = "halved", "release halved"

    def actions(self, inputs: Any) -> tuple[Action, ...]:
        return (Action("lever_release", 0.5, 80.0, 250.0),)


@pytest.fixture(scope="module")
def made() -> tuple[Any, dict[str, Any], str]:
    from metastasome.study.sbml import model_sbml

    model = compose(ORGANS, SWITCHES)
    given = values(model)
    done = (Halved(), Resection(at_diameter=1.5))
    text = model_sbml(model, {i.name: given[i.name] for i in model.inputs}, interventions=done, name="A test")
    return model, given, text


def own(model: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return states and lesion cells on DAYS by SciPy on the model's rates: surgery and schedule by restarts."""
    from scipy.integrate import solve_ivp

    names = [*(s.name for s in model.states), "lesion_cells", "lesion_sleepers"]
    first = {**start(model), "lesion_cells": np.zeros(2), "lesion_sleepers": np.zeros(2)}
    cuts = np.cumsum([len(first[n]) for n in names])[:-1]
    known = dict(given)

    def split(y: Any) -> dict[str, Any]:
        return dict(zip(names, np.split(y, cuts), strict=True))

    def rates(_t: float, y: Any) -> Any:
        s = split(y)
        cells, asleep = s["lesion_cells"], s["lesion_sleepers"]
        found = model.evaluate(XP, {k: v for k, v in s.items() if "lesion" not in k}, {**known, "burden": cells})
        d, nu = found.derived, sum(found.intensity.values())
        share = d["dormancy_enter"] / (d["dormancy_enter"] + d["birth"] + d["death"])
        woken = (1 - share) * d["dormancy_wake"] * asleep
        grown = (d["birth"] - d["death"]) * cells * (1 - cells / d["saturation"])
        more = {"lesion_cells": grown + (1 - share) * nu + woken, "lesion_sleepers": share * nu - woken}
        return np.concatenate([np.broadcast_to({**found.rates, **more}[n], len(first[n])) for n in names])

    def size(_t: float, y: Any) -> float:
        s = {k: v for k, v in split(y).items() if "lesion" not in k}
        return float(evaluate(model, {**known, "primary_present": np.ones(1)}, s).derived["primary_diameter"][0] - 1.5)

    size.terminal = True  # type: ignore[attr-defined]
    t, y, at = 0.0, np.concatenate([first[n] for n in names]), {0.0: np.concatenate([first[n] for n in names])}
    breaks = [80.0, 250.0, DAYS[-1]]
    cut = False
    while t < DAYS[-1]:
        end = next(b for b in breaks if b > t)
        wanted = [d for d in DAYS if t < d < end]
        part = solve_ivp(
            rates, (t, end), y, method="LSODA", rtol=1e-9, atol=1e-13, t_eval=[*wanted, end],
            events=None if cut else size,
        )  # fmt: skip
        at |= {float(d): col for d, col in zip(part.t, part.y.T, strict=True)}
        if part.status == 1:
            t, y, cut = float(part.t_events[0][0]), part.y_events[0][0], True
            known["primary_present"] = np.zeros(1)
        else:
            t, y = end, part.y[:, -1]
        known["lever_release"] = np.array([0.5 if 80.0 <= t < 250.0 else 1.0])
    assert cut, "the test needs an operation"
    rows = np.array([at[float(d)] for d in DAYS])
    return dict(zip(names, np.split(rows, cuts, axis=1), strict=True))


def test_libroadrunner_agrees_to_a_millionth(made: Any) -> None:
    roadrunner = pytest.importorskip("roadrunner", reason="the outside simulator libRoadRunner is not installed")
    model, given, text = made
    engine = roadrunner.RoadRunner(text)
    engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = 1e-9, 1e-13
    expected = own(model, given)
    columns = {n: [n] if v.shape[1] == 1 else [f"{n}_{o}" for o in ORGANS] for n, v in expected.items()}
    engine.timeCourseSelections = ["time", *(c for cs in columns.values() for c in cs)]
    found = np.array(engine.simulate(times=list(DAYS)))[:, 1:]
    wanted = np.concatenate([expected[n] for n in columns], axis=1)
    scale = np.maximum(np.abs(wanted).max(axis=0), 1e-12)
    assert (np.abs(found - wanted) / scale).max() < 1e-6
    assert wanted[-1, list(columns).index("mesenchymal")] > 0
    assert expected["lesion_cells"][-1].max() > 1.0
    engine.reset()
    engine["ctc_seeding_caught"] = 0.9171
    other = np.array(engine.simulate(0.0, 60.0, 2))[-1, 1:]
    assert (np.abs(other - wanted[1]) / scale).max() > 1e-6, "one rate changed by a ten-thousandth is seen"


def test_the_document_is_valid_and_names_what_it_holds(made: Any) -> None:
    import libsbml

    model, _, text = made
    read = libsbml.readSBMLFromString(text).getModel()
    names = {read.getParameter(k).getId() for k in range(read.getNumParameters())}
    assert {"ctc_seeding_caught", "primary_present", "factor_death_lung", "intensity_seeded_lung"} <= names
    assert read.getNumEvents() == 4, "start and end of the schedule, surgery, death"
    assert not read.getParameter("primary_present").getConstant()
    assert read.getParameter("ctc_seeding_caught").getConstant()
    assert read.getNumRules() >= sum(model.size(s) for s in model.states) + 8


def test_a_schedule_and_a_threshold_on_one_input_are_refused() -> None:
    from metastasome.study.sbml import model_sbml

    class Both(Intervention):
        key, title = "both", "both"

        def actions(self, inputs: Any) -> tuple[Action, ...]:
            return (
                Action("lever_release", 0.5, when=("primary_diameter", 1.0)),
                Action("lever_release", 0.5, 5.0, 9.0),
            )

    model = compose(ORGANS)
    given = values(model)
    with pytest.raises(ModelError, match="that both change 'lever_release'"):
        model_sbml(model, {i.name: given[i.name] for i in model.inputs}, interventions=(Both(),))
