"""Growth curves against SciPy's integrator and closed forms; the integral over mice against plain averaging."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from metastasome.core.streams import stream
from metastasome.inference.kinds.growth import ERROR, LARGEST, OMEGA, RATE, SLOWING, START, Curves
from metastasome.mechanisms.primary_growth import PrimaryGrowth

DAY = np.arange(0.0, 25.0, 2.0)[None]
THETA = {START.name: 10.0, SLOWING.name: 0.1, LARGEST.name: 5000.0, RATE.name: 0.5, OMEGA.name: 0.2, ERROR.name: 0.3}


def curves(law, volume=None):
    data = {"volume": np.ones_like(DAY) if volume is None else volume, "day": DAY, "there": np.ones_like(DAY),
            "lod": np.array([5.0]), "last": np.array([DAY.max()])}  # fmt: skip
    return Curves("llc", data, ("m1",), (RATE, START, OMEGA, ERROR), law)


@pytest.mark.parametrize("rate", [0.2, 0.6, 1.2])
def test_hahnfeldt_is_that_of_an_accurate_integrator(rate):
    excess, most = PrimaryGrowth().capacity_excess, np.log(5000.0)
    a, s = rate / excess, rate * np.exp(excess)

    def rhs(_t, y):
        return [a * (y[1] - y[0]), s * (np.exp(y[0] - y[1]) - np.exp(2 / 3 * (y[0] - most)))]

    y0 = [np.log(10.0), np.log(10.0) + excess]
    exact = solve_ivp(rhs, (0, 25), y0, method="LSODA", rtol=1e-9, atol=1e-9, t_eval=DAY[0]).y[0]
    found = curves("hahnfeldt").log_volume(THETA, DAY, np.array([[rate]]), np)
    np.testing.assert_allclose(found[0], exact, atol=0.03)


def test_gompertz_and_power_obey_their_equations():
    h, rate = 1e-5, np.array([[0.5]])
    for law in ("gompertz", "power", "exponential"):
        curve = curves(law)
        at, near = (curve.log_volume(THETA, DAY + d, rate, np) for d in (0.0, h))
        slope = (near - at) / h
        start = np.log(10.0)
        expected = {
            "gompertz": 0.5 - 0.1 * (at - start),
            "power": 0.5 * np.exp(-(at - start) / 3),
            "exponential": np.full_like(at, 0.5),
        }[law]
        np.testing.assert_allclose(slope, expected, rtol=1e-4)


def test_mice_are_integrated_out_as_a_plain_average_over_many_does():
    curve = curves("exponential")
    seen = curves("exponential", curve.simulate(THETA, stream(4, "test/growth"))["volume"])
    rng, n = stream(5, "test/growth"), 100_000
    many = {**seen.data, **{k: np.broadcast_to(seen.data[k], (n, DAY.shape[1])) for k in ("volume", "day", "there")}}
    rate = 0.5 * np.exp(0.2 * rng.standard_normal((n, 1)))
    mean = seen.log_volume(THETA, many["day"], rate, np)
    from scipy.stats import norm

    logs = np.log(np.maximum(many["volume"], 1e-9))
    rows = np.where(many["volume"] > 5.0, norm.logpdf(logs, mean, 0.3) - logs, norm.logcdf(np.log(5.0), mean, 0.3))
    total = rows.sum(axis=1)
    plain = np.log(np.mean(np.exp(total - total.max()))) + total.max()
    assert float(seen.pointwise(THETA, seen.data, np)[0]) == pytest.approx(plain, abs=0.1)


def sharp(law):
    """Three mice of different lengths, measured with an error of 2%, one with days too small to see."""
    days = np.array([[0.0, 3, 6, 9, 12, 15], [2.0, 5, 8, 11, 0, 0], [1.0, 4, 7, 10, 13, 0]])
    there = np.array([[1.0] * 6, [1.0] * 4 + [0.0] * 2, [1.0] * 5 + [0.0]])
    data = {"volume": np.ones_like(days), "day": days, "there": there, "lod": np.array([14.0]),
            "last": np.array([15.0])}  # fmt: skip
    return Curves("llc", data, ("a", "b", "c"), (RATE, START, OMEGA, ERROR), law)


SHARP = {**THETA, OMEGA.name: 0.7, ERROR.name: 0.02}


@pytest.mark.parametrize("law", ["gompertz", "hahnfeldt"])
def test_rates_pinned_to_a_hundredth_are_integrated_out(law):
    """Against 40,001 points per mouse; 129 common ones, as were used once, are off by more than 1."""
    from scipy.special import log_ndtr, logsumexp

    curve = sharp(law)
    volume = curve.simulate(SHARP, stream(8, "test/growth"))["volume"]
    sd, lod = SHARP[ERROR.name], 14.0

    def plain(nodes):
        rate = 0.5 * np.exp(SHARP[OMEGA.name] * nodes[:, None])
        rows = []
        for day, v, there in zip(curve.data["day"], volume, curve.data["there"] > 0, strict=True):
            mean = curve.log_volume(SHARP, day[there][None], rate, np)
            logs = np.log(np.where(v[there] > lod, v[there], 1.0))
            seen = -0.5 * ((logs - mean) / sd) ** 2 - np.log(sd * np.sqrt(2 * np.pi)) - logs
            fit = np.where(v[there] > lod, seen, log_ndtr((np.log(lod) - mean) / sd)).sum(axis=1)
            rows.append(logsumexp(fit - 0.5 * nodes**2) - np.log(np.exp(-0.5 * nodes**2).sum()))
        return np.array(rows)

    found = curve.pointwise(SHARP, {**curve.data, "volume": volume}, np)
    exact = plain(np.linspace(-5, 5, 40_001))
    np.testing.assert_allclose(found, exact, atol=0.01)
    assert np.abs(plain(np.linspace(-4, 4, 129)) - exact).max() > 1.0  # sabotage


def test_the_gradient_of_sharp_curves_is_that_of_differences():
    from metastasome.inference.jax_setup import jax

    curve = sharp("gompertz")
    data = {**curve.data, "volume": curve.simulate(SHARP, stream(8, "test/growth"))["volume"]}
    names = list(SHARP)

    def total(values, xp):
        return xp.sum(curve.pointwise(dict(zip(names, values, strict=True)), data, xp))

    at = np.array([SHARP[n] for n in names])
    found = jax().grad(lambda v: total(v, jax().numpy))(at)
    step = 1e-5 * np.eye(len(at)) * at
    near = [(total(at + h, np) - total(at - h, np)) / (2 * h.sum()) for h in step]
    np.testing.assert_allclose(found, near, rtol=2e-3, atol=1e-3)


def test_days_that_a_mouse_does_not_have_are_not_simulated():
    curve = sharp("exponential")
    volume = curve.simulate(SHARP, stream(8, "test/growth"))["volume"]
    assert (volume[curve.data["there"] == 0] == 0).all() and (volume > 0).sum() > 8
    full = {**curve.data, "volume": volume}
    odd = np.where(curve.data["there"] == 0, 99.0, volume)
    np.testing.assert_array_equal(curve.pointwise(SHARP, full, np), curve.pointwise(SHARP, {**full, "volume": odd}, np))
