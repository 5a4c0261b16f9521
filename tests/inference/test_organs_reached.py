"""Counts of sites from the whole model: against sums written out here, gradients, recovery, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import betaln, gammaln

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.core.tables import read_table
from metastasome.inference.compiled import compiled
from metastasome.inference.explanation import Explanation
from metastasome.inference.grid import grid
from metastasome.inference.hypotheses import hypothesis
from metastasome.inference.jax_setup import jax
from metastasome.inference.kinds import kind, organs_reached
from metastasome.inference.kinds.base import Given, given
from metastasome.inference.kinds.organs_reached import of_lesions
from metastasome.inference.kinds.organs_table import read_looks
from metastasome.inference.kinds.whole import whole_model
from metastasome.inference.kinds.world import read_response
from metastasome.inference.twin import Course, Twin
from metastasome.matchmaking import PROGRAMMES

SMALL = {"organs": "lung, liver, bone, breast", "cells": 8, "nodes": 2, "horizon_days": 3600.0,
         "free": "ctc_seeding.competence"}  # fmt: skip
PATIENTS = """\
site,diameter,day,patients,metastatic,seen
lung,3,0,400,60,1
Hepatic,3,0,400,9,0.5
bone marrow,3,0,300,7,1
lung,6,200,100,90,1
liver,6,200,100,60,0.8
"""
LISTED = "site,metastatic,group\nlung,60,a\nliver,9,a\nbone,5,a\nlung,30,b\nbone,11,b\n"
HIGH = {"ctc_seeding.competence": 1e-6}
DAYS = np.linspace(0.0, 3600.0, 9)
SHARE = np.array([0.2, 0.05, 0.03, 0.0])  # lung, liver, bone, breast


@dataclass(frozen=True)
class Plain:
    """A course in closed form in place of the twin's: two patients, two origins, linear in competence and soil."""

    inputs: Any
    model: Any

    def __call__(self, theta: Any) -> Course:
        xp = jax().numpy
        soil, c = xp.asarray(self.inputs["soil"]), theta["ctc_seeding.competence"] * 1e6
        detected = [[pace * k * c * (soil * SHARE)[:, None] * (DAYS / 2000) ** 2 for k in (0.3, 0.7)]
                    for pace in (0.5, 1.0)]  # fmt: skip
        diameter = np.stack([0.2 * np.exp(pace * DAYS / 700) for pace in (0.5, 1.0)])
        return Course(DAYS, xp.asarray(diameter), xp.asarray(detected), xp.asarray(detected))


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(given: Given, **how: Any) -> Any:
        twin = whole_model(given, **how)
        return Plain(twin.inputs, twin.model)

    monkeypatch.setattr(organs_reached, "whole_model", made)


def asked(folder: Path, text: str = PATIENTS, key: str = "totr", **options: Any) -> Given:
    path = folder / "sites.csv"
    path.write_text(text)
    k = kind("organs_reached")
    return given(k, name="seen", table=path, hypothesis=hypothesis(key), options={**SMALL, **options})


def explanation(folder: Path, text: str = PATIENTS, key: str = "totr", **options: Any) -> Explanation:
    return Explanation(key, key, (kind("organs_reached").build(asked(folder, text, key, **options)),))


def lesions(course: Course, looks: list[tuple[float, float]]) -> np.ndarray:
    """Return expected lesions ``(m, o, look)`` of a course by plain loops."""
    days, diameter = np.asarray(course.days), np.asarray(course.diameter)
    detected = np.asarray(course.detected).sum(axis=1)
    made = np.zeros((*detected.shape[:2], len(looks)))
    for m in range(len(diameter)):
        for g, (size, later) in enumerate(looks):
            day = np.interp(np.log(size), np.log(diameter[m]), days) + later
            for o in range(detected.shape[1]):
                made[m, o, g] = np.interp(day, days, detected[m, o])
    return made


def in_closed_form(looks: list[tuple[float, float]]) -> np.ndarray:
    return lesions(Plain({"soil": np.ones(4)}, None)(HIGH), looks)


