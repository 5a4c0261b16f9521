"""A small made-up world for tests of the model's own facts: four organs, a dose response that is not zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from metastasome.body import CELL_CLASSES, Body
from metastasome.kinetics import UptakeLaw
from metastasome.matchmaking import CELLS, PROGRAMMES, DoseResponse
from metastasome.mechanisms import Model, compose
from metastasome.mechanisms.provide import inputs

ORGANS = ("lung", "liver", "gut", "bone")


class NumpyNamespace:
    """The few functions that mechanisms use, on the last axis."""

    exp, log, power, maximum, minimum = np.exp, np.log, np.power, np.maximum, np.minimum

    @staticmethod
    def sum(x: Any) -> Any:
        return np.sum(x, axis=-1, keepdims=True)


XP = NumpyNamespace()


def body() -> Body:
    flow = np.array([0.02, 0.08, 0.2, 0.05, 0.65]) * 8e6
    ones = np.ones(5)
    cells = np.full((5, len(CELL_CLASSES)), 1e9)
    return Body(
        "human", 70.0, (*ORGANS, "rest"), flow, ones * 10, ones * 20, ones * 100, cells,
        np.array([False, False, True, False, False]), ones, 5500.0, 3000.0, float(flow.sum()),
    )  # fmt: skip


def uptake(*, faster: float = 1.0, **raised: float) -> UptakeLaw:
    """Return the clearances of small vesicles, `faster` for other classes; `raised`: factors by organ."""
    organs = (*ORGANS, "rest")
    factor = np.array([faster * raised.get(o, 1.0) for o in organs])
    share = np.full((5, 4), 0.25)
    return UptakeLaw(
        organs,
        CELLS,
        factor * np.array([2e5, 5e5, 1e5, 1e5, 3e5]),
        share,
        np.full((5, 4), 1e9),
        np.full(5, 0.5),
        1e4,
        0.3,
    )


def response(top: float = 0.5, half: float = 10.0, *, organ: str | None = None) -> DoseResponse:
    """Every programme moves in the direction that trains, by `top` at most, in all organs or in one."""
    shape = (len(ORGANS), len(CELLS), len(PROGRAMMES))
    lowered = [p in ("barrier", "tumour_suppression") for p in PROGRAMMES]
    tops = np.broadcast_to(np.where(lowered, -top, top), shape).copy()
    if organ is not None:
        tops[[o != organ for o in ORGANS]] = 0.0
    return DoseResponse(
        ORGANS, CELLS, PROGRAMMES, tops, np.full(shape, half), np.zeros(shape), np.ones(shape), np.zeros(shape)
    )


def values(
    model: Model,
    *,
    primary: str = "gut",
    answer: DoseResponse | None = None,
    law: UptakeLaw | None = None,
    **study: Any,
) -> dict[str, Any]:
    made = inputs(
        model, body=body(), uptake=law or uptake(), response=answer or response(), primary=primary, study=study,
        classes={"large": uptake(faster=3.0), "apoptotic": uptake(faster=10.0)},
    )  # fmt: skip
    return {**made, **{name: np.array([p.default]) for name, p in model.parameters.items()}}


def start(model: Model, **changed: float) -> dict[str, Any]:
    made = {}
    for s in model.states:
        owner = next(m for m in model.mechanisms if s in m.states)
        at = getattr(owner, s.initial) if isinstance(s.initial, str) else s.initial
        made[s.name] = np.full(model.size(s), changed.get(s.name, at))
    return made


def integrate(model: Model, given: dict[str, Any], days: float, *, at: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the states after `days`, by SciPy's LSODA on the model's own rates."""
    from scipy.integrate import solve_ivp

    names = [s.name for s in model.states]
    sizes = [model.size(s) for s in model.states]
    cuts = np.cumsum(sizes)[:-1]
    at = at or start(model)

    def rhs(_t: float, y: np.ndarray) -> np.ndarray:
        rates = model.evaluate(XP, dict(zip(names, np.split(y, cuts), strict=True)), given).rates
        return np.concatenate([np.broadcast_to(rates[n], (k,)) for n, k in zip(names, sizes, strict=True)])

    y0 = np.concatenate([at[n] for n in names])
    found = solve_ivp(rhs, (0.0, days), y0, method="LSODA", rtol=1e-9, atol=1e-12)
    return dict(zip(names, np.split(found.y[:, -1], cuts), strict=True))


def evaluate(model: Model, given: dict[str, Any], state: dict[str, Any]) -> Any:
    return model.evaluate(XP, state, given)


def with_(mechanism_values: dict[str, Any], **changed: float) -> dict[str, Any]:
    """Return a copy of input and parameter values with some set (names with ``__`` for the dot)."""
    out = dict(mechanism_values)
    for name, value in changed.items():
        key = name.replace("__", ".")
        assert key in out, key
        out[key] = np.full_like(out[key], value)
    return out


__all__ = ["ORGANS", "XP", "body", "compose", "evaluate", "integrate", "response", "start", "uptake", "values", "with_"]
