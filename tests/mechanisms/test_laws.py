"""Laws: cells caught equal cells shed, nothing negative, steady states where the paper puts them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .world import ORGANS, compose, evaluate, integrate, response, start, values, with_

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, caught=st.floats(0.5, 0.999), primary=st.sampled_from(ORGANS))
def test_every_shed_cell_is_caught_somewhere(seed, caught, primary):
    """Arrest in listed organs and in the rest of the body adds up to shedding (filter-flow closed form)."""
    rng = np.random.default_rng(seed)
    model = compose(ORGANS)
    known = values(model, primary=primary)
    known["burden"] = rng.exponential(1e9, len(ORGANS))
    known = with_(known, ctc_seeding__caught=caught)
    state = start(model, log_volume=rng.normal(1.0, 1.0), log_capacity=3.0)
    found = evaluate(model, known, state).derived
    arterial = found["arterial_ctc"][0]
    elsewhere = caught * arterial * known["flow_rest"][0]
    # lymph that passes the nodes is counted at the lung; nodes not in the organ list catch the rest
    nodes = caught * 0.05 * (found["shed"][0] - 3.2e6 * 1e-9 * known["burden"].sum())
    assert found["arrested"].sum() + elsewhere + nodes == pytest.approx(found["shed"][0], rel=1e-9)


def test_filter_flow_agrees_with_summing_the_passes():
    """The closed form equals following the cells round the body, pass by pass."""
    model = compose(ORGANS)
    known = with_(values(model, primary="gut"), ctc_seeding__lymph_share=0.0)
    state = start(model, log_volume=2.0, log_capacity=3.0)
    found = evaluate(model, known, state).derived
    share, a = known["flow_share"], 0.917
    lung, liver, gut, bone = range(4)
    caught, portal_in, lung_in = np.zeros(4), found["shed"][0], 0.0
    rest = 0.0
    for _ in range(60):
        caught[liver] += a * portal_in
        lung_in += (1 - a) * portal_in
        caught[lung] += a * lung_in
        arterial = (1 - a) * lung_in
        for o in (lung, liver, gut, bone):
            caught[o] += a * arterial * share[o]
        rest += a * arterial * known["flow_rest"][0]
        passed = (1 - a) * arterial
        portal_in = passed * share[gut]
        lung_in = passed * (share[lung] + share[bone] + known["flow_rest"][0] + share[liver])
    np.testing.assert_allclose(found["arrested"], caught, rtol=1e-9)


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_niche_states_stay_between_zero_and_one(seed):
    rng = np.random.default_rng(seed)
    model = compose(ORGANS)
    known = values(model, answer=response(rng.uniform(0, 5), rng.uniform(0.01, 100)))
    state = integrate(model, known, float(rng.uniform(1, 3000)))
    for name in ("leakiness", "matrix", "marrow_cells", "suppression"):
        assert (state[name] >= -1e-12).all() and (state[name] <= 1 + 1e-12).all(), name


def test_growth_starts_at_the_measured_rate_and_stops_at_the_greatest_volume():
    model = compose(ORGANS, {"primary_growth": {"early_growth": "0.02 /day", "volume_max": "500 mL"}})
    known = values(model)
    early = [evaluate(model, known, integrate(model, known, d)).derived["primary_volume"][0] for d in (100.0, 200.0)]
    assert np.log(early[1] / early[0]) / 100 == pytest.approx(0.02, rel=0.05)
    late = evaluate(model, known, integrate(model, known, 20000.0)).derived["primary_volume"][0]
    assert late == pytest.approx(500.0, rel=1e-3)


def test_uptake_hands_over_every_vesicle_but_the_loss():
    model = compose(ORGANS)
    known = values(model)
    state = integrate(model, known, 900.0)
    found = evaluate(model, known, state).derived
    taken = sum(found[f"dose_{c}"] * 1e9 for c in ("endothelium", "macrophage", "stroma", "parenchyma")).sum()
    lost = found["plasma_ev"][0] * known["loss"][0]
    assert taken + lost == pytest.approx(found["release"][0], rel=1e-12)


def test_more_vesicles_never_train_less():
    model = compose(ORGANS)
    matrix = [
        integrate(model, with_(values(model), ev_release__rate=rate), 800.0)["matrix"].sum()
        for rate in (10, 100, 1000, 1e4)
    ]
    assert np.all(np.diff(matrix) > 0)
