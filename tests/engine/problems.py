"""Hand-made problems: small models with known answers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from metastasome.core import streams
from metastasome.engine import Problem
from metastasome.numerics import CompiledSystem, Layout, compile_system
from metastasome.numerics.trace import trace


def constant_rates(xp: Any, state: dict[str, Any], param: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """One idle state; every rate is a parameter."""
    out = {n: param[n] for n in ("birth", "death", "saturation", "intensity_seeded", "intensity_local")}
    return {"idle": -state["idle"]}, out


def growing_tumour(xp: Any, state: dict[str, Any], param: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A Gompertz tumour sheds founders; a niche lowers death; lesions shed in their turn (feedback)."""
    size, niche = state["size"], state["niche"]
    pull = size / param["capacity"]
    rates = {
        "size": param["growth"] * size * (1.0 - pull),
        "niche": param["training"] * pull * (1.0 - niche) - param["forgetting"] * niche,
    }
    cells = param["burden"]
    source = size + param["reseed"] * xp.sum(cells)
    out = {
        "birth": param["birth"],
        "death": param["death"] * (1.0 - param["shelter"] * niche),
        "saturation": param["saturation"],
        "intensity_seeded": param["shed"] * source,
        "intensity_local": param["turn"] * niche,
        "diameter": 2.0 * (size * 2.387e-10) ** (1.0 / 3.0),
    }
    return rates, out


@functools.cache
def compiled(kind: str, organs: int) -> CompiledSystem:
    one = {"constant": ["idle"], "tumour": ["size", "niche"]}[kind]
    sizes = {"idle": 1, "size": 1, "niche": organs}
    single = {"growth", "capacity", "reseed", "training", "forgetting", "shelter", "limit"}
    names = {
        "constant": ["birth", "death", "saturation", "intensity_seeded", "intensity_local"],
        "tumour": [
            "growth",
            "capacity",
            "training",
            "forgetting",
            "burden",
            "reseed",
            "birth",
            "death",
            "shelter",
            "saturation",
            "shed",
            "turn",
            "limit",
        ],
    }[kind]
    outputs = ["birth", "death", "saturation", "intensity_seeded", "intensity_local"]
    outputs += ["diameter"] if kind == "tumour" else []
    rule = {"constant": constant_rates, "tumour": growing_tumour}[kind]
    system = trace(
        rule,
        states=Layout(tuple(one), tuple(sizes[n] for n in one)),
        params=Layout(tuple(names), tuple(1 if n in single else organs for n in names)),
        outputs=Layout(tuple(outputs), tuple(1 if n == "diameter" else organs for n in outputs)),
    )
    return compile_system(system, jacobian=False)


def same(system: CompiledSystem, params: dict[str, Any], start: dict[str, Any]) -> Callable[[int, int], Any]:
    """Return patients who are all alike."""
    p, y = system.params.pack(params), system.states.pack(start)
    return lambda lo, hi: (np.tile(p, (hi - lo, 1)), np.tile(y, (hi - lo, 1)))


def constant(
    *,
    organs: int = 2,
    birth: float = 0.25,
    death: float = 0.23,
    founding: float = 0.01,
    local: float = 0.0,
    size: float = 1e6,
    days: float = 3650.0,
    saturation: float = 1e13,
    steps: int = 11,
    **changes: Any,
) -> Problem:
    """The reference problem as the engine sees it: rates that never change."""
    system = compiled("constant", organs)
    params = {
        "birth": birth,
        "death": death,
        "saturation": saturation,
        "intensity_seeded": founding,
        "intensity_local": local,
    }
    fields: dict[str, Any] = {
        "compiled": system,
        "groups": tuple(f"organ{g}" for g in range(organs)),
        "origins": ("seeded", "local"),
        "detectable": np.full(organs, size),
        "burden": None,
        "record": ("idle",),
        "times": np.linspace(0, days, steps),
        "levers": (),
        "events": (),
        "patients": same(system, params, {"idle": 1.0}),
    }
    return Problem(**(fields | changes))


class Spread:
    """Patients who differ: log-normal birth-time differences and tumour growth, a pure function of (seed, patient)."""

    def __init__(self, system: CompiledSystem, params: dict[str, Any], start: dict[str, Any], seed: int) -> None:
        self.system, self.params, self.start, self.seed = system, params, start, seed

    def __call__(self, lo: int, hi: int) -> tuple[np.ndarray, np.ndarray]:
        rows = []
        for i in range(lo, hi):
            z = streams.stream(self.seed, "test/patients", i).standard_normal(2)
            changed = {
                "growth": self.params["growth"] * np.exp(0.2 * z[0]),
                "shed": self.params["shed"] * np.exp(0.5 * z[1]),
            }
            rows.append(self.system.params.pack(self.params | changed))
        return np.array(rows), np.tile(self.system.states.pack(self.start), (hi - lo, 1))


def tumour(*, organs: int = 3, reseed: float = 0.0, seed: int = 5, days: float = 2000.0, **changes: Any) -> Problem:
    """A growing tumour with niches and, where `reseed` is above 0, lesions that seed lesions."""
    system = compiled("tumour", organs)
    params = {
        "growth": 0.01,
        "capacity": 1e10,
        "training": 0.02,
        "forgetting": 0.01,
        "burden": 0.0,
        "reseed": reseed,
        "birth": 0.2,
        "death": np.linspace(0.18, 0.19, organs),
        "shelter": 0.1,
        "saturation": 1e9,
        "shed": 2e-11,
        "turn": 1e-4,
        "limit": 2.0,
    }
    fields: dict[str, Any] = {
        "compiled": system,
        "groups": tuple(f"organ{g}" for g in range(organs)),
        "origins": ("seeded", "local"),
        "detectable": np.full(organs, 1e7),
        "burden": "burden",
        "record": ("size", "niche", "diameter"),
        "times": np.linspace(0, days, 21),
        "levers": (),
        "events": (),
        "patients": Spread(system, params, {"size": 1e6, "niche": 0.0}, seed),
    }
    return Problem(**(fields | changes))