def test_patients_scatter_around_the_mean_over_patients(plain: None, tmp_path: Path) -> None:
    """Every row by the beta-binomial formula; lung is organ 0, liver 1, bone 2."""
    at = in_closed_form([(3.0, 0.0), (6.0, 200.0)])
    p = np.array([s * (1 - np.exp(-at[:, o, g])).mean()
                  for o, g, s in ((0, 0, 1), (1, 0, 0.5), (2, 0, 1), (0, 1, 1), (1, 1, 0.8))])  # fmt: skip
    assert p.min() > 0.005 and p.max() < 0.9 and p[3] > 1.2 * p[0]
    k, n = np.array([60, 9, 7, 90, 60]), np.array([400, 400, 300, 100, 100])
    s = 1 / (0.6**2 * p * (1 - p))
    wanted = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    wanted += betaln(k + s * p, n - k + s * (1 - p)) - betaln(s * p, s * (1 - p))
    seen = explanation(tmp_path).observations[0]
    theta = {**HIGH, "organs.scatter": 0.6}
    np.testing.assert_allclose(seen.pointwise(theta, seen.data, np), wanted, rtol=1e-6)
    other = explanation(tmp_path, PATIENTS.replace("lung", "?").replace("bone marrow", "lung").replace("?", "bone"))
    worse = other.observations[0].pointwise(theta, other.data[0], np)
    assert worse.sum() < wanted.sum() - 2, "bone's counts given to the lung"


@pytest.mark.parametrize("counted", ["patients", "single", "lesions"])
def test_shares_are_over_the_sites_that_a_group_lists(plain: None, tmp_path: Path, counted: str) -> None:
    at = in_closed_form([(5.0, 0.0)])[:, :, 0]
    hit = 1 - np.exp(-at)
    alone = np.stack([hit[:, o] * np.prod(np.delete(1 - hit[:, :3], o, axis=1), axis=1) for o in range(3)], axis=1)
    mean = {"patients": hit[:, :3], "single": alone, "lesions": at[:, :3]}[counted].mean(axis=0)
    wanted = []
    for sites, k in (([0, 1, 2], np.array([60, 9, 5])), ([0, 2], np.array([30, 11]))):
        a = 12.0 * mean[sites] / mean[sites].sum()
        wanted.append(gammaln(k.sum() + 1) - gammaln(k + 1).sum() + gammaln(12.0) - gammaln(12.0 + k.sum())
                      + (gammaln(k + a) - gammaln(a)).sum())  # fmt: skip
    seen = explanation(tmp_path, LISTED, counted=counted, diameter=5.0).observations[0]
    found = seen.pointwise({**HIGH, "organs.concentration": 12.0}, seen.data, np)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_single_sites_are_single() -> None:
    """Two organs at chance a and b: a (1 - b) and b (1 - a); what is never found leaves the other single."""
    at = -np.log1p(-np.array([[[0.3], [0.6]]]))
    np.testing.assert_allclose(of_lesions(at, np.ones((2, 1)), "single", np)[0, :, 0], [0.3 * 0.4, 0.6 * 0.7])
    half = of_lesions(at, np.array([[1.0], [0.0]]), "single", np)[0, :, 0]
    np.testing.assert_allclose(half, [0.3, 0.0])


def test_gradients_are_those_of_finite_differences(plain: None, tmp_path: Path) -> None:
    one = explanation(tmp_path).observations[0]
    other = explanation(tmp_path, LISTED, soil="fitted", diameter=5.0, counted="single").observations[0]
    e = Explanation("both", "both", (one, replace(other, name="listed")))
    assert len(e.names) == 6, "competence is shared"
    z = 0.4 * stream(2, "tests/organs").standard_normal(len(e.names)) + 0.5
    value, gradient = compiled(e).value_and_gradient(z, e.data)
    assert float(value) == pytest.approx(-float(e.log_posterior(z, e.data)), rel=1e-9)
    rise = [e.log_posterior(z - s, e.data) - e.log_posterior(z + s, e.data) for s in 1e-4 * np.eye(len(z))]
    np.testing.assert_allclose(gradient, np.array(rise) / 2e-4, rtol=1e-4, atol=1e-4)


