"""Data files are found in the data folder, or the embedded reference stands in, openly."""

from __future__ import annotations

from pathlib import Path

import pytest

from metastasome.core.errors import InputError, StudyError
from metastasome.core.files import sha256
from metastasome.study import Study, read_study
from metastasome.study.files import VARIABLE, data_plan, named_files

STUDIES = Path(__file__).parents[2] / "studies"


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def study() -> Study:
    return read_study("colorectal").with_(
        cargo={"mirna": {"file": "m.csv", "samples": "s.csv", "case": "a", "control": "b"}}, stockroom={"mrna": "g.tsv"}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("m.csv", "s.csv", "g.tsv"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    return tmp_path


def test_without_a_folder_the_reference_stands_in_and_says_so(study: Study) -> None:
    plan = data_plan(study)
    assert plan.embedded
    assert "embedded reference stood in" in plan.note
    assert plan.checksums() == {}


def test_files_are_found_in_the_folder(study: Study, folder: Path) -> None:
    plan = data_plan(study, folder)
    assert set(plan.files) == set(named_files(study))
    assert plan.checksums()["g.tsv"] == sha256(folder / "g.tsv")
    assert "g.tsv" in plan.note


def test_the_variable_names_the_folder(study: Study, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(folder))
    assert data_plan(study).folder == folder


def test_a_missing_file_or_folder_is_named(study: Study, folder: Path) -> None:
    (folder / "g.tsv").unlink()
    with pytest.raises(InputError, match=r"g\.tsv, field 'stockroom\.mrna': no such file"):
        data_plan(study, folder)
    with pytest.raises(InputError, match="no such data folder"):
        data_plan(study, folder / "none")


def test_no_reference_no_fallback(study: Study) -> None:
    with pytest.raises(StudyError, match="cargo's files need a data folder"):
        data_plan(study.with_(cargo={"reference": None}))
    with pytest.raises(StudyError, match="stockroom's files need a data folder"):
        data_plan(study.with_(stockroom={"reference": False}))


def test_absolute_files_need_no_folder(study: Study, folder: Path) -> None:
    files = {"file": str(folder / "m.csv"), "samples": str(folder / "s.csv")}
    plan = data_plan(study.with_(cargo={"mirna": files}, stockroom={"mrna": str(folder / "g.tsv")}))
    assert not plan.embedded
    assert len(plan.checksums()) == 3


@pytest.mark.shared
@pytest.mark.parametrize("path", sorted(STUDIES.glob("*.yaml")), ids=lambda p: p.stem)
def test_the_studies_name_files_that_are_there(path: Path, shared_data: Path) -> None:
    study = read_study(path)
    assert set(data_plan(study, shared_data).files) == set(named_files(study))
