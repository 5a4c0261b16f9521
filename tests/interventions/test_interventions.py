"""Interventions turn into actions on inputs, and refuse what makes no sense."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metastasome.core.errors import InputError
from metastasome.interventions import BlockRelease, BlockUptake, RemoveVesicles, Resection, make
from metastasome.mechanisms import compose

INPUTS = {"loss": np.array([300.0])}


def test_block_release_leaves_the_rest_while_it_lasts():
    (action,) = BlockRelease(strength=0.8, start_day=30, stop_day=60).actions(INPUTS)
    assert (action.input, action.start_day, action.stop_day) == ("lever_release", 30, 60)
    assert action.factor == pytest.approx(0.2)


def test_a_device_adds_its_clearance_to_the_loss():
    (action,) = RemoveVesicles(clearance_ml_per_day=600.0).actions(INPUTS)
    assert action.factor == pytest.approx(3.0)


def test_resection_by_size_and_by_day():
    (by_size,) = Resection(at_diameter=4.0).actions(INPUTS)
    assert by_size.when == ("primary_diameter", 4.0)
    (by_day,) = Resection(start_day=100, residual=0.1).actions(INPUTS)
    assert (by_day.when, by_day.start_day, by_day.factor) == (None, 100, 0.1)


def test_every_action_acts_on_an_input_of_the_default_model():
    inputs = {i.name for i in compose(("lung", "liver")).inputs}
    for done in (BlockRelease(), BlockUptake(), RemoveVesicles(), Resection(at_diameter=4.0)):
        assert {a.input for a in done.actions(INPUTS)} <= inputs


def test_study_words_become_objects():
    assert make("block_release", {"strength": "50 percent"}, start=30.0) == BlockRelease(strength=0.5, start_day=30.0)
    assert make("resection", {"at": "40 mm"}) == Resection(at_diameter=4.0)
    assert make("remove_vesicles", {"clearance": "1 L/day"}).clearance_ml_per_day == pytest.approx(1000.0)


@pytest.mark.parametrize(("build", "says"), [
    (lambda: make("blok_release", {}), "did you mean 'block_release'"),
    (lambda: make("block_release", {"strenght": 1}), "did you mean 'strength'"),
    (lambda: make("block_release", {"strength": "2 kg"}), "unit mismatch"),
    (lambda: BlockRelease(strength=1.5).actions(INPUTS), "0 to 1"),
    (lambda: BlockRelease(start_day=-1), "day 0 or later"),
    (lambda: BlockRelease(start_day=10, stop_day=5), "stops after it starts"),
    (lambda: BlockRelease(start_day=math.nan), "day 0 or later"),
    (lambda: RemoveVesicles(clearance_ml_per_day=-1).actions(INPUTS), "0 to 1e+07 mL/day"),
    (lambda: Resection(at_diameter=0.0).actions(INPUTS), "must be positive"),
])  # fmt: skip
def test_nonsense_is_refused_in_one_line(build, says):
    with pytest.raises(InputError) as caught:
        build()
    assert says in str(caught.value) and "\n" not in str(caught.value)
