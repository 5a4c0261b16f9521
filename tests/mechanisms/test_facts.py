"""Facts of the two papers that must hold of the model itself, each with a twin that shows it can fail."""

from __future__ import annotations

import numpy as np
import pytest

from .world import compose, evaluate, integrate, response, start, values, with_, ORGANS  # isort: skip

WITH_TOTA = {"tota_direct": {"setting": "alone"}, "tota_indirect": True}


def founders(model, given, days=900.0, **changed):
    state = integrate(model, given, days, at=start(model, **changed) if changed else None)
    return {k: np.asarray(v) for k, v in evaluate(model, given, state).intensity.items()}, state


def test_training_alone_founds_nothing_without_circulating_cells():
    model = compose(ORGANS)
    without, state = founders(model, with_(values(model), lever_shedding=0.0))
    assert state["leakiness"].max() > 0.1, "the niche must be trained for this to say anything"
    assert without["seeded"].max() == 0.0
    with_cells, _ = founders(model, values(model))
    assert with_cells["seeded"].max() > 0.0


def test_tota_founds_lesions_with_no_circulating_cells():
    model = compose(ORGANS, WITH_TOTA)
    found, _ = founders(model, with_(values(model), lever_shedding=0.0))
    assert found["seeded"].max() == 0.0
    assert found["tota_direct"].min() > 0.0
    assert found["tota_indirect"].min() > 0.0


def test_tota_is_off_unless_asked_for():
    assert compose(ORGANS).origins == ("seeded",)


def test_two_by_two_shows_the_coupling():
    """TOTr x TOTa: indirect founders exist only in the cell of the design where both are on."""
    found = {}
    for trained in (0.0, 0.5):
        model = compose(ORGANS, {"tota_indirect": True})
        found[trained] = founders(model, values(model, answer=response(trained)))[0]["tota_indirect"].sum()
    assert found[0.0] == 0.0
    assert found[0.5] > 0.0
    assert "tota_indirect" not in compose(ORGANS).origins


def test_training_before_transformation_matters():
    """The same 300 days of trained stroma give more indirect founders when training comes first."""
    model = compose(ORGANS, {"tota_indirect": True})
    given = values(model)
    naive = start(model, log_volume=3.0, log_capacity=4.0)
    trained = {**integrate(model, given, 300.0, at=naive), "log_volume": naive["log_volume"]}
    first = evaluate(model, given, trained).intensity["tota_indirect"].sum()
    late = evaluate(model, given, naive).intensity["tota_indirect"].sum()
    assert first > late == 0.0


@pytest.mark.parametrize(("setting", "promoter", "expected"), [
    ("alone", 0.0, True), ("needs_promoter", 0.0, False), ("needs_promoter", 1.0, True), ("transient", 1.0, False),
])  # fmt: skip
def test_three_rival_settings_of_direct_transformation(setting, promoter, expected):
    model = compose(ORGANS, {"tota_direct": {"setting": setting}})
    found, _ = founders(model, values(model, promoter=promoter), log_volume=4.0, log_capacity=5.0)
    assert bool(found["tota_direct"].max() > 0.0) is expected


def test_withdrawal_reverts_each_niche_state_at_its_own_rate():
    model = compose(ORGANS)
    given = values(model)
    trained = integrate(model, given, 1200.0)
    later = integrate(model, with_(given, lever_release=0.0), 30.0, at=trained)
    niche = next(m for m in model.mechanisms if m.key == "niche_training")
    for name, decay in (
        ("leakiness", niche.leak_decay),
        ("matrix", niche.matrix_decay),
        ("suppression", niche.suppression_decay),
    ):
        np.testing.assert_allclose(later[name], trained[name] * np.exp(-decay * 30.0), rtol=1e-6)


def test_same_vesicles_differ_between_organs_with_different_stockrooms():
    model = compose(ORGANS)
    state = integrate(model, values(model, answer=response(organ="bone")), 900.0)
    assert state["matrix"][ORGANS.index("bone")] > 0.05
    assert np.delete(state["matrix"], ORGANS.index("bone")).max() == 0.0


