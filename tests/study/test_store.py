"""Results are whole or absent, resolved, and recognised again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metastasome.core import provenance
from metastasome.core.errors import StoreError
from metastasome.core.files import check_target
from metastasome.study import Study, read_study
from metastasome.study.store import (
    dump_study,
    fingerprint,
    outputs,
    partial_folder,
    read_record,
    remembered_seed,
    remove_partial,
    resolved,
    results_folder,
)


@pytest.fixture
def study() -> Study:
    return read_study("colorectal").with_(cohort={"patients": 5, "seed": 3})


def write(study: Study, out: Path, text: str = "1\n", *, overwrite: bool = False) -> None:
    record = provenance.record(seed=3, command="test", data={"a": "0"})
    with results_folder(out, study=study, provenance=record, overwrite=overwrite) as folder:
        (folder / "tables").mkdir()
        (folder / "tables" / "x.csv").write_text(text, encoding="utf-8")


def test_a_result_is_read_back(study: Study, tmp_path: Path) -> None:
    out = tmp_path / "r"
    write(study, out)
    record = read_record(out)
    assert record.study == resolved(study)
    assert record.provenance.seed == 3
    assert record.provenance.outputs == outputs(out)
    assert set(record.provenance.outputs) == {"study.yaml", "tables/x.csv"}
    assert record.provenance.versions["metastasome"]


def test_the_resolved_study_names_every_mechanism_and_parameter(study: Study, tmp_path: Path) -> None:
    from metastasome.mechanisms import catalogue

    (tmp_path / "s.yaml").write_text(dump_study(study), encoding="utf-8")
    again = read_study(tmp_path / "s.yaml")
    assert set(again.mechanisms) == set(catalogue())
    niche = again.mechanisms["niche_training"]
    assert isinstance(niche, dict)
    assert {p.name for p in catalogue()["niche_training"].parameters()} <= set(niche)
    assert again.mechanisms["tota_direct"] is False
    assert resolved(again) == again
    assert dump_study(again) == dump_study(study)


def test_a_failure_leaves_nothing(study: Study, tmp_path: Path) -> None:
    record = provenance.record(seed=1)
    with pytest.raises(RuntimeError), results_folder(tmp_path / "r", study=study, provenance=record) as folder:
        (folder / "half").write_text("x", encoding="utf-8")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_refused_unless_asked(study: Study, tmp_path: Path) -> None:
    out = tmp_path / "r"
    write(study, out)
    with pytest.raises(StoreError, match=r"exists.*--overwrite"):
        write(study, out)
    write(study, out, "2\n", overwrite=True)
    assert (out / "tables" / "x.csv").read_text(encoding="utf-8") == "2\n"


def test_what_is_no_result_is_never_overwritten(study: Study, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="not a results folder"):
        check_target(tmp_path / "thesis", overwrite=True)
    with pytest.raises(StoreError, match="not a results folder"):
        check_target(tmp_path / "thesis" / "chapter", overwrite=True)


def test_chunks_are_kept_for_the_same_run_only(study: Study, tmp_path: Path) -> None:
    out = tmp_path / "r"
    same, other = fingerprint(study, 1, {}), fingerprint(study, 2, {})
    assert same != other
    (partial_folder(out, fingerprint=same) / "chunk").write_text("x", encoding="utf-8")
    assert (partial_folder(out, fingerprint=same) / "chunk").exists()
    assert not (partial_folder(out, fingerprint=same, resume=False) / "chunk").exists()
    (partial_folder(out, fingerprint=same) / "chunk").write_text("x", encoding="utf-8")
    assert not (partial_folder(out, fingerprint=other) / "chunk").exists()
    remove_partial(out)
    assert list(tmp_path.iterdir()) == []


def test_a_partial_name_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "r.partial").mkdir()
    (tmp_path / "r.partial" / "mine").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="in the way"):
        partial_folder(tmp_path / "r", fingerprint="a")
    remove_partial(tmp_path / "r")
    assert (tmp_path / "r.partial" / "mine").exists()


def test_the_fingerprint_sees_what_decides_the_numbers(study: Study) -> None:
    base = fingerprint(study, 1, {"a": "0"})
    assert fingerprint(study.with_(cohort={"patients": 6}), 1, {"a": "0"}) != base
    assert fingerprint(study.with_(mechanisms={"niche_training": {"leak_gain": 0.5}}), 1, {"a": "0"}) != base
    assert fingerprint(study, 1, {"a": "1"}) != base
    assert fingerprint(study.with_(mechanisms={"niche_training": True}), 1, {"a": "0"}) == base


def test_broken_records_are_named(study: Study, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such results folder"):
        read_record(tmp_path / "none")
    out = tmp_path / "r"
    write(study, out)
    (out / "provenance.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="not a readable provenance"):
        read_record(out)
    (out / "provenance.json").write_text(json.dumps({"schema": "9"}), encoding="utf-8")
    with pytest.raises(StoreError, match="unknown provenance schema"):
        read_record(out)
    (out / "provenance.json").write_text(json.dumps({"schema": "1", "seed": 1}), encoding="utf-8")
    with pytest.raises(StoreError, match="not a complete"):
        read_record(out)


def test_a_killed_run_remembers_its_seed(study: Study, tmp_path: Path) -> None:
    assert remembered_seed(tmp_path / "r") is None
    folder = partial_folder(tmp_path / "r", fingerprint=fingerprint(study, 77, {}))
    assert remembered_seed(tmp_path / "r") == 77
    (folder / "fingerprint.json").write_text("[1]", encoding="utf-8")
    assert remembered_seed(tmp_path / "r") is None
