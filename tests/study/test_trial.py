"""Trials on shared random numbers: laws of arms, whom and when, what is refused, what is written."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from metastasome.core.errors import InputError, StudyError
from metastasome.engine import run_cohort
from metastasome.interventions import (
    BlockRelease,
    BlockUptake,
    Buffer,
    Chemotherapy,
    Hemofiltration,
    Heparin,
    Radiotherapy,
    RemoveVesicles,
    Resection,
)
from metastasome.study import parse_study
from metastasome.study.arms import Arm, Whom, arm_problem, as_arms, patient_values, remarks
from metastasome.study.arms_cargo import spread_cargo
from metastasome.study.arms_outcome import Kept
from metastasome.study.arms_run import run_arms
from metastasome.study.runner import cohort_problem
from metastasome.study.trial_run import Plan, _check, _check_varies, recorded, run_trial
from metastasome.study.trial_scan import Schedules, front, half_lost, stops_helping

from .trial_world import SEED, N, case, free_share, outcomes, trial

STRENGTHS = (0.25, 0.5, 0.9, 1.0)
NULLS = (
    BlockRelease(strength=0.0),
    BlockRelease(strength=0.0, start_day=100.0, stop_day=700.0),
    BlockUptake(strength=0.0, from_diameter=2.0),
    Hemofiltration(capture=0.0),
    RemoveVesicles(clearance_ml_per_day=0.0),
    Heparin(by_heparan=0.0),
    Radiotherapy(organ="liver", fractions=0.0),
)


@pytest.mark.parametrize("nothing", NULLS, ids=lambda i: i.key)
def test_a_null_intervention_changes_nothing_bit_for_bit(nothing):
    base = cohort_problem(case())
    done, plain = arm_problem(case(), base, Arm("null", (nothing,))), arm_problem(case(), base, Arm("control"))
    assert (done.levers, done.events) == (plain.levers, plain.events)


def test_an_arm_run_again_by_itself_is_the_same_bit_for_bit():
    base = cohort_problem(case())
    again = run_cohort(arm_problem(case(), base, Arm("x", (BlockRelease(strength=0.0),))), n=N, seed=SEED)
    kept = Kept(1, N, len(base.groups)).cohort(again)
    assert kept.same(outcomes({})["control"])


def test_arms_with_the_same_interventions_are_the_same():
    arms = as_arms({"control": [], "a": [BlockRelease(0.9)], "b": [BlockRelease(strength=0.9)]})
    found = run_arms(case(), arms, control="control")
    assert found["a"].same(found["b"]) and not found["a"].same(found["control"])


def test_a_stronger_release_block_never_helps_less():
    found = outcomes({f"s{s}": [BlockRelease(s)] for s in STRENGTHS})
    ordered = [found["control"], *(found[f"s{s}"] for s in STRENGTHS)]
    shares = [free_share(f) for f in ordered]
    assert shares == sorted(shares) and shares[-1] > shares[0]
    lesions = [f.seen.sum() for f in ordered]
    assert lesions == sorted(lesions, reverse=True)


def test_an_earlier_start_never_helps_less():
    starts = (0.0, 1100.0, 1800.0)
    found = outcomes({f"t{t}": [BlockRelease(1.0, start_day=t)] for t in starts})
    shares = [free_share(found[f"t{t}"]) for t in starts]
    assert shares == sorted(shares, reverse=True) and shares[0] > shares[-1]


def test_a_start_at_resection_acts_though_the_primary_goes_that_moment():
    found = outcomes({"late": [BlockRelease(1.0, from_diameter="resection")]})
    assert not found["late"].same(found["control"])
    assert np.array_equal(found["late"].resection_day, found["control"].resection_day, equal_nan=True)


def test_an_arm_for_some_treats_those_and_leaves_the_rest():
    who = Whom("ev_release.rate", above=0.5)
    arms = as_arms({"control": [], "all": [BlockRelease(1.0)], "some": Arm("some", (BlockRelease(1.0),), who)})
    found = run_arms(case(), arms, control="control")
    treated = who.mask(patient_values(case()))
    assert treated.sum() == N // 2
    assert np.array_equal(found["some"].cells[treated], found["all"].cells[treated])
    assert np.array_equal(found["some"].cells[~treated], found["control"].cells[~treated])
    with pytest.raises(StudyError, match=r"did you mean 'ev_release\.rate'"):
        Whom("ev_release.rat").mask(patient_values(case()))


def test_chemotherapy_kills_and_radiotherapy_keeps_to_its_organ():
    chemo = outcomes({"chemo": [Chemotherapy(kill=2.0, surge=1.0, start_day=1500.0)]})
    assert chemo["chemo"].seen.sum() < chemo["control"].seen.sum()
    rays = outcomes({"rays": [Radiotherapy(organ="liver", start_day=2000.0)]})
    liver = 1
    assert rays["rays"].cells[:, liver].sum() < 0.2 * rays["control"].cells[:, liver].sum()
    levers = arm_problem(case(), cohort_problem(case()), Arm("rays", (Radiotherapy(organ="liver"),))).levers
    assert [lever.index for lever in levers] == [liver]


def test_an_arm_with_its_own_resection_replaces_that_of_the_study():
    found = outcomes({"early": [Resection(at_diameter=1.0)]})
    gain = found["control"].resection_day - found["early"].resection_day
    assert np.nanmin(gain) > 0


def test_answer_and_tables_hold_together():
    t = trial({"early": [BlockRelease(1.0)], "same": [BlockRelease(0.0)]}, subgroups=("ev_release.rate",))
    assert "helps on metastasis-free survival" in t.answer[0] and "changes nothing at all" in t.answer[1]
    own = t.effects[t.effects["endpoint"] == "metastasis_free"].set_index("arm")
    c = t.compared["early"]
    assert own.loc["early", "risk"] == pytest.approx(1 - free_share(t.outcomes["early"]))
    assert own.loc["early", "risk_difference"] == pytest.approx(c.risk - c.risk_control)
    assert 1 / own.loc["early", "nnt"] == pytest.approx(c.risk_control - c.risk)
    assert own.loc["same", "hazard_ratio"] == 1.0 and own.loc["same", "p_logrank"] == 1.0
    ends = t.curves().groupby("arm").last()
    assert ends.loc["early", "fraction"] == pytest.approx(1 - c.risk)
    assert ends.loc["control", "at_risk"] <= N
    halves = t.subgroup_table[t.subgroup_table["arm"] == "early"]
    assert halves["n"].sum() == N
    assert np.average(halves["rmst_gain"], weights=halves["n"]) == pytest.approx(c.rmst_gain.value)
    any_organ = t.by_organ("early").iloc[0]
    assert (any_organ["organ"], any_organ["difference"] < 0) == ("any", True)
    json.dumps(t.summary(), allow_nan=False)


def test_the_clock_of_resection_follows_the_same_patients_in_every_arm():
    t = trial({"late": [BlockRelease(1.0, from_diameter="resection")]}, clock="resection")
    late, control = t.times("late"), t.times("control")
    assert 0 < late.n < N and np.array_equal(late.patients, control.patients)
    assert (control.time > 0).all() and (late.horizon <= t.horizon_days).all()


def test_schedules_against_start_day():
    scan = Schedules(BlockRelease(1.0), starts=(0.0, 1800.0)).arms(case().study.cohort.horizon)
    t = trial({"early": [BlockRelease(1.0)]}, scan=scan)
    table = t.scan
    assert table is not None and list(table["start_day"]) == [0.0, 1800.0]
    assert table["gain_days"].iloc[0] > table["gain_days"].iloc[1]
    assert table["gain_days"].iloc[0] == pytest.approx(t.compared["early"].rmst_gain.value)
    assert "block_release" in t.answer[-1]


def test_front_and_last_helpful_start_by_hand():
    assert front(np.array([1.0, 2.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0, np.nan])).tolist() == [
        True,
        True,
        False,
        False,
    ]
    table = pd.DataFrame({
        "start_day": [0.0, 100.0, 200.0, 300.0, 0.0], "stop_day": [900.0] * 4 + [50.0],
        "clear": [True, True, False, True, False], "gain_days": [80.0, 60.0, 20.0, 0.0, 1.0],
    })  # fmt: skip
    assert stops_helping(table) == (100.0, 200.0)
    assert half_lost(table) == pytest.approx(150.0)
    assert all(math.isnan(x) for x in stops_helping(table.assign(clear=False))[:1])


def test_page_figures_and_folder(tmp_path):
    scan = Schedules(BlockRelease(1.0), starts=(0.0, 1800.0)).arms(case().study.cohort.horizon)
    t = trial({"early": [BlockRelease(1.0)]}, scan=scan, subgroups=("ev_release.rate",))
    home = t.save(tmp_path / "out")
    page = (home / "report.html").read_text(encoding="utf-8")
    for words in ("Numbers at risk", "Hazard ratio", "patients per group", "hazard ratio 1.29", "What it can’t say"):
        assert words.lower().replace("numbers at risk", "at risk") in page.lower()
    assert "http://" not in page and page.count("<h1") == 1 and "Small: early against control</h1>" in page
    assert "by rate (EV release)" in page and "metastasis-free survival</dd>" in page
    assert {p.name for p in (home / "figures").iterdir()} >= {"trial.png", "trial.svg", "schedules.png"}
    frame = pd.read_csv(home / "tables" / "schedules.csv")
    assert len(frame) == 2 and json.loads((home / "summary.json").read_text())["control"] == "control"
    assert "<table" in t._repr_html_() and "early" in repr(t)


def test_what_cannot_act_is_refused_and_what_acts_in_part_is_said():
    with pytest.raises(StudyError, match="'buffer' acts through 'acidity', which is off"):
        remarks(case(), Arm("x", (Buffer(),)))
    with pytest.raises(StudyError, match="not an organ of the model"):
        remarks(case(), Arm("x", (Radiotherapy(organ="brain"),)))
    with pytest.raises(StudyError, match="after the follow-up has ended"):
        remarks(case(), Arm("x", (BlockRelease(start_day=9e4),)))
    with pytest.raises(InputError, match="no such arm"):
        _check(as_arms({"a": [], "b": []}), Plan("c", "metastasis", "start", None, (), 0.0, 0.05, 0.8))
    with pytest.raises(InputError, match="two arms or more"):
        as_arms({"a": []})
    with pytest.raises(InputError, match="not an intervention"):
        as_arms({"a": [], "b": ["block"]})
    with pytest.raises(InputError, match="does not differ between patients"):
        _check_varies(case(), "primary_growth.volume_max")
    with pytest.raises(InputError, match="both days and sizes"):
        Schedules(BlockRelease(), starts=(1.0,), sizes=(2.0,)).arms(100.0)
    with pytest.raises(StudyError, match="no brain among the organs"):
        trial({"a": [BlockRelease()]}, endpoint="brain").times("a")


TRIAL = """
extends: colorectal
name: t
trial:
  arms:
    control: []
    a: [%s]
