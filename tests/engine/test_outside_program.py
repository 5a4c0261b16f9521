"""Another program's Gillespie method, libRoadRunner's, against the engine: law of cells, and of the first detection.

n = 1500 runs of theirs (cells) and 120 (days) against 100,000 and 4,000 of ours; Kolmogorov-Smirnov, alpha 1e-3
per check; twins with births 15% and days 10% off fail. Seeds are fixed on both sides.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from metastasome.engine.pooled import first_detection, pool_at

ALPHA, RUNS = 1e-3, 1500
BIRTH, DEATH, FOUNDING, DAYS = 0.3, 0.2, 0.15, 30
SBML = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">
<model id="lesion"><listOfCompartments><compartment id="c" constant="true" size="1" spatialDimensions="3"/>
</listOfCompartments>
<listOfSpecies><species id="N" compartment="c" initialAmount="0" hasOnlySubstanceUnits="true" boundaryCondition="false"
 constant="false"/></listOfSpecies><listOfReactions>{}</listOfReactions></model></sbml>"""
REACTION = (
    '<reaction id="{id}" reversible="false" fast="false">{sides}<kineticLaw>'
    '<math xmlns="http://www.w3.org/1998/Math/MathML">{law}</math></kineticLaw></reaction>'
)
ONE = '<speciesReference species="N" stoichiometry="{}" constant="true"/>'


def model() -> str:
    """Return founding, birth and death as SBML."""
    times = "<apply><times/><cn>{}</cn><ci>N</ci></apply>"
    products = f"<listOfProducts>{ONE}</listOfProducts>"
    reactants = f"<listOfReactants>{ONE.format(1)}</listOfReactants>"
    made = [
        REACTION.format(id="founding", sides=products.format(1), law=f"<cn>{FOUNDING}</cn>"),
        REACTION.format(id="birth", sides=reactants + products.format(2), law=times.format(BIRTH)),
        REACTION.format(id="death", sides=reactants, law=times.format(DEATH)),
    ]
    return SBML.format("".join(made))


@pytest.fixture(scope="module")
def theirs() -> np.ndarray:
    """Cells on every day of each run, ``(runs, days + 1)``."""
    runner: Any = pytest.importorskip("roadrunner").RoadRunner(model())
    runner.setIntegrator("gillespie")
    runner.getIntegrator().setValue("variable_step_size", False)
    runner.getIntegrator().setValue("seed", 7)
    runs = []
    for _ in range(RUNS):
        runner.reset()
        runs.append(np.array(runner.simulate(0, DAYS, DAYS + 1))[:, 1])
    return np.array(runs)


def test_cells_have_the_law_of_another_program(theirs: np.ndarray) -> None:
    for day in (5, 15, DAYS):
        ours = pool_at(birth=BIRTH, death=DEATH, founding=FOUNDING, days=float(day), n=100_000, seed=day)
        assert stats.ks_2samp(ours, theirs[:, day]).pvalue > ALPHA
    wrong = pool_at(birth=1.15 * BIRTH, death=DEATH, founding=FOUNDING, days=float(DAYS), n=100_000, seed=1)
    assert stats.ks_2samp(wrong, theirs[:, DAYS]).pvalue < ALPHA


def test_the_first_detection_has_the_law_of_another_program(theirs: np.ndarray) -> None:
    """A day counts as detected when the clones hold the size on that day, as the engine counts."""
    size = 1250.0
    long = first_detection(
        birth=BIRTH, death=DEATH, founding=FOUNDING, size=size, days=200.0, organs=1, n=4000, seed=3
    ).ravel()
    assert np.isfinite(long).mean() > 0.99
    runner: Any = pytest.importorskip("roadrunner").RoadRunner(model())
    runner.setIntegrator("gillespie")
    runner.getIntegrator().setValue("variable_step_size", False)
    runner.getIntegrator().setValue("seed", 11)
    days = []
    for _ in range(120):
        runner.reset()
        cells = np.array(runner.simulate(0, 80, 81))[:, 1]
        reached = np.flatnonzero(cells >= size)
        days.append(float(reached[0]) if len(reached) else 81.0)
    ours = np.minimum(np.nan_to_num(long, nan=81.0), 81.0)
    assert stats.ks_2samp(ours, np.array(days)).pvalue > ALPHA
    assert stats.ks_2samp(0.9 * ours, np.array(days)).pvalue < ALPHA