def test_what_is_simulated_is_found_again(plain: None, tmp_path: Path) -> None:
    """Six rows of 2,000 patients, seed 4: the truth lies in the 99.9% interval, the prior's centre does not."""
    text = "site,diameter,patients,metastatic\n" + "".join(
        f"{s},{d},2000,0\n" for d in (3, 5) for s in ("lung", "liver", "bone")
    )
    e = explanation(tmp_path, text)
    drawn = e.simulate({**HIGH, "organs.scatter": 0.1}, stream(4, "tests/organs/recover"))
    found = grid(compiled(e), drawn)
    rows = e.scale.rows(found.z)[:, e.names.index("ctc_seeding.competence")]
    order = np.argsort(rows)
    low, high = np.interp([5e-4, 1 - 5e-4], np.cumsum(found.weights[order]), rows[order])
    centre = e.scale.rows(np.zeros((1, 2)))[0, 0]
    assert low < 1e-6 < high < 5 * low and not low < centre < high


def test_fitted_soil_is_a_factor_on_its_organ(plain: None, tmp_path: Path) -> None:
    seen = explanation(tmp_path, soil="fitted").observations[0]
    assert [p.name for p in seen.parameters][1:4] == ["organs.soil_lung", "organs.soil_liver", "organs.soil_bone"]
    one = {**HIGH, "organs.soil_lung": 1.0, "organs.soil_liver": 1.0, "organs.soil_bone": 1.0}
    base, rich = (seen.predict({**one, "organs.soil_bone": b}, seen.data, np) for b in (1.0, 2.0))
    at = in_closed_form([(3.0, 0.0)])[:, 2, 0]
    assert rich[2] == pytest.approx((1 - np.exp(-2 * at)).mean(), rel=1e-6)
    np.testing.assert_allclose(rich[[0, 1, 3, 4]], base[[0, 1, 3, 4]], rtol=1e-12)


@dataclass(frozen=True)
class Kept:
    """A twin whose course can be looked at."""

    twin: Twin
    inputs: Any
    courses: list[Course]

    def __call__(self, theta: Any) -> Course:
        self.courses.append(replace(self.twin, inputs=self.inputs)(theta))
        return self.courses[-1]


def test_the_whole_model_is_asked(tmp_path: Path) -> None:
    """What is expected is what loops make of the real twin's course."""
    given_ = asked(tmp_path, "site,diameter,patients,metastatic\nlung,3,100,5\nliver,3,100,5\n")
    twin = whole_model(given_)
    kept = Kept(twin, twin.inputs, [])
    ask: Any = organs_reached.expected(kept, read_looks(given_, twin.model.organs, "breast"), "patients", {})
    with_course = jax().jit(lambda theta: (ask(theta), kept.courses[-1].diameter, kept.courses[-1].detected))
    found, diameter, detected = map(np.asarray, with_course(HIGH))
    at = lesions(Course(twin.days, diameter, detected, detected), [(3.0, 0.0)])[:, :, 0]
    np.testing.assert_allclose(found[0, :3], (1 - np.exp(-at)).mean(axis=0)[:3], rtol=1e-6)
    assert found[0, 0] > 10 * found[0, 1] > 1e-5 and found[0, 3] == 0, "the lung catches first"


def test_options_reach_the_twin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made: list[Twin] = []

    def keep(given: Given, **how: Any) -> Twin:
        made.append(whole_model(given, **how))
        return made[-1]

    monkeypatch.setattr(organs_reached, "whole_model", keep)
    sign = {"barrier": -1, "tumour_suppression": -1}
    rows = [f"{o},{p},{0.3 * sign.get(p, 1)},10" for o in ("lung", "liver", "bone", "breast") for p in PROGRAMMES]
    (tmp_path / "same.csv").write_text("organ,programme,top,half\n" + "\n".join(rows) + "\n")
    (tmp_path / "bone.csv").write_text("organ,programme,cell,top,half\nbone,matrix,stroma,0.7,4\n")
    text = "site,diameter,day,patients,metastatic\nlung,3,900,100,5\nliver,3,900,100,5\n"
    for options in ({}, {"response": "same.csv"}, {"response": "bone.csv"}, {"soil": "bone=3, liver=0.5"},
                    {"resected": "yes"}):  # fmt: skip
        explanation(tmp_path, text, **options)
    usual, same, bone, soil, resected = made
    for name, value in usual.inputs.items():
        np.testing.assert_allclose(same.inputs[name], value, err_msg=name)
    moved = [n for n in usual.inputs if n.startswith("rna_top") and np.any(bone.inputs[n])]
    assert moved == ["rna_top_stroma_matrix"] and bone.inputs[moved[0]].tolist() == [0, 0, 0.7, 0]
    assert soil.inputs["soil"].tolist() == [1, 0.5, 3, 1] and usual.inputs["soil"].tolist() == [1, 1, 1, 1]
    assert (usual.resected_at, resected.resected_at) == (None, 3.0)


