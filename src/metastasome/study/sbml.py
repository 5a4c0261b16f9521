"""The whole deterministic model of a study as SBML: the equations that run, its mean lesions, and what is done to it.

Lesions are random; their mean is not. With founders nu, births b and deaths d per cell and day, the expected cells n of
an organ's lesions follow

    dn/dt = (b - d) n (1 - n / size) + nu

and feed back on the body as in a cohort (here the lesions of an organ share one saturation size). Sleepers of a model
with dormancy are a pool of their own, as in :mod:`metastasome.engine.table`. Schedules and operations become SBML
events.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import ModelError
from ..core.files import atomic_file
from ..numerics import Layout
from ..numerics.trace import System
from .arms_actions import levers_and_events
from .assemble import layouts
from .model import Study

if TYPE_CHECKING:
    from ..engine import Event, Lever
    from ..interventions import Intervention
    from ..mechanisms import Model
    from ..numerics.sbml import Jump

Vector = NDArray[np.float64]
CELLS, SLEEPERS = "lesion_cells", "lesion_sleepers"


def export_sbml(
    study: str | Path | Study, path: str | os.PathLike[str] | None = None, *, data_dir: str | Path | None = None
) -> str:
    """Return (and write to `path`) a study's deterministic model as SBML Level 3 Version 2, interventions included.

    The patient is the typical one: every parameter at its median, the primary at its median size at resection.

    Raises:
        MissingExtraError: libSBML is not installed. StudyError: the study cannot be composed.
        ModelError: two interventions on one input, one by the calendar and one by a threshold.
    """
    from .api import as_study
    from .runner import prepare

    case = prepare(as_study(study).with_(match={"nulls": 0}), data_dir=data_dir, seed=0)
    text = model_sbml(
        case.model, case.inputs, interventions=case.interventions,
        diameter_at_resection=case.study.tumour.diameter_at_resection, name=case.study.question,
        model_id=case.study.name.replace("-", "_"),
    )  # fmt: skip
    if path is not None:
        with atomic_file(path) as part:
            part.write_text(text, encoding="utf-8")
    return text


def model_sbml(
    model: Model,
    inputs: Mapping[str, Vector],
    *,
    interventions: Sequence[Intervention] = (),
    diameter_at_resection: float = 4.0,
    name: str = "",
    model_id: str = "metastasome",
) -> str:
    """Return the SBML document of a composed model with its inputs."""
    from ..numerics.labels import identifiers
    from ..numerics.sbml import export_sbml as write

    system, initial, values = mean_model(model, inputs, diameter_at_resection=diameter_at_resection)
    labels = _labels(model, system)
    levers, given = levers_and_events(model, inputs, interventions)
    events = [*given, *death(system.outputs.names, system.params.names)]
    names = identifiers(system.params, labels)
    base = dict(zip(names, values, strict=True))
    jumps = [*_calendar(levers, system.params, names, base), *_thresholds(events, system, labels)]
    _refuse_both(jumps)
    start = np.array([base[n] for n in names])
    return write(
        system, initial=initial, values=_at_zero(levers, system.params, start), units=_units(model, system),
        labels=labels, jumps=jumps, model_id=model_id, name=name,
    )  # fmt: skip


def mean_model(
    model: Model, inputs: Mapping[str, Vector], *, diameter_at_resection: float = 4.0
) -> tuple[System, Vector, Vector]:
    """Return the equations with mean lesions, the initial states and the parameters of the typical patient.

    Outputs are derived quantities, factors, sums over organs and founders, each written in terms of the others by their
    symbols, as a reader would: nothing is expanded.
    """
    at = layouts(model)
    sleeps = "dormancy_enter" in {d.name for d in model.derived}
    extra = (CELLS, SLEEPERS) if sleeps else (CELLS,)
    o = len(model.organs)
    states = Layout((*at.states.names, *extra), (*at.states.sizes, *(o for _ in extra)))
    kept = [(n, s) for n, s in zip(at.params.names, at.params.sizes, strict=True) if n != "burden"]
    params = Layout(tuple(n for n, _ in kept), tuple(s for _, s in kept))
    given: dict[str, Any] = {name: p.default for name, p in model.parameters.items()}
    given |= {**inputs, "diameter_at_resection": diameter_at_resection}
    first: dict[str, Any] = dict.fromkeys(extra, np.zeros(o))
    for m in model.mechanisms:
        for s in m.states:
            value = given[f"{m.key}.{s.initial}"] if isinstance(s.initial, str) else s.initial
            first[s.name] = np.full(model.size(s), value)
    system = _Tracer(model).system(states, params)
    return system, states.pack(first), params.pack({n: given[n] for n in params.names})


class _Tracer:
    """Runs a model on symbols once, giving every derived quantity, factor and sum over organs a symbol of its own."""

    def __init__(self, model: Model) -> None:
        from ..numerics.namespace import SymbolicNamespace

        self.model, self.made = model, dict[str, Any]()
        self.xp: Any = SymbolicNamespace()
        plain, numbers = self.xp.sum, itertools.count()
        self.xp.__dict__["sum"] = lambda x: self.name(f"sum_{next(numbers)}", plain(x))

    def name(self, name: str, value: Any) -> Any:
        """Keep `value` as the definition of `name` and return its symbols; plain numbers stay as they are."""
        import sympy

        whole = np.atleast_1d(np.asarray(value, dtype=object))
        name = name.replace("*", "factor_")
        if all(sympy.sympify(e).is_number for e in whole) and name not in {d.name for d in self.model.derived}:
            return value
        shape = {d.name: self.model.size(d) for d in self.model.derived}.get(name, len(whole))
        self.made[name] = np.broadcast_to(whole, (shape,))
        entries = Layout((name,), (shape,)).entry_names()
        return np.array([sympy.Symbol(e, real=True) for e in entries], dtype=object)

    def system(self, states: Layout, params: Layout) -> System:
        """Return the equations."""
        import sympy

        y, p = (tuple(sympy.Symbol(e, real=True) for e in layout.entry_names()) for layout in (states, params))
        state, values = ({n: np.array(s[layout.slice(n)], dtype=object) for n in layout.names}
                         for layout, s in ((states, y), (params, p)))  # fmt: skip
        rates = self._rates(state, values)
        outputs = Layout(tuple(self.made), tuple(len(v) for v in self.made.values()))
        flat = [sympy.sympify(e) for n, k in zip(states.names, states.sizes, strict=True)
                for e in np.broadcast_to(np.atleast_1d(rates[n]), (k,))]  # fmt: skip
        named = [sympy.sympify(e) for v in self.made.values() for e in v]
        return System(states, params, outputs, y, p, tuple(flat), tuple(named), digest="")

    def _rates(self, state: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        cells = state[CELLS]
        own = {k: v for k, v in state.items() if k not in (CELLS, SLEEPERS)}
        found = self.model.evaluate(self.xp, own, {**values, "burden": cells}, name=self.name)
        d, rates = found.derived, dict(found.rates)
        founders = 0
        for origin, intensity in found.intensity.items():
            founders = founders + self.name(f"intensity_{origin}", np.broadcast_to(intensity, cells.shape))
        if SLEEPERS in state:
            share = d["dormancy_enter"] / (d["dormancy_enter"] + d["birth"] + d["death"])
            woken = (1 - share) * d["dormancy_wake"] * state[SLEEPERS]
            rates[SLEEPERS] = share * founders - woken
            founders = (1 - share) * founders + woken
        alive = values.get("alive", 1)
        rates[CELLS] = alive * (d["birth"] - d["death"]) * cells * (1 - cells / d["saturation"]) + founders
        return rates


def _units(model: Model, system: System) -> dict[str, str]:
    made = {q.name: q.unit for q in (*model.states, *model.derived, *model.inputs)}
    made |= {name: p.unit for name, p in model.parameters.items()}
    made |= {f"intensity_{k}": "cell/day" for k in model.origins}
    made |= {n: "1" for n in system.outputs.names if n.startswith("factor_")}
    return made | {CELLS: "cell", SLEEPERS: "cell", "diameter_at_resection": "cm"}


def _labels(model: Model, system: System) -> dict[str, Sequence[str]]:
    by_organ = {q.name for q in (*model.states, *model.derived, *model.inputs) if q.shape == "organ"}
    by_organ |= {CELLS, SLEEPERS, *(f"intensity_{k}" for k in model.origins)}
    layouts_ = (system.states, system.params, system.outputs)
    sizes = {n: k for x in layouts_ for n, k in zip(x.names, x.sizes, strict=True)}
    by_organ |= {n for n in system.outputs.names if n.startswith("factor_") and sizes[n] == len(model.organs)}
    return dict.fromkeys(by_organ & set(sizes), model.organs)


def death(quantities: Container[str], values: Container[str]) -> list[Event]:
    """Return the event that ends a life at the lethal burden, where `quantities` and `values` of the model have it."""
    from ..engine import Event

    there = "burden_of_lethal" in quantities and "alive" in values
    return [Event(trigger=("burden_of_lethal", 1.0), params={"alive": 0.0}, name="death")] if there else []


def _touched(lever: Lever, params: Layout) -> list[int]:
    part = params.slice(lever.param)
    return list(range(part.start, part.stop)) if lever.index is None else [part.start + lever.index]


def _at_zero(levers: Sequence[Lever], params: Layout, start: Vector) -> Vector:
    for lever in levers:
        if lever.start_day <= 0.0 < lever.stop_day:
            start[_touched(lever, params)] *= lever.factor
    return start


def _calendar(levers: Sequence[Lever], params: Layout, names: list[str], base: Mapping[str, float]) -> list[Jump]:
    """Return one event per day on which a lever starts or stops: every entry it touches gets its value from then on."""
    from ..numerics.sbml import Jump

    days = sorted({d for x in levers for d in (x.start_day, x.stop_day) if 0.0 < d < np.inf})
    made = []
    for day in days:
        moved = {k for x in levers if day in (x.start_day, x.stop_day) for k in _touched(x, params)}
        assign = {}
        for k in sorted(moved):
            active = [x.factor for x in levers if k in _touched(x, params) and x.start_day <= day < x.stop_day]
            assign[names[k]] = float(base[names[k]] * np.prod(active))
        made.append(Jump(f"schedule on day {day:g}", day, assign))
    return made


def _thresholds(events: Sequence[Event], system: System, labels: Mapping[str, Sequence[str]]) -> list[Jump]:
    from ..numerics.labels import identifiers
    from ..numerics.sbml import Jump

    states, params = identifiers(system.states, labels), identifiers(system.params, labels)
    made = []
    for e in events:
        assign: dict[str, float | str] = {}
        for layout, names, changed in ((system.states, states, e.states), (system.params, params, e.params)):
            for block, factor in changed.items():
                part = layout.slice(block)
                assign |= {n: f"{n} * {float(factor)!r} dimensionless" for n in names[part.start : part.stop]}
        made.append(Jump(e.name, e.trigger, assign))
    return made


def _refuse_both(jumps: Sequence[Jump]) -> None:
    by_day = {n for j in jumps if not isinstance(j.when, tuple) for n in j.assign}
    for jump in jumps:
        for name in jump.assign:
            if isinstance(jump.when, tuple) and name in by_day:
                raise ModelError(f"SBML cannot hold '{jump.name}' and a schedule that both change '{name}'")
