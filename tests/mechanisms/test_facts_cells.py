"""Facts of cells: loss on the way, rival origins, dormancy and surgery; each with a twin that shows it can fail."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.engine.laws import alive, stretch
from metastasome.mechanisms import catalogue
from metastasome.study import read_study

from .relapse import course, hazard, peaks
from .world import ORGANS, compose, evaluate, integrate, response, start, values, with_

RIVALS = ("emt_met", "fusion_hybrids", "stem_mutation", "macrophage_transformation")
#: Where cells are lost, by two experiments: early (Fidler 1970: 1% alive at 24 h; 400 live cells leave 78 metastases)
#: or late (Koop 1995: more than 80% extravasate and live, few grow).
FIDLER = {
    "ctc_seeding": {"extravasation": 1.0, "early_survival": 0.01, "competence": 1.0},
    "lesion_growth": {"division": 0.6, "net_growth": 0.1},
}
KOOP = {
    "ctc_seeding": {"extravasation": 0.85, "early_survival": 1.0, "competence": 0.01},
    "lesion_growth": {"division": 0.6, "net_growth": 0.13},
}


def settled(model, **changed):
    given = with_(values(model, answer=response(0.0)), **changed)
    state = start(model, log_volume=np.log(4.0), log_capacity=3.0)
    return evaluate(model, given, state), given, state


def fate(switches, *, injected=40_000.0, days=14.0):
    """Return (live cells after the first day, metastases at day 14) of cells that arrive in a lung at once."""
    model = compose(ORGANS, {**switches, "niche_training": False})
    p = {k: x.default for k, x in model.parameters.items()}
    rates = settled(model)[0].derived
    living = injected * p["ctc_seeding.extravasation"] * p["ctc_seeding.early_survival"]
    _, q = stretch(float(rates["birth"][0]), float(rates["death"][0]), days)
    return living, living * p["ctc_seeding.competence"] * alive(q)


def test_every_rival_is_off_unless_asked_for():
    assert not any(catalogue()[key].default_on for key in RIVALS)
    assert compose(ORGANS).origins == ("seeded",)


@pytest.mark.parametrize(("lever", "transit"), [(1.0, 1.0), (0.4, 1.0), (1.0, 0.7), (0.3, 0.5)])
def test_shed_cells_are_caught_or_killed_and_nothing_else(lever, transit):
    """Caught in organs and in the rest of the body, plus those killed between beds, add up to shedding."""
    model = compose(ORGANS)
    found, given, _ = settled(
        model, lever_circulating=lever, ctc_seeding__transit=transit, ctc_seeding__lymph_share=0.0
    )
    d, v = found.derived, lever * transit
    a, arterial = 0.917, d["arterial_ctc"][0]
    share, rest = given["flow_share"], given["flow_rest"][0]
    caught = d["arrested"].sum() + a * v * arterial * rest
    portal = (share * given["portal"])[2]
    # departures: shedding, the arterial stream, and what leaves each bed towards the next one
    into_liver = v * (d["shed"][0] + arterial * share[1] + (1 - a) * v * arterial * portal)
    leaving = v * arterial * (share[0] + share[3] + rest) + into_liver
    departures = d["shed"][0] + arterial + (1 - a) * (leaving + v * arterial * portal)
    assert caught + (1 - v) * departures == pytest.approx(d["shed"][0], rel=1e-9)
    if v < 1:
        assert caught < 0.999 * d["shed"][0]


def test_cells_lost_early_as_fidler_saw():
    living, metastases = fate(FIDLER)
    assert living == pytest.approx(400.0)
    assert metastases == pytest.approx(78.0, rel=0.1)


def test_cells_lost_late_as_koop_saw_with_as_few_metastases():
    living, metastases = fate(KOOP)
    assert living / 40_000 > 0.8
    assert metastases == pytest.approx(78.0, rel=0.1)


def test_neither_experiment_is_met_by_the_settings_of_the_other():
    assert fate(FIDLER)[0] / 40_000 < 0.8
    assert fate(KOOP)[0] > 50 * 400


def test_lower_death_doubles_the_chance_to_last():
    """0.13 to 0.12 deaths at 0.14 births a day: lasting clones 0.07 to 0.14 (SCIENCE check 7), by Kendall's law."""
    last = []
    for net in (0.01, 0.02):
        model = compose(ORGANS, {"lesion_growth": {"net_growth": net}, "niche_training": False})
        rates = settled(model)[0].derived
        last.append(alive(stretch(float(rates["birth"][0]), float(rates["death"][0]), 5000.0)[1]))
    np.testing.assert_allclose(last, [0.0714, 0.1429], rtol=2e-3)
    twin = alive(stretch(0.14, 0.14, 5000.0)[1])
    assert last[1] / twin > 50, "with births equal to deaths hardly any clone lasts"


