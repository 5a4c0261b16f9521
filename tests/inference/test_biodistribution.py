"""Biodistribution: the fast transport against the matrix exponential, laws of uptake, the likelihood in closed form,
limits of detection, and tables that are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import norm

from metastasome.core.errors import InputError
from metastasome.core.tables import Table
from metastasome.inference.hypotheses import hypothesis
from metastasome.inference.jax_setup import jax
from metastasome.inference.kinds import kind
from metastasome.inference.kinds.base import Given
from metastasome.inference.kinds.biodistribution import SPREAD
from metastasome.inference.kinds.tracer import Tracer
from metastasome.inference.laws import log_normal_seen
from metastasome.kinetics import KineticParameters
from metastasome.kinetics.coefficients import coefficients, theta_of
from metastasome.kinetics.forward import experiments
from metastasome.kinetics.structure import structure
from metastasome.kinetics.system import linear_matrix, parameter_blocks
from metastasome.kinetics.table import Measurement
from metastasome.kinetics.transport import layouts
from metastasome.study.question import read_question

HEADER = ("study", "species", "source", "route", "label", "organ", "time_h", "value", "unit", "lod", "macrophages")
ROWS = (
    "a,mouse,tumour,iv,125I,liver,4,28,%ID,0,1",
    "a,mouse,tumour,iv,125I,lung,4,0,%ID,1.5,1",
    "b,rat,blood,iv,none,plasma,0.1,40,%ID,0,1",
)
THETA = {**theta_of(KineticParameters()), "scavenging": 1.3}


def made(*rows, **options):
    cells = tuple(tuple(r.split(",")) for r in rows)
    table = Table(Path("b.csv"), HEADER, cells, tuple(range(2, len(rows) + 2)), ",", "")
    k = kind("biodistribution")
    chosen = {n: v[0] for n, v in k.options.items()} | options
    return k.build(Given(k, "organs", table, hypothesis("cells_only"), 1.0, chosen))


def values(seen, **changed):
    return {p.name: p.default for p in seen.parameters} | changed


def test_readings_are_those_of_the_matrix_exponential():
    """5 seconds to 30 days, two labels; the area under the plasma curve against a fine sum."""
    organs, days = ("liver", "brain", "plasma"), (5 / 86400, 1 / 24, 1.0, 30.0)
    groups = []
    for label in ("125I", "dye"):
        rows = [Measurement(0, "mouse", "a", "iv", 1.0, label, o, t, 1.0, "%ID", "") for o in organs for t in days]
        groups += experiments([*rows, Measurement(0, "mouse", "a", "iv", 1.0, label, "plasma", 0.0, 1.0, "%ID/mL", "")])
    area = np.zeros(len(groups[0].rows))
    area[-1] = 1.0
    run = Tracer(groups, [area, 0 * area])
    found = np.asarray(jax().jit(lambda: run([coefficients(e.given, THETA) for e in groups]))())
    for g, e in enumerate(groups):
        where = structure(e.given.body)
        blocks = parameter_blocks(e.given, THETA, e.label)
        a = linear_matrix(where, layouts(where.size)[1].pack(blocks))
        path = np.stack([expm(a * t) @ e.start for t in e.times])
        exact = (path[e.at] * e.read).sum(axis=1)
        np.testing.assert_allclose(found[g][:-1], exact[:-1], rtol=1e-6, atol=1e-9)
        if g == 0:  # urine and what is gone keep what they get: left out
            kept = np.ones(len(a), bool)
            kept[[layouts(where.size)[0].slice(k).start for k in ("urine", "gone")]] = False
            stay = -np.linalg.solve(a[np.ix_(kept, kept)], e.start[kept])
            assert found[g][-1] == pytest.approx(24 * e.read[-1][kept] @ stay, rel=1e-6)
        else:
            assert found[g][-1] == pytest.approx(exact[-1], rel=1e-9)  # on day 0, all of the dose


@pytest.fixture(scope="module")
def cells():
    return made(*ROWS)


def test_laws_of_uptake(cells):
    """The project's own law is the macrophages' where endothelium hardly binds; with no extraction blood keeps all."""
    macrophages = made(*ROWS, law="macrophages")
    assert "kinetics.endothelium_clearance" not in {p.name for p in macrophages.parameters}
    own = cells.predict(values(cells, **{"kinetics.endothelium_clearance": 1e-10}), cells.data, np)
    lone = macrophages.predict(values(macrophages), macrophages.data, np)
    np.testing.assert_allclose(lone[0][:2], own[0][:2], rtol=0.05)
    assert abs(cells.predict(values(cells), cells.data, np)[1, 0] / lone[1, 0] - 1) > 0.01
    flow = made(*ROWS, law="flow")
    few, many = (flow.predict(values(flow, **{"kinetics.extraction": x}), flow.data, np)[1, 0] for x in (1e-6, 0.3))
    assert few > 60.0 and many < 5.0  # what is not in blood is in tissue that blood perfuses


def test_a_factor_of_an_organ_moves_that_organ():
    seen = made(*ROWS, tropism="lung", tropic="tumour")
    base, more = (seen.predict(values(seen, **{"tropism.lung": f}), seen.data, np) for f in (1.0, 4.0))
    assert more[0, 1] > 2 * base[0, 1] and more[0, 0] < base[0, 0]
    np.testing.assert_allclose(more[1], base[1], rtol=1e-12)  # another donor


def test_likelihood_in_closed_form_and_its_gradient(cells):
    seen, theta = cells, values(cells)
    mean = np.log(seen.predict(theta, seen.data, np))
    sd = theta[SPREAD.name]
    liver = norm.logpdf(np.log(28.0), mean[0, 0], sd) - np.log(28.0)
    lung = norm.logcdf(np.log(1.5), mean[0, 1], sd)
    found = seen.pointwise(theta, seen.data, np)
    assert found[0] == pytest.approx(liver + lung, rel=1e-9)
    assert found[1] == pytest.approx(norm.logpdf(np.log(40.0), mean[1, 0], sd) - np.log(40.0), rel=1e-9)
    assert log_normal_seen(np.array(0.0), np.array(0.0), 0.0, 1.0, np) < 0  # a filler, masked by `there`
    j, name = jax(), "kinetics.macrophage_clearance"
    at = j.jit(j.value_and_grad(lambda m: j.numpy.sum(seen.pointwise({**theta, name: m}, seen.data, j.numpy))))
    value, slope = at(theta[name])
    assert float(value) == pytest.approx(found.sum(), rel=1e-10)
    h = 1e-4 * theta[name]
    assert float(slope) == pytest.approx(float(at(theta[name] + h)[0] - at(theta[name] - h)[0]) / (2 * h), rel=1e-5)


def test_simulated_data_have_the_scatter_that_is_asked_for(cells):
    """n = 4000, seed 8: mean and sd of ln value within 4 standard errors; a wrong sd is told apart."""
    seen, theta, rng = cells, values(cells), np.random.default_rng(8)
    mean = np.log(seen.predict(theta, seen.data, np))[0, 0]
    drawn = np.log([seen.simulate(theta, rng)["value"][0, 0] for _ in range(4000)])
    error = theta[SPREAD.name] / np.sqrt(4000)
    assert abs(drawn.mean() - mean) < 4 * error and abs(drawn.std() - theta[SPREAD.name]) < 4 * error
    assert abs(drawn.std() - 1.1 * theta[SPREAD.name]) > 4 * error


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,mouse,t,iv,125I,liver,4,0,%ID,0,1", "limit of detection"),
        ("a,mouse,t,iv,125I,liver,4,-1,%ID,0,1", "value"),
        ("a,mouse,t,iv,125I,livr,4,1,%ID,0,1", "liver"),
        ("a,mouse,t,iv,125I,liver,4,1,%ID*h/mL,0,1", "unit is for plasma"),
        ("a,cow,t,iv,125I,liver,4,1,%ID,0,1", "species"),
        ("a,mouse,t,iv,125I,liver,4,1,%ID,0,2", "macrophages"),
    ],
)
def test_rows_that_cannot_be_are_refused_with_their_place(row, said):
    with pytest.raises(InputError, match=said) as error:
        made(ROWS[0], row)
    assert error.value.row == 3


def test_options_that_cannot_be_are_refused():
    for options in ({"law": "magic"}, {"free": "colour"}, {"tropic": "nobody"}, {"tropism": "elbow"}):
        with pytest.raises(InputError):
            made(*ROWS, **options)


def test_the_study_reads_and_names_its_groups():
    question = read_question(Path(__file__).parents[2] / "studies" / "explain_biodistribution")
    rivals = {e.key: e for e in question.explanations}
    assert set(rivals) == {"flow", "passage", "macrophages", "cells", "tropism"}
    assert len(rivals["cells"].labels) == 4
    assert "tropism.lung" in rivals["tropism"].names and "tropism.lung" not in rivals["cells"].names
