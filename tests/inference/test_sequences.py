"""Next sites and the dated process: reading, fitting, and held-out scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.core.tables import read_table
from metastasome.inference.sequences import fit_next, fit_onward
from metastasome.inference.sequences_score import cross_validate, processes, transfer, ways
from metastasome.inference.sequences_table import Sequences, Step, gather_sequences

HEAD = (
    "patient_number,metastasis_nb,event,days_to_death,days_from_previous_event,next_event,days_to_next_event,"
    "bone,liver,lung\n"
)


def cohort(n: int, *, follow: float, spread: float = 0.0, key: int = 0) -> Sequences:
    """Patients whose bone is followed by liver `follow` times as often, and spreads on `exp(spread)` times as fast."""
    rng = stream(3, "tests/sequences", key)
    steps = []
    for k in range(n):
        none, before, last, since, first = np.zeros(3, bool), np.zeros(3, bool), np.zeros(3, bool), 0.0, True
        while not before.all():
            rate = np.where(before, 0.0, [0.5, 0.4, 0.4]) * np.exp(spread * before[0])
            rate[1] *= follow if before[0] else 1.0
            if not first and rng.random() < 0.3:
                break
            days = float(rng.exponential(365.25 / rate.sum()))
            new = np.eye(3, dtype=bool)[rng.choice(3, p=rate / rate.sum())]
            steps.append(Step(k, first, before, last, new, days, since))
            before, last, since, first = before | new, new, since + days, False
        steps.append(Step(k, False, before, last, none, 30.0, since))
    return Sequences(("bone", "liver", "lung"), tuple(map(str, range(n))), tuple(steps), (), "")


def test_the_model_learns_who_follows_whom_where_marginals_cannot():
    """n = 400 patients, seed 3; with nobody followed by anybody the same gap vanishes (the sabotage twin)."""
    tied = cross_validate(cohort(400, follow=30.0), folds=2).table()
    gap = next(r for r in tied if r["prediction"] == "marginals of sites not yet involved")
    assert gap["less_high"] < -0.01
    free = cross_validate(cohort(400, follow=1.0, key=1), folds=2).table()
    gap = next(r for r in free if r["prediction"] == "marginals of sites not yet involved")
    assert gap["less_high"] > -0.01


def test_a_site_that_spreads_on_is_found_and_one_that_does_not_is_not():
    """n = 400 patients, seed 3: a factor of 3 lies within 95% limits, 1 does not."""
    found = fit_onward(cohort(400, follow=1.0, spread=np.log(3.0), key=2).steps).table(("bone", "liver", "lung"))
    assert found[0]["low"] > 1.5 and found[0]["low"] < 3.0 < found[0]["high"] * 1.3
    assert found[1]["low"] < 1.0 < found[1]["high"] * 1.2


def test_shares_are_shares_and_weights_of_pairs_are_chosen_by_the_data():
    steps = cohort(60, follow=4.0).steps
    model = fit_next(steps)
    for s in steps[:20]:
        assert model.shares(s).sum() == pytest.approx(1.0) and (model.shares(s) > 0).all()
    for way in ways(steps).values():
        assert way(steps[0]).sum() == pytest.approx(1.0)
    assert set(processes(steps)) == {"constant rates", "model"}


def test_death_ends_exposure_and_negative_gaps_count_as_none(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    rows = ["p1,0,inital_diagnosis,900,,metastasis,400,0,0,0", "p1,1,metastasis,500,400,metastasis,-5,1,0,0",
            "p1,2,metastasis,505,-5,death,505,0,1,0", "p2,0,inital_diagnosis,10,,metastasis,5,0,0,0",
            "p2,1,metastasis,5,5,death,5,0,0,1"]  # fmt: skip
    path.write_text(HEAD + "\n".join(rows) + "\n")
    found = gather_sequences(read_table(path))
    assert found.notes == ("1 negative gaps between events, taken as 0 days",)
    assert [s.days for s in found.steps] == [400.0, 0.0, 505.0, 5.0, 5.0]
    assert [s.first for s in found.steps] == [True, False, False, True, False]
    assert not found.steps[2].sites.any() and found.steps[2].before.tolist() == [True, True, False]


def test_words_for_death_are_death_and_other_ends_are_told(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    ends = ("Deceased", "died of disease", "exitus", "alive", "lost to follow-up")
    path.write_text(HEAD + "".join(f"p{k},1,metastasis,9,4,{end},5,1,0,0\n" for k, end in enumerate(ends)))
    found = gather_sequences(read_table(path))
    assert found.alive == {3, 4}
    assert found.notes == ("ends of observation other than death: alive (1), lost to follow-up (1)",)


@pytest.mark.parametrize(("text", "says"), [
    (HEAD.replace("event,", "", 1) + "p,1,2,3,x,4,1,0,0\n", "a column is missing"),
    (HEAD + "p,1,metastasis,3,4,death,5,2,0,0\n", "field 'bone'"),
    (HEAD + "p,1,metastasis,3,soon,death,5,1,0,0\n", "not a number of days"),
    (HEAD + "p,1,metastasis,3,4,death,5,0,0,0\n", "no metastatic event"),
])  # fmt: skip
def test_bad_tables_are_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        gather_sequences(read_table(path))
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_another_hospital_must_name_the_same_sites():
    a = cohort(20, follow=1.0)
    assert transfer(a, cohort(40, follow=1.0, key=1)).loss["model"].shape == transfer(a, a).loss["model"].shape
    with pytest.raises(InputError, match="other sites"):
        transfer(a, Sequences(("bone", "liver", "skin"), a.patients, a.steps, (), ""))


@pytest.mark.shared
def test_basel_next_sites_beat_the_first_order_chain(shared_data: Path) -> None:
    found = gather_sequences(read_table(shared_data / "clinical" / "breast_usb_metastasis_events.csv"))
    assert len(found.patients) == 178 and len(found.events) == 389
    by = {r["prediction"]: r["bits_per_site"] for r in cross_validate(found, folds=2).table(draws=50)}
    assert by["model"] < by["first-order Markov"] < by["marginals"] < by["uniform"]
