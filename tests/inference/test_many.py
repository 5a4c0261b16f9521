"""Many data sets in lockstep against closed forms: a line through log-normal levels, whose evidence is known.

Five parameters of normal prior and a known scatter: the posterior is normal; its centre, covariance and the evidence
follow from linear algebra. Draws: n = 3 sets of 400, seed 3, alpha 1e-3 shared over 15 tests.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from metastasome.core.parameters import Prior
from metastasome.core.streams import stream
from metastasome.inference.compiled import compiled
from metastasome.inference.explanation import Explanation
from metastasome.inference.laws import Levels
from metastasome.inference.many import optima
from metastasome.inference.nuts import sample_many
from metastasome.inference.recovery import evidences

from .small import parameter

D, N, SD, ALPHA = 5, 12, 0.4, 1e-3
X = stream(1, "test/many").standard_normal((N, D))


def line(name="line", scale=1.0):
    slopes = tuple(parameter(f"b{k}", Prior("normal", 0.0, 1.0)) for k in range(D))
    sd = parameter("sd", Prior("fixed", SD))

    def expected(theta, data, xp):
        return xp.exp(scale * data["x"] @ xp.stack([xp.asarray(theta[p.name], dtype=float) for p in slopes]))

    data = {"value": np.ones(N), "lod": np.zeros(N), "x": X}
    return Explanation(
        name, name, (Levels("levels", data, tuple(map(str, range(N))), (*slopes, sd), expected, 1.0, "sd"),)
    )


@pytest.fixture(scope="module")
def given():
    """The explanation, three data sets drawn from its prior, and posterior mean, covariance and ln evidence of each."""
    e, rng = line(), stream(3, "test/many/data")
    data = [e.simulate(e.scale.theta(e.draw_prior(rng, 1)[0]), rng) for _ in range(3)]
    covariance = np.linalg.inv(np.eye(D) + X.T @ X / SD**2)
    logs = [np.log(d[0]["value"]) for d in data]
    means = [covariance @ X.T @ y / SD**2 for y in logs]
    law = stats.multivariate_normal(np.zeros(N), X @ X.T + SD**2 * np.eye(N))
    return e, data, means, covariance, [law.logpdf(y) - y.sum() for y in logs]


def test_likeliest_points_and_curvatures_are_those_of_linear_algebra(given):
    e, data, means, covariance, evidence = given
    for near in (None, 3.0 * np.ones(D)):
        for found, mean, value in zip(optima(compiled(e), data, near=near), means, evidence, strict=True):
            np.testing.assert_allclose(found.z, mean, atol=1e-2)
            np.testing.assert_allclose(found.covariance, covariance, atol=1e-5)
            assert found.log_evidence == pytest.approx(value, abs=2e-3) and found.agree == 1.0


def test_evidence_is_the_closed_form_within_its_error(given):
    e, data, _, _, exact = given
    made = evidences(e, data, seed=1)
    assert (np.abs(made[:, 0] - exact) < 4 * made[:, 1] + 1e-3).all() and (made[:, 1] < 0.05).all()


def test_evidence_of_another_law_is_another(given):
    """Sabotage: slopes that count for more than the data were made with."""
    _, data, _, _, exact = given
    made = evidences(line("steep", 1.5), data, seed=1)
    assert (np.abs(made[:, 0] - exact) > 10 * made[:, 1]).all()


def test_chains_in_lockstep_draw_from_the_normal_posterior(given):
    e, data, means, covariance, _ = given
    starts = optima(compiled(e), data)
    drawn = sample_many(compiled(e), data, starts=starts, draws=1600, warmup=150, seed=3).z[:, 3::4]

    def least(centres):
        return min(
            stats.kstest(z[:, k], stats.norm(m[k], covariance[k, k] ** 0.5).cdf).pvalue
            for z, m in zip(drawn, centres, strict=True)
            for k in range(D)
        )

    assert least(means) > ALPHA / 15
    assert least([*means[1:], means[0]]) < ALPHA / 15  # sabotage: the posterior of another data set


def test_an_impossible_data_set_has_no_likeliest_point(given):
    e, data, *_ = given
    broken = [({**data[0][0], "x": np.full((N, D), np.nan)},), data[1]]
    found = optima(compiled(e), broken)
    assert found[0] is None and found[1] is not None
    made = evidences(dataclasses.replace(e), broken, seed=1)
    assert made[0, 0] == -np.inf and np.isfinite(made[1, 0])
