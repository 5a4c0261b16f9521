"""Published and closed-form problems, written as rate functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from metastasome.numerics import Layout
from metastasome.numerics.trace import System, trace


def robertson() -> System:
    """Robertson 1966: three species, rates over nine orders of magnitude; the sum is conserved."""

    def rates(xp: Any, s: dict[str, Any], p: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        slow, fast, middle = (xp.take(p["k"], i) for i in range(3))
        one, two, three = slow * s["a"], fast * s["b"] ** 2, middle * s["b"] * s["c"]
        return {"a": three - one, "b": one - three - two, "c": two}, {"sum": s["a"] + s["b"] + s["c"]}

    return trace(rates, states=Layout(("a", "b", "c"), (1, 1, 1)), params=Layout(("k",), (3,)))


ROBERTSON = np.array([0.04, 3e7, 1e4])


def hires() -> System:
    """HIRES (Schaefer 1975; Hairer & Wanner 1996, section IV.10): eight species of photomorphogenesis."""

    def rates(xp: Any, s: dict[str, Any], p: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        y = [None, *(xp.take(s["y"], i) for i in range(8))]
        bind = p["bind"] * y[6] * y[8]
        f = [
            -1.71 * y[1] + 0.43 * y[2] + 8.32 * y[3] + 0.0007,
            1.71 * y[1] - 8.75 * y[2],
            -10.03 * y[3] + 0.43 * y[4] + 0.035 * y[5],
            8.32 * y[2] + 1.71 * y[3] - 1.12 * y[4],
            -1.745 * y[5] + 0.43 * y[6] + 0.43 * y[7],
            -bind + 0.69 * y[4] + 1.71 * y[5] - 0.43 * y[6] + 0.69 * y[7],
            bind - 1.81 * y[7],
            1.81 * y[7] - bind,
        ]
        return {"y": xp.stack(f)}, {}

    return trace(rates, states=Layout(("y",), (8,)), params=Layout(("bind",), (1,)))


# solution at t = 321.8122, Test Set for IVP Solvers (Mazzia & Magherini 2008), release 2.4, section II-1
HIRES_END = np.array([
    0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2,
    0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2,
])  # fmt: skip


def van_der_pol() -> System:
    """Van der Pol's oscillator with stiffness mu."""

    def rates(xp: Any, s: dict[str, Any], p: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"x": s["v"], "v": p["mu"] * (1.0 - s["x"] ** 2) * s["v"] - s["x"]}, {}

    return trace(rates, states=Layout(("x", "v"), (1, 1)), params=Layout(("mu",), (1,)))


def pendulum() -> System:
    """A rigid pendulum in Cartesian form, smooth and not stiff; `energy` is conserved."""

    def rates(xp: Any, s: dict[str, Any], p: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        turn = {
            "sine": s["cosine"] * s["speed"],
            "cosine": -s["sine"] * s["speed"],
            "speed": -p["g"] * s["sine"],
        }
        return turn, {"energy": 0.5 * s["speed"] ** 2 - p["g"] * s["cosine"]}

    return trace(rates, states=Layout(("sine", "cosine", "speed"), (1, 1, 1)), params=Layout(("g",), (1,)))


def chain(n: int, *, loss: bool = False) -> System:
    """A chain of `n` compartments with given rates; without loss the last keeps everything."""

    def rates(xp: Any, s: dict[str, Any], p: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        out = p["k"] * s["x"]
        enters = xp.stack([xp.zeros(1), *(xp.take(out, i) for i in range(n - 1))])
        last = xp.onehot(n - 1, n)
        return {"x": enters - out * (1.0 if loss else 1.0 - last)}, {"total": xp.sum(s["x"])}

    return trace(rates, states=Layout(("x",), (n,)), params=Layout(("k",), (n,)))


def driven() -> System:
    """Prothero & Robinson 1974: x follows exp(-t) whatever the stiffness; y decays; depends on time."""

    def rates(xp: Any, s: dict[str, Any], p: dict[str, Any], t: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        target = xp.exp(-t)
        return {"x": -p["stiff"] * (s["x"] - target) - target, "y": -p["decay"] * s["y"]}, {"gap": s["x"] - target}

    return trace(rates, states=Layout(("x", "y"), (1, 1)), params=Layout(("stiff", "decay"), (1, 1)), time=True)


def everything(xp: Any, s: dict[str, Any], p: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every function of the namespace in one model of organs."""
    positive = xp.maximum(s["niche"], 0.0)
    hill = xp.power(positive, p["hill"]) / (1.0 + xp.power(positive, p["hill"]))
    taken = p["uptake"] * s["blood"] / (p["half"] + s["blood"])
    gate = xp.where(xp.less(s["niche"], 1.0), xp.exp(-s["niche"]), xp.tanh(s["niche"]))
    mixed = xp.dot([[0.5, 0.0, 2.0], [0.0, 1.0, 0.0], [1.0, -1.0, 0.0]], s["niche"])
    blood = -xp.sum(taken) + xp.log1p(xp.abs(xp.take(s["niche"], 1))) - xp.sqrt(s["blood"] + 1.0)
    niche = taken * gate + hill - xp.minimum(mixed, 2.0) + xp.expm1(-p["uptake"]) * xp.onehot(2, 3)
    outputs = {
        "both": xp.stack([s["blood"], xp.sum(s["niche"])]),
        "rest": xp.log(1.1 + p["half"] + s["blood"]) ** -1.5,
    }
    return {"blood": blood, "niche": niche * xp.ones(3) + xp.zeros(3)}, outputs


EVERYTHING = {
    "states": Layout(("blood", "niche"), (1, 3)),
    "params": Layout(("uptake", "half", "hill"), (3, 1, 1)),
}
