"""The JSON Schema agrees with the reader."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from metastasome.mechanisms import catalogue
from metastasome.study import schema
from metastasome.study.presets import preset_names, preset_path

jsonschema = pytest.importorskip("jsonschema")
FILES = [*sorted((Path(__file__).parents[2] / "studies").glob("*.yaml")), *map(preset_path, preset_names())]


@pytest.fixture(scope="module")
def validator() -> object:
    made = schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_our_studies_satisfy_it(path: Path, validator: object) -> None:
    data = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert not list(validator.iter_errors(data))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "data",
    [
        {"extends": "colorectal", "tumor": {}},
        {"extends": "colorectal", "cohort": {"patients": 0}},
        {"extends": "colorectal", "mechanisms": {"niche_trainin": True}},
        {"extends": "colorectal", "mechanisms": {"niche_training": {"leak_gan": 1}}},
        {"name": "x"},
    ],
)
def test_it_refuses_what_the_reader_refuses(data: object, validator: object) -> None:
    assert list(validator.iter_errors(data))  # type: ignore[attr-defined]


def test_parts_with_nothing_in_them_satisfy_it(validator: object) -> None:
    data = {"extends": "colorectal", "mechanisms": None, "cohort": None, "interventions": None}
    assert not list(validator.iter_errors(data))  # type: ignore[attr-defined]
    data = {"extends": "colorectal", "trial": {"arms": {"control": None}}}
    assert not list(validator.iter_errors(data))  # type: ignore[attr-defined]


def test_every_mechanism_and_parameter_is_there() -> None:
    known = schema()["properties"]["mechanisms"]["properties"]
    assert set(known) == set(catalogue())
    for key, kind in catalogue().items():
        assert {p.name for p in kind.parameters()} <= set(known[key]["anyOf"][1]["properties"])
