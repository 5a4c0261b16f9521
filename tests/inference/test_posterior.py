"""Posteriors and evidence against closed forms and against each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.special import betaln, digamma, gammaln

from metastasome.core.errors import InputError, ModelError
from metastasome.core.parameters import Parameter, Prior
from metastasome.core.streams import stream
from metastasome.inference.bridge import log_evidence
from metastasome.inference.compiled import compiled
from metastasome.inference.explanation import Explanation
from metastasome.inference.fitting import fit
from metastasome.inference.grid import grid
from metastasome.inference.importance import Weighted, importance
from metastasome.inference.laws import Binomial
from metastasome.inference.many import optima
from metastasome.inference.optimum import optimum
from metastasome.inference.posterior import fingerprint, posterior
from metastasome.inference.scale import scale_of

from .small import UNIT, chance, every_law, fixed, parameter


@pytest.mark.parametrize("prior", [
    Prior("lognormal", 2.0, 0.7), Prior("normal", 1.0, 2.0), Prior("uniform", -1.0, 4.0),
    Prior("loguniform", 0.01, 10.0),
])  # fmt: skip
def test_the_scale_is_the_prior_and_can_be_inverted(prior):
    scale = scale_of([parameter("a", prior)])
    u = np.array([0.025, 0.3, 0.5, 0.9])
    np.testing.assert_allclose(scale.theta(stats.norm.ppf(u)[None])["a"], prior.quantile(u), rtol=1e-9)
    assert scale.z({"a": float(prior.quantile(0.9))})[0] == pytest.approx(stats.norm.ppf(0.9))


def test_a_prior_is_cut_to_the_range_of_its_parameter():
    scale = scale_of([Parameter("a", 1.0, "1", 0.5, 2.0, Prior("lognormal", 1.0, 2.0), "assumption", "a")])
    found = scale.theta(np.linspace(-6, 6, 50)[None])["a"]
    assert found.min() >= 0.5 and found.max() <= 2.0 and (np.diff(found) > 0).all()


def test_evidence_and_posterior_of_a_chance_are_those_of_the_beta_law():
    on = grid(compiled(chance()))
    assert np.exp(on.log_evidence) == pytest.approx(1 / 11, rel=1e-6)
    p = chance().scale.rows(on.z)[:, 0]
    assert on.weights @ p == pytest.approx(8 / 12, rel=1e-6)
    draws = chance().scale.rows(on.draw(stream(1, "test/grid"), 20_000))[:, 0]
    assert stats.kstest(draws, stats.beta(8, 4).cdf).pvalue > 1e-3


def test_bridge_importance_and_laplace_agree_with_the_grid_in_two_dimensions():
    machine = compiled(every_law()["levels"])
    truth = grid(machine).log_evidence
    made = importance(machine, stream(2, "test/importance"), n=4096)
    assert made.log_evidence == pytest.approx(truth, abs=4 * made.error + 1e-3)
    assert made.k_hat < 0.7
    draws = grid(machine).draw(stream(2, "test/bridge"), 4000).reshape(4, 1000, 2)
    value, error = log_evidence(machine, draws, stream(2, "test/bridge2"))
    assert value == pytest.approx(truth, abs=4 * error + 0.01)
    assert optimum(machine).log_evidence == pytest.approx(truth, abs=0.3)


def bent() -> Explanation:
    """A chance that is the product of two: the posterior is a thin hyperbola."""
    a, b = parameter("a", UNIT, 0.0, 1.0), parameter("b", UNIT, 0.0, 1.0)
    data = {"k": np.array([600.0]), "n": np.array([3000.0])}
    seen = Binomial("both", data, ("all",), (a, b), lambda theta, data, xp: theta["a"] * theta["b"] + 0.0 * data["n"])
    return Explanation("bent", "two chances", (seen,))


def test_a_bent_posterior_is_found_by_a_mixture_and_by_no_single_shape(monkeypatch):
    """ln evidence of a chance a b with a, b uniform: the integral of -ln(p) over the binomial, in closed form."""
    machine = compiled(bent())
    made = importance(machine, stream(2, "test/bent"), n=1024)
    # int Binomial(k; n, p) (-ln p) dp = (psi(n + 2) - psi(k + 1)) / (n + 1)
    truth = np.log((digamma(3002.0) - digamma(601.0)) / 3001.0)
    assert made.k_hat < 0.5
    assert made.log_evidence == pytest.approx(truth, abs=4 * made.error)
    a, b = made.weights @ bent().scale.rows(made.z)
    mean = (1 - 0.2) / np.log(5)  # of a where a b = 0.2: its density is 1 / a
    assert a == pytest.approx(b, abs=0.05) and a == pytest.approx(mean, abs=0.03)
    monkeypatch.setattr("metastasome.inference.importance._STAGES", ())
    assert importance(machine, stream(2, "test/bent"), n=1024).k_hat > 0.7


def two_peaked() -> Explanation:
    """A chance 4 (a - 1/2)^2: a and 1 - a are as likely as each other."""
    a, data = parameter("a", UNIT, 0.0, 1.0), {"k": np.array([60.0]), "n": np.array([200.0])}
    seen = Binomial("both", data, ("all",), (a,), lambda theta, data, xp: 4 * (theta["a"] - 0.5) ** 2 + 0 * data["n"])
    return Explanation("two", "two maxima", (seen,))


@pytest.mark.parametrize("found", [lambda m: optimum(m, several=True), lambda m: optima(m, [m.explanation.data])[0]])
def test_draws_come_from_every_maximum_and_from_one_where_the_others_are_dropped(found):
    """ln evidence: with p = 4 (a - 1/2)^2 uniform in a, the density of p is 1 / (2 sqrt p)."""
    machine = compiled(two_peaked())
    best = found(machine)
    assert len(best.rivals) == 1 and best.rivals[0].z[0] == pytest.approx(-best.z[0], abs=0.01)
    made = importance(machine, stream(2, "test/two"), best=best)
    truth = gammaln(201) - gammaln(61) - gammaln(141) + betaln(60.5, 141) - np.log(2)
    assert made.log_evidence == pytest.approx(truth, abs=4 * made.error) and made.k_hat < 0.5
    assert made.weights @ (made.z[:, 0] > 0) == pytest.approx(0.5, abs=0.03)
    half = importance(machine, stream(2, "test/two"), best=replace(best, rivals=()))  # sabotage
    assert half.log_evidence == pytest.approx(truth - np.log(2), abs=0.05)


def test_chains_start_at_every_maximum_so_that_they_disagree_where_they_stay(monkeypatch):
    found = fit(two_peaked(), method="nuts", draws=300, chains=4, seed=1)
    side = np.sign(found.posterior.z[..., 0])
    assert found.posterior.peaks == 2 and {-1.0, 1.0} == set(side.mean(axis=1))
    assert not found.trusted and "2 peaks" in found.words[0] and "importance" in found.words[0]
    at_one = lambda *a, several, **k: optimum(*a, **k)  # noqa: E731  # sabotage: all start at the same
    monkeypatch.setattr("metastasome.inference.posterior.optimum", at_one)
    assert fit(two_peaked(), method="nuts", draws=300, chains=4, seed=1).trusted


def test_importance_sampling_that_fails_its_own_check_gives_way_to_chains(monkeypatch):
    monkeypatch.setattr("metastasome.inference.importance._STAGES", ())
    found = fit(bent(), method="importance", draws=500, chains=2, seed=3)
    assert found.posterior.method == "nuts" and found.posterior.k_hat > 0.7
    assert "Importance sampling had failed its own check" in found.words[0] or not found.trusted
    truth = np.log((digamma(3002.0) - digamma(601.0)) / 3001.0)
    assert found.log_evidence == pytest.approx(truth, abs=0.1)


def test_draws_of_equal_weight_come_as_often_as_they_weigh_and_in_no_order():
    w = stream(3, "test/weights").dirichlet(np.full(300, 0.3))
    made = Weighted(np.arange(300.0)[:, None], w, 0.0, 0.0, 0.1, w).draw(stream(4, "test/weights"), 1000)[:, 0]
    count = np.bincount(made.astype(int), minlength=300)
    assert np.abs(count - 1000 * w).max() < 1  # independent draws would miss by ten and more
    assert abs(stats.spearmanr(made, np.arange(1000)).statistic) < 0.15


def test_bridge_sampling_notices_a_wrong_posterior():
    """Sabotage: draws twice as wide as the posterior give another evidence."""
    machine = compiled(every_law()["levels"])
    on = grid(machine)
    draws = on.draw(stream(2, "test/bridge"), 4000)
    wide = draws.mean(axis=0) + 2 * (draws - draws.mean(axis=0))
    value, error = log_evidence(machine, wide.reshape(4, 1000, 2), stream(2, "test/bridge2"))
    assert abs(value - on.log_evidence) > 10 * error


def test_nuts_agrees_with_the_grid_and_goes_on_where_it_was_killed(tmp_path):
    machine = compiled(chance())
    first = posterior(machine, method="nuts", chains=2, draws=500, warmup=300, seed=5, keep=tmp_path)
    assert first.log_evidence == pytest.approx(np.log(1 / 11), abs=0.02)
    folder = next(tmp_path.iterdir())
    kept = (folder / "chain-0.npz").read_bytes()
    (folder / "chain-1.npz").unlink()  # as if killed after the first chain
    again = posterior(machine, method="nuts", chains=2, draws=500, warmup=300, seed=5, keep=tmp_path)
    np.testing.assert_array_equal(again.z, first.z)
    assert (folder / "chain-0.npz").read_bytes() == kept


def test_fit_tells_what_was_learnt_and_is_kept(tmp_path):
    made = fit(chance(), draws=500, chains=2)
    table = made.summary()
    assert table.loc[0, "low"] < 8 / 12 < table.loc[0, "high"]
    assert made.trusted and "grid" in made.words[0]
    assert 0 < made.contraction["p"] < 1
    made.save(tmp_path)
    assert {p.suffix for p in tmp_path.iterdir()} == {".nc", ".json"}
    import h5py

    with h5py.File(tmp_path / "free.nc") as kept:
        assert {"posterior", "log_likelihood", "observed_data"} <= set(kept)


def test_a_prior_that_contradicts_the_data_is_named():
    made = fit(chance(90.0, 100.0, prior=Prior("lognormal", 0.01, 0.3)), draws=200, chains=1)
    assert any("contradicts the data" in w for w in made.words)


def test_what_cannot_happen_is_said_with_its_name():
    with pytest.raises(ModelError, match=r"hypothesis 'never' \(chance 0.0\) gives zero probability to coin: all"):
        fit(fixed(0.0, key="never"))


def test_two_priors_for_one_name_and_empty_ranges_are_refused():
    with pytest.raises(InputError, match="declared twice"):
        scale_of([parameter("a", Prior("uniform", 0, 1)), parameter("a", Prior("uniform", 0, 2))])
    with pytest.raises(InputError, match="no mass"):
        scale_of([Parameter("a", 1.0, "1", 10.0, 11.0, Prior("uniform", 0.0, 1.0), "assumption", "a")])


def test_observations_share_a_parameter_by_name():
    one, two = chance(7, 10).observations[0], chance(5, 20).observations[0]
    other = Binomial("second", two.data, two.labels, two.parameters, two.predict)
    both = Explanation("both", "both", (one, other))
    assert both.names == ("p",)
    p = both.scale.rows(grid(compiled(both)).z)[:, 0]
    assert grid(compiled(both)).weights @ p == pytest.approx(13 / 32, rel=1e-5)


def test_chains_of_another_law_are_never_taken_up():
    p, data = parameter("p", Prior("uniform", 0.0, 1.0), 0.0, 1.0), {"k": np.array([7.0]), "n": np.array([10.0])}

    def made(power: float) -> Explanation:
        expected = lambda theta, data, xp: theta["p"] ** power + 0.0 * data["n"]  # noqa: E731
        return Explanation("same", "same", (Binomial("coin", data, ("all",), (p,), expected),))

    one, again, other = (fingerprint(compiled(made(power)), None, 5) for power in (1.0, 1.0, 2.0))
    assert one == again != other
