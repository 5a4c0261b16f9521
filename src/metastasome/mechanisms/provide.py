"""Filling a model's inputs from the rooms on its left: body, kinetics and matchmaking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import StudyError
from .model import Model

if TYPE_CHECKING:
    from ..body import Body
    from ..kinetics import UptakeLaw
    from ..matchmaking import DoseResponse

Vector = NDArray[np.float64]


def inputs(
    model: Model,
    *,
    body: Body,
    uptake: UptakeLaw,
    response: DoseResponse,
    primary: str,
    classes: Mapping[str, UptakeLaw] | None = None,
    study: Mapping[str, float | Mapping[str, float]] | None = None,
) -> dict[str, Vector]:
    """Return input name -> array over organs, or of length 1, for every input of `model`.

    Args:
        body, uptake, response: from their rooms; organs are matched by name, and one that matchmaking has no data for
            gets a response of zero.
        primary: organ of the primary tumour.
        classes: uptake of further classes of vesicles, by name, for models that tell them apart.
        study: values of inputs the study sets: a number, or organ -> number over a default of 1.

    Raises:
        StudyError: the primary is not an organ of the model, or an input is left without a value.
    """
    if primary not in model.organs:
        raise StudyError(f"the primary's organ '{primary}' is not among the organs", field="tumour.organ")
    known = {**_from_body(model, body, primary), **_from_uptake(model, uptake), **_from_response(model, response)}
    known.update(_from_node(model, body, uptake, primary))
    for kind, law in (classes or {}).items():
        known.update(_from_class(model, kind, law))
    known.update({name: _from_study(model, name, value) for name, value in (study or {}).items()})
    made = {}
    for wanted in model.inputs:
        if wanted.name in known:
            made[wanted.name] = known[wanted.name]
        elif wanted.default is not None:
            made[wanted.name] = np.full(model.size(wanted), wanted.default)
        else:
            raise StudyError(f"input '{wanted.name}' has no value", field=wanted.name, expected=wanted.meaning)
    return made


def _from_body(model: Model, body: Body, primary: str) -> dict[str, Vector]:
    at = [body.index(o) for o in model.organs]
    share = body.flow / body.cardiac_output
    msc = body.cells[at, _cell_index(body, "msc")]
    return {
        "flow_share": share[at],
        "flow_rest": np.array([1.0 - share[at].sum()]),
        "cardiac_output": np.array([body.cardiac_output]),
        "portal": body.portal[at].astype(np.float64),
        "msc": msc,
        "macrophages": body.cells[at, _cell_index(body, "macrophage")],
        "fibroblasts": body.cells[at, _cell_index(body, "stroma")],
        "epithelium": body.cells[at, _cell_index(body, "parenchyma")],
        **{f"is_{o}": _at(model, o) for o in ("liver", "lung", "bone", "spleen", "pleura")},
        "is_node": _at(model, "lymph_node"),
        "is_primary": _at(model, primary),
    }


def _cell_index(body: Body, cell: str) -> int:
    from ..body import CELL_CLASSES

    return CELL_CLASSES.index(cell)


def _at(model: Model, organ: str) -> Vector:
    return np.array([float(o == organ) for o in model.organs])


def _from_uptake(model: Model, uptake: UptakeLaw) -> dict[str, Vector]:
    at = [uptake.organs.index(o) for o in model.organs]
    elsewhere = uptake.clearance.sum() - uptake.clearance[at].sum()
    numbers, share = uptake.cell_numbers[at], uptake.share[at]
    per_cell = np.divide(share, numbers, out=np.zeros_like(share), where=numbers > 0)
    return {
        "clearance": uptake.clearance[at],
        "leak_response": uptake.leak_response[at],
        "loss": np.array([uptake.loss + elsewhere]),
        **{f"per_cell_{c}": per_cell[:, i] for i, c in enumerate(uptake.cells)},
    }


def _from_class(model: Model, kind: str, law: UptakeLaw) -> dict[str, Vector]:
    plain = _from_uptake(model, law)
    names = {"clearance": "clearance", "leak": "leak_response", "loss": "loss"}
    return {
        **{f"{kind}_{ours}": plain[theirs] for ours, theirs in names.items()},
        **{f"{kind}_per_cell_{c}": plain[f"per_cell_{c}"] for c in law.cells},
    }


def _from_node(model: Model, body: Body, uptake: UptakeLaw, primary: str) -> dict[str, Vector]:
    """Return what the first nodes of `primary` take of each vesicle in lymph; nothing in a body without nodes."""
    if not any(i.name == "node_taken" for i in model.inputs):
        return {}
    if "lymph_node" not in body.organs:
        return {"node_taken": np.zeros(1), **{f"node_per_cell_{c}": np.zeros(1) for c in uptake.cells}}
    from ..kinetics import sentinel_uptake

    first = sentinel_uptake(body, primary, 1.0)
    per_cell = {f"node_per_cell_{c}": np.array([v]) for c, v in zip(first.cells, first.per_cell, strict=True)}
    return {"node_taken": np.array([first.uptake.sum()]), **per_cell}


def _from_response(model: Model, response: DoseResponse) -> dict[str, Vector]:
    made = {}
    for wanted in (i for i in model.inputs if i.provider == "response"):
        route, part, cell, programme = wanted.name.split("_", 3)
        top, half = response.term(route, cell, programme)
        values, absent = (top, 0.0) if part == "top" else (half, 1.0)
        by_organ = dict(zip(response.organs, values, strict=True))
        made[wanted.name] = np.array([by_organ.get(o, absent) for o in model.organs])
    return made


def _from_study(model: Model, name: str, value: float | Mapping[str, float]) -> Vector:
    wanted = next((i for i in model.inputs if i.name == name), None)
    if wanted is None:
        raise StudyError(f"no mechanism that is on takes '{name}'", field=name)
    if isinstance(value, Mapping):
        unknown = [o for o in value if o not in model.organs]
        if wanted.shape != "organ" or unknown:
            raise StudyError("not an organ of the model", field=name, value=unknown or dict(value))
        return np.array([float(value.get(o, 1.0)) for o in model.organs])
    return np.full(model.size(wanted), float(value))
