"""From the rooms on the left to the engine: one model, its inputs and its patients, as a problem to solve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.parameters import ASSUMPTION, Parameter, Prior
from ..numerics import Layout
from .arms_actions import levers_and_events
from .patients import VirtualPatients

if TYPE_CHECKING:
    from ..engine import Problem
    from ..interventions import Intervention
    from ..mechanisms import Model

RESECTION_SIZE = Parameter(
    "diameter_at_resection", 4.0, "cm", 0.1, 50.0, Prior("lognormal", 4.0, 0.4), ASSUMPTION,
    "diameter at which the primary is found and taken out", spread=0.4,
)  # fmt: skip
_LESIONS = ("birth", "death", "saturation")
_DORMANCY = ("dormancy_enter", "dormancy_wake")
_BODY_CURVES = (
    "primary_diameter", "release", "plasma_ev", "ctc_per_ml", "tumour_burden", "cell_deaths", "pleura_kept",
)  # fmt: skip
_DEATH = "burden_of_lethal"


@dataclass(frozen=True)
class Layouts:
    """Where everything lies in the flat vectors of the compiled model."""

    states: Layout
    params: Layout
    outputs: tuple[str, ...]


def layouts(model: Model) -> Layouts:
    """Return the layouts of `model`: mechanism parameters, then inputs, then what the study adds per patient."""
    states = Layout(tuple(s.name for s in model.states), tuple(model.size(s) for s in model.states))
    names = (*model.parameters, *(i.name for i in model.inputs), RESECTION_SIZE.name)
    sizes = (*(1 for _ in model.parameters), *(model.size(i) for i in model.inputs), 1)
    there = {d.name for d in model.derived}
    curves = tuple(c for c in (*_BODY_CURVES, _DEATH) if c in there)
    asleep = tuple(d for d in _DORMANCY if d in there)
    outputs = (*_LESIONS, *(f"intensity_{o}" for o in model.origins), *asleep, *curves)
    return Layouts(states, Layout(names, sizes), outputs)


def problem(
    model: Model,
    inputs: Mapping[str, NDArray[np.float64]],
    *,
    interventions: Sequence[Intervention] = (),
    detectable: NDArray[np.float64],
    horizon_days: float,
    seed: int,
    diameter_at_resection: float = RESECTION_SIZE.default,
    recordings: int = 61,
) -> Problem:
    """Return the engine's problem for a cohort of this model.

    Args:
        model: composed mechanisms.
        inputs: from :func:`metastasome.mechanisms.provide.inputs`.
        interventions: what is done to every patient.
        detectable: cells at which a lesion is seen, ``(o,)``.
        horizon_days: how long patients are followed.
        seed: of the cohort.
        diameter_at_resection: median over patients, cm.
        recordings: days on which curves are recorded, evenly spaced from 0 to the horizon.
    """
    from ..engine import Event, Problem
    from ..numerics.compile import compile_system
    from ..numerics.trace import trace

    at = layouts(model)
    compiled = compile_system(trace(model.traced(at.outputs), states=at.states, params=at.params), jacobian=False)
    levers, events = levers_and_events(model, inputs, interventions)
    if _DEATH in at.outputs:
        events = (*events, Event(trigger=(_DEATH, 1.0), params={"alive": 0.0}, name="death", ends=True))
    niche = tuple(n for n in ("leakiness", "matrix", "marrow_cells", "suppression") if n in at.states.names)
    return Problem(
        compiled=compiled,
        groups=model.organs,
        origins=model.origins,
        detectable=detectable,
        burden="burden" if "burden" in at.params.names else None,
        record=(*(n for n in at.outputs if n in _BODY_CURVES), *niche),
        times=np.linspace(0.0, horizon_days, recordings),
        levers=levers,
        events=events,
        patients=_patients(model, inputs, at, seed, diameter_at_resection),
    )


def _patients(model: Model, inputs: Mapping[str, Any], at: Layouts, seed: int, size: float) -> VirtualPatients:
    values = at.params.pack({
        **{name: p.default for name, p in model.parameters.items()}, **inputs, RESECTION_SIZE.name: size,
    })  # fmt: skip
    initial: dict[str, str | float] = {}
    for m in model.mechanisms:
        for s in m.states:
            initial[s.name] = f"{m.key}.{s.initial}" if isinstance(s.initial, str) else s.initial
    spreads = {name: p for name, p in {**model.parameters, RESECTION_SIZE.name: RESECTION_SIZE}.items() if p.spread > 0}
    return VirtualPatients(seed, at.params, at.states, values, spreads, initial)