def test_lesions_shed_in_their_turn():
    model = compose(ORGANS)
    given = values(model)
    given["burden"] = np.array([0.0, 1e9, 0.0, 0.0])
    gone = {**given, "primary_present": np.zeros(1)}
    found = evaluate(model, gone, start(model))
    assert found.intensity["seeded"].sum() > 0.0
    assert evaluate(model, {**gone, "burden": np.zeros(4)}, start(model)).intensity["seeded"].sum() == 0.0


def test_emt_raises_shedding_and_growth_needs_met():
    plain = settled(compose(ORGANS))[0]
    model = compose(ORGANS, {"emt_met": True})
    given, state = values(model, answer=response(0.0)), start(model, log_volume=np.log(4.0), log_capacity=3.0)
    state["mesenchymal"] = integrate(model, given, 400.0)["mesenchymal"]
    assert state["mesenchymal"][0] == pytest.approx(0.1, rel=1e-3)
    found = evaluate(model, given, state)
    assert found.derived["shed"][0] == pytest.approx(1.4 * plain.derived["shed"][0], rel=1e-3)
    assert found.intensity["emt"].sum() > 0.0
    without = evaluate(model, with_(given, emt_met__met=0.0), state)
    assert without.intensity["emt"].sum() == 0.0
    np.testing.assert_allclose(without.intensity["seeded"], found.intensity["seeded"])
    everything = evaluate(model, with_(given, emt_met__met=1.0), state)
    np.testing.assert_allclose(sum(everything.intensity.values()), everything.derived["settled"], rtol=1e-12)


def test_emt_in_an_epithelial_primary_changes_nothing():
    plain = settled(compose(ORGANS))[0]
    found = settled(compose(ORGANS, {"emt_met": {"induction": 0.0}}))[0]
    np.testing.assert_allclose(found.intensity["seeded"], plain.intensity["seeded"], rtol=1e-13)
    assert found.intensity["emt"].sum() == 0.0


def test_most_hybrids_die_after_fusion():
    model = compose(ORGANS, {"fusion_hybrids": True})
    given = values(model, answer=response(0.0))
    held = with_(given, primary_growth__early_growth=1e-4, fusion_hybrids__loss=1e-4)
    state = integrate(model, held, 600.0)
    fused = 1e-3 * evaluate(model, held, start(model)).derived["primary_cells"][0] * 600
    assert 0.0 < state["hybrids"][0] / fused < 0.05
    hardy = integrate(model, with_(held, fusion_hybrids__dying=1e-3), 600.0)
    assert hardy["hybrids"][0] / fused > 0.5, "the twin in which fusion kills nobody"


def test_hybrids_stay_below_half_a_percent_of_tumour_cells_and_found_lesions():
    model = compose(ORGANS, {"fusion_hybrids": True})
    given = values(model, answer=response(0.0))
    state = integrate(model, given, 900.0)
    found = evaluate(model, given, state)
    assert found.derived["hybrids_in_place"][0] / found.derived["primary_cells"][0] < 0.005
    assert found.intensity["hybrid"].sum() > 0.0
    total = found.intensity["hybrid"] + found.intensity["seeded"]
    np.testing.assert_allclose(total, found.derived["settled"], rtol=1e-12)
    gone = evaluate(model, with_(given, primary_present=0.0), state)
    assert gone.intensity["hybrid"].sum() == 0.0
    assert np.isfinite(gone.derived["hybrid_share"]).all()


def test_mutated_stem_cells_and_macrophages_need_no_tumour_cell_in_blood():
    model = compose(ORGANS, {"stem_mutation": True, "macrophage_transformation": {"setting": "resident"}})
    given = with_(values(model), lever_shedding=0.0)
    state = integrate(model, given, 900.0)
    found = evaluate(model, given, state).intensity
    assert found["seeded"].sum() == 0.0
    assert found["stem_mutation"].min() > 0.0
    assert found["macrophage"].min() > 0.0
    blind = evaluate(model, with_(given, lever_release=0.0), state).intensity
    assert blind["macrophage"].sum() == 0.0, "residents are transformed by vesicles"
    assert blind["stem_mutation"].min() > 0.0


def test_recruited_macrophages_go_where_blood_takes_them():
    model = compose(ORGANS, {"macrophage_transformation": True})
    found, given, _ = settled(model)
    share = found.derived["arrest_share"] * (1 - given["is_primary"])
    np.testing.assert_allclose(found.intensity["macrophage"] / found.intensity["macrophage"].sum(), share / share.sum())
    none, *_ = settled(compose(ORGANS, {"macrophage_transformation": {"tam_share": 0.0}}))
    assert none.intensity["macrophage"].sum() == 0.0


