"""Composition: the wiring closes or is refused with the names of both sides."""

from __future__ import annotations

import dataclasses

import pytest

from metastasome.core.errors import InputError, StudyError
from metastasome.mechanisms import Mechanism, Model, Quantity, State, catalogue, compose
from metastasome.mechanisms.compose import check

from .world import ORGANS, XP, evaluate, start, values


@pytest.mark.parametrize(("switches", "says"), [
    ({"nich_training": True}, "did you mean 'niche_training'"),
    ({"niche_training": {"leak_gan": 1.0}}, "did you mean 'leak_gain'"),
    ({"niche_training": {"leak_gain": float("nan")}}, "not a finite number"),
    ({"niche_training": {"leak_gain": 1e9}}, "expected 0 to 20"),
    ({"niche_training": {"leak_build": "3 kg"}}, "unit mismatch"),
    ({"niche_training": "yes"}, "true, false or a mapping"),
    ({"tota_direct": {"setting": "sometimes"}}, "'alone' or 'needs_promoter' or 'transient'"),
    ({"tota_indirect": True, "niche_training": False}, "needs 'niche_training'"),
    ({"ev_release": False}, "reads 'release'"),
    ({"lesion_growth": False}, "switch on: lesion_growth"),
])  # fmt: skip
def test_a_study_that_does_not_close_is_refused_in_one_line(switches, says):
    with pytest.raises(InputError) as caught:
        compose(ORGANS, switches)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_owners_of_a_state_are_named():
    @dataclasses.dataclass(frozen=True)
    class Rival(Mechanism):
        key = "rival"
        title = "another niche"
        states = (State("matrix", "organ", "1", "again"),)

    model = compose(ORGANS)
    with pytest.raises(StudyError, match="two owners: niche_training and rival"):
        check(Model(model.organs, (*model.mechanisms, Rival())))


def test_an_undeclared_read_is_refused():
    @dataclasses.dataclass(frozen=True)
    class Sneaky(Mechanism):
        key = "sneaky"
        title = "reads without saying so"
        derives = (Quantity("stolen", "body", "1", "release"),)

        def derive(self, xp, q, p):
            return {"stolen": q.release}

    model = compose(ORGANS)
    sneaky = Model(model.organs, (*model.mechanisms, Sneaky()))
    with pytest.raises(StudyError, match="reads 'release' without declaring it"):
        sneaky.evaluate(XP, start(sneaky), values(model))


def test_units_are_converted_at_the_door():
    model = compose(ORGANS, {"niche_training": {"leak_decay": "0.7 / week"}})
    assert model.parameters["niche_training.leak_decay"].default == pytest.approx(0.1)


def test_every_declared_rate_is_given_and_nothing_else():
    model = compose(ORGANS, dict.fromkeys(catalogue(), True))
    found = evaluate(model, values(model), start(model))
    assert set(found.rates) == {s.name for s in model.states}
    assert set(found.derived) == {d.name for d in model.derived}
    assert set(found.intensity) == set(model.origins)


def test_every_parameter_has_unit_range_prior_meaning_and_source():
    from metastasome.core.units import registry

    for key, kind in catalogue().items():
        for p in kind.parameters():
            assert p.low <= p.default <= p.high, (key, p.name)
            assert p.source and p.meaning and p.prior.describe(), (key, p.name)
            if p.unit != "1":
                registry().Unit(p.unit)


def test_wiring_names_writer_quantity_and_reader():
    assert ("ev_uptake", "dose_endothelium", "niche_training") in compose(ORGANS).wiring()
