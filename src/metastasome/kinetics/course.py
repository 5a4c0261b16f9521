"""Where a dose or a release goes: the full equations solved over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..body import Body
from ..core.errors import InputError
from ..core.units import to
from .background import background_release_per_day
from .coefficients import theta_of
from .conditions import Conditions, conditions
from .dosing import Bolus, Dose, Infusion, doses, events, total
from .label import Label
from .label import label as label_of
from .parameters import KineticParameters
from .profile import Exposure
from .structure import Structure, structure
from .system import check_finite, compiled, linear_path, parameter_blocks
from .transport import layouts
from .uptake import background_state
from .vesicle import Vesicle

Float = NDArray[np.float64]
Method = Literal["auto", "full", "linear"]
LINEAR_BELOW = 1e-4  # share of the liver's macrophage capacity below which saturation is left out
ROUNDING = 1e-12  # of the dose: negative amounts smaller than this are rounding of the eigenvectors
FIRST_STEP = 0.25 / 1440.0  # days; the integral of uptake is taken in growing steps from here
POINTS_PER_CHANGE = 160
DEFAULT_TIMES = np.concatenate([[0.0], np.geomspace(1.0 / 1440.0, 3.0, 120)])


def distribute(
    dose: Dose | float | str | Iterable[Dose],
    body: Body,
    *,
    times: ArrayLike | Sequence[str] | None = None,
    vesicle: str | Vesicle = "small",
    label: str | Label | None = None,
    parameters: KineticParameters | None = None,
    integrins: ArrayLike | None = None,
    leakiness: ArrayLike | None = None,
    macrophages: ArrayLike | None = None,
    barrier: ArrayLike | None = None,
    heparin: float = 0.0,
    background_release: float | str | None = None,
    particles_per_ug: float | None = None,
    method: Method = "auto",
    rtol: float = 1e-6,
) -> Exposure:
    """Return the course of vesicles and their label in `body` after `dose`.

    Args:
        dose: vesicles as a number or ``"1e10 EV"``, ``"5 ug"`` with `particles_per_ug`, a release ``"1e9 EV/min"``,
            or :class:`Bolus` and :class:`Infusion` objects.
        body: the body.
        times: days, or texts with units, increasing from the first; 0 to 3 days in growing steps when not given.
        vesicle: class of vesicle.
        label: what is measured: none, luciferase, dye, radioiodine, radiometal, an isotope, or a :class:`Label`.
        parameters: kinetic parameters.
        integrins, leakiness, macrophages, barrier: arrays over organs, as in :func:`conditions.conditions`.
        heparin: plasma heparin, ug/mL.
        background_release: normal vesicles, EV/min, that hold macrophage capacity (0: none).
        particles_per_ug: vesicles per microgram of protein, for doses in mass.
        method: ``"full"`` solves the stiff equations; ``"linear"`` leaves saturation out (matrix exponential);
            ``"auto"`` is linear where all that is given could not fill 1e-4 of the liver's macrophages.
        rtol: relative tolerance of a step.

    Raises:
        InputError: dose, times, route, label or an array make no sense.
        SolverError: integration stopped.
    """
    given = doses(dose, particles_per_ug)
    grid = times_in_days(times, given)
    theta, tag = theta_of(parameters or KineticParameters()), label_of(label)
    where = structure(body)
    state = conditions(
        body, vesicle=vesicle, integrins=integrins, leakiness=leakiness, macrophages=macrophages, barrier=barrier,
        heparin=heparin,
    )  # fmt: skip
    normal = background_state(state, theta, background_release_per_day(body, background_release))
    state = state.with_(occupied=1.0 - normal.free)
    p = layouts(where.size)[1].pack(parameter_blocks(state, theta, tag))
    fine = _between(grid, given)
    path = check_finite(_solve(state, where, p, fine, given, method, rtol))
    asked = np.searchsorted(fine, grid)
    processed = Exposure(body, tag, state.vesicle, fine, given, path, p).integrated()[asked]
    return Exposure(body, tag, state.vesicle, grid, given, path[asked], p, processed)


def times_in_days(times: ArrayLike | Sequence[str] | None, given: tuple[Dose, ...]) -> Float:
    """Return the times in days, checked to increase from the first dose or zero."""
    if times is None:
        last = max(
            [d.time for d in given if isinstance(d, Bolus)] + [d.start for d in given if isinstance(d, Infusion)]
        )
        grid = DEFAULT_TIMES if last == 0 else np.union1d(DEFAULT_TIMES + last, np.linspace(0.0, last, 100))
        return np.array(grid)
    raw = np.atleast_1d(np.asarray(times))
    grid = (
        np.array([to(str(t), "day", field="times") for t in raw]) if raw.dtype.kind in "US" else raw.astype(np.float64)
    )
    if grid.ndim != 1 or not np.isfinite(grid).all() or (grid < 0).any():
        raise InputError("not a list of times", field="times", expected="days from 0, in order")
    if len(grid) > 1 and (np.diff(grid) <= 0).any():
        k = int(np.argmax(np.diff(grid) <= 0))
        raise InputError(
            "times out of order", field="times", value=float(grid[k + 1]), expected=f"more than {grid[k]:g}"
        )
    return grid


def _between(grid: Float, given: tuple[Dose, ...]) -> Float:
    """Return `grid` with zero, where all courses start, and the times between that the integral of uptake needs.

    There are many of those after each change.
    """
    marks = {m for d in given for m in ((d.time,) if isinstance(d, Bolus) else (d.start, d.end)) if m < grid[-1]}
    steps = np.geomspace(FIRST_STEP, max(float(grid[-1]), 2.0 * FIRST_STEP), POINTS_PER_CHANGE)
    after = [m + steps for m in sorted({0.0, *marks})]
    every = np.concatenate([[0.0], grid, *after])
    return np.unique(every[every <= grid[-1]])


def _solve(
    state: Conditions, where: Structure, p: Float, times: Float, given: tuple[Dose, ...], method: Method, rtol: float
) -> Float:
    if method not in ("auto", "full", "linear"):
        raise InputError("unknown method", field="method", value=method, expected="auto, full or linear")
    amount = max(total(given, float(times[-1])), 1.0)
    largest = float(np.max(p[layouts(where.size)[1].slice("per_capacity")][where.liver])) * amount
    if method == "linear" or (method == "auto" and largest < LINEAR_BELOW):
        return _linear(where, p, times, given, state.body)
    return _full(where, p, times, given, state.body, rtol, amount)


def _full(
    where: Structure, p: Float, grid: Float, given: tuple[Dose, ...], body: Body, rtol: float, amount: float
) -> Float:
    from ..numerics.rodas import solve

    model = compiled(where)
    grid = grid if len(grid) > 1 else np.array([0.0, 1e-9])
    happen = events(given, body, float(grid[-1]))
    start = np.zeros(model.states.size)
    found = solve(model, start, p, grid, rtol=rtol, atol=rtol * 1e-3 * amount, events=happen)
    return np.asarray(found.y)


def _linear(where: Structure, p: Float, grid: Float, given: tuple[Dose, ...], body: Body) -> Float:
    from ..numerics.events import segments

    states, params, _ = layouts(where.size)
    path, y, q = np.empty((len(grid), states.size)), np.zeros(states.size), p.copy()
    for stretch in segments(grid, events(given, body, float(grid[-1]))):
        for event in stretch.events:
            for name, added in event.add.items():
                y[states.slice(name)] += np.asarray(added, dtype=np.float64)
            for name, value in event.set.items():
                q[params.slice(name)] = np.asarray(value, dtype=np.float64)
        inside = grid[stretch.rows]
        marks = np.unique(np.concatenate([[stretch.begin], inside, [stretch.end]]))
        part = linear_path(where, y, q, marks) if len(marks) > 1 else y[None]
        part[0] = y
        path[stretch.rows] = part[np.searchsorted(marks, inside)]
        y = part[-1].copy()
    rounding = ROUNDING * np.abs(path).max(axis=0, initial=0.0).max(initial=0.0)
    return np.where((path < 0) & (path > -rounding), 0.0, path)
