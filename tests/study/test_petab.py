"""A study with measurements as a PEtab problem: petab's own checker, the same likelihood, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metastasome.cli.app import run as main
from metastasome.core.errors import InputError
from metastasome.interventions import Resection
from metastasome.study.mean_course import MeanModel
from metastasome.study.petab import export_petab, problem_of
from metastasome.study.petab_read import PetabProblem, read_petab
from metastasome.study.sbml import model_sbml

from ..mechanisms.world import compose, values
from .test_sbml import DAYS, ORGANS, SWITCHES, Halved, own

pytest.importorskip("libsbml", reason="PEtab export needs python-libsbml")
TABLE = """\
quantity,day,value,condition,lever_uptake
primary_diameter,20,0.3,control,1
plasma_ev,20,25000,control,1
plasma_ev,20,11000,blocked,0.5
"""


@pytest.fixture(scope="module")
def mean() -> MeanModel:
    model = compose(ORGANS, SWITCHES)
    given = values(model)
    return MeanModel(model, {i.name: given[i.name] for i in model.inputs}, (Halved(), Resection(at_diameter=1.5)))


@pytest.fixture(scope="module")
def problem(mean: MeanModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A problem of a small model; what says which study it comes from is a stand-in."""
    folder = tmp_path_factory.mktemp("petab")
    (folder / "table.csv").write_text(TABLE)
    made = problem_of(mean, folder / "table.csv", ("primary_growth.volume_max", "ev_release.rate"))
    text = model_sbml(mean.model, mean.inputs, interventions=mean.interventions, name="A test")
    return made.write(folder / "problem", sbml=text, study="extends: colorectal\n").parent


