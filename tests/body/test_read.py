"""Bodies from files of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from metastasome import body
from metastasome.core.errors import InputError


def _file(folder: Path, text: str, name: str = "body.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_yaml_changes_what_it_names(tmp_path: Path) -> None:
    text = "species: human\nweight_kg: 80\norgans:\n  liver: {vascular: 0.4 L, macrophage: 3e10}\n"
    text += "  colon: {flow: 900 mL/min}\n"
    made = body.read(_file(tmp_path, text))
    assert made.vascular[made.index("liver")] == pytest.approx(400.0)
    assert made.cells[made.index("liver"), 1] == 3e10
    assert made.flow[made.index("gut")] == pytest.approx(900 * 1440)
    assert made.flow.sum() == pytest.approx(made.cardiac_output, rel=1e-12)
    assert made.cellular[made.index("brain")] == pytest.approx(body.human(80).cellular[made.index("brain")])


def test_csv(tmp_path: Path) -> None:
    text = "organ,quantity,value,unit\n,species,mouse,\n,weight_kg,25,g\nliver,interstitial,0.3,mL\n"
    made = body.read(_file(tmp_path, text, "body.csv"))
    assert made.species == "mouse"
    assert made.weight_kg == pytest.approx(0.025)
    assert made.interstitial[made.index("liver")] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("species: dragon\n", "unknown species"),
        ("organs: {lnug: {flow: 1}}\n", "organ 'lnug' is unknown; did you mean 'lung'"),
        ("organs: {lung: {flwo: 1}}\n", "did you mean 'flow'"),
        ("organs: {liver: {vascular: -3}}\n", "must not be negative"),
        ("organs: {liver: {vascular: 3 kg}}\n", "unit mismatch"),
        ("organs: {liver: {vascular: 3 zorks}}\n", "not a quantity"),
        ("organs: {liver: {flow: 1e9}}\n", "flows do not balance"),
        ("organs: {rest: {flow: 1}}\n", "flows do not balance"),
        ("organs: [1, 2]\n", "not a body"),
        ("organs: {liver: 3}\n", "not a mapping"),
        ("{", "not readable as YAML"),
        ("cardiac_output: 1\n", "flows do not balance"),
        ("organs: {liver: {flow: .nan}}\n", "not a finite number"),
    ],
)
def test_bad_files_get_one_line(tmp_path: Path, text: str, words: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(InputError) as caught:
        body.read(path)
    assert words in str(caught.value)
    assert "body.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_csv_without_columns(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="columns are missing"):
        body.read(_file(tmp_path, "organ,value\nliver,3\n", "b.csv"))
