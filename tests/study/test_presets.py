"""Every preset loads, composes with finite inputs, and says of each of its figures where it comes from."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.core.units import to
from metastasome.inference.sites_predict import soil
from metastasome.study import preset_names, read_study
from metastasome.study.presets import preset_path, preset_sources
from metastasome.study.runner import prepare

WANTED = {
    "breast", "colorectal", "pancreas", "melanoma", "prostate", "lung", "glioblastoma", "mouse_b16", "mouse_4t1",
    "mouse_mda_mb_231",
}  # fmt: skip
SOIL = {"pancreas": "PAAD", "lung": "LUAD", "prostate": "PRAD", "melanoma": "MEL"}


def leaves(tree: object, path: str = "") -> dict[str, object]:
    """Return dotted path -> value of a parsed YAML tree; `soil` counts as one leaf."""
    if isinstance(tree, dict) and not path.endswith("soil"):
        return {k: v for name, sub in tree.items() for k, v in leaves(sub, f"{path}.{name}" if path else name).items()}
    return {path: tree}


def settings(name: str) -> dict[str, object]:
    import yaml

    found = leaves(yaml.safe_load(preset_path(name).read_text(encoding="utf-8")))
    words = ("name", "question", "extends", "cohort.patients", "match.nulls", "tumour.organ", "tumour.resect",
             "body.species", "mechanisms.tota_direct", "mechanisms.tota_indirect")  # fmt: skip
    return {k: v for k, v in found.items() if k not in words}


def test_the_presets_are_there():
    assert set(preset_names()) >= WANTED


@pytest.mark.parametrize("name", sorted(WANTED))
def test_every_figure_of_a_preset_has_its_row_and_no_row_is_stale(name: str) -> None:
    rows = {r.setting: r for r in preset_sources(name)}
    mine = settings(name)
    assert set(mine) - {"stockroom.reference"} == set(rows) - {"stockroom.reference"}
    for setting, row in rows.items():
        assert row.basis in ("sourced", "assumption", "calibrated") and row.source
        if row.basis != "calibrated":
            assert str(mine[setting]).lower() == row.value.lower()


@pytest.mark.parametrize("name", sorted(WANTED - {"breast", "colorectal", "glioblastoma"}))  # those run elsewhere
def test_a_preset_composes_and_its_inputs_are_finite(name: str) -> None:
    case = prepare(read_study(name).with_(match={"nulls": 0}, cohort={"patients": 2, "seed": 1}))
    assert all(np.isfinite(v).all() for v in case.inputs.values())
    assert case.doses.min() >= 0 and case.doses.max() > 0
    assert case.uptake.organs[0] in case.model.organs


@pytest.mark.parametrize("name", sorted(SOIL))
def test_soil_is_what_the_calibration_gives(name: str) -> None:
    given, want = read_study(name).inputs["soil"], soil(SOIL[name])
    assert isinstance(given, dict) and len(given) >= 10
    for organ, factor in given.items():
        assert factor == pytest.approx(
            want.get(organ, 0.05), rel=0.06
        )  # two digits are kept; 0.05 where no table looks


def test_mouse_presets_are_mice_of_mouse_size():
    for name in WANTED:
        if name.startswith("mouse"):
            study = read_study(name)
            assert study.body.species == "mouse" and study.body.weight == pytest.approx(0.02, rel=0.2)
            assert study.cohort.horizon < to("1 year", "day", field="test")