@pytest.fixture(autouse=True)
def small(mean: MeanModel, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Let reading a problem find the small model instead of preparing a whole study."""
    if "problem" in request.fixturenames:
        monkeypatch.setattr("metastasome.study.petab.mean_model", lambda *_: (mean, None))


def test_the_mean_course_is_that_of_the_sbml_tests(mean: MeanModel) -> None:
    """Schedule, surgery, sleepers: against SciPy on the model's rates with restarts written by hand."""
    given = values(mean.model)
    days = DAYS[:4]
    found, wanted = mean.course(days.tolist()), own(mean.model, given)
    for name, rows in wanted.items():
        columns = [name] if rows.shape[1] == 1 else [f"{name}_{o}" for o in ORGANS]
        for k, column in enumerate(columns):
            np.testing.assert_allclose(found[column], rows[:4, k], rtol=1e-4, atol=1e-9, err_msg=column)
    alone = mean.course([float(days[-1])])
    assert alone["plasma_ev"][0] == pytest.approx(found["plasma_ev"][-1], rel=1e-5), "no day asked for before surgery"


def test_petab_finds_no_error_and_computes_the_same_likelihood(problem: Path) -> None:
    petab = pytest.importorskip("petab.v1", reason="petab is not installed")
    import logging

    logging.disable(logging.WARNING)
    try:
        read = petab.Problem.from_yaml(str(problem / "problem.yaml"))
        assert not petab.lint_problem(read)
    finally:
        logging.disable(logging.NOTSET)
    ours = read_petab(problem)
    simulated = read.measurement_df.rename(columns={"measurement": "simulation"})
    simulated["simulation"] = ours.simulate()
    theirs = petab.calculate_llh(read.measurement_df, simulated, read.observable_df, read.parameter_df)
    assert ours.log_likelihood() == pytest.approx(theirs, rel=1e-12)
    assert ours.log_likelihood({"sd_plasma_ev": 0.6}) != pytest.approx(theirs, rel=1e-3)
    assert set(ours.parameters) == set(read.parameter_df.index) == {
        "primary_growth_volume_max", "ev_release_rate", "sd_primary_diameter", "sd_plasma_ev",
    }  # fmt: skip


def test_priors_are_densities_and_bounds_hold_them(problem: Path) -> None:
    """All but `volume_max`, whose prior reaches beyond what is possible."""
    asked = read_petab(problem).parameters
    for p in (asked[n] for n in ("ev_release_rate", "sd_plasma_ev")):
        x = np.geomspace(p.low, p.high, 4001)
        if p.prior is not None and p.prior[0] == "logNormal":
            mass = np.trapezoid([np.exp(p.log_prior(v)) for v in x], x)
        else:
            mass = np.trapezoid([np.exp(p.log_prior(v)) for v in x], np.log10(x))
        assert 0.98 < mass < 1.001


def test_the_command_scores_and_a_changed_table_is_read(problem: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["petab", "score", str(problem)]) == 0
    said = capsys.readouterr().out
    assert "primary_diameter" in said and "log-likelihood" in said


@pytest.mark.parametrize(("file", "old", "new", "says"), [
    ("model.xml", "A test", "Another", "not the one that was exported"),
    ("observables.tsv", "normal", "laplace", "only normal noise"),
    ("observables.tsv", "plasma_ev\tlog", "2*plasma_ev\tlog", "not one quantity of the model"),
    ("measurements.tsv", "observable_plasma_ev", "observable_plasma", "no such observable"),
    ("parameters.tsv", "logNormal", "laplace", "not a usable number or prior"),
    ("problem.yaml", "format_version: 1", "format_version: 2.0.0", "not a problem of PEtab version 1"),
    ("problem.yaml", "metastasome:", "other:", "does not say which study"),
])  # fmt: skip
def test_what_is_not_understood_is_refused(
    problem: Path, tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    import shutil

    there = tmp_path / "changed"
    shutil.copytree(problem, there)
    text = (there / file).read_text()
    assert old in text
    (there / file).write_text(text.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_petab(there)
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(("table", "free", "says"), [
    ("quantity,day,value\nprimary_diametre,4,1\n", "ev_release.rate", "did you mean 'primary_diameter'"),
    ("quantity,day,value\nprimary_diameter,4,0\n", "ev_release.rate", "row 2"),
    ("quantity,day,value\nprimary_diameter,-4,1\n", "ev_release.rate", "before the start"),
    ("quantity,day,value,lever_releas\nprimary_diameter,4,1,1\n", "ev_release.rate", "lever_release"),
    ("quantity,day,value\nprimary_diameter,4,1\n", "ev_release.rat", "did you mean 'ev_release.rate'"),
    ("quantity,day,value\nprimary_diameter,4,1\n", "primary_growth.log_volume_start", "where the model starts"),
    ("quantity,day,value\nprimary_diameter,4,1\n", "lesion_growth.size_max", "its prior is fixed"),
])  # fmt: skip
def test_mistakes_in_what_is_exported_are_one_line(tmp_path: Path, table: str, free: Any, says: str) -> None:
    (tmp_path / "table.csv").write_text(table)
    with pytest.raises(InputError) as caught:
        export_petab("colorectal", tmp_path / "table.csv", tmp_path / "out", free=(free,))
    assert says in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_condition_cannot_set_what_a_schedule_changes(mean: MeanModel, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("quantity,day,value,lever_release\nplasma_ev,4,1,0.5\n")
    with pytest.raises(InputError, match="a schedule of the study"):
        problem_of(mean, tmp_path / "table.csv", ("ev_release.rate",))
    assert mean.changing["primary_present"] == 1.0 and mean.scheduled == {"lever_release"}


def test_a_fit_finds_what_was_simulated(problem: Path) -> None:
    """One parameter free, one measurement on day 2: what the model gives at twice the release."""
    asked = read_petab(problem)
    early = replace(next(m for m in asked.measured if m.quantity == "plasma_ev"), day=2.0)
    seen = replace(early, value=float(replace(asked, measured=(early,)).simulate({"ev_release_rate": 2000.0})[0]))
    held = {k: replace(p, estimate=k == "ev_release_rate") for k, p in asked.parameters.items()}
    found, _ = replace(asked, measured=(seen,), parameters=held).fit(most=6)
    assert found["ev_release_rate"] == pytest.approx(2000.0, rel=0.02)


def test_the_likeliest_values_take_few_simulations_and_none_for_the_noise(problem: Path) -> None:
    """A curved model in closed form: against SciPy's optimiser on the same log-posterior."""
    from scipy.optimize import minimize

    asked, calls = read_petab(problem), []

    class Curved(PetabProblem):
        def simulate(self, values: Any = None) -> Any:
            full = {**self.nominal, **(values or {})}
            calls.append((full["primary_growth_volume_max"], full["ev_release_rate"]))
            size, rate = np.log(calls[-1])
            days = np.array([m.day for m in self.measured])
            return np.exp(0.1 * size + 0.02 * size**2 + np.array([0.0, 1.0, 0.8]) * rate * np.tanh(days / 10))

    made = Curved(asked.mean, asked.parameters, asked.measured, asked.conditions)
    found, height = made.fit()
    assert len(calls) == len(set(calls)) <= 40, "nothing is simulated twice"
    names = list(found)

    def loss(x: Any) -> float:
        at = dict(zip(names, np.exp(x), strict=True))
        return -made.log_likelihood(at) - made.log_prior(at)

    start = np.log([asked.nominal[n] for n in names])
    other = minimize(loss, start, method="Nelder-Mead", options={"maxfev": 4000, "xatol": 1e-7, "fatol": 1e-9})
    assert height == pytest.approx(-other.fun, abs=1e-3)
    np.testing.assert_allclose([found[n] for n in names], np.exp(other.x), rtol=0.02)
    assert height > made.log_likelihood() + made.log_prior() + 1.0, "sabotage: the nominal values are not it"