%s
"""


@pytest.mark.parametrize(("arm", "more", "says"), [
    ("{do: resection, start: 10 days}, {do: resection, start: 20 days}", "", "two resections overlap"),
    ("{do: resection, start: 10 days}, {do: resection, start: 90 days}", "", "a primary that is out"),
    ("{do: block_release, strength: -0.1}", "", "expected 0 to 1"),
    ("{do: proton_pump_inhibitor, concentration: -5 uM}", "", "expected 0 to 1000 uM"),
    ("{do: block_release, start: 40 years}", "", "starts after the follow-up has ended"),
    ("{do: block_release, start: 2 days, from: resection}", "", "begins by size and by day at once"),
    ("{do: buffer}", "", "'acidity', which is off"),
    ("{do: rab27_loss, line: MCF7}", "", "expected 4T1, TS/A"),
    ("{do: radiotherapy, organ: lnug}", "", "did you mean 'lung'"),
    ("{do: block_release}", "  control: contrl", "no such arm"),
    ("{do: block_release}", "  endpoint: happiness", "field 'trial.endpoint'"),
    ("{do: block_release}", "  whom: {b: {parameter: x}}", "no such arm"),
    ("{do: block_release}", "  whom: {a: {parameter: x, above: 0.6, below: 0.5}}", "treats nobody"),
    ("{do: chemotherapy, days_on: 10, days_off: 20, surge: 0.5}", "", "expected 1 to 20"),
])  # fmt: skip
def test_a_bad_trial_is_one_clear_line(arm, more, says):
    with pytest.raises(InputError) as caught:
        parse_study(TRIAL % (arm, more))
    assert says in str(caught.value) and "\n" not in str(caught.value)
    assert "row " in str(caught.value)


def test_patients_with_a_stronger_match_gain_more_from_a_block():
    """n = 160: where organs answer differently, the half whose cargo matches better gains more event-free time."""
    base = cohort_problem(case())
    spread = spread_cargo(base, SEED, 1.5)
    assert spread_cargo(base, SEED, 0.0) is base
    rows, whole = spread.patients(3, 9)[0], spread.patients(0, N)[0]
    assert np.array_equal(rows, whole[3:9])  # a row does not depend on its neighbours
    arms = as_arms({"control": [], "block": [BlockRelease(1.0)]})
    found = run_arms(case(), arms, control="control", cargo_spread=1.5)
    match = patient_values(case(), cargo_spread=1.5)["cargo_match"]
    better = found["control"].seen.sum(axis=1) - found["block"].seen.sum(axis=1)
    upper = match > np.median(match)
    assert better[upper].mean() > better[~upper].mean()
    with pytest.raises(InputError, match="does not differ between patients"):
        _check_varies(case(), "cargo_match")
    _check_varies(case(), "cargo_match", 1.5)


def test_the_trial_is_written_into_its_study():
    plan = Plan("control", "survival", "start", Schedules(BlockRelease(0.7), starts=(0.0, 100.0)), (), 0.0, 0.05, 0.8)
    arms = as_arms({"control": [], "a": Arm("a", (BlockRelease(0.7, start_day=30.0),), Whom("ev_release.rate", 0.5))})
    part = recorded(case().study, arms, plan).trial
    assert part is not None and part.whom["a"].above == 0.5 and part.scan is not None
    assert (part.endpoint, part.scan.starts, part.arms["a"][0].start) == ("survival", (0.0, 100.0), 30.0)
    unwritable = as_arms({"control": [], "two words": [BlockRelease(0.7)]})
    assert recorded(case().study, unwritable, plan).trial is None


def test_one_patient_is_too_few_and_told_before_anything_is_computed():
    one = parse_study("extends: colorectal\ncohort: {patients: 1}")
    with pytest.raises(InputError, match=r"too few patients.*2 or more"):
        run_trial(one, data_dir="/nowhere")