@pytest.mark.parametrize(("before", "after", "options", "says"), [
    ("bone marrow", "brain", {}, "row 4, field 'site': the model has no such organ (found 'brain'); expected one of"),
    ("bone marrow", "elbow", {}, "expected one of lung, liver, bone; further organs are named by the option 'organs'"),
    ("bone marrow", "breast", {}, "row 4, field 'site': the primary's own organ"),
    ("bone marrow,3", "lung,3", {}, "row 4, field 'site': a site is named twice"),
    ("400,60", "400,401", {}, "row 2, field 'metastatic': outside the support (found 401"),
    ("400,60", "400,6.5", {}, "row 2, field 'metastatic': not a whole number"),
    ("400,60,1", "0,0,1", {}, "row 2, field 'patients': outside the support"),
    ("9,0.5", "9,0", {}, "row 3, field 'seen': outside the support (found 0"),
    ("9,0.5", "9,1.5", {}, "row 3, field 'seen'"),
    ("3,0,300", "3,-1,300", {}, "row 4, field 'day'"),
    ("site,diameter", "site,diametre", {}, "field 'seen.diameter': no diameter of the primary"),
    ("site", "site", {"counted": "guesses"}, "patients or single or lesions"),
    ("site", "site", {"counted": "lesions"}, "lesions are no share of patients"),
    ("site", "site", {"resected": "yes"}, "primaries are taken out at several diameters"),
    ("site", "site", {"resected": "maybe"}, "yes or no"),
    ("site", "site", {"soil": "livr=2"}, "did you mean 'liver'"),
    ("site", "site", {"soil": "liver=0"}, "organ=factor above 0"),
    ("site", "site", {"organs": "lung, livr, breast"}, "no such organ (found 'livr'); did you mean 'liver'"),
    ("site", "site", {"primary": "brain"}, "the primary is not among the organs"),
    ("site", "site", {"nodes": 0}, "field 'seen.nodes': not usable"),
    ("site", "site", {"free": "ctc_seeding.competense"}, "did you mean 'ctc_seeding.competence'"),
    ("site", "site", {"response": "none.csv"}, "no such table beside the observation's"),
])  # fmt: skip
def test_bad_input_is_one_line(
    before: str, after: str, options: dict[str, Any], says: str, tmp_path: Path
) -> None:  # fmt: skip
    with pytest.raises(InputError) as caught:
        explanation(tmp_path, PATIENTS.replace(before, after, 1), **options)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_one_site_has_no_shares(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two sites or more"):
        explanation(tmp_path, "site,metastatic\nlung,5\n", diameter=3.0)


@pytest.mark.parametrize(("row", "says"), [
    ("livver,matrix,1,1", "row 2, field 'organ': not known"),
    ("liver,matrx,1,1", "did you mean 'matrix'"),
    ("liver,matrix,1,0", "row 2, field 'half': outside the support"),
    ("liver,matrix,1,1\nhepatic,matrix,1,1", "row 3, field 'programme': named twice"),
])  # fmt: skip
def test_a_wrong_table_of_responses_is_one_line(row: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(f"organ,programme,top,half\n{row}\n")
    with pytest.raises(InputError) as caught:
        read_response(read_table(tmp_path / "r.csv"))
    assert says in str(caught.value) and "\n" not in str(caught.value)
