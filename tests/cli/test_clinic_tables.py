"""``sites``, ``sizes`` and ``sequences`` on a clinic's own tables: one line for what cannot be, nothing on stdout."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from metastasome.cli.app import run as main
from metastasome.cli.options import Voice
from metastasome.study.clinic_tables import plain_primary, read_curves, read_events, read_places

EVENTS = """patient_number,metastasis_nb,event,days_from_previous_event,next_event,days_to_next_event,bone,liver,brain
p1,0,diagnosis,,metastasis,400,0,0,0
p1,1,metastasis,400,metastasis,50,1,0,0
p1,2,metastasis,50,death,505,0,1,0
p2,1,metastasis,,alive,30,0,1,1
"""
PLACES = "primary,site,value,unit,n_patients\nbreast,bone,50,percent,100\nbreast,liver,20,percent,100\n"
CURVES = "cancer;diameter_cm;n;fraction\nx;1;500;0,01\nx;4;400;0,09\nx;8;100;0,3\n"


def refused(capsys: pytest.CaptureFixture[str], *args: object) -> str:
    code = main([str(a) for a in args])
    said = capsys.readouterr()
    assert code == 2 and not said.out, said
    assert "Traceback" not in said.err and "unexpected" not in said.err
    return said.err.strip().splitlines()[-1]


def table(folder: Path, text: str, *changes: tuple[str, str]) -> Path:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_tables_that_are_fine_are_read(tmp_path: Path) -> None:
    assert len(read_events(table(tmp_path, EVENTS)).events) == 3
    assert read_places(table(tmp_path, PLACES)).rows[0].counts.sum() == 70
    (curve,) = read_curves(table(tmp_path, CURVES))  # decimal commas, as Excel writes them in most of Europe
    assert curve.fraction.tolist() == [0.01, 0.09, 0.3]


@pytest.mark.parametrize(("changes", "says"), [
    ([("metastasis,50,1", "metastasis,-50,1"), ("2,metastasis,50", "2,metastasis,-50")],
     "row 3, field 'days_to_next_event': not a number of days (found '-50')"),
    ([("metastasis,400,0", "metastasis,2019-03-01,0")], "row 2, field 'days_to_next_event': not a number of days"),
    ([("death,505", "death,")], "row 4, field 'days_to_next_event': days are missing"),
    ([("p2,1", "p1,2")], "event 2 of 'p1' is there twice"),
    ([("p2,1", ",1")], "row 5, field 'patient_number': no name"),
    ([("metastasis,50,1", "death,50,1")], "an event follows death"),
    ([("next_event,days", "next,days")], "field 'next_event'"),
])  # fmt: skip
def test_events_that_cannot_be_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: list[tuple[str, str]], says: str
) -> None:
    path = table(tmp_path, EVENTS, *changes)
    for command in (("score", path), ("spread", path)):
        line = refused(capsys, "sequences", *command)
        assert str(path) in line and says in line
    good = tmp_path / "good.csv"
    good.write_text(EVENTS)
    assert says in refused(capsys, "sequences", "score", good, "--train", path)  # the other table is checked as well


@pytest.mark.parametrize(("changes", "says"), [
    ([("bone,50", "bone,150")], "row 2, field 'value': more than all (found '150')"),
    ([("breast,liver", ",liver")], "row 3, field 'primary': no name"),
    ([("liver,20,", "bone,50,")], "row 3: this row is given twice"),
])  # fmt: skip
def test_sites_that_cannot_be_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: list[tuple[str, str]], says: str
) -> None:
    more = "breast,lung,10,percent,100\n"
    assert says in refused(capsys, "sites", "score", table(tmp_path, PLACES + more, *changes))


@pytest.mark.parametrize(("changes", "args", "says"), [
    ([("x;8", "x;80")], (), "a primary too wide (found 80.0); expected cm, up to 30; are they mm?"),
    ([("x;1;", "x;3;"), ("x;8;", "x;5;")], (), "'x' has no size left to score; expected a size besides 3 to 5 cm"),
    ([], ("--at-cm", "nan"), "field 'at_cm': not a size that can be"),
    ([], ("--at-cm", "-1"), "expected 0.05 to 30 cm"),
    ([("x;", ";")], (), "a cancer has no name"),
])  # fmt: skip
def test_sizes_that_cannot_be_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: list[tuple[str, str]], args: tuple[str, ...], says: str
) -> None:
    assert says in refused(capsys, "sizes", "score", table(tmp_path, CURVES, *changes), *args)


def test_a_primary_may_be_named_with_the_word_for_the_disease() -> None:
    for given in ("breast cancer", "Tumour of the breast", "breast carcinomas"):
        assert plain_primary(given) == "breast"
    for given in ("small cell lung cancer", "kidney", "PAAD", "cancer", "brest cancer"):
        assert plain_primary(given) == given


def test_json_holds_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    def never(word: str) -> None:
        raise AssertionError(word)

    odd = {"a": float("nan"), "b": [np.float64("inf"), -np.inf, 1.5], "c": np.array([np.nan, 2.0])}
    odd |= {"d": Path("x"), 3: (None,)}
    Voice(json=True).data(odd)
    found = json.loads(capsys.readouterr().out, parse_constant=never)
    assert found == {"a": None, "b": [None, None, 1.5], "c": [None, 2.0], "d": "x", "3": [None]}


@pytest.mark.shared
def test_the_public_tables_are_read(shared_data: Path) -> None:
    clinical = shared_data / "clinical"
    assert len(read_events(clinical / "breast_usb_metastasis_events.csv").patients) == 178
    names = ("msk_met_biopsy_site_counts", "literature_site_frequencies", "seer_denovo_met_site_categories")
    assert all(read_places(clinical / f"{name}.csv").rows for name in names)
    assert len(read_curves(clinical / "seer_size_vs_metastasis_at_diagnosis.csv")) == 9
