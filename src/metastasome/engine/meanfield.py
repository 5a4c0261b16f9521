"""The mean-field twin: what a cohort shows on average, computed from the same rates without drawing anything.

Founders of an organ are a Poisson process of intensity nu(s). With dormancy some fall asleep on arrival and start
when they wake: sleepers are Poisson, so those who start are a Poisson process too, of the intensity of :func:`awake`.
By Kendall's law a clone founded on day s has, at day t, N >= D cells with chance
``(1 / (1 + q)) (1 - 1 / (m (1 + q)))^(D - 1)``, m and q over (s, t) as in `laws`. Lesions
that
reach the detectable size are again a Poisson process, so P(any by t) = 1 - exp(-expected number). Exact while lesions
do not feed back; `gap` reports the difference to a cohort when they do.

Everything is an array expression with a namespace argument: with ``xp=jax.numpy`` it is differentiable in the rates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .cohort import Cohort
    from .problem import Problem, Settings

Floats = NDArray[np.float64]
# Gauss-Legendre nodes and weights on (0, 1): founders within a cell
_NODES = tuple(0.5 * (1 + x) for x in (-0.7745966692414834, 0.0, 0.7745966692414834))
_WEIGHTS = (5 / 18, 8 / 18, 5 / 18)


@dataclass(frozen=True)
class Rates:
    """Rates over time: cells c, organs o, origins k.

    Attributes:
        days: (c + 1,) ends of cells. birth, death, saturation: (o, c). intensity: (k, o, c) founders per day.
        tilt: (k, o, c) exponent by which the intensity grows over the cell, or None for none.
        enter, wake: (o, c) rates of falling asleep (against birth and death) and of waking per day; None: no
            dormancy. `intensity` then is that of arrivals, and `tilt` is not used. Rates from :func:`rates_of` have
            sleep in their intensity already.
    """

    days: Floats
    birth: Any
    death: Any
    saturation: Any
    intensity: Any
    tilt: Any = None
    enter: Any = None
    wake: Any = None


@dataclass(frozen=True)
class MeanField:
    """Expected course of one patient, or the mean over several; o organs, k origins, t days.

    Attributes:
        days: (t,). lesions: (o, t) clones alive. cells: (o, t) lesion cells. detected: (k, o, t) lesions that have
            reached the
            detectable size. p_detect: (o, t) chance that any has.
    """

    days: Floats = field(repr=False)
    lesions: Any
    cells: Any
    detected: Any
    p_detect: Any


def expected(rates: Rates, detectable: Any, *, xp: Any = np) -> MeanField:
    """Return the expected course under `rates`; `detectable` is (o,) cells.

    With saturation, a clone reaches D when its unsaturated twin reaches D / (1 - D/K): the logistic law maps one to
    the other.
    A lesion counts as detected by t when it was above D at some end of a cell up to t; sizes are taken at ends of
    cells.
    """
    dt = xp.asarray(np.diff(rates.days))
    parts = []
    for node in _NODES:
        parts.append(_from_node(rates, detectable, dt, node, xp))
    alive, cells, seen = (sum(w * part[i] for w, part in zip(_WEIGHTS, parts, strict=True)) for i in range(3))
    total = xp.sum(seen, axis=0)
    return MeanField(rates.days, alive, cells, seen, 1.0 - xp.exp(-total))


def _from_node(rates: Rates, detectable: Any, dt: Any, node: float, xp: Any) -> tuple[Any, Any, Any]:
    """Return lesions alive (o, t), cells (o, t) and detected (k, o, t) from founders at one node of every cell."""
    b, d, c = rates.birth, rates.death, len(rates.days) - 1
    share = share_to_reach(detectable, rates.saturation, xp)
    m, q = _stretch(b, d, (1.0 - node) * dt, xp)
    whole_m, whole_q = _stretch(b, d, dt, xp)
    weight = rates.intensity * dt
    if rates.tilt is not None:
        x = xp.where(xp.abs(rates.tilt) < 1e-6, 1e-6, rates.tilt)
        weight = weight * xp.exp(x * node) * x / xp.expm1(x)
    if rates.enter is not None:
        weight = dt * awake(rates.intensity, *dormancy(b, d, rates.enter, rates.wake), dt, node, xp=xp)
    best = xp.zeros_like(m)
    alive, cells = [xp.zeros_like(m[:, 0])], [xp.zeros_like(m[:, 0])]
    seen = [xp.zeros_like(weight[:, :, 0])]
    for j in range(c):
        if j > 0:  # founders of earlier cells cross cell j
            step_q = q[:, :j] + whole_q[:, j : j + 1] / m[:, :j]
            step_m = m[:, :j] * whole_m[:, j : j + 1]
            m, q = xp.concatenate([step_m, m[:, j:]], axis=1), xp.concatenate([step_q, q[:, j:]], axis=1)
        here_m, here_q, here_w = m[:, : j + 1], q[:, : j + 1], weight[:, :, : j + 1]
        chance = at_least(share[:, j : j + 1], here_m, here_q, xp)
        best = xp.concatenate([xp.maximum(best[:, : j + 1], chance), best[:, j + 1 :]], axis=1)
        alive.append(xp.sum(xp.sum(here_w, axis=0) / (1.0 + here_q), axis=1))
        cells.append(xp.sum(xp.sum(here_w, axis=0) * here_m, axis=1))
        seen.append(xp.sum(here_w * best[:, : j + 1], axis=2))
    return xp.stack(alive, axis=1), xp.stack(cells, axis=1), xp.stack(seen, axis=2)


def dormancy(birth: Any, death: Any, enter: Any, wake: Any) -> tuple[Any, Any]:
    """Return (share of founders that fall asleep on arrival, rate at which a sleeper starts), both (o, c).

    A founder falls asleep with chance f = enter / (enter + birth + death); a sleeper wakes at rate w and chooses again.
    """
    share = enter / (enter + birth + death)
    return share, (1.0 - share) * wake


def awake(intensity: Any, share: Any, rate: Any, dt: Any, node: float, *, xp: Any = np) -> Any:
    """Return the founders that start per day (k, o, c), arrivals that stay awake and wakers, at `node` of every cell.

    Exact for rates that are constant over a cell: sleepers A obey A' = share intensity - rate A, and those who start
    are a Poisson process of intensity (1 - share) intensity + rate A (displacement; Kingman 1993, Poisson Processes,
    ch. 5).

    Args:
        intensity: (k, o, c) arrivals per day. share, rate: (o, c), from :func:`dormancy`. dt: (c,) days.
        node: place within the cell, 0 to 1.
    """
    asleep = sleepers(intensity, share, rate, dt, node, xp=xp)
    return (1.0 - share) * intensity + rate * asleep


def sleepers(intensity: Any, share: Any, rate: Any, dt: Any, node: float, *, xp: Any = np) -> Any:
    """Return the expected sleepers (k, o, c) at `node` of every cell; arguments as of :func:`awake`."""
    inward, spent = share * intensity, rate * dt
    kept = inward * dt * _filled(spent, xp)  # of a cell's arrivals, at its end
    fade = xp.cumsum(spent, axis=-1)
    c = spent.shape[-1]
    later = np.tri(c, k=-1, dtype=bool)  # [j, i]: cell i lies before cell j
    gone = (fade - spent)[..., :, None] - fade[..., None, :]
    left = xp.where(later, xp.exp(-xp.where(later, gone, 0.0)), 0.0)  # (o, c, c): from the end of i to the start of j
    before = xp.einsum("oji,koi->koj", left, kept)
    return before * xp.exp(-node * spent) + inward * node * dt * _filled(node * spent, xp)


def _filled(x: Any, xp: Any) -> Any:
    """Return (1 - exp(-x)) / x."""
    safe = xp.where(x < 1e-9, 1.0, x)
    return xp.where(x < 1e-9, 1.0 - 0.5 * x, -xp.expm1(-safe) / safe)


def share_to_reach(detectable: Any, saturation: Any, xp: Any = np) -> Any:
    """Return the unsaturated size (o, c) at which a clone of saturation size (o, c) holds `detectable` (o,) cells."""
    wanted = xp.asarray(detectable)[:, None]
    return xp.where(wanted < saturation, wanted / xp.maximum(1.0 - wanted / saturation, 1e-12), np.inf)


def at_least(size: Any, m: Any, q: Any, xp: Any = np) -> Any:
    """Return P(N >= size) of a clone of one cell over a stretch (m, q)."""
    inverse = xp.minimum(1.0 / (m * (1.0 + q)), 1.0 - 1e-12)
    finite = xp.where(xp.isfinite(size), size, 1.0)
    chance = xp.exp((finite - 1.0) * xp.log1p(-inverse)) / (1.0 + q)
    return xp.where(xp.isfinite(size), chance, 0.0)


def _stretch(b: Any, d: Any, dt: Any, xp: Any) -> tuple[Any, Any]:
    x = (b - d) * dt
    small = xp.abs(x) < 1e-9
    safe = xp.where(small, 1.0, x)
    return xp.exp(x), d * dt * xp.where(small, 1.0, -xp.expm1(-safe) / safe)


def rates_of(problem: Problem, params: Floats, start: Floats, *, settings: Settings | None = None) -> Rates:
    """Return the rates a patient (parameters (P,), states (S,)) would meet without lesions.

    Raises:
        ModelError, SolverError: as in a cohort.
    """
    from .generate import build, sources
    from .plan import plan_of
    from .problem import Settings as Made
    from .status import FINE, stop

    kernel = build(sources(problem.compiled, problem.burden))
    plan = plan_of(problem, settings or Made())
    found = kernel.module.rates_of(plan, *kernel.model, np.array(params, float), np.array(start, float))
    days, b, d, size, nu, tilt, status, day, organ = found
    if status != FINE:
        stop(0, status, day, f", {problem.groups[organ]}" if organ >= 0 else "")
    o, k = len(problem.groups), len(problem.origins)
    nu, tilt = (x.reshape(o, k, -1).transpose(1, 0, 2) for x in (nu, tilt))
    return Rates(days, b, d, size, nu, tilt)


def mean_field(problem: Problem, *, patients: int = 1, settings: Settings | None = None) -> MeanField:
    """Return the expected course, averaged over the first `patients`, on the recording days of `problem`."""
    params, starts = problem.patients(0, patients)
    made: list[MeanField] = []
    for p, y in zip(params, starts, strict=True):
        rates = rates_of(problem, p, y, settings=settings)
        at = np.searchsorted(rates.days, problem.times)
        one = expected(rates, problem.detectable)
        made.append(
            MeanField(
                problem.times,
                one.lesions[:, at],
                one.cells[:, at],
                one.detected[..., at],
                one.p_detect[:, at],
            )
        )
    mean = [np.mean([getattr(one, n) for one in made], axis=0) for n in ("lesions", "cells", "detected", "p_detect")]
    return MeanField(problem.times, *mean)


def gap(cohort: Cohort, mean: MeanField) -> Any:
    """Return per organ the share of patients with a lesion seen by the horizon, expected and found, and their gap in
    standard errors: beyond about 4 it is not chance but lesions feeding back (or a wrong mean field)."""
    import pandas as pd

    p, found = np.asarray(mean.p_detect)[:, -1], cohort.p_detect
    error = np.sqrt(np.maximum(p * (1 - p), 1.0 / cohort.n) / cohort.n)
    return pd.DataFrame(
        {
            "organ": list(cohort.groups),
            "expected": p,
            "found": found,
            "gap": found - p,
            "standard_errors": (found - p) / error,
        }
    )
