"""SBML, COMBINE archives, parameters from YAML."""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metastasome import body, kinetics
from metastasome.body import Body
from metastasome.core.errors import InputError
from metastasome.kinetics.exchange import sedml
from metastasome.kinetics.transport import layouts
from metastasome.numerics.labels import identifiers


def _roadrunner(course: kinetics.Exposure) -> tuple[list[str], np.ndarray]:
    runner: Any = pytest.importorskip("roadrunner").RoadRunner(kinetics.export_sbml(course))
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-11, 1e-6
    runner.integrator.maximum_num_steps = 1_000_000
    names = list(runner.model.getFloatingSpeciesIds())
    runner.timeCourseSelections = names
    return names, np.array(runner.simulate(0.0, float(course.times[-1]), len(course.times)))


def _worst(course: kinetics.Exposure) -> float:
    """Greatest difference of any species at any time, relative to itself or 1e-6 of its own peak."""
    names, theirs = _roadrunner(course)
    layout = layouts(len(course.organs))[0]
    labels = {n: list(course.organs) for n, k in zip(layout.names, layout.sizes, strict=True) if k > 1}
    column = {n: k for k, n in enumerate(identifiers(layout, labels))}
    ours = course.path[:, [column[n] for n in names]]
    assert len(names) == layout.size
    size = np.maximum(np.abs(ours), 1e-6 * np.abs(ours).max(axis=0) + 1e-12)
    return float((np.abs(theirs - ours) / size).max())


def test_sbml_run_elsewhere_agrees_for_every_species_over_a_year(small: Body) -> None:
    doses = [kinetics.Bolus(1e15), kinetics.Infusion(2e15)]
    course = kinetics.distribute(doses, small, times=np.arange(366.0), label="dye", method="full", rtol=1e-10)
    assert _worst(course) < 1e-6


@pytest.mark.slow
def test_sbml_of_the_whole_human_agrees(small: Body) -> None:
    course = kinetics.distribute(
        [kinetics.Bolus(1e15), kinetics.Infusion(2e15)], body.human(), times=np.arange(366.0), label="radioiodine",
        method="full", rtol=1e-10,
    )  # fmt: skip
    assert _worst(course) < 1e-6


def test_agreement_would_catch_a_wrong_rate(small: Body) -> None:
    doses = [kinetics.Bolus(1e15), kinetics.Infusion(2e15)]
    course = kinetics.distribute(doses, small, times=np.arange(11.0), method="full", rtol=1e-10)
    wrong = course.coefficients.copy()
    wrong[layouts(len(small.organs))[1].slice("processing")] *= 1.0001
    assert (
        _worst(kinetics.Exposure(small, course.label, course.vesicle, course.times, course.doses, course.path, wrong))
        > 1e-6
    )


def test_sbml_has_no_errors_and_carries_units(small: Body) -> None:
    libsbml: Any = pytest.importorskip("libsbml")
    course = kinetics.distribute(
        [kinetics.Bolus(1.0), kinetics.Bolus(2.0, 0.5)], small, times=[0.0, 1.0], method="linear"
    )
    document = libsbml.readSBMLFromString(kinetics.export_sbml(course))
    document.checkConsistency()
    assert document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) == 0
    assert document.getLevel() == 3
    assert document.getModel().getNumEvents() == 1
    assert all(s.getSubstanceUnits() for s in document.getModel().getListOfSpecies())


def test_archive_holds_model_simulation_and_manifest(small: Body, tmp_path: Path) -> None:
    course = kinetics.distribute(1.0, small, times=np.linspace(0.0, 1.0, 11), method="linear")
    path = kinetics.export_omex(course, tmp_path / "a.omex")
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == {"manifest.xml", "model.xml", "simulation.sedml"}
        manifest = ET.fromstring(archive.read("manifest.xml"))
        sedml = ET.fromstring(archive.read("simulation.sedml"))
    assert len(manifest) == 4
    course_element = sedml.find(".//{*}uniformTimeCourse")
    assert course_element is not None
    assert course_element.attrib["numberOfPoints"] == "10"
    assert len(sedml.findall(".//{*}dataSet")) == len(small.organs) + 2


def test_parameters_from_yaml(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("processing: 0.5 1/hour\nmacrophage_clearance: 2e-5\nrecycling: {value: 2, source: our lab}\n")
    made = kinetics.read_parameters(path)
    assert made.processing == pytest.approx(12.0)
    assert made.macrophage_clearance == 2e-5
    assert made.recycling == 2.0
    assert made.unbinding == kinetics.KineticParameters().unbinding


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("procesing: 3", "did you mean 'processing'"),
        ("processing: 3 kg", "not a quantity"),
        ("processing: [3]", "not a quantity"),
        ("processing: -3", "outside its range"),
        ("- 3", "not parameters"),
        ("{", "not readable as YAML"),
    ],
)
def test_bad_parameter_files(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        kinetics.read_parameters(path)
    assert words in str(caught.value)
    assert "p.yaml" in str(caught.value)


def test_the_simulation_passes_the_checker_of_sed_ml(small: Body) -> None:
    libsedml: Any = pytest.importorskip("libsedml")
    course = kinetics.distribute(1.0, small, times=np.linspace(0.0, 1.0, 5), method="linear")
    document = libsedml.readSedMLFromString(sedml(course))
    assert document.getNumErrors() == 0
    assert document.getNumOutputs() == 1
    broken = libsedml.readSedMLFromString(sedml(course).replace("uniformTimeCourse", "uniformTimeCurse"))
    assert broken.getNumErrors() > 0
