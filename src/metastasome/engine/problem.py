"""What the engine is asked to solve. It knows no biology: rates come in as compiled functions over flat vectors."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, ModelError, nearest
from ..numerics.layout import Layout

Floats = NDArray[np.float64]
Patients = Callable[[int, int], tuple[Floats, Floats]]
Founders = Literal["all", "detectable"]


@dataclass(frozen=True)
class Lever:
    """Multiplies a parameter by `factor` from `start_day` to `stop_day`.

    Attributes:
        param: block of the parameter layout.
        index: entry of the block, or None for all of them.
        start_day, stop_day: days; `stop_day` may be infinite.
        factor: 0 or more.
    """

    param: str
    index: int | None
    start_day: float
    stop_day: float
    factor: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.factor < np.inf:
            raise InputError(
                "a lever's factor is not usable", field=self.param, value=self.factor, expected="0 or more"
            )
        if not self.start_day <= self.stop_day:
            raise InputError("a lever stops before it starts", field=self.param, value=(self.start_day, self.stop_day))


@dataclass(frozen=True)
class Event:
    """Something that happens once: states and parameters are multiplied when the trigger is met.

    Attributes:
        trigger: a day, or ``(output or state, threshold)``: met when that quantity first reaches the threshold,
            which is
            a number or the name of a single-entry parameter (patient-specific).
        states, params: block name to factor, applied to every entry of the block; the parameter stays multiplied.
        name: what it is called in the results.
        ends: whether the patient's follow-up ends there: nothing is founded, grows or is seen later, and curves keep
            their last value.
    """

    trigger: float | tuple[str, str | float]
    states: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, float] = field(default_factory=dict)
    name: str = "event"
    ends: bool = False


@dataclass(frozen=True)
class Problem:
    """A composed model with its patients, ready to be solved.

    Attributes:
        compiled: compiled system with ``rhs(y, p, dy)`` and ``observe(y, p, out)`` and layouts `states`, `params`,
            `outputs`. Output blocks of size o: ``birth``, ``death`` (1/day), ``saturation`` (cells), one
            ``intensity_<origin>`` per origin (founders/day), optionally ``dormancy_enter`` and ``dormancy_wake``
            (1/day).
        groups: names of the o organs.
        origins: names of the lesion origins.
        detectable: cells at which imaging sees a lesion, (o,).
        burden: parameter block of size o set to each organ's lesion cells (feedback), or None.
        record: names of outputs or states summarised over patients.
        times: recording days, (t,); the first is 0, the last is the horizon.
        levers, events: what is done to the patients.
        patients: rows ``lo..hi`` of parameters (n, P) and initial states (n, S); a pure function of the rows asked
            for.
        horizon_founders: ``"all"`` follows every founder (a lost clone has 0 cells at the horizon); ``"detectable"``
            draws only founders whose clones live long enough to be seen or to reach the horizon, which is exact for
            what can be observed and faster.
    """

    compiled: Any
    groups: tuple[str, ...]
    origins: tuple[str, ...]
    detectable: Floats
    burden: str | None
    record: tuple[str, ...]
    times: Floats
    levers: tuple[Lever, ...]
    events: tuple[Event, ...]
    patients: Patients
    horizon_founders: Founders = "detectable"

    def __post_init__(self) -> None:
        object.__setattr__(self, "detectable", np.ascontiguousarray(self.detectable, dtype=np.float64))
        object.__setattr__(self, "times", np.ascontiguousarray(self.times, dtype=np.float64))
        _check_blocks(self)
        _check_numbers(self)
        _check_actions(self)

    @property
    def states(self) -> Layout:
        """Layout of the state vector."""
        found: Layout = self.compiled.states
        return found

    @property
    def params(self) -> Layout:
        """Layout of the parameter vector."""
        found: Layout = self.compiled.params
        return found

    @property
    def outputs(self) -> Layout:
        """Layout of the output vector."""
        found: Layout = self.compiled.outputs
        return found

    @property
    def dormancy(self) -> bool:
        """True where solitary cells can fall asleep and wake."""
        return "dormancy_enter" in self.outputs.names

    def with_(self, **changes: Any) -> Problem:
        """Return a copy with fields replaced."""
        return dataclasses.replace(self, **changes)

    def fingerprint(self) -> str:
        """Return a SHA-256 over everything that decides the results, the first patients included."""
        first, start = self.patients(0, 2)
        parts: list[Any] = [
            getattr(self.compiled, "digest", ""),
            self.states,
            self.params,
            self.outputs,
            self.groups,
            self.origins,
            self.burden,
            self.record,
            self.levers,
            [_plain(e) for e in self.events],
            self.horizon_founders,
        ]
        made = hashlib.sha256(repr(parts).encode())
        for array in (self.detectable, self.times, first, start):
            made.update(np.ascontiguousarray(array, dtype=np.float64).tobytes())
        return made.hexdigest()


@dataclass(frozen=True)
class Settings:
    """How finely a problem is solved; results depend on these and carry them.

    Attributes:
        rtol, atol: relative tolerance, and absolute tolerance as a share of each state's running size, of the
            integrator.
        cell_days: longest stretch over which birth and death rates are averaged.
        window_days: longest window between two feedbacks of lesions on the body; within one they grow by their mean.
        feedback_tol: largest exponent of lesion growth over one window: cells founded in it are fed back at its end.
        saturation_share: below this share of the saturation size growth is taken as unsaturated.
        raw: number of first patients whose recorded trajectories are kept.
        reservoir: number of patients (chosen by a keyed rule) from which quantiles are computed; exact when n is less.
        keep: lesion rows are kept for the first `keep` patients.
    """

    rtol: float = 5e-3
    atol: float = 1e-4
    cell_days: float = 60.0
    window_days: float = 60.0
    feedback_tol: float = 1.0
    saturation_share: float = 1e-3
    raw: int = 20
    reservoir: int = 2048
    keep: int = 10_000

    def __post_init__(self) -> None:
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if not (np.isfinite(value) and (value > 0 or (f.name in ("raw", "keep") and value == 0))):
                raise InputError("a setting is not usable", field=f"settings.{f.name}", value=value, expected="above 0")


def _plain(event: Event) -> tuple[Any, ...]:
    return event.trigger, sorted(event.states.items()), sorted(event.params.items()), event.name, event.ends


def _check_blocks(p: Problem) -> None:
    o = len(p.groups)
    if o == 0:
        raise ModelError("a problem needs at least one organ")
    needed = ["birth", "death", "saturation", *(f"intensity_{origin}" for origin in p.origins)]
    needed += [
        n for n in ("dormancy_enter", "dormancy_wake") if any(x.startswith("dormancy_") for x in p.outputs.names)
    ]
    for name in needed:
        if name not in p.outputs.names:
            raise InputError(f"the model has no output '{name}'", hint=nearest(name, p.outputs.names) or None)
        _size(p.outputs, name, o)
    if p.burden is not None:
        _size(p.params, p.burden, o)
    for name in p.record:
        if name not in (*p.outputs.names, *p.states.names):
            raise InputError(
                f"nothing called '{name}' to record",
                field="record",
                hint=nearest(name, p.outputs.names) or None,
            )


def _size(layout: Layout, name: str, o: int) -> None:
    part = layout.slice(name)
    if part.stop - part.start != o:
        raise InputError(
            "a block has the wrong size",
            field=name,
            value=part.stop - part.start,
            expected=f"{o}, one per organ",
        )


def _check_numbers(p: Problem) -> None:
    if p.detectable.shape != (len(p.groups),) or not (np.isfinite(p.detectable) & (p.detectable >= 1)).all():
        raise InputError(
            "not usable",
            field="detectable",
            value=p.detectable.tolist(),
            expected="one size of 1 cell or more per organ",
        )
    t = p.times
    if t.ndim != 1 or len(t) < 2 or t[0] != 0 or not np.isfinite(t).all() or not (np.diff(t) > 0).all():
        raise InputError("not usable", field="times", expected="increasing days that start at 0, two or more")
    if p.horizon_founders not in ("all", "detectable"):
        raise InputError(
            "not known", field="horizon_founders", value=p.horizon_founders, expected="'all' or 'detectable'"
        )


def _check_actions(p: Problem) -> None:
    for lever in p.levers:
        part = p.params.slice(lever.param)
        if lever.index is not None and not 0 <= lever.index < part.stop - part.start:
            raise InputError("a lever's index is outside its block", field=lever.param, value=lever.index)
    for event in p.events:
        for name in event.states:
            p.states.slice(name)
        for name in event.params:
            p.params.slice(name)
        if isinstance(event.trigger, tuple):
            what, threshold = event.trigger
            if what not in p.outputs.names:
                p.states.slice(what)
            if isinstance(threshold, str):
                _size(p.params, threshold, 1)