def test_vesicles_raise_seeding_at_equal_input_of_cells():
    model = compose(ORGANS)
    on, _ = founders(model, values(model))
    off, _ = founders(model, with_(values(model), lever_release=0.0))
    assert (on["seeded"] >= off["seeded"]).all()
    assert on["seeded"].sum() > off["seeded"].sum()


def test_a_mechanism_switched_off_leaves_no_trace():
    model = compose(ORGANS, {"niche_training": False})
    assert not {"leakiness", "matrix"} & {s.name for s in model.states}
    given = values(model)
    state = integrate(model, given, 900.0)
    off = evaluate(model, given, state)
    np.testing.assert_array_equal(
        off.derived["death"], off.derived["birth"] - model.parameters["lesion_growth.net_growth"].default
    )
    full = compose(ORGANS)
    blind = evaluate(full, values(full, answer=response(0.0)), {**start(full), **state})
    np.testing.assert_allclose(blind.intensity["seeded"], off.intensity["seeded"], rtol=1e-14)


def test_success_per_shed_cell_is_rarer_than_one_in_a_million():
    model = compose(ORGANS)
    given = values(model)
    found = evaluate(model, given, integrate(model, given, 1500.0))
    growth = found.derived
    lasting = found.intensity["seeded"] * (1 - growth["death"] / growth["birth"])
    assert 0.0 < lasting.sum() / growth["shed"][0] < 1e-6


def test_lower_death_doubles_establishment():
    """b 0.14: extinction falls from 0.93 to 0.86 when death goes from 0.13 to 0.12 (SCIENCE check 7)."""
    kept = {}
    for net in (0.01, 0.02):
        model = compose(ORGANS, {"lesion_growth": {"net_growth": net}, "niche_training": False})
        rates = evaluate(model, values(model), start(model)).derived
        kept[net] = 1 - (rates["death"] / rates["birth"])[0]
    assert kept[0.02] / kept[0.01] == pytest.approx(2.0, rel=1e-9)


def test_circulating_cells_match_patients_with_published_shedding():
    """3.2e6 cells per gram and day and a 12-fold catch leave 1 to 7 cells per 4 mL for a 10-gram tumour."""
    model = compose(ORGANS)
    ten_grams = start(model, log_volume=np.log(10.0), log_capacity=3.0)
    found = evaluate(model, values(model, primary="bone"), ten_grams).derived
    assert 0.5 < 4 * found["ctc_per_ml"][0] < 7
    loose = with_(values(model, primary="bone"), ctc_seeding__caught=0.5)
    assert 4 * evaluate(model, loose, ten_grams).derived["ctc_per_ml"][0] > 7


def test_the_dead_found_and_release_nothing():
    model = compose(ORGANS)
    given = values(model)
    state = integrate(model, given, 900.0)
    dead = evaluate(model, with_(given, alive=0.0), state)
    assert dead.intensity["seeded"].max() == 0.0
    assert dead.derived["release"][0] == 0.0
    assert evaluate(model, given, state).intensity["seeded"].max() > 0.0
    huge = {**given, "burden": np.full(len(ORGANS), 3e11)}
    assert evaluate(model, huge, state).derived["burden_of_lethal"][0] > 1.0


def test_full_training_lies_within_the_mouse_education_experiments():
    """B16 lung burden 18 days on: 1.9- to 3.9-fold in original and replication (niche_effect_01 to _04).

    The fold is that of founders times that of growth at a niche trained to the leakiness 0.6 that the model reaches.
    """
    model = compose(ORGANS, {"lesion_growth": {"division": 0.7, "net_growth": 0.3}})
    given = values(model)
    trained = {**start(model), **{k: np.full(len(ORGANS), 0.6) for k in ("leakiness", "matrix", "suppression")}}
    on, off = evaluate(model, given, trained), evaluate(model, given, start(model))
    founders = on.intensity["seeded"][0] / off.intensity["seeded"][0]
    growth = np.exp(18 * (off.derived["death"] - on.derived["death"]))[0]
    assert 1.9 < founders * growth < 3.9
