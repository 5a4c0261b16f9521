"""What users write: doses, routes, times, tables, parameters; a clear line for what makes no sense."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from metastasome import body, kinetics
from metastasome.core.errors import InputError
from metastasome.kinetics.background import particles
from metastasome.kinetics.dosing import doses, total
from metastasome.kinetics.label import label
from metastasome.kinetics.secretion import Secretion, tumour_release
from metastasome.kinetics.vesicle import VESICLES, vesicle

HEAD = "species,source,route,dose,label,organ,time,value,unit\n"


def test_doses_as_people_write_them() -> None:
    assert doses("1e10 EV") == (kinetics.Bolus(1e10),)
    assert doses(5.0) == (kinetics.Bolus(5.0),)
    assert doses("5 ug", 8.75e8)[0].amount == pytest.approx(4.375e9)  # type: ignore[union-attr]
    running = doses("1e9 EV/min")[0]
    assert isinstance(running, kinetics.Infusion)
    assert running.rate == pytest.approx(1.44e12)
    assert kinetics.release("1e9 EV/min", end="2 days").end == 2.0
    assert particles("1e9 EV") == 1e9


def test_education_is_twelve_doses_in_four_weeks() -> None:
    course = kinetics.education(particles_per_ug=8.75e8)
    assert len(course) == 12
    assert total(course, 28.0) == pytest.approx(12 * 4.375e9)
    assert course[-1].time < 28.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: doses("5 ug"), "a dose in mass needs a conversion"),
        (lambda: doses("5 ug", -1.0), "particles_per_ug"),
        (lambda: doses("five"), "not a quantity"),
        (lambda: doses("3 mL"), "unit mismatch"),
        (lambda: doses(0.0), "more than zero"),
        (lambda: doses([]), "not doses"),
        (lambda: kinetics.Bolus(float("nan")), "outside its range"),
        (lambda: kinetics.Infusion(1.0, start=2.0, end=1.0), "times out of order"),
        (lambda: kinetics.distribute(1.0, body.mouse(), times=[0, 2, 1]), "times out of order"),
        (lambda: kinetics.distribute(1.0, body.mouse(), times=["0 h", "1 zork"]), "times"),
        (lambda: kinetics.distribute(1.0, body.mouse(), times=[-1.0, 1.0]), "not a list of times"),
        (lambda: kinetics.distribute(kinetics.Bolus(1.0, route="nose"), body.mouse()), "route 'nose' is unknown"),
        (lambda: kinetics.distribute(1.0, body.mouse(), integrins=[1.0, 2.0]), "does not fit the organs"),
        (lambda: kinetics.distribute(1.0, body.mouse(), macrophages=2.0), "0 to 1"),
        (lambda: kinetics.distribute(1.0, body.mouse(), heparin=-1.0), "heparin"),
        (lambda: kinetics.distribute(1.0, body.mouse(), method="magic"), "unknown method"),  # type: ignore[arg-type]
        (lambda: kinetics.education(number=0, particles_per_ug=1.0), "not a number of doses"),
        (lambda: label("125J"), "label '125J' is unknown"),
        (lambda: vesicle("exsome"), "did you mean"),
        (lambda: kinetics.Vesicle("x", 5.0, 1.2), "diameter_nm"),
        (lambda: kinetics.Label("x", kept=2.0), "label.kept"),
        (lambda: kinetics.Label("x", loss=-2.0), "label.loss"),
        (lambda: kinetics.KineticParameters().with_(recycle=1.0), "did you mean 'recycling'"),
        (lambda: kinetics.KineticParameters(unbinding=-1.0), "unbinding"),
        (lambda: tumour_release(1e9, ph=3.0), "5.5 to 7.8"),
        (lambda: kinetics.uptake_law(body.human(), background_release="-1 EV/min"), "must not be negative"),
    ],
)
def test_bad_calls_get_one_line(call: object, words: str) -> None:
    with pytest.raises(InputError) as caught:
        call()  # type: ignore[operator]
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_labels_by_isotope_and_dye() -> None:
    assert label("125I").name == "radioiodine"
    assert label("DiR").name == "dye"
    assert label(None).name == "none"


def test_the_label_sets_the_half_life_that_is_seen() -> None:
    """Same vesicles, same mouse: a dye's plasma half-life is many times that of an enzyme (PMC6956244 Table 1)."""
    times = np.concatenate([[0.0], np.geomspace(1, 4320, 60) / 1440])
    seen = {
        tag: kinetics.distribute(1e6, body.mouse(), times=times, label=tag, method="linear").analysis()
        for tag in ("luciferase", "dye", "radioiodine")
    }
    assert seen["dye"].mean_residence > 20 * seen["luciferase"].mean_residence
    assert 149 < seen["dye"].half_life * 1440 < 792
    assert 0.0054 < seen["dye"].clearance / 1440 < 0.0154
    assert seen["radioiodine"].clearance / 1440 == pytest.approx(0.016, rel=0.3)


