"""Courses, schedules, watching a design, and what it is worth."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from metastasome.core.errors import InputError
from metastasome.readouts.assay import LEVELS
from metastasome.readouts.catalogue import make_assay
from metastasome.readouts.course import Course, make_course
from metastasome.readouts.ctdna import informed
from metastasome.readouts.decision import area, decision_curve, draws_needed, net_benefit, roc
from metastasome.readouts.imaging import Imaging, ball_cells
from metastasome.readouts.sampling import Schedule, combine, first_positive, read
from metastasome.readouts.stage import STAGES, stage
from metastasome.readouts.surveillance import Surveillance, intervals, watch

GROWTH = 0.01


@pytest.fixture(scope="module")
def relapses() -> Course:
    """300 patients with one lesion of 1e4 cells on day 0 that doubles every 69 days; surgery on day 0."""
    n, t = 300, np.arange(0.0, 1801.0, 30.0)
    cells = np.broadcast_to(1e4 * np.exp(GROWTH * t), (n, len(t)))
    made = make_course(
        t, organs=("lung",), tumour_cells=cells, deaths=0.13 * cells, largest=cells[..., None], tumour_ev=cells / 300,
        ctc=cells * 1e-10, pleural_ev=np.zeros_like(cells),
    )  # fmt: skip
    return dataclasses.replace(made, removed=np.zeros(n), seeded=np.zeros(n))


@pytest.fixture(scope="module")
def design() -> Surveillance:
    return Surveillance((informed(), make_assay("marked_ev")), blood=Schedule(90.0), scans=Schedule(180.0))


# courses and draws


def test_levels_between_known_days_are_ln_linear():
    made = make_course([0.0, 10.0], deaths=[1.0, 100.0])
    np.testing.assert_allclose(made.at("deaths", np.array([[0.0, 5.0, 10.0]])), [[1.0, 10.0, 100.0]])
    gone = make_course([0.0, 10.0], deaths=[8.0, 0.0])
    np.testing.assert_allclose(gone.at("deaths", np.array([[5.0, 10.0]])), [[8.0, 0.0]])


def test_days_past_the_horizon_are_refused_in_one_line(relapses: Course):
    with pytest.raises(InputError, match=r"outside the patients' course.*0 to 1800") as error:
        relapses.at("deaths", np.full((300, 1), 1801.0))
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="first draw is past the horizon"):
        Schedule(90.0, delay_days=5000.0).days(relapses)


@pytest.mark.parametrize(
    ("times", "levels", "says"),
    [
        ([0.0, 0.0], {"deaths": [1.0, 1.0]}, "increasing"),
        ([0.0, 1.0], {"death": [1.0, 1.0]}, "unknown level"),
        ([0.0, 1.0], {"deaths": [1.0, -1.0]}, "negative"),
        ([0.0, 1.0], {"deaths": [1.0, 1.0, 1.0]}, "shape"),
        ([0.0, 1.0], {}, "no level"),
    ],
)
def test_a_course_that_makes_no_sense_is_refused(times, levels, says):
    with pytest.raises(InputError, match=says):
        make_course(times, **levels)


def test_a_missing_level_is_named():
    made = make_course([0.0, 1.0], deaths=[1.0, 1.0])
    with pytest.raises(InputError, match=r"lacks a level.*ctc"):
        read(made, make_assay("ctc"), np.array([[0.5]]), seed=1)
    assert set(made.levels) < set(LEVELS)


def test_a_schedule_starts_at_surgery_and_ends_with_the_patient(relapses: Course):
    some = dataclasses.replace(
        relapses, removed=np.where(np.arange(300) < 3, [0.0, 500.0, np.nan] * 100, np.nan), end=np.full(300, 700.0)
    )
    days = Schedule(90.0, delay_days=30.0).days(some)
    assert days[0, 0] == 30.0
    assert days[1, 0] == 530.0
    assert np.isnan(days[2]).all()
    assert np.nanmax(days) <= 700.0


@pytest.mark.parametrize(("field", "value"), [("interval_days", 0.0), ("years", -1.0), ("start", "birth")])
def test_a_schedule_that_makes_no_sense_is_refused(field, value):
    with pytest.raises(InputError):
        Schedule(**{"interval_days": 90.0, field: value})


def test_draws_do_not_depend_on_other_patients_or_on_how_many_follow(relapses: Course):
    assay = informed()
    days = Schedule(90.0).days(relapses)
    whole = read(relapses, assay, days, seed=5)
    few = Course(
        relapses.times, {k: v[:7] for k, v in relapses.levels.items()}, relapses.organs, relapses.removed[:7],
        relapses.end[:7], relapses.seen[:7], relapses.seeded[:7], relapses.primary[:7],
    )  # fmt: skip
    np.testing.assert_array_equal(read(few, assay, days[:7, :4], seed=5), whole[:7, :4])
    assert (read(relapses, assay, days, seed=6) != whole).any()


def test_calls_are_confirmed_and_combined():
    days = np.array([[1.0, 2.0, 3.0, 4.0]])
    calls = np.array([[True, False, True, True]])
    assert first_positive(calls, days)[0] == 1.0
    assert first_positive(calls, days, confirm=2)[0] == 4.0
    assert np.isnan(first_positive(calls, days, confirm=3)[0])
    other = np.array([[False, False, True, True]])
    assert combine([calls, other], "any").sum() == 3
    assert combine([calls, other], "all").sum() == 2


# watching


def test_relapse_is_found_before_imaging_and_twins_pay_the_false_alarms(relapses, design):
    seen = watch(relapses, design, seed=1)
    lead = seen.lead.set_index("assay")
    assert lead.loc["marked_ev", "found_before_imaging"] > lead.loc["ctdna", "found_before_imaging"]
    assert 0.93 < lead.loc["marked_ev", "specificity_per_draw"] < 0.97
    assert lead.loc["ctdna", "specificity_per_draw"] > 0.99
    assert lead.loc["panel", "healthy_called_in_follow_up"] > lead.loc["marked_ev", "healthy_called_in_follow_up"]
    assert (lead["relapses_imaged"] == 300).all()


def test_without_a_tumour_nothing_is_found_but_false_alarms_stay(relapses, design):
    """The sabotage twin: a design watched in healthy people must show no lead and no sensitivity."""
    healthy = dataclasses.replace(relapses.healthy(), removed=np.zeros(300))
    seen = watch(healthy, design, seed=1)
    lead = seen.lead.set_index("assay")
    assert (lead["relapses_imaged"] == 0).all()
    assert lead["found_before_imaging"].isna().all()
    assert lead["low"].isna().all() and lead["high"].isna().all(), "no interval of no patient"
    assert (seen.by_stage["stage"] == STAGES[0]).all()
    assert lead.loc["marked_ev", "healthy_called_in_follow_up"] > 0.1


def test_sensitivity_rises_with_the_lesion_and_the_area_follows(relapses, design):
    seen = watch(relapses, design, seed=1)
    table = seen.by_stage[seen.by_stage["assay"] == "ctdna"].set_index("stage")["positive"]
    assert table["visible, above 2 cm"] > table["visible, 0.5 to 2 cm"] > table["occult, below 1 mm"]
    areas = seen.areas.set_index(["assay", "against"])["area"]
    assert areas["marked_ev", "visible"] > 0.9
    assert abs(areas["ctdna", "occult"] - 0.5) < 0.1
    curve = seen.decision("marked_ev")
    assert curve is None or (curve["best_cut"] >= curve["test"] - 1e-12).all()


def test_more_draws_find_more_and_alarm_more(relapses, design):
    table = intervals(relapses, design, seed=1, every=(60.0, 360.0)).set_index(["interval_days", "assay"])
    assert (
        table.loc[(60.0, "marked_ev"), "found_90_days_before"] > table.loc[(360.0, "marked_ev"), "found_90_days_before"]
    )
    assert (
        table.loc[(60.0, "panel"), "healthy_called_in_follow_up"]
        > table.loc[(360.0, "panel"), "healthy_called_in_follow_up"]
    )


def test_stages_follow_size():
    sizes = np.array([0.0, 10.0, float(ball_cells(0.3)), float(ball_cells(1.0)), float(ball_cells(3.0)), 0.0])
    made = make_course([0.0, 1.0], largest=np.repeat(sizes[:, None], 2, axis=1))
    primary = np.zeros((6, 2))
    primary[5] = ball_cells(3.0)
    made = dataclasses.replace(made, primary=primary)
    found = stage(made, np.full((6, 1), 0.5))[:, 0]
    assert [STAGES[k] for k in found] == [STAGES[0], STAGES[4], STAGES[5], STAGES[6], STAGES[7], STAGES[2]]


def test_a_design_that_makes_no_sense_is_refused():
    with pytest.raises(InputError, match="needs an assay"):
        Surveillance(())
    with pytest.raises(InputError, match="twice"):
        Surveillance((informed(), informed()))
    with pytest.raises(InputError, match="confirm"):
        Surveillance((informed(),), confirm=0)
    with pytest.raises(InputError, match="rule"):
        Surveillance((informed(),), rule="most")  # type: ignore[arg-type]


# decisions


def test_area_is_the_chance_of_the_right_order_and_its_interval_matches_a_published_one():
    """Hanley & McNeil 1982, table I and p. 32: A = 0.893, SE 0.032 with 51 abnormal and 58 normal."""
    rng = np.random.default_rng(1)
    a, b = rng.normal(1.0, 1, 400), rng.normal(0, 1, 300)
    brute = (a[:, None] > b).mean()
    assert area(a, b)[0] == pytest.approx(brute)
    normal_counts, abnormal_counts = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    found, low, high = area(np.repeat(range(5), abnormal_counts), np.repeat(range(5), normal_counts))
    assert found == pytest.approx(0.893, abs=0.001)
    assert (high - low) / (2 * 1.96) == pytest.approx(0.032, abs=0.004)
    assert area(np.ones(3), np.zeros(3))[0] == 1.0


def test_roc_runs_from_none_to_all():
    curve = roc(np.array([1.0, 2.0, np.nan]), np.array([0.0, 1.0]))
    assert curve.iloc[0]["sensitivity"] == 0.0
    assert curve.iloc[-1][["sensitivity", "false_positive"]].tolist() == [1.0, 1.0]
    with pytest.raises(InputError, match="no draw"):
        roc(np.array([]), np.array([1.0]))


def test_net_benefit_of_a_perfect_test_is_the_prevalence():
    p = np.array([0.1, 0.5])
    np.testing.assert_allclose(net_benefit(1.0, 0.0, prevalence=0.3, threshold=p), 0.3)
    curve = decision_curve(np.ones(50), np.zeros(50), cut=0.5, prevalence=0.3)
    np.testing.assert_allclose(curve["test"], 0.3)
    useless = decision_curve(np.zeros(50), np.zeros(50), cut=0.5, prevalence=0.3)
    np.testing.assert_allclose(useless["test"], 0.0)
    with pytest.raises(InputError, match="share"):
        decision_curve(np.ones(2), np.ones(2), cut=0.0, prevalence=1.0)


def test_draws_needed():
    np.testing.assert_array_equal(draws_needed(np.array([0.5, 1.0, 0.0])), [4.0, 1.0, np.inf])
    with pytest.raises(InputError, match="share"):
        draws_needed(0.5, sensitivity=1.0)


def test_imaging_is_the_scan_of_the_design(relapses, design):
    blind = dataclasses.replace(design, imaging=Imaging(limit=9.0))
    assert watch(relapses, blind, seed=1).lead["relapses_imaged"].iloc[0] < 300
