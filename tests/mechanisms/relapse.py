"""When patients relapse after surgery, by the mean field of many virtual patients at once, in NumPy alone.

The model is integrated for all patients side by side (midpoint rule, fixed steps), the primary taken out at each
patient's size; sleepers move as in the engine (`engine/table.py`), and Kendall's law gives the lesions seen by a day.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from metastasome.engine.meanfield import Rates, expected

from .world import ORGANS, XP, compose, response, start, values, with_

STEP, COARSE = 5.0, 6  # days; steps per cell of the mean field
MONTH = 30.44


def normals(n: int, k: int) -> Any:
    """Return `n` points of `k` standard normals spread evenly (Kronecker sequence of square roots of primes)."""
    from scipy.special import ndtri

    primes = np.sqrt([2.0, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37][:k])
    return ndtri((0.5 + np.arange(n)[:, None] * primes) % 1.0)


def cohort(model: Any, *, n: int, **changed: float) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """Return (values with a row per patient, states, diameter at resection) of `n` patients."""
    given = with_(values(model, answer=response(0.0)), **changed)
    rows = {k: np.broadcast_to(v, (n, len(v))).copy() for k, v in given.items()}
    spread = [(name, p) for name, p in model.parameters.items() if p.spread > 0]
    z = normals(n, len(spread) + 1)
    for j, (name, p) in enumerate(spread):
        rows[name] = np.clip(given[name] * np.exp(p.spread * z[:, j : j + 1]), p.low, p.high)
    state = {k: np.tile(v, (n, 1)) for k, v in start(model).items()}
    return rows, state, 2.0 * np.exp(0.4 * z[:, -1])


def course(switches: dict[str, Any], *, n: int = 80, years: float = 13.0, **changed: float) -> Any:
    """Return (days, lesions expected to be seen by then (n, days), day of resection (n,))."""
    model = compose(ORGANS, switches)
    rows, state, size = cohort(model, n=n, **changed)
    resected = np.full(n, np.inf)
    steps = int(years * 365.25 / STEP)
    table = np.zeros((3, steps, n, len(ORGANS)))
    asleep = np.zeros((n, len(ORGANS)))
    for i in range(steps):
        found = model.evaluate(XP, state, rows)
        now = (found.derived["primary_diameter"][:, 0] >= size) & np.isinf(resected)
        if now.any():
            resected[now], rows["primary_present"][now] = i * STEP, 0.0
            found = model.evaluate(XP, state, rows)
        awake, asleep = sleep(found, asleep)
        table[:, i] = [
            np.broadcast_to(x, asleep.shape) for x in (found.derived["birth"], found.derived["death"], awake)
        ]
        half = {k: v + 0.5 * STEP * found.rates[k] for k, v in state.items()}
        slope = model.evaluate(XP, half, rows).rates
        state = {k: v + STEP * slope[k] for k, v in state.items()}
    return *seen(table), resected


def sleep(found: Any, asleep: Any) -> tuple[Any, Any]:
    """Return (founders per day that start to grow, sleepers after the step)."""
    nu, d = found.intensity["seeded"], found.derived
    if "dormancy_enter" not in d:
        return nu, asleep
    share = d["dormancy_enter"] / (d["dormancy_enter"] + d["birth"] + d["death"])
    rate = (1 - share) * d["dormancy_wake"]
    later = asleep * np.exp(-rate * STEP) + share * nu * STEP
    woken = share * nu * STEP + asleep - later
    return (1 - share) * nu + woken / STEP, later


def seen(table: Any) -> tuple[Any, Any]:
    """Return (days, expected lesions seen by then) from (birth, death, founders) by step, patient and organ."""
    cells = table.shape[1] // COARSE
    mean = table[:, : cells * COARSE].reshape(3, cells, COARSE, *table.shape[2:]).mean(axis=2)
    birth, death, nu = (x.transpose(1, 2, 0).reshape(-1, cells) for x in mean)
    days = np.arange(cells + 1) * STEP * COARSE
    whole = Rates(days, birth, death, np.full_like(birth, 1e12), nu[None])
    by = expected(whole, np.full(len(birth), 6.3e7)).detected[0]
    return days, by.reshape(table.shape[2], table.shape[3], -1).sum(axis=1)


def hazard(days: Any, by: Any, resected: Any, *, months: float = 96.0) -> tuple[Any, Any]:
    """Return (month after surgery, hazard of a first relapse per month) of those followed that long."""
    edges = np.arange(0.0, months + 1.0, 3.0)
    followed = resected + months * MONTH <= days[-1]
    rows = zip(resected[followed], by[followed], strict=True)
    lesions = np.array([np.interp(r + edges * MONTH, days, x) - np.interp(r, days, x) for r, x in rows])
    free = np.exp(-lesions).mean(axis=0)
    return 0.5 * (edges[1:] + edges[:-1]), -np.diff(np.log(free)) / np.diff(edges)


def peaks(month: Any, risk: Any) -> list[float]:
    """Return the months of the peaks of the hazard, smoothed over a year, that rise 5% above the dips on both sides."""
    smooth = np.convolve(np.pad(risk, 2, mode="edge"), [0.1, 0.2, 0.4, 0.2, 0.1], mode="valid")
    found: list[float] = []
    for i in range(1, len(smooth) - 1):
        sides = (smooth[:i][::-1], smooth[i + 1 :])
        # the dip on a side ends where the curve rises above this point again
        dips = [x.min(initial=np.inf, where=np.cumsum(x > smooth[i]) == 0) for x in sides]
        if max(dips) < smooth[i] / 1.05 and smooth[i] == smooth[max(0, i - 3) : i + 4].max():
            found.append(float(month[i]))
    return found