def test_release_rises_with_hypoxia_and_acid_and_falls_with_inhibitors() -> None:
    rest = tumour_release(1e9)
    assert rest["small"] == pytest.approx(1e12)
    assert tumour_release(1e9, hypoxic=1.0)["small"] == pytest.approx(Secretion().hypoxia_fold * rest["small"])
    assert tumour_release(1e9, ph=6.5)["large"] == pytest.approx(Secretion().acid_fold * rest["large"])
    assert tumour_release(1e9, inhibited=1.0)["small"] == 0.0
    assert tumour_release(1e9, deaths=1e6)["apoptotic"] == pytest.approx(30e6)


def test_size_classes_have_weights_that_sum_to_one() -> None:
    for v in VESICLES.values():
        d, w = v.diameters()
        assert w.sum() == pytest.approx(1.0)
        assert np.exp(np.log(d) @ w) == pytest.approx(v.diameter_nm)


def test_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(HEAD + "mouse,B16,iv,1e9 EV,125I,liver,4 h,28,%ID\nmouse,B16,iv,1e9,dye,blood,5 min,40,%ID/mL\n")
    first, second = kinetics.read_table(path)
    assert (first.organ, first.dose, first.time) == ("liver", 1e9, pytest.approx(1 / 6))
    assert second.organ == "plasma"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cat,B16,iv,1e9,125I,liver,4 h,28,%ID", "row 2, field 'species'"),
        ("mouse,B16,iv,1e9,125I,lever,4 h,28,%ID", "did you mean 'liver'"),
        ("mouse,B16,iv,1e9,125I,liver,4 h,28,furlong", "unknown unit"),
        ("mouse,B16,iv,1e9,125I,liver,4 kg,28,%ID", "unit mismatch"),
        ("mouse,B16,iv,1e9,125I,liver,4 h,lots,%ID", "not a number"),
        ("mouse,B16,iv,1e9,125I,liver,4 h,-3,%ID", "not negative"),
        ("mouse,B16,iv,5 ug,125I,liver,4 h,28,%ID", "needs a conversion"),
        ("mouse,B16,iv,1e9,glow,liver,4 h,28,%ID", "label 'glow' is unknown"),
        ("mouse,B16,iv,1e9,125I,liver,-4 h,28,%ID", "must not be negative"),
        ("mouse,B16,iv,1e9,125I,liver,4 h,,%ID", "no row has a value"),
    ],
)
def test_bad_rows_get_one_line(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(HEAD + line + "\n")
    with pytest.raises(InputError) as caught:
        kinetics.read_table(path)
    assert words in str(caught.value)
    assert "data.csv" in str(caught.value)


def test_simulate_table_is_tidy() -> None:
    frame = kinetics.simulate_table("1e6 EV", "mouse", times=["0 h", "1 h"], label="dye", method="linear")
    assert list(frame.columns) == ["time_day", "organ", "quantity", "value", "unit"]
    liver = frame.query("organ == 'liver' and quantity == 'label'")["value"].to_numpy()
    assert liver[0] == 0.0
    assert 50 < liver[1] < 100


def test_exposure_reads_as_an_experiment() -> None:
    course = kinetics.distribute(
        "1e6 EV", body.mouse(), times=np.linspace(0, 1, 400) ** 3, label="none", method="linear"
    )
    data = course.to_xarray()
    assert set(data.dims) == {"time", "organ", "cell"}
    inside = data["taken"].sum(["organ", "cell"]).to_numpy()
    free = sum(course.states[k].sum(axis=1) for k in ("plasma", "tissue", "venous", "arterial"))
    lost = course.states["urine"][:, 0]
    assert inside[-1] + free[-1] + lost[-1] == pytest.approx(1e6, rel=3e-3)  # the rest decayed in plasma
    said = course.summary()
    assert repr(course) == f"<Exposure of {said}>", "not thousands of numbers"
    assert "by day 1 " in said and "most in liver (" in said, said
    assert f"{100 * inside[-1] / 1e6:.3g}% of 10⁶ EV are taken up" in said
    assert "What is left intact in organs makes 0.033%, most in liver (0.026%)" in said
    assert course.at("liver", 0.01) > course.at("spleen", 0.01)
    assert (course.per_cell() >= 0).all()


def test_what_a_notebook_shows_is_a_line() -> None:
    law = kinetics.uptake_law(body.human())
    assert re.fullmatch(r"<UptakeLaw of 21 organs: [\d.,e+]+ mL/day .* most by liver \d+%, .*>", repr(law))
    assert re.fullmatch(r"<Body of a 70 kg human: 21 organs, .*>", repr(body.human()))


def test_a_weight_may_carry_its_unit_and_a_body_must_be_one() -> None:
    assert body.human("150 lb").weight_kg == pytest.approx(68.04, abs=0.01)
    assert body.scaled(body.mouse(), "25 g").weight_kg == pytest.approx(0.025)
    with pytest.raises(InputError, match=r"weight_kg.*found '25 kg'.*0\.005 to 0\.1 kg"):
        body.mouse("25 kg")
    with pytest.raises(InputError, match="not a body"):
        kinetics.distribute("1e9 EV", "human")  # type: ignore[arg-type]
