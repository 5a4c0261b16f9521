"""A study is what the file says, in internal units, or one clear line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import InputError, StudyError
from metastasome.study import Study, parse_study, preset_names, read_study

BASE = "extends: colorectal\n"
STUDIES = Path(__file__).parents[2] / "studies"


def test_units_are_converted_at_the_door() -> None:
    study = parse_study(
        BASE + "tumour: {diameter_at_resection: 35 mm}\ncohort: {horizon: 200 weeks}\nbody: {weight: 70000 g}\n"
        "match: {doses: [100 EV/cell/day, 2400 EV/cell/hour]}\n"
        "interventions: [{do: block_release, strength: 0.8, start: 1 year}]\n"
    )
    assert study.tumour.diameter_at_resection == pytest.approx(3.5, rel=1e-12)
    assert study.cohort.horizon == 1400
    assert study.body.weight == pytest.approx(70, rel=1e-12)
    assert study.match.doses == pytest.approx((100, 57600), rel=1e-12)
    assert study.interventions[0].start == 365.25
    assert study.interventions[0].settings == {"strength": 0.8}


def test_organs_take_their_canonical_name() -> None:
    assert parse_study(BASE + "tumour: {organ: Colon}").tumour.organ == "gut"


@pytest.mark.parametrize("name", preset_names())
def test_presets_read(name: str) -> None:
    assert read_study(name).name == name


@pytest.mark.parametrize("path", sorted(STUDIES.glob("*.yaml")), ids=lambda p: p.stem)
def test_studies_read_and_can_fall_back_on_the_reference(path: Path) -> None:
    study = read_study(path)
    assert study.cargo.reference is not None
    assert study.stockroom.reference


BAD: dict[str, tuple[str, tuple[str, ...]]] = {
    "unknown key": ("tumor: {organ: gut}", ("row 2", "'tumor'", "did you mean 'tumour'?")),
    "unknown key within": ("cohort:\n  patient: 3", ("row 3", "did you mean 'patients'?")),
    "unknown organ": ("tumour: {organ: lnug}", ("row 2", "'tumour.organ'", "did you mean 'lung'?")),
    "negative": ("cohort: {patients: -3}", ("cohort.patients", "-3", "at least 1")),
    "not whole": ("cohort: {patients: 2.5}", ("whole number",)),
    "truth for a number": ("cohort: {patients: yes}", ("whole number",)),
    "wrong unit": ("cohort: {horizon: 3 cm}", ("cohort.horizon", "unit mismatch", "day")),
    "no quantity": ("cohort: {horizon: long}", ("not a quantity", "1 day")),
    "bare number as a list": ("cohort: {horizon: [1]}", ("not a quantity", "30 days")),
    "nan": ("cohort: {horizon: .nan}", ("not a finite number",)),
    "endless power": ("cohort: {horizon: 9**9**9 day}", ("not a quantity",)),
    "huge": ("tumour: {diameter_at_resection: 1e300 cm}", ("1e300 cm", "at most 50 cm")),
    "huge seed": ("cohort: {seed: 99999999999999999999999}", ("less than 9,223,372,036,854,775,808",)),
    "tota without totr": (
        "mechanisms: {tota_indirect: on, niche_training: off}",
        ("row 2", "needs 'niche_training'", "switch"),
    ),
    "unknown mechanism": ("mechanisms:\n  niche_trainin: on", ("row 3", "did you mean 'niche_training'?")),
    "unknown parameter": ("mechanisms:\n  niche_training:\n    leak_gan: 1", ("row 4", "did you mean 'leak_gain'?")),
    "nan parameter": ("mechanisms: {niche_training: {leak_gain: .nan}}", ("leak_gain", "not a finite number")),
    "parameter out of range": ("mechanisms: {niche_training: {leak_gain: -1}}", ("outside its range", "0 to 20")),
    "parameter unit": ("mechanisms: {niche_training: {leak_build: 3 cm}}", ("unit mismatch", "1/day")),
    "switch of words": ("mechanisms: {niche_training: perhaps}", ("not a switch", "on, off")),
    "nested parameter": ("mechanisms: {niche_training: {leak_gain: [1]}}", ("not a plain value",)),
    "unknown input": ("inputs: {sol: 2}", ("did you mean 'soil'?",)),
    "input organ": ("inputs: {soil: {lnug: 2}}", ("did you mean 'lung'?",)),
    "unknown preset": ("extends: colorctal", ("row 2", "given twice")),
    "empty value": ("question:", ("question", "expected text")),
    "mirna name": ("cargo: {documented: {miR 105: 3}}", ("miR 105",)),
    "stop before start": (
        "interventions: [{do: block_release, start: 3 days, stop: 2 days}]",
        ("stops before it starts",),
    ),
    "unknown intervention": (
        "interventions:\n  - {do: resection, at: 3 cm}\n  - {do: block_releas}",
        ("row 4", "did you mean 'block_release'?"),
    ),
    "unknown setting": ("interventions: [{do: block_release, strenth: 1}]", ("did you mean 'strength'?",)),
    "share above one": ("interventions: [{do: block_release, strength: 1.2}]", ("strength", "0 to 1")),
    "setting's unit": ("interventions: [{do: resection, at: 3 days}]", ("interventions.0.at", "unit mismatch")),
    "odd setting": ("interventions: [{do: x, y: [1]}]", ("not a plain value",)),
    "range with the unit written": (
        "tumour: {diameter_at_resection: -4 mm}",
        ("found '-4 mm'", "more than 0 and at most 50 cm"),
    ),
    "range of a pure number": ("mechanisms: {niche_training: {leak_gain: 30}}", ("expected 0 to 20",)),
    "unknown unit": ("cohort: {horizon: 3 moons}", ("no unit is called 'moons'", "1 day")),
    "list for a mapping": ("mechanisms: [niche_training]", ("found a list", "'name: value'")),
    "mapping for a list": ("interventions: {do: block_release}", ("found a mapping", "'- '")),
    "word for a part": ("tumour: gut", ("found 'gut'", "diameter_at_resection, organ, resect")),
    "number for text": ("question: 5", ("expected text", "in quotes")),
    "capitals": ("mechanisms: {Niche_Training: on}", ("lower-case letters", "did you mean 'niche_training'?")),
    "tabs": ("cohort:\n\tseed: 1", ("row 3", "spaces, not tabs")),
    "colon in a text": ("question: Would it: help?", ("row 2", "in quotes")),
    "embedded cargo": ("cargo: {reference: colorectl}", ("cargo.reference", "did you mean 'colorectal'?")),
    "negative input": ("inputs: {soil: {liver: -1}}", ("row 2", "inputs.soil.liver", "found -1", "0 to 1,000,000")),
    "mouse of a man's weight": ("body: {species: mouse}", ("body.weight", "70 kg", "0.005 to 0.1 kg")),
    "no control": ("trial: {arms: {a: [{do: block_release}]}}", ("no such arm to compare with", "known: a")),
    "no file": ("cargo: {mirna: {file: '', case: a, control: b}}", ("cargo.mirna.file", "at least 1 characters")),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_study_is_one_clear_line(case: str) -> None:
    text, expected = BAD[case]
    with pytest.raises(InputError) as caught:
        parse_study(BASE + text, file="my.yaml")
    line = str(caught.value)
    assert all(part in line for part in expected), line
    assert "my.yaml" in line or "colorectal.yaml" in line
    assert "\n" not in line
    assert not any(word in line for word in ("tuple", "dict", "instance of", "pattern", "string", "integer", "boolean"))


def test_a_part_with_nothing_in_it_says_nothing(tmp_path: Path) -> None:
    """As where every line below its name is a comment; what is extended stays."""
    (tmp_path / "a.yaml").write_text(BASE + "mechanisms: {lymph_spread: on}\n", encoding="utf-8")
    arms = "trial: {arms: {control: , b: [{do: heparin}]}}"
    text = f"extends: a.yaml\nmechanisms:\ninterventions:\ncohort:\nmatch:\n{arms}\n"
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    study = read_study(tmp_path / "b.yaml")
    assert study.mechanisms["lymph_spread"] is True
    assert study.interventions == () and study.cohort == read_study("colorectal").cohort
    assert study.trial is not None and study.trial.arms["control"] == ()


def test_a_whole_number_may_be_written_as_a_power() -> None:
    assert parse_study(BASE + "cohort: {patients: 2e3}").cohort.patients == 2000


def test_a_preset_with_an_ending_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'colorectal' without an ending is a preset"):
        read_study(tmp_path / "colorectal.yaml")


def test_missing_parts_are_named() -> None:
    with pytest.raises(StudyError, match="'tumour': is missing"):
        parse_study("name: x\nquestion: y\n")
    with pytest.raises(StudyError, match="the vesicles carry nothing"):
        parse_study("name: x\nquestion: y\ntumour: {organ: gut}\ncargo: {}\n")


def test_extends_lays_files_over_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BASE + "name: a\ncohort: {patients: 7}\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\ncohort: {seed: 4}\n", encoding="utf-8")
    study = read_study(tmp_path / "b.yaml")
    assert (study.name, study.cohort.patients, study.cohort.seed) == ("a", 7, 4)
    assert study.tumour.organ == "gut"


def test_an_error_names_the_file_it_is_in(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BASE + "cohort: {patients: 0}\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"a\.yaml, row 2"):
        read_study(tmp_path / "b.yaml")


def test_circles_and_absent_parents_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n", encoding="utf-8")
    (tmp_path / "c.yaml").write_text("extends: gone.yaml\n", encoding="utf-8")
    with pytest.raises(StudyError, match="circle"):
        read_study(tmp_path / "a.yaml")
    with pytest.raises(InputError, match="not there"):
        read_study(tmp_path / "c.yaml")
    with pytest.raises(InputError, match="did you mean 'colorectal'"):
        parse_study("extends: colorctal")
    with pytest.raises(InputError, match="did you mean 'breast'"):
        read_study("brest")


def test_a_study_is_frozen_and_changed_by_copy() -> None:
    study = read_study("colorectal")
    with pytest.raises(ValueError, match="frozen"):
        study.name = "other"  # type: ignore[misc]
    fewer = study.with_(cohort={"patients": 3}, mechanisms={"tota_direct": True})
    assert fewer.cohort.patients == 3
    assert fewer.cohort.horizon == study.cohort.horizon
    assert fewer.mechanisms["tota_direct"] is True
    with pytest.raises(StudyError, match="did you mean 'cohort'"):
        study.with_(cohrt={})


def test_a_study_says_what_it_is() -> None:
    assert repr(read_study("breast")).startswith("<Study breast: breast tumour, 1000 patients, 15 years")


@settings(deadline=None, max_examples=60)
@given(
    patients=st.integers(1, 10**6),
    horizon=st.floats(1e-3, 1e5),
    diameter=st.floats(0.01, 50, exclude_min=True),
    copies=st.floats(0, 100),
    on=st.booleans(),
)
def test_a_study_survives_its_own_text(patients: int, horizon: float, diameter: float, copies: float, on: bool) -> None:
    study = read_study("colorectal").with_(
        cohort={"patients": patients, "horizon": horizon},
        tumour={"diameter_at_resection": diameter},
        cargo={"copies_per_ev": copies},
        mechanisms={"tota_direct": on},
    )
    assert parse_study(json.dumps(study.model_dump(mode="json"))) == study


KEYS = st.sampled_from([*Study.model_fields, "extends", "organ", "on", "file", "patients", "do", "niche_training", "x"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["colorectal", "gut", "3 days", "1e999 cm", "4 EV", "a.yaml", "../x.yaml"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(KEYS, VALUES, max_size=6), st.booleans())
def test_any_mapping_is_a_study_or_an_input_error(data: dict[str, Any], based: bool) -> None:
    try:
        assert isinstance(parse_study(json.dumps({**({"extends": "colorectal"} if based else {}), **data})), Study)
    except InputError as error:
        assert "\n" not in str(error)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(Study.model_fields)), st.text(max_size=40))
def test_any_yaml_text_is_a_study_or_an_input_error(key: str, text: str) -> None:
    try:
        assert isinstance(parse_study(f"{BASE}{key}: {text}"), Study)
    except InputError as error:
        assert "\n" not in str(error)