def test_clusters_raise_success_within_what_was_seen():
    plain = settled(compose(ORGANS))[0]
    found = settled(compose(ORGANS, {"ctc_clusters": True}))[0]
    fold = found.intensity["seeded"][1] / plain.intensity["seeded"][1]
    assert 1.5 < fold < 3.0
    assert found.derived["cluster_share"][0] > 0.5, "3% of events, most of the founders"
    weak = settled(compose(ORGANS, {"ctc_clusters": {"potency": 3.0}}))[0]
    assert weak.intensity["seeded"][1] == pytest.approx(plain.intensity["seeded"][1])


def test_killing_lowers_success_and_growth_and_checkpoints_hold_it_back():
    plain = settled(compose(ORGANS))[0]
    model = compose(ORGANS, {"immune_killing": True})
    found, freed, none = (settled(model, lever_checkpoint=c, lever_killing=k)[0] for c, k in ((1, 1), (0, 1), (1, 0)))
    for name, first in (("seeded", lambda r: r.intensity["seeded"][1]), ("net", lambda r: -r.derived["death"][1])):
        assert first(freed) < first(found) < first(plain), name
        assert first(none) == pytest.approx(first(plain)), name


def test_escape_by_vesicles_holds_killing_back():
    model = compose(ORGANS, {"immune_killing": True, "immune_escape": True})
    given = values(model)
    state = integrate(model, given, 900.0)
    on = evaluate(model, given, state).derived["killing"]
    off = evaluate(model, with_(given, lever_release=0.0), start(model)).derived["killing"]
    assert (on < off).all()


def test_sleepers_wake_and_none_is_lost():
    """Arrivals that fall asleep are solitary, avascular or awake: the pools and the flow balance."""
    model = compose(ORGANS, {"dormancy": {"ripening": 0.01, "waking": 0.02}})
    found, given, state = settled(model)
    state = {**state, "solitary": np.array([5.0, 0, 1, 2]), "avascular": np.array([0.0, 3, 1, 2])}
    found = evaluate(model, given, state)
    d = found.derived
    change = found.rates["solitary"] + found.rates["avascular"]
    np.testing.assert_allclose(change, 0.99 * d["settled"] - d["waking_flow"], rtol=1e-12)
    asleep = d["dormancy_enter"] / (d["dormancy_enter"] + d["birth"] + d["death"])
    np.testing.assert_allclose(asleep, 0.99, rtol=1e-12)
    # what the engine lets go: a waking cell chooses again
    engine = (1 - asleep) * d["dormancy_wake"] * (state["solitary"] + state["avascular"])
    np.testing.assert_allclose(engine, d["waking_flow"], rtol=1e-8, atol=1e-10)
    assert d["sleepers"][0] == 14.0
    assert (settled(model, lever_wake=0.0)[0].derived["dormancy_wake"] == 0.0).all()


def test_surgery_ends_inhibition_and_stirs_sleepers():
    model = compose(ORGANS, {"dormancy": True, "surgery_wake": True})
    given = values(model, answer=response(0.0))
    before = integrate(model, given, 1500.0)
    assert before["inhibitor"][0] > 0.9
    assert evaluate(model, given, before).derived["wound"][0] == pytest.approx(0.0, abs=1e-9)
    cut = with_(given, primary_present=0.0)

    def wake(known, at):
        made = evaluate(model, known, {**at, "solitary": np.ones(4), "avascular": np.ones(4)}).derived
        return made["dormancy_wake"][0]

    held, stirred = wake(given, before), wake(cut, before)
    late = wake(cut, integrate(model, cut, 400.0, at=before))
    assert held < 0.1 * late < 0.1 * stirred
    calm = wake(with_(cut, lever_wound=0.0), before)
    assert calm == pytest.approx(held), "with no wound response waking waits for the inhibitor to go"


BREAST = read_study("breast_dormancy").mechanisms


def test_relapses_peak_near_18_and_60_months_in_the_breast_preset():
    """80 virtual patients spread evenly, mean field: nothing is sampled. Demicheli: peaks at 18 and 60 months."""
    found = peaks(*hazard(*course(BREAST)))
    assert len(found) == 2
    assert found[0] == pytest.approx(18.0, abs=4.5)
    assert found[1] == pytest.approx(60.0, abs=12.0)


def test_without_the_wound_or_in_one_stage_the_two_peaks_are_gone():
    calm = peaks(*hazard(*course(BREAST, lever_wound=0.0)))
    one_stage = peaks(*hazard(*course(BREAST, dormancy__ripening=0.1)))
    for found in (calm, one_stage):
        assert not (len(found) == 2 and abs(found[0] - 18) < 4.5 and abs(found[1] - 60) < 12)
